"""Register lists: a list page is a declaration of columns, filters and a default order.

    class ResidentList(RegisterList):
        key = "residents"
        columns = (Column("name", _("姓名"), kind="name", sort="name", fixed=True), ...)
        filterset_class = ResidentFilter
        default_sort = "address"

    @needs(Capability.SEE_RESIDENTS)
    def resident_list(request):
        listing = ResidentList(request, Residence.objects.in_scope(request.scope))
        return listing.respond("residents/resident_list.html", {"title": ...})

The page includes `ui/list.html` with `list=list`. Filters, order, page size and columns live in the
address; a request of HTMX for `#list` gets that part only. Paging is by key (`keyset.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet

from portal import kept
from portal.ui import keeping, keyset, markup
from portal.ui.cells import BulkAction, Column, Empty, Head, Row, SavedView, Text
from portal.ui.chips import Chip, active_chips
from portal.ui.chooser import column_boxes
from portal.ui.drawing import RowPattern
from portal.ui.filtering import asked_for, each_once
from portal.ui.keeping import VIEW, Choices
from portal.ui.list_addresses import EXACT as EXACT
from portal.ui.list_addresses import ListAddresses
from portal.ui.list_frames import ListFrames
from portal.ui.pages import page, wants_fragment
from portal.ui.widgets import dress_filters
from portal.ui.words import language

CONTROL_NAMES = ("after", "before", "sort", "size", "col", "rows", "open", VIEW)
MOST_SUGGESTED = 6
#: Where counting stops in lists of a street or the district.
FEW = 1_000


def list_of(key: str) -> "type[RegisterList] | None":
    """The declaration of a list with its conditions, by the list's key; None for no such list."""
    waiting: list[type[RegisterList]] = [RegisterList]
    while waiting:
        found = waiting.pop()
        if getattr(found, "key", "") == key and found.filterset_class is not None:
            return found
        waiting += found.__subclasses__()
    return None


def chosen_columns(request: HttpRequest, key: str) -> list[str]:
    """The columns that this user chose for a list, by key; empty where nothing was chosen."""
    return list(Choices.of(request, key).columns)


class RegisterList(ListAddresses, ListFrames):
    """A list of records over one request. Subclasses declare, views ask."""

    key: ClassVar[str]
    columns: Sequence[Column]
    filterset_class: ClassVar[type[FilterSet] | None] = None
    #: a column's key, with `-` for descending
    default_sort: ClassVar[str] = ""
    page_sizes: ClassVar[Sequence[int]] = (20, 50, 100)
    page_size: ClassVar[int] = 50
    count_cap: ClassVar[int] = 10_000
    #: measure word of the rows: 人, 套, 件, 条
    unit: ClassVar[Text] = _("条")
    caption: ClassVar[Text] = _("列表")
    empty: Empty = Empty(_("还没有记录"))
    #: template of what stands above the table inside the panel, e.g. tabs
    panel_template: ClassVar[str] = ""
    #: whether a row can be looked at beside the list: its page marks parts with data-peek, and the
    #: list's page includes `ui/peek_pane.html`
    peeks: ClassVar[bool] = False

    def __init__(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        *,
        estimate: Callable[[], int | None] | None = None,
        views: Sequence[SavedView] | Callable[[], Sequence[SavedView]] = (),
        bulk: Sequence[BulkAction] = (),
        export_url: str = "",
        filter_context: Mapping[str, Any] | None = None,
        most_counted: int | None = None,
        counts_in_order: bool = False,
        kept_of: int = 0,
    ) -> None:
        """:param queryset: the rows in scope, before any filter
        :param estimate: total of the unfiltered list above the cap, from a counter
        :param filter_context: further arguments of the filter set
        :param most_counted: where counting stops, when it is not `count_cap`
        :param counts_in_order: an early stop walks the list's own index (with an equality in scope)
        :param kept_of: the unit for which the count of the whole list is kept; 0 to count each time
        """
        self.request = request
        self.base = queryset
        self.estimate = estimate
        self._views = views
        self._most_counted = most_counted or self.count_cap
        self._counts_in_order = counts_in_order
        self._kept_of = kept_of
        self.bulk = bulk
        self.export_url = export_url
        self._filter_context = filter_context or {}
        self.announce(request, kept_of)

    @classmethod
    def announce(cls, request: HttpRequest, kept_of: int = 0) -> None:
        """Say what the list will ask to be told of what is kept.

        Views that read a fact before they have the list call it first: Redis is asked once then.
        """
        keeping.keeper().expect(request, cls.key)
        if kept_of:
            kept.expect(kept.rows_of(cls.key, kept_of, kept_of))

    # --- for subclasses ---------------------------------------------------------------------

    def row_url(self, row: Any) -> str:
        """Where a row leads; blank when it leads nowhere."""
        return ""

    def peek_url(self, row: Any) -> str:
        """What is looked at beside the list; blank for the page that the row leads to."""
        return ""

    def row_css(self, row: Any) -> str:
        """A class of the row: `is-muted` for what is closed."""
        return ""

    # --- the answer -------------------------------------------------------------------------

    def respond(self, template: str, context: Mapping[str, Any] | None = None) -> HttpResponse:
        """The page, or for HTMX the list alone (`#list`), or the filters as they are opened."""
        values = {**(context or {}), "list": self}
        if self.is_asked_for_filters:
            return page(self.request, "ui/list_filter.html", values)
        target = getattr(getattr(self.request, "htmx", None), "target", None)
        if wants_fragment(self.request) and target == "list":
            return page(self.request, "ui/list.html", values)
        return page(self.request, template, values)

    @cached_property
    def views(self) -> Sequence[SavedView]:
        """The tabs above the chips."""
        return self._views() if callable(self._views) else self._views

    # --- filters ----------------------------------------------------------------------------

    @cached_property
    def filterset(self) -> FilterSet | None:
        """The conditions that the address carries."""
        return self._filterset(self.request.GET)

    @cached_property
    def whole_filterset(self) -> FilterSet | None:
        """Every condition there is, to choose from."""
        if self.filterset_class is None:
            return None
        found = self._made(self.filterset_class, self.request.GET)
        dress_filters(found.form)
        return found

    @property
    def is_asked_for_filters(self) -> bool:
        """Whether this request only opens the filters of a list that is on the screen."""
        return self.request.GET.get("open") == "filter" and wants_fragment(self.request)

    @property
    def has_filters(self) -> bool:
        """Whether there are conditions to choose from (a template would call the class itself)."""
        return self.filterset_class is not None

    @property
    def is_filter_open(self) -> bool:
        """Whether the filters stand open in the page: asked for, or one cannot be read."""
        return self.request.GET.get("open") == "filter" or self.filter_errors

    @property
    def filter_url(self) -> str:
        return self.url(open="filter")

    @cached_property
    def filtered(self) -> QuerySet[Any]:
        """The rows that pass the filters; none when a filter cannot be read."""
        if self.filterset is None:
            return self.base
        if not self.filterset.is_valid():
            return self.base.none()
        return each_once(self.filterset.qs)

    @cached_property
    def chips(self) -> list[Chip]:
        """The conditions in force."""
        return [] if self.filterset is None else active_chips(self.filterset, self.url)

    @property
    def filter_errors(self) -> bool:
        return self.filterset is not None and bool(self.filterset.errors)

    @cached_property
    def relief(self) -> tuple[Chip, int] | None:
        """For a list that came out empty: the condition to drop and how many rows that gives."""
        candidates = [
            (chip, self._count_without(chip)) for chip in self.chips[:MOST_SUGGESTED] if chip.names
        ]
        best = max(candidates, key=lambda found: found[1], default=None)
        return best if best and best[1] else None

    def _count_without(self, chip: Chip) -> int:
        query = self.request.GET.copy()
        for name in chip.names:
            query.pop(name, None)
        without = self._filterset(query)
        return (
            0
            if without is None
            else keyset.capped_count(without.qs.order_by(), self._most_counted)[0]
        )

    def _filterset(self, data: QueryDict) -> FilterSet | None:
        if self.filterset_class is None:
            return None
        return self._made(asked_for(self.filterset_class, data), data)

    def _made(self, cls: type[FilterSet], data: QueryDict) -> FilterSet:
        return cls(data, queryset=self.base, request=self.request, **self._filter_context)

    # --- rows -------------------------------------------------------------------------------

    @cached_property
    def page(self) -> keyset.Page:
        """The rows of this page, dressed."""
        column, descending = self.order
        page = keyset.page_of(
            self.filtered,
            column.sort_fields if column else (),
            size=self.size,
            descending=descending,
            after=self.request.GET.get("after", ""),
            before=self.request.GET.get("before", ""),
            known=self.base,
        )
        self.dress(page.rows)
        return page

    def dress(self, rows: list[Any]) -> None:
        """Give the page's rows what their cells need besides themselves, in a query for all."""

    @cached_property
    def rows(self) -> list[Row]:
        pick = _("选中") if self.bulk else ""
        pattern = RowPattern([column.css for column in self.shown], str(pick))
        writers = [markup.cell_writer(column) for column in self.shown]
        return [self._row(record, writers, pattern) for record in self.page.rows]

    def _row(self, record: Any, writers: Sequence[markup.Writer], pattern: RowPattern) -> Row:
        url, key = self.row_url(record), keyset.key_of(record)
        drawn = pattern.fill(
            [write(record, url) for write in writers],
            key=key, css=self.row_css(record), url=url, peek=self.peek_url(record),
        )  # fmt: skip
        return Row(record, key, url, drawn)

    @cached_property
    def count(self) -> tuple[int, bool]:
        """Rows that pass the filters, and whether that is exact; one page, once read, is all."""
        if (shown := self.__dict__.get("page")) and not (shown.has_previous or shown.has_next):
            return len(shown.rows), True
        if not self._is_whole or self.request.GET.get(EXACT):
            return self._counted()
        unit = int(self.request.GET["unit"]) if self.chips else self._kept_of
        return kept.fact(kept.rows_of(self.key, self._kept_of, unit), self._counted)

    @property
    def _is_whole(self) -> bool:
        """Whether these are all rows of a unit for which their count is kept."""
        narrowed = any(chip.names != ("unit",) for chip in self.chips)
        return bool(self._kept_of) and not narrowed and not self.filter_errors

    def _counted(self) -> tuple[int, bool]:
        if self.request.GET.get(EXACT):
            return self.filtered.order_by().count(), True
        found, exact = keyset.capped_count(self._countable, self._most_counted)
        if not exact and not self.chips and self.estimate is not None:
            return max(self.estimate() or found, found), False
        return found, exact

    @property
    def _countable(self) -> QuerySet[Any]:
        """The rows as they are counted: in the list's order where its index then serves."""
        column, _descending = self.order
        fields = (*column.sort_fields, "pk") if column and self._counts_in_order else ()
        return self.filtered.order_by(*fields)

    @property
    def total(self) -> int:
        return self.count[0]

    @property
    def is_exact(self) -> bool:
        return self.count[1]

    @property
    def is_capped(self) -> bool:
        """Whether the total is only known to be more than the cap."""
        return not self.count[1] and self.count[0] <= self._most_counted

    @cached_property
    def size(self) -> int:
        asked = self.request.GET.get("size", "")
        return int(asked) if asked in map(str, self.page_sizes) else self.page_size

    # --- order ------------------------------------------------------------------------------

    @cached_property
    def order(self) -> tuple[Column | None, bool]:
        """The column that orders the list, and whether downwards; unknown names are ignored."""
        sortable = {column.key: column for column in self.columns if column.sort}
        for wish in (self.request.GET.get("sort", ""), self.default_sort):
            if wish.removeprefix("-") in sortable:
                return sortable[wish.removeprefix("-")], wish.startswith("-")
        return None, False

    @cached_property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.shown]

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column, "", "")
        current, descending = self.order
        if column is not current:
            return Head(column, self.url(sort=column.key), "")
        turned = column.key if descending else f"-{column.key}"
        return Head(column, self.url(sort=turned), "descending" if descending else "ascending")

    # --- columns ----------------------------------------------------------------------------

    @cached_property
    def shown(self) -> list[Column]:
        """The fixed columns, then those this user chose, in the chosen order."""
        free = {column.key: column for column in self.columns if not column.fixed}
        fixed = [column for column in self.columns if column.fixed]
        chosen = [free[key] for key in self._choices.columns if key in free]
        return fixed + (chosen or [column for column in free.values() if column.shown])

    @property
    def column_boxes(self) -> str:
        """The column chooser's boxes, shown columns first."""
        shown = tuple(column.key for column in self.shown)
        # a class is hashable, whatever the stubs of its metaclass say
        return column_boxes(type(self), shown, language())  # type: ignore[arg-type]

    @property
    def is_roomy(self) -> bool:
        return self._choices.rows == "roomy"

    @cached_property
    def _choices(self) -> Choices:
        """Columns and row height: from the address, else as this user left them."""
        asked = self.request.GET
        chosen = Choices.of(self.request, self.key)
        if "col" not in asked and "rows" not in asked:
            return chosen
        columns, rows = tuple(asked.getlist("col")), asked.get("rows", chosen.rows)
        if (columns, rows) != (chosen.columns, chosen.rows):
            changes = {"columns": list(columns), "rows": rows}
            keeping.keeper().keep(self.request, self.key, changes)
        return replace(chosen, columns=columns, rows=rows)

    # --- views of one's own -----------------------------------------------------------------

    @property
    def own_views(self) -> tuple[SavedView, ...]:
        """What this user saved of the list, before the views that come with it."""
        return self._choices.views

    @property
    def shared_views(self) -> tuple[SavedView, ...]:
        """What somebody shares with this user, after their own."""
        return self._choices.shared

    @property
    def may_share(self) -> bool:
        """Whether this user may share an own view of this list with others."""
        return self._choices.may_share and list_of(self.key) is not None

    @cached_property
    def own_view(self) -> SavedView | None:
        """The own view that is open and has not been changed since."""
        return self._open_one(self.own_views)

    @cached_property
    def shared_view(self) -> SavedView | None:
        """The shared view that is open and has not been changed since."""
        return self._open_one(self.shared_views)

    def _open_one(self, views: Sequence[SavedView]) -> SavedView | None:
        key = self.request.GET.get(VIEW)
        return next(
            (view for view in views if view.key == key and view.query == self.keepable), None
        )

    @cached_property
    def keepable(self) -> str:
        """Conditions and order as a view would keep them."""
        return keeping.keepable(self.filterset_class, self.request.GET)

    @property
    def kept_columns(self) -> str:
        """The chosen columns as a view would keep them."""
        return ",".join(column.key for column in self.shown if not column.fixed)

    # --- selection --------------------------------------------------------------------------

    @classmethod
    def picked(
        cls, request: HttpRequest, queryset: QuerySet[Any], **filter_context: Any
    ) -> QuerySet[Any]:
        """The rows a bulk act is for: the ticked ones, or all that pass the posted filter.

        The filter is worked out again here, so that a stale page cannot widen the act; the caller
        shows the count once more before acting.
        """
        if request.POST.get("all") != "1":
            return queryset.filter(pk__in=request.POST.getlist("pick"))
        if cls.filterset_class is None:
            return queryset
        chosen = cls.filterset_class(
            QueryDict(request.POST.get("query", "")),
            queryset=queryset,
            request=request,
            **filter_context,
        )
        rows: QuerySet[Any] = each_once(chosen.qs) if chosen.is_valid() else queryset.none()
        return rows
