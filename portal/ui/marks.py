"""Markup of what stands in rows: rulers, gap bars, load bars, trends, the cells of a board.

A street's dashboard and a building's board hold a hundred of them. `graphics` says where each mark
stands, the style sheets what it looks like.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from portal.ui import markup
from portal.ui.drawing import fill, fill_each
from portal.ui.graphics import GapBar, LoadBar, Ruler, Sparkline, freshness_level
from portal.ui.words import gettext as _

_RULER = (
    '<svg class="pp-graphic" width="%s" height="16" aria-hidden="true">'
    '<rect class="pp-f-line" x="0" y="7" width="100%%" height="2" rx="1"></rect>'
    '<rect class="%s" x="%s%%" y="7" width="%s%%" height="2"></rect>'
    '<svg x="%s%%" overflow="visible">'
    '<rect class="pp-f-text" x="-1" y="0" width="2" height="16"></rect></svg>'
    '<circle class="%s" cx="%s%%" cy="8" r="5"></circle></svg>'
)
_GAP_BAR = (
    '<svg class="pp-graphic" width="%s" height="16" aria-hidden="true">'
    '<rect class="%s" x="%s%%" y="2" width="%s%%" height="12"></rect>'
    '<rect class="pp-f-text" x="50%%" y="0" width="1" height="16"></rect></svg>'
)
_LOAD_BAR = (
    '<svg class="pp-graphic" width="%s" height="18" aria-hidden="true">'
    '<rect class="pp-f-track" x="0" y="3" width="100%%" height="12"></rect>'
    '<rect class="%s" x="0" y="3" width="%s%%" height="12"></rect>'
    '<rect class="pp-f-text" x="%s%%" y="0" width="2" height="18"></rect></svg>'
)
_TARGET_LINE = (
    '<line class="pp-k-text2" x1="0" x2="100%%" y1="%s" y2="%s" stroke-width="1"'
    ' stroke-dasharray="3 2"></line>'
)
_CHANGE_LINE = (
    '<line class="pp-k-text2" x1="%s%%" x2="%s%%" y1="0" y2="100%%" stroke-width="1"'
    ' stroke-dasharray="1 2"></line>'
)
_PIECE = (
    '<polyline class="pp-f-none pp-k-viz2" points="%s" stroke-width="1.5"'
    ' vector-effect="non-scaling-stroke"></polyline>'
)
_SPARKLINE = (
    '<svg class="pp-graphic" width="%s" height="%s" aria-hidden="true">%s%s'
    '<svg viewBox="0 0 100 %s" width="100%%" height="%s" preserveAspectRatio="none">%s</svg>'
    '<circle class="%s" cx="%s%%" cy="%s" r="3"></circle></svg>'
)


def ruler(mark: Ruler | None, width: str) -> str:
    """A value dot and a target tick on a cut axis; nothing for an unknown value."""
    if mark is None:
        return ""
    stretch, dot = ("pp-f-bar", "pp-f-danger") if mark.below else ("pp-f-b500", "pp-f-brand")
    return fill(
        _RULER, width, stretch, mark.stretch.start, mark.stretch.length, mark.tick, dot, mark.dot
    )


def gap_bar(mark: GapBar | None, width: str) -> str:
    """A bar left or right of the target line."""
    if mark is None:
        return ""
    css = "pp-f-bar" if mark.below else "pp-f-viz2"
    return fill(_GAP_BAR, width, css, mark.bar.start, mark.bar.length)


def load_bar(mark: LoadBar | None, width: str) -> str:
    """A zero-based bar with a tick at the limit."""
    if mark is None:
        return ""
    css = "pp-f-bar" if mark.over else "pp-f-viz2"
    return fill(_LOAD_BAR, width, css, mark.bar.length, mark.tick)


def sparkline(mark: Sparkline | None, width: str, height: int) -> str:
    """A trend without axes."""
    if mark is None:
        return ""
    target = "" if mark.target is None else fill(_TARGET_LINE, mark.target, mark.target)
    change = "" if mark.change is None else fill(_CHANGE_LINE, mark.change, mark.change)
    pieces = fill_each(_PIECE, ((piece,) for piece in mark.pieces))
    dot = "pp-f-danger" if mark.below else "pp-f-viz1"
    return fill(
        _SPARKLINE,
        width,
        height,
        target,
        change,
        height,
        height,
        pieces,
        dot,
        mark.last_x,
        mark.last_y,
    )


_CELL = (
    '<a class="pp-cell%s" href="%s" tabindex="-1" data-cell data-kind="%s"%s aria-label="%s">'
    '<b>%s</b> <span class="pp-cell-kind">%s</span>%s</a>'
)
_LIVING = ' <span class="pp-cell-count">%s</span> %s'
UNKNOWN = "unknown"


def matrix_cell(cell: Any) -> str:
    """One dwelling of the building matrix (房态格).

    :param cell: with room, kind (own, rented, collective, vacant, other, unknown), letter
        (自 租 集 空 ?), people (text), days and cycle, fresh (1–4 segments, 0 for none), group
        (local, incomer, foreign, mixed), flag (must, should or blank), crowded, selected, url,
        pane_url, label (the whole in words)
    """
    told = {"fresh": cell.fresh, "people": cell.group, "flag": cell.flag, "pane-url": cell.pane_url}
    facts = fill_each(' data-%s="%s"', ((name, value) for name, value in told.items() if value))
    living = ""
    if cell.kind != UNKNOWN:
        level = freshness_level(cell.days, cell.cycle)
        living = fill(_LIVING, cell.people, markup.freshness(level))
    return fill(
        _CELL, " is-crowded" if cell.crowded else "", cell.url, cell.kind,
        fill('%s aria-current="true"', facts) if cell.selected else facts,
        cell.label, cell.room, cell.letter, living,
    )  # fmt: skip


def matrix_row(cells: Iterable[Any]) -> str:
    """The cells of a floor; None leaves a gap."""
    return fill_each("<td>%s</td>", ((matrix_cell(cell) if cell else "",) for cell in cells))


def diff(changes: Iterable[Mapping[str, object]]) -> str:
    """What changed.

    :param changes: each with field, old and new, in words; masked values come masked
    """
    nothing, arrow = _("（空）"), markup.icon("arrow-right")
    rows = (
        (each["field"], each["old"] or nothing, arrow, each["new"] or nothing) for each in changes
    )
    drawn = fill_each("<dt>%s</dt><dd><del>%s</del> %s <ins>%s</ins></dd>", rows)
    return fill('<dl class="pp-diff">%s</dl>', drawn)
