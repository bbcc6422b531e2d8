"""Workbooks of any number of rows, written as a stream.

XlsxWriter makes the package around the rows (parts, styles, heads, paper); the rows are written
by the functions here into its sheets, which is many times as fast (docs/performance.md).
The workbook is built from nothing: visible sheets of at most 1,048,576 rows, no hidden row or
column, no comment, no author, no link, no formula. Behind the rows stands how to read them.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from portal.catalogue.method import Method
from portal.exchange.exports.kinds import ExportColumn
from portal.exchange.exports.marks import Mark
from portal.exchange.exports.methods import A4, CELL_LIMIT, add_method
from portal.ui.safe_cells import looks_like_formula

SHEET_ROWS = 1_048_576
HEADS = 3
LEVEL = 1  # of compression: higher ones take longer than everything else together
HELD = 1000
_MARKUP = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
BETWEEN = "\x1f"
#: a batch of texts in which one needs more than to be written between tags
_ODD = re.compile(
    "(?:^|\x1f)(?![0-9A-Za-z*\x1f\u3400-\u9fff]|$)"
    "|[&<>\x00-\x1e\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|[ \u00a0\u3000](?:\x1f|$)"
)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
Draw = Callable[[int, str], str]
_END = b"</sheetData>"
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')


def write_workbook(
    out: BinaryIO, columns: Sequence[ExportColumn], rows: Iterable[Sequence[str]], mark: Mark, *,
    title: str, method: Method, sheet_rows: int = SHEET_ROWS,
) -> int:  # fmt: skip
    """Write rows of text, in the forms of their columns, and give their number.

    :param rows: as many as the mark says; days as a spreadsheet counts them
    :param method: how to read them, for a sheet of its own behind those with rows
    :param sheet_rows: rows of a full sheet with its heads; more than that makes another sheet
    """
    room = sheet_rows - HEADS
    sheets = max(1, -(-mark.rows // room))
    skeleton, styles = _skeleton(columns, mark, method, title, sheets)
    filled = {f"xl/worksheets/sheet{number}.xml" for number in range(1, sheets + 1)}
    source, count = iter(rows), 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as book:
        for name in skeleton.namelist():
            part = skeleton.read(name)
            if name not in filled:
                book.writestr(name, part)
                continue
            here = min(room, max(mark.rows - count, 0))
            with book.open(name, "w") as sheet:
                begin, _, end = part.partition(_END)
                sheet.write(_DIMENSION.sub(_reach(columns, here), begin))
                count += _write_rows(sheet, columns, styles, islice(source, room))
                sheet.write(_END + end)
    return count


def _reach(columns: Sequence[ExportColumn], rows: int) -> bytes:
    """The corner-to-corner reference of a sheet of so many rows."""
    last = f"{xl_col_to_name(max(len(columns) - 1, 0))}{rows + HEADS}"
    return f'<dimension ref="A1:{last}"/>'.encode()


class Styles:
    """The cell formats of an export, and their places in the workbook's list of styles."""

    def __init__(self, book: Any) -> None:
        self.mark = book.add_format({"font_color": "#546171", "font_size": 9})
        self.head = book.add_format({"bold": True, "bg_color": "#EEF1F4", "bottom": 1})
        # Text stays text, even after somebody edits the cell: an 18-digit number is never rounded.
        self.text = book.add_format({"num_format": "@"})
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.number = book.add_format({"num_format": "General"})
        self.places = {
            name: getattr(self, name)._get_xf_index()
            for name in ("text", "quoted", "day", "number")
        }


def _skeleton(
    columns: Sequence[ExportColumn], mark: Mark, method: Method, title: str, sheets: int
) -> tuple[zipfile.ZipFile, dict[str, int]]:
    """The workbook without its rows, and the places of the styles of cells."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": datetime(mark.at.year, mark.at.month, mark.at.day)})
    styles = Styles(book)
    for number in range(1, sheets + 1):
        sheet = book.add_worksheet(sheet_name(title, number, sheets))
        lay_out(sheet, columns, mark, styles)
    add_method(book, method, mark.facts)
    book.close()
    return zipfile.ZipFile(made), styles.places


def lay_out(sheet: Any, columns: Sequence[ExportColumn], mark: Mark, styles: Styles) -> None:
    """Widths, heads, the mark above them, and paper; rows begin below `HEADS` lines."""
    for row, text in enumerate(mark.lines):
        sheet.write_string(row, 0, text[:CELL_LIMIT], styles.mark)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, getattr(styles, column.form))
        sheet.write_string(HEADS - 1, place, str(column.title), styles.head)
    sheet.freeze_panes(HEADS, 0)
    sheet.repeat_rows(0, HEADS - 1)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    words = mark.text.replace("&", "&&")[:200]
    sheet.set_header(f"&L&9{words}")
    sheet.set_footer(f"&L&9{words}&R&9&P / &N")


def _write_rows(
    sheet: Any, columns: Sequence[ExportColumn], styles: dict[str, int],
    rows: Iterator[Sequence[str]],
) -> int:  # fmt: skip
    """The rows of one sheet, a thousand at a time; where there is odd text, cell by cell."""
    frames = [_frame(column, place, styles) for place, column in enumerate(columns)]
    odd = [_odd_frame(column, place, styles) for place, column in enumerate(columns)]
    number = HEADS
    while batch := list(islice(rows, HELD)):
        parts = []
        strange = _ODD.search(BETWEEN.join(map(BETWEEN.join, batch)))
        for row in batch:
            number += 1
            if strange:
                cells = [draw(number, text) for draw, text in zip(odd, row, strict=True) if text]
            else:
                cells = [
                    f"{begin}{number}{middle}{text}{end}"
                    for (begin, middle, end), text in zip(frames, row, strict=True)
                    if text
                ]
            parts.append(f'<row r="{number}">{"".join(cells)}</row>')
        sheet.write("".join(parts).encode())
    return number - HEADS


def _frame(column: ExportColumn, place: int, styles: dict[str, int]) -> tuple[str, str, str]:
    """What stands before a row's number, between it and the value, and behind the value."""
    begin, style = f'<c r="{xl_col_to_name(place)}', styles[column.form]
    if column.form == "text":
        return begin, f'" s="{style}" t="inlineStr"><is><t>', "</t></is></c>"
    return begin, f'" s="{style}"><v>', "</v></c>"


def _odd_frame(column: ExportColumn, place: int, styles: dict[str, int]) -> Draw:
    """A cell of text that may hold markup, edges of blanks or the beginning of a formula."""
    begin, middle, end = _frame(column, place, styles)
    quoted = middle.replace(f's="{styles["text"]}"', f's="{styles["quoted"]}"')

    def draw(number: int, text: str) -> str:
        if column.form != "text":
            return f"{begin}{number}{middle}{text}{end}"
        chosen = quoted if looks_like_formula(text) else middle
        if text[0].isspace() or text[-1].isspace():
            chosen = chosen.replace("<t>", '<t xml:space="preserve">')
        clean = _MARKUP.sub(_escaped, text)
        return f"{begin}{number}{chosen}{clean}{end}"

    return draw


def _escaped(found: re.Match[str]) -> str:
    """Markup as entities, `_x0041_` kept from being read as a character, controls left out."""
    sign = found.group()
    return f"_x005F{sign}" if sign.startswith("_x") else _ENTITIES.get(sign, "")


def sheet_name(title: str, number: int = 1, sheets: int = 1) -> str:
    """A name that spreadsheets take: no `[]:*?/\\`, at most 31 characters."""
    clean = "".join(char for char in title if char not in "[]:*?/\\'")[:26] or "Sheet"
    return f"{clean} {number}" if sheets > 1 else clean
