"""Fills the rows of another office's workbook and leaves everything else of it as it is.

Plain Python: :mod:`portal.exchange.sandbox` loads it in the limited child, for the workbook is a
stranger's. Nothing of it is calculated here, and nothing that was written becomes a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.writer.excel import ExcelWriter

FIRST_DAY = date(1899, 12, 30)
#: What may stay calculated in a form: nothing that reads or calls anything outside the workbook.
_HARMLESS = re.compile(
    "(?:SUM|SUMIFS?|SUMPRODUCT|SUBTOTAL|COUNT|COUNTA|COUNTIFS?|COUNTBLANK|AVERAGE|MAX|MIN|ROUND|IF"
    "|AND|OR|NOT|IFERROR|ISBLANK|ROW|TODAY|YEAR|MONTH|DAY|DATE|DATEDIF|TEXT|LEN|LEFT|RIGHT|MID"
    "|CONCATENATE|VALUE|INDEX|MATCH|VLOOKUP)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"([A-Z_][A-Z0-9_.]*)\s*\(", re.IGNORECASE)
_RANGE = re.compile(r"(\$?[A-Z]{1,3}\$?)(\d+):(\$?[A-Z]{1,3}\$?)(\d+)")


@dataclass(frozen=True)
class Plan:
    """Where the rows go: the sheet, the row of its headings, and per value a column and a form.

    Columns count from 0; `serial` is the column that numbers the rows, `mark` says on every
    printed page whose file it is.
    """

    sheet: str
    header_row: int
    places: Sequence[tuple[int, str]]
    serial: int | None
    mark: str


def fill(content: bytes, plan: Plan, rows: Iterable[Sequence[str]]) -> bytes:
    """The workbook with the rows in it.

    :raises KeyError: there is no such sheet
    """
    book = openpyxl.load_workbook(io.BytesIO(content), rich_text=True, keep_links=False)
    sheet = book[plan.sheet]
    _disarm(book)
    held = list(rows)
    first = _first_row(sheet, plan.header_row)
    _make_room(sheet, plan, first, len(held))
    for offset, values in enumerate(held):
        _write_row(sheet, plan, first + offset, offset + 1, values)
    _sign(sheet, plan.mark)
    book.properties.lastModifiedBy = None
    out = io.BytesIO()
    _save(book, out)
    return out.getvalue()


def warm_up() -> None:
    """Load whatever reading and writing a workbook loads late, before files are out of reach."""
    book = openpyxl.Workbook()
    book.active.append(["a", 1, FIRST_DAY])
    out = io.BytesIO()
    _save(book, out)
    openpyxl.load_workbook(out)


class _Writer(ExcelWriter):
    """Writes sheets in memory: the library's own way passes through a file with a name."""

    def write_worksheet(self, ws: Any) -> None:
        out = io.BytesIO()
        writer = WorksheetWriter(ws, out)
        writer.write()
        ws._rels = writer._rels
        self._archive.writestr(ws.path[1:], out.getvalue())
        self.manifest.append(ws)


def _save(book: Any, out: io.BytesIO) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        workbook = _Writer(book, archive)
        workbook.save()


def _disarm(book: Any) -> None:
    """Formulas that could carry what is written out of the workbook lose their cells."""
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                if cell.data_type == "f" and not is_harmless(str(cell.value)):
                    cell.value = None


def is_harmless(formula: str) -> bool:
    """Whether a formula only counts within its workbook."""
    called = all(map(_HARMLESS.fullmatch, _CALLED.findall(formula)))
    return called and not re.search(r"[|\[\]]|://", formula)


def _first_row(sheet: Any, header_row: int) -> int:
    """The row under the headings, however deep their cells are merged."""
    ranges = sheet.merged_cells.ranges
    deep = [int(r.max_row) for r in ranges if r.min_row <= header_row <= r.max_row]
    return 1 + max([header_row, *deep])


def _is_blank(cells: Sequence[Any], serial: int | None) -> bool:
    """Whether a row waits to be filled; its running number may be there already."""
    return all(
        cell.value is None
        or not str(cell.value).strip()
        or (place == serial and not isinstance(cell.value, str))
        or (place == serial and str(cell.value).strip().isdecimal())
        for place, cell in enumerate(cells)
    )


def _make_room(sheet: Any, plan: Plan, first: int, count: int) -> None:
    """Blank rows of the form's own look, as many as are needed; what stands below moves down."""
    foot = first
    while foot <= sheet.max_row and _is_blank(sheet[foot], plan.serial):
        foot += 1
    has_foot = foot <= sheet.max_row
    room = foot - first
    _unmerge(sheet, plan, first, foot if has_foot else sheet.max_row + 1)
    if has_foot and count > room:
        _move_down(sheet, first, foot, count - room)
    model = [copy(cell._style) for cell in sheet[first]] if room else []
    height = sheet.row_dimensions[first].height
    across = [
        (r.min_col, r.max_col) for r in sheet.merged_cells.ranges
        if room and r.min_row == first == r.max_row
    ]  # fmt: skip
    for row in range(first + room, first + count):
        for place, style in enumerate(model, start=1):
            sheet.cell(row, place)._style = copy(style)
        if height:
            sheet.row_dimensions[row].height = height
        for left, right in across:
            sheet.merge_cells(start_row=row, end_row=row, start_column=left, end_column=right)


def _unmerge(sheet: Any, plan: Plan, first: int, foot: int) -> None:
    """Among the rows to be filled: cells merged over several rows, or over a column of their own.

    A heading of its own over the second of two merged cells wants both of them.
    """
    wanted = {place + 1 for place, _form in plan.places}
    for each in list(sheet.merged_cells.ranges):
        if first <= each.min_row < foot and (
            each.max_row > each.min_row or wanted & set(range(each.min_col + 1, each.max_col + 1))
        ):
            sheet.unmerge_cells(each.coord)


def _move_down(sheet: Any, first: int, foot: int, rows: int) -> None:
    """What stands below the blank rows, with its merged cells, its heights and its sums."""
    last, width = sheet.max_row, sheet.max_column
    merged = [r.coord for r in sheet.merged_cells.ranges if r.min_row >= foot]
    for coord in merged:
        sheet.unmerge_cells(coord)
    sheet.move_range(f"A{foot}:{get_column_letter(width)}{last}", rows=rows)
    for coord in merged:
        moved = CellRange(coord)
        moved.shift(row_shift=rows)
        sheet.merge_cells(moved.coord)
    heights = {row: sheet.row_dimensions[row].height for row in range(foot, last + 1)}
    for row in heights:
        sheet.row_dimensions[row].height = None
    for row, height in heights.items():
        sheet.row_dimensions[row + rows].height = height
    for cells in sheet.iter_rows(min_row=foot + rows):
        for cell in cells:
            if cell.data_type == "f":
                cell.value = _RANGE.sub(_longer(first, foot, rows), str(cell.value))


def _longer(first: int, foot: int, rows: int) -> Any:
    """How a range over the blank rows reaches over those that were added."""

    def over(found: re.Match[str]) -> str:
        left, top, right, bottom = found.groups()
        reach = int(bottom)
        if int(top) >= first and first <= reach < foot:
            reach += rows
        return f"{left}{top}:{right}{reach}"

    return over


def _write_row(sheet: Any, plan: Plan, row: int, number: int, values: Sequence[str]) -> None:
    if plan.serial is not None:
        _put(sheet.cell(row, plan.serial + 1), str(number), "number")
    for (place, form), text in zip(plan.places, values, strict=True):
        _put(sheet.cell(row, place + 1), text, form)


def _put(cell: Any, text: str, form: str) -> None:
    """A value in its form; text stays text, whatever it begins with."""
    if isinstance(cell, MergedCell) or not text:
        return
    if form == "number":
        cell.value = float(text) if "." in text else int(text)
    elif form == "day":
        cell.value = FIRST_DAY + timedelta(days=int(text))
        cell.number_format = "yyyy-mm-dd"
    else:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
        cell.data_type, cell.number_format = "s", "@"
        cell.quotePrefix = not text[0].isalnum()


def _sign(sheet: Any, mark: str) -> None:
    """Whose file it is, at the foot of printed pages, in a place that the form left free."""
    for part in (sheet.oddFooter.left, sheet.oddFooter.right, sheet.oddHeader.left):
        if not part.text:
            part.text, part.size = mark.replace("&", "&&")[:200], 8
            return
