"""What stands around the rows of a list: its tabs, its head, its pager, from stencils."""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from django.utils.safestring import SafeString

from portal.ui import formats
from portal.ui.cells import Head
from portal.ui.stencils import Stencil, gap
from portal.ui.words import language

if TYPE_CHECKING:
    from portal.ui.listing import RegisterList


class ListFrames:
    """What the templates of a list put around its rows, and the rows themselves; all drawn."""

    @property
    def drawn_tabs(self) -> SafeString:
        return tabs(cast("RegisterList", self))

    @property
    def drawn_heads(self) -> SafeString:
        return heads(cast("RegisterList", self))

    @property
    def drawn_rows(self) -> SafeString:
        return SafeString("".join([row.drawn for row in cast("RegisterList", self).rows]))

    @property
    def drawn_pager(self) -> SafeString:
        return pager(cast("RegisterList", self))


def heads(listing: "RegisterList") -> SafeString:
    """The row of column titles; those that can be sorted by lead to the list in that order."""
    current, descending = listing.order
    shown = tuple(column.key for column in listing.shown)
    by = "" if current is None else current.key
    kind: Any = type(listing)  # a class is a key like any other; the stubs of lru_cache doubt it
    drawn = _heads(kind, shown, by, descending, bool(listing.bulk), language())
    return drawn.fill({head.column.key: head.url for head in listing.heads if head.url})


@lru_cache(maxsize=512)
def _heads(
    listing: "type[RegisterList]", shown: tuple[str, ...], by: str, descending: bool, picks: bool,
    _language: str | None,
) -> Stencil:  # fmt: skip
    columns = {column.key: column for column in listing.columns}
    turned = "descending" if descending else "ascending"
    drawn = [
        Head(columns[key], gap(key) if columns[key].sort else "", turned if key == by else "")
        for key in shown
    ]
    return Stencil("ui/list_heads.html", {"heads": drawn, "picks": picks})


def tabs(listing: "RegisterList") -> SafeString:
    """The views that come with the list, each with its number where it is counted."""
    views = listing.views
    own = listing.own_view is not None or listing.shared_view is not None
    here = None if own else listing.query
    shown = tuple(
        (str(each.title), each.query, each.count is not None, each.query == here) for each in views
    )
    counts = {str(n): formats.whole(each.count) for n, each in enumerate(views)}
    return _tabs(shown).fill(counts)


@lru_cache(maxsize=512)
def _tabs(shown: tuple[tuple[str, str, bool, bool], ...]) -> Stencil:
    """Nothing that somebody typed is kept: the addresses are those of the views."""
    drawn = [
        (title, query, gap(str(n)) if is_counted else "", is_on)
        for n, (title, query, is_counted, is_on) in enumerate(shown)
    ]
    return Stencil("ui/list_tabs.html", {"tabs": drawn})


def pager(listing: "RegisterList") -> SafeString:
    """How many rows there are, the choice of a page's size, the way to the pages beside."""
    sizes = tuple(listing.page_sizes)
    state = "exact" if listing.is_exact else "capped" if listing.is_capped else "about"
    before, after = listing.previous_url, listing.next_url
    drawn = _pager(
        str(listing.unit), state, sizes, listing.size, bool(before), bool(after), language()
    )
    written = formats.wan if state == "about" else formats.whole
    links = {f"size{size}": url for size, url in listing.size_links}
    return drawn.fill({
        "rows": len(listing.rows), "total": written(listing.total), "previous": before,
        "next": after, **links,
    })  # fmt: skip


@lru_cache(maxsize=512)
def _pager(
    unit: str, state: str, sizes: Sequence[int], size: int, before: bool, after: bool,
    _language: str | None,
) -> Stencil:  # fmt: skip
    return Stencil("ui/list_pager.html", {
        "unit": unit, "state": state, "rows": gap("rows"), "total": gap("total"),
        "sizes": [(each, gap(f"size{each}"), each == size) for each in sizes],
        "previous": gap("previous") if before else "", "next": gap("next") if after else "",
    })  # fmt: skip
