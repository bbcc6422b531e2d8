"""Reads the tables that committees send: .xlsx and .csv, headers wherever they stand.

Every refusal is a :class:`~portal.exchange.containers.FileRefused` whose sentence says how to mend
the file. Uploads are read through :mod:`portal.exchange.sandbox`, which loads this module without
any framework in a limited process.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from portal.exchange.containers import (
    DAMAGED,
    MAX_BYTES,
    PASSWORD,
    FileRefused,
    check_container,
    kind_of,
)

#: One cell: text ("" when blank), a number as the spreadsheet held it, or a day.
Cell = str | int | float | date

MAX_ROWS = 200_000
MAX_COLUMNS = 60
MAX_CELL_LENGTH = 500
#: Of a longer cell this much is kept: its row is refused, the others go in.
KEPT_LENGTH = MAX_CELL_LENGTH + 1
#: More NULs than one in so many characters: no text, whatever its name says.
_NUL_EVERY = 1000
#: A header stands among the first rows that hold anything.
HEADER_SEARCH_ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: its number in the sheet, counted from 1, and a cell per header."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(slots=True)
class Sheet:
    """A table of the file. `left_out` tells rows that are no records: number and why."""

    name: str
    header_row: int
    headers: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """Everything read from one file; `notes_zh` are sentences for the person who sent it."""

    sheets: list[Sheet] = field(default_factory=list)
    notes_zh: list[str] = field(default_factory=list)

    @property
    def row_count(self) -> int:
        """Records in all sheets."""
        return sum(len(sheet.rows) for sheet in self.sheets)


def read_table(stream: BinaryIO, filename: str, known_headers: Iterable[str]) -> Table:
    """All tables of a file.

    :param stream: a seekable binary stream.
    :param filename: the name that the sender gave it; decides between workbook and text.
    :param known_headers: column names that a header row is recognised by.
    :raises FileRefused: hostile, unreadable, too large, or without a header row.
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    start = stream.read(8)
    stream.seek(0)
    kind = kind_of(filename, start, size)
    known = frozenset(header_key(name) for name in known_headers)
    table = (
        _read_workbook(stream, known, _add_sheet) if kind == "xlsx" else _read_text(stream, known)
    )
    if not table.sheets:
        raise FileRefused(
            "no_header", "没有找到表头，请保留写有列名（如「姓名」「公民身份号码」）的一行"
        )
    return table


def read_top(stream: BinaryIO, filename: str, known_headers: Iterable[str]) -> Table:
    """The first rows of every visible sheet of a workbook that is to be filled in.

    A sheet whose headings are not recognised has the header row 0; its rows are there to choose
    from. Here rows are everything that holds something, headings and titles too.

    :raises FileRefused: hostile, unreadable, no workbook, or blank
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    start = stream.read(8)
    if kind_of(filename, start, size) != "xlsx":
        raise FileRefused("extension", "来表应是 .xlsx 工作簿，请另存为 .xlsx 后再上传")
    known = frozenset(header_key(name) for name in known_headers)
    table = _read_workbook(stream, known, _add_top, is_ledger=False)
    if not table.sheets:
        raise FileRefused("empty", "工作簿里没有写了列名的工作表，请检查后重新上传")
    return table


def _add_top(
    table: Table, name: str, rows: Iterator[tuple[int, list[Cell]]], known: frozenset[str]
) -> None:
    filled = (row for row in rows if any(cell != "" for cell in row[1]))
    top = list(islice(filled, HEADER_SEARCH_ROWS))
    if not top:
        return
    place = _header_place([cells for _, cells in top], known)
    sheet = Sheet(name, 0, ())
    if place is not None:
        sheet.header_row, sheet.headers = top[place][0], headings(top[place][1])
    sheet.rows = [
        Row(number, tuple(c[:KEPT_LENGTH] if isinstance(c, str) else c for c in cells))
        for number, cells in top
    ]
    table.sheets.append(sheet)


# ---------------------------------------------------------------- workbooks: the cells


#: What takes the rows of one sheet into the table.
Taker = Callable[[Table, str, Iterator[tuple[int, list[Cell]]], frozenset[str]], None]


def _read_workbook(
    stream: BinaryIO, known: frozenset[str], take: Taker, *, is_ledger: bool = True
) -> Table:
    formulas = check_container(stream, read=is_ledger)
    stream.seek(0)
    table = Table()
    if formulas and is_ledger:
        table.notes_zh.append(f"表中有 {formulas} 个公式，按已保存的结果读取")
    try:
        book = CalamineWorkbook.from_filelike(stream)
        for meta in book.sheets_metadata:
            if meta.typ is not SheetTypeEnum.WorkSheet:
                continue
            if meta.visible is not SheetVisibleEnum.Visible:
                table.notes_zh.append(f"工作表「{meta.name}」已隐藏，未读取")
                continue
            take(table, meta.name, _workbook_rows(book.get_sheet_by_name(meta.name)), known)
    except PasswordError as failure:
        raise FileRefused("encrypted", PASSWORD) from failure
    except CalamineError as failure:
        raise FileRefused("damaged", DAMAGED) from failure
    return table


def _workbook_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[Cell]]]:
    """Rows with their numbers in the sheet, cells from column A on."""
    if sheet.start is None:
        return
    first_row, first_column = sheet.start
    if first_column + sheet.width > MAX_COLUMNS:
        raise _too_wide(sheet.name)
    fill = _merged_downwards(sheet)
    held: dict[int, Cell] = {}
    blank_before: list[Cell] = [""] * first_column
    for offset, values in enumerate(sheet.to_python()):
        number = first_row + offset
        cells = blank_before + [_cell(value) for value in values]
        for column, is_first in fill.get(number, ()):
            if is_first:
                held[column] = cells[column]
            elif cells[column] == "":
                cells[column] = held.get(column, "")
        yield number + 1, cells


def _merged_downwards(sheet: CalamineSheet) -> dict[int, list[tuple[int, bool]]]:
    """Cells merged over several rows of one column, by row: a family's address written once."""
    fill: dict[int, list[tuple[int, bool]]] = {}
    last_row = (sheet.end or (0, 0))[0]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if left != right or bottom == top or left >= MAX_COLUMNS:
            continue
        for row in range(top, min(bottom, last_row) + 1):
            fill.setdefault(row, []).append((left, row == top))
    return fill


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, int | date):
        return value
    if isinstance(value, time | timedelta):
        return str(value)
    return "" if value is None else str(value)


# ---------------------------------------------------------------- text files

_DELIMITERS = (",", "\t", ";")


def _read_text(stream: BinaryIO, known: frozenset[str]) -> Table:
    text = decode(stream.read(MAX_BYTES + 1))
    head = "\n".join(text.split("\n", 20)[:20])
    delimiter = max(_DELIMITERS, key=head.count) if any(map(head.count, _DELIMITERS)) else "，"
    table = Table()
    try:
        _add_sheet(table, "CSV", _text_rows(text, delimiter), known)
    except csv.Error as failure:
        raise FileRefused(
            "damaged", "CSV 的引号或分隔符有误，请在 Excel 中打开检查并另存为 .xlsx 后再上传"
        ) from failure
    return table


def decode(raw: bytes) -> str:
    """Text of a CSV file: UTF-8 with or without a mark, else GB18030, strictly.

    Never `gbk` or `gb2312`: they lose rare characters, and the latter reads the dot of minority
    names as another one.

    :raises FileRefused: neither of them, or no text at all; a lone NUL is its row's error.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.count("\x00") * _NUL_EVERY > len(text):
            raise FileRefused("magic", "文件内容不是 CSV 文本，请另存为「CSV UTF-8」后再上传")
        return text
    raise FileRefused(
        "encoding", "文件编码无法识别，请在 Excel 中另存为「CSV UTF-8（逗号分隔）」后再上传"
    )


def _text_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for number, values in enumerate(reader, start=1):
        if len(values) > MAX_COLUMNS and any(values[MAX_COLUMNS:]):
            raise _too_wide("CSV")
        yield number, list(values)


def _too_wide(name: str) -> FileRefused:
    return FileRefused("columns", f"工作表「{name}」超过 {MAX_COLUMNS} 列，请删去多余的列后再上传")


# ---------------------------------------------------------------- from rows to records

_BRACKETED = re.compile(r"[(\[【〔].*?[)\]】〕]")
_HEADER_NOISE = re.compile(r"[\s*:：、.·_\-/\\\"'“”\u200b-\u200f\ufeff]+")
_TOTALS = frozenset({"合计", "总计", "小计", "共计", "累计", "本页合计", "本页小计"})
_SIGNATURE = re.compile(
    "(?:填表|填报|制表|审核|审批|复核|经办|负责|采集|统计|联系|单位|社区|居委会|分管|核对|登记)"
    "(?:人|单位|日期|时间|负责人|领导|盖章|电话|员)*(?:签名|签字|签章|盖章)?[(（]?[^:：]{0,6}[)）]?[:：]"
    "|(?:日期|备注|说明|注)[:：]"
)


def header_key(text: str) -> str:
    """A column name for comparing: half-width, lower case, without spaces, marks and brackets."""
    plain = unicodedata.normalize("NFKC", text)
    return _HEADER_NOISE.sub("", _BRACKETED.sub("", plain) or plain).lower()


def _add_sheet(
    table: Table, name: str, rows: Iterator[tuple[int, list[Cell]]], known: frozenset[str]
) -> None:
    """Find the header, then take the records below it; a sheet without a header is left out."""
    before: list[tuple[int, list[Cell]]] = []
    for number, cells in rows:
        if any(cell != "" for cell in cells):
            before.append((number, cells))
        if len(before) >= HEADER_SEARCH_ROWS:
            break
    place = _header_place([cells for _, cells in before], known)
    if place is None:
        if before:
            table.notes_zh.append(f"工作表「{name}」没有表头，未读取")
        return
    number, cells = before[place]
    sheet = Sheet(name, number, headings(cells))
    taken = table.row_count
    for number, cells in _chain(before[place + 1 :], rows):
        _add_row(sheet, number, cells, known)
        if taken + len(sheet.rows) > MAX_ROWS:
            raise FileRefused("rows", f"超过 {MAX_ROWS:,} 行，请拆成几个文件分别上传")
    table.sheets.append(sheet)


def _chain(
    first: list[tuple[int, list[Cell]]], rest: Iterator[tuple[int, list[Cell]]]
) -> Iterator[tuple[int, list[Cell]]]:
    yield from first
    yield from rest


def _known_count(cells: Sequence[Cell], known: frozenset[str]) -> int:
    return len(
        {key for cell in cells if isinstance(cell, str) and (key := header_key(cell)) in known}
    )


def _header_place(rows: Sequence[Sequence[Cell]], known: frozenset[str]) -> int | None:
    """Index of the row with most known names: at least three, or two that are a third of it."""
    best, best_count = None, 1
    for place, cells in enumerate(rows):
        count = _known_count(cells, known)
        filled = sum(1 for cell in cells if cell != "")
        if count > best_count and (count > 2 or count * 3 >= filled):
            best, best_count = place, count
    return best


def headings(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Names of the columns, each once; a column without one is called by its letter."""
    names: list[str] = []
    width = max(place for place, cell in enumerate(cells) if cell != "") + 1
    for place, cell in enumerate(cells[:width]):
        name = "".join(cell_text(cell).split()) or f"{column_letter(place)} 列"
        repeat = 2
        unique = name
        while unique in names:
            unique, repeat = f"{name}（{repeat}）", repeat + 1
        names.append(unique)
    return tuple(names)


def column_letter(place: int) -> str:
    """What a spreadsheet calls the column; `place` counts from 0."""
    return chr(65 + place) if place < 26 else chr(64 + place // 26) + chr(65 + place % 26)


def _add_row(sheet: Sheet, number: int, cells: list[Cell], known: frozenset[str]) -> None:
    width = len(sheet.headers)
    kept = cells[:width]
    shown = [cell for cell in kept if not (isinstance(cell, str) and not cell.strip())]
    if not shown:
        return
    reason = _no_record(shown, sheet, known)
    if reason:
        sheet.left_out.append((number, reason))
        return
    kept = [cell[:KEPT_LENGTH] if isinstance(cell, str) else cell for cell in kept]
    kept.extend([""] * (width - len(kept)))
    sheet.rows.append(Row(number, tuple(kept)))


def _no_record(shown: Sequence[Cell], sheet: Sheet, known: frozenset[str]) -> str:
    """Why a row is no record: a total, a signature, the header again; "" for a record."""
    for cell in shown[:2]:
        if isinstance(cell, str) and "".join(cell.split()).rstrip(":：") in _TOTALS:
            return "合计行"
    first = shown[0]
    if isinstance(first, str):
        if _SIGNATURE.match("".join(first.split())):
            return "填表说明行"
        if (
            len(shown) > 1
            and first.strip() in sheet.headers
            and (_known_count(shown, known) * 2 > len(shown))
        ):
            return "重复的表头"
    return ""


def cell_text(cell: Cell) -> str:
    """What a cell says, as text; a number without a trailing `.0`, a day in ISO form."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        digits = format(Decimal(repr(cell)), "f")  # 3.1e17 as the spreadsheet shows it
        return digits.removesuffix(".0")
    return str(cell)


def is_number(cell: Cell) -> bool:
    """Whether the spreadsheet held a number: long ones have lost their last digits."""
    return isinstance(cell, int | float)
