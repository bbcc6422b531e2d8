"""The addresses of a register list: the same list with another page, order, size or condition."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlencode

from django.http import HttpRequest

from portal.ui import keyset
from portal.ui.chips import Chip
from portal.ui.keeping import VIEW

#: The parameter that asks for an exact count where lists stop counting early.
EXACT = "exact"


class ListAddresses:
    """What the links of a list say; `RegisterList` holds the request, its page and its chips."""

    page_sizes: ClassVar[Sequence[int]]
    request: HttpRequest
    if TYPE_CHECKING:

        @property
        def page(self) -> keyset.Page: ...

        @property
        def chips(self) -> Sequence[Chip]: ...

    @property
    def query(self) -> str:
        """Filters and order as a query string, for exports and bulk acts."""
        query = self.request.GET.copy()
        for name in ("after", "before", "size", "col", "rows", "open", VIEW):
            query.pop(name, None)
        return query.urlencode()

    def url(self, **changes: str | None) -> str:
        """This list with other parameters, on its first page; None removes one."""
        query = {**self._lasting, **{name: [value] for name, value in changes.items()}}
        told = [(name, value) for name in query for value in query[name] if value is not None]
        return f"{self.request.path}?{urlencode(told)}"

    @cached_property
    def _lasting(self) -> dict[str, list[str | None]]:
        """The parameters that links of this list carry on; two dozen links ask."""
        passing = ("after", "before", "col", "rows", "open")
        return {name: [*values] for name, values in self.request.GET.lists() if name not in passing}

    @property
    def next_url(self) -> str:
        more = self.page.has_next and self.page.rows
        return self.url(after=keyset.key_of(self.page.rows[-1])) if more else ""

    @property
    def previous_url(self) -> str:
        more = self.page.has_previous and self.page.rows
        return self.url(before=keyset.key_of(self.page.rows[0])) if more else ""

    @property
    def clear_url(self) -> str:
        """Without conditions; the scope stays."""
        names = [name for chip in self.chips for name in chip.names]
        return self.url(**dict.fromkeys(names))

    @property
    def exact_url(self) -> str:
        """The same rows, counted to the last."""
        return self.url(**{EXACT: "1"})

    @property
    def size_links(self) -> list[tuple[int, str]]:
        return [(size, self.url(size=str(size))) for size in self.page_sizes]

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Parameters that the filter form must carry along."""
        return [(name, self.request.GET[name]) for name in ("sort", "size") if self._has(name)]

    @property
    def kept_filters(self) -> list[tuple[str, str]]:
        """Parameters that the column chooser must carry along."""
        return [
            (name, value)
            for name, values in self.request.GET.lists()
            if name not in {"col", "rows", "after", "before", "open", VIEW}
            for value in values
        ]

    def _has(self, name: str) -> bool:
        return bool(self.request.GET.get(name))
