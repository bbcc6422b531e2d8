"""Rows of the score matrix, of what waits for review and of a street's sheet, drawn in Python.

A district has ten units of twenty-six indicators and a hundred claims to judge (ui.md 8.8).
"""

from collections.abc import Iterable, Sequence

from django.utils.safestring import SafeString

from assessment.boards import Board, Cell, Column, Line, Waiting
from assessment.sheets import Row
from portal.ui import formats
from portal.ui.addresses import address_of
from portal.ui.drawing import fill, fill_each
from portal.ui.words import gettext as _

_INDICATOR = "assessment:indicator"
_EDGE = "pp-score-edge"
_NOTHING = SafeString(f'<span class="pp-3">{formats.DASH}</span>')
_TITLE = '<th scope="col"%s title="%s %s">%s<span class="as-weight">%s %s</span></th>'
_REST = (
    '<th scope="col" class="as-rest%s"><a href="?year=%s&amp;show=all">%s</a>'
    '<span class="as-weight">%s</span></th>'
)
_LINE = (
    '<tr><th class="as-name" scope="row">%s</th><td class="as-total is-total">%s</td>'
    '<td class="as-rank pp-2">%s</td>%s'
    '<td class="pp-score-edge as-state"><span class="pp-%s">%s</span></td></tr>\n'
)
_CELL = '<td class="%s"><a href="%s" data-cell aria-label="%s"%s>%s</a></td>'
_FLAG = SafeString(' data-flag="should"')
_WAITING = (
    '<tr><td>%s</td><td>%s</td><td class="pp-num">%s</td><td class="pp-num">%s</td>'
    '<td class="pp-num%s">%s</td><td class="pp-2 as-claim" title="%s">%s</td><td>%s %s</td>'
    '<td class="pp-2">%s</td><td class="pp-act"><a href="%s">%s</a></td></tr>\n'
)
_FAMILY = '<tr class="as-family"><th scope="colgroup" colspan="11">%s</th></tr>'
_ROW = (
    '%s<tr><td class="pp-2">%s</td><th scope="row"><a class="pp-rowlink" href="%s">%s</a></th>'
    '<td class="pp-num">%s</td><td class="pp-num">%s</td><td class="pp-num">%s</td>'
    '<td class="pp-num">%s</td><td class="pp-num%s">%s</td><td class="pp-num">%s</td>'
    '<td class="pp-2 as-claim" title="%s">%s</td><td>%s</td>'
    '<td class="pp-act"><a href="%s">%s</a></td></tr>\n'
)


# --- the matrix ---------------------------------------------------------------------------------


def titles(board: Board) -> SafeString:
    """The heads of the columns, with what each is worth."""
    year = board.cycle.year
    return SafeString("".join([_title(column, year) for column in board.columns]))


def _title(column: Column, year: int) -> SafeString:
    indicator = column.indicator
    if indicator is None:
        hidden = _("%(n)s 项") if column.is_first else _("另 %(n)s 项")
        edge = f" {_EDGE}" if column.is_first else ""
        return fill(_REST, edge, year, hidden % {"n": column.hidden}, _("无数据"))
    return fill(
        _TITLE, _edge(column), indicator.code, indicator.title, indicator.title,
        formats.tenths(indicator.weight), _("分"),
    )  # fmt: skip


def _edge(column: Column) -> SafeString:
    return SafeString(f' class="{_EDGE}"' if column.is_first else "")


def lines(board: Board) -> SafeString:
    """A row for each unit; its points open the page that explains them."""
    return SafeString("".join([_line(each) for each in board.lines]))


def _line(line: Line) -> SafeString:
    cells = SafeString("".join([_cell(cell) for cell in line.cells]))
    rank = formats.DASH if line.rank is None else line.rank
    return fill(_LINE, line.name, line.total, rank, cells, line.tone, line.state)


def _cell(cell: Cell) -> SafeString:
    look = "as-cell"
    if cell.tint:
        look += f" pp-loss-{cell.tint}"
    if cell.differs:
        look += " has-difference"
    if cell.is_first:
        look += f" {_EDGE}"
    if not cell.pk:
        return fill('<td class="%s as-rest">%s</td>', look, cell.text)
    flag = _FLAG if cell.differs else ""
    return fill(_CELL, look, address_of(_INDICATOR, cell.pk), cell.label, flag, cell.text)


def averages(board: Board) -> SafeString:
    """What all units together reach in each column."""
    return fill_each("<td%s>%s</td>", ((_edge(column), text) for column, text in board.averages))


# --- what waits ---------------------------------------------------------------------------------


def waiting_rows(waiting: Iterable[Waiting], *, may_review: bool) -> SafeString:
    """A row for each score that somebody of the district has to judge."""
    act = _("复核") if may_review else _("查看")
    return fill_each(_WAITING, (_waiting(each, act) for each in waiting))


def _waiting(each: Waiting, act: str) -> tuple[object, ...]:
    return (
        each.unit_name, each.title, formats.decimal(each.claimed), formats.decimal(each.computed),
        " pp-danger" if each.difference else "", formats.change(each.difference),
        each.note, each.note or formats.DASH, each.papers, _("份"), each.state,
        address_of(_INDICATOR, each.pk), act,
    )  # fmt: skip


# --- a street's own sheet -----------------------------------------------------------------------


def sheet_rows(rows: Sequence[Row]) -> SafeString:
    """A row for each indicator of one's own, each family under its title."""
    return fill_each(_ROW, map(_row, rows))


def _row(row: Row) -> tuple[object, ...]:
    indicator, score = row.indicator, row.score
    address = address_of(_INDICATOR, score.pk)
    return (
        fill(_FAMILY, indicator.family_title) if row.opens_family else "",
        indicator.code, address, indicator.title, formats.tenths(indicator.weight), row.shown,
        formats.decimal(score.computed), formats.decimal(score.self_claimed),
        f" pp-loss-{row.tint}" if row.tint else "", formats.decimal(row.points),
        fill("%s %s", row.papers, _("份")) if row.papers else _NOTHING,
        row.note, row.note or formats.DASH, score.state_title,
        address, _("填报") if row.may_claim else _("查看"),
    )  # fmt: skip
