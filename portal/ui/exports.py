"""Files out of a list: CSV and XLSX from the same columns, safe to open anywhere.

The first row says who exported what, when and what for; a spreadsheet never runs a cell as a
formula; a workbook has exactly one visible sheet and no author, comments or links. Writers take an
iterator and hold one row at a time.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.ui.cells import Column, Sensitivity
from portal.ui.formats import DASH
from portal.ui.safe_cells import disarm, looks_like_formula

ENCODING = "utf-8-sig"
#: what spreadsheet programs hold at most in one cell
CELL_LIMIT = 32_767
#: a sheet's rows, less the two heads
ROW_LIMIT = 1_048_574


@dataclass(frozen=True)
class Watermark:
    """Whose file this is; the first row of every export."""

    number: str
    unit: str
    person: str
    at: datetime
    purpose: str = ""

    @property
    def text(self) -> str:
        """One line: `导出 EX-… 兰桂园居委会 周敏 LGY-003 2026-11-20 09:58 用途 月度核对`."""
        parts = [
            _("导出 %(number)s") % {"number": self.number},
            self.unit,
            self.person,
            f"{_local(self.at):%Y-%m-%d %H:%M}",
        ]
        if self.purpose:
            parts.append(_("用途 %(purpose)s") % {"purpose": self.purpose})
        return "　".join(parts)


def exportable(columns: Sequence[Column]) -> list[Column]:
    """The columns that may leave the screen."""
    return [column for column in columns if column.sensitivity != Sensitivity.SCREEN_ONLY]


def write_csv(
    out: BinaryIO, columns: Sequence[Column], rows: Iterable[Any], watermark: Watermark
) -> int:
    """Write UTF-8 with a byte-order mark (Excel needs it) and give the count of records."""
    text = io.TextIOWrapper(out, encoding=ENCODING, newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL)
    kept = exportable(columns)
    writer.writerow([disarm(watermark.text)])
    writer.writerow([disarm(str(column.title)) for column in kept])
    count = 0
    for row in rows:
        writer.writerow([_as_text(column.exported(row)) for column in kept])
        count += 1
    text.flush()
    text.detach()
    return count


def write_xlsx(
    out: BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Any],
    watermark: Watermark,
    *,
    title: str,
) -> int:
    """Write a workbook of one sheet, row by row, and give the count of records.

    :param title: the sheet's name (cut to Excel's 31 characters)
    :raises ValueError: there are more rows than a sheet holds
    """
    kept = exportable(columns)
    book = xlsxwriter.Workbook(
        out,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
            "remove_timezone": True,
        },
    )
    try:
        sheet = book.add_worksheet(_sheet_name(title))
        looks = _Looks(book)
        _prepare(sheet, kept, watermark, looks)
        count = 0
        for count, row in enumerate(islice(rows, ROW_LIMIT + 1), start=1):
            if count > ROW_LIMIT:
                raise ValueError("more rows than a sheet holds")
            for place, column in enumerate(kept):
                _write(sheet, count + 1, place, column.exported(row), looks)
        sheet.autofilter(1, 0, max(count + 1, 1), max(len(kept) - 1, 0))
        return count
    finally:
        book.close()


def batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The rows in lists of at most `size`, for files that are cut."""
    source = iter(rows)
    while batch := list(islice(source, size)):
        yield batch


class _Looks:
    """The few cell formats of an export."""

    def __init__(self, book: Any) -> None:
        self.mark = book.add_format({"font_color": "#546171", "font_size": 9})
        self.head = book.add_format({"bold": True, "bg_color": "#EEF1F4", "bottom": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        # Excel shows the text, never runs it, even after the cell is edited.
        self.quoted = book.add_format({"quote_prefix": True})


def _prepare(sheet: Any, columns: Sequence[Column], watermark: Watermark, looks: _Looks) -> None:
    sheet.write_string(0, 0, watermark.text, looks.mark)
    for place, column in enumerate(columns):
        title = str(column.title)
        sheet.set_column(place, place, max(column.width / 7, len(title) * 2 + 2, 10))
        sheet.write_string(1, place, title, looks.head)
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&9{watermark.text.replace('&', '&&')[:200]}&R&9&P / &N")


def _write(sheet: Any, row: int, place: int, value: Any, looks: _Looks) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, place, _("是") if value else _("否"))
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, place, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, place, _local(value), looks.moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, looks.day)
    else:
        text = str(value)[:CELL_LIMIT]
        sheet.write_string(row, place, text, looks.quoted if looks_like_formula(text) else None)


def _as_text(value: Any) -> str:
    if value is None or value == DASH:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return f"{_local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return disarm(str(value))


def _local(value: datetime) -> datetime:
    return timezone.make_naive(value) if timezone.is_aware(value) else value


def _sheet_name(title: str) -> str:
    """A name that Excel takes: no `[]:*?/\\`, at most 31 characters."""
    clean = "".join(char for char in title if char not in "[]:*?/\\'")
    return clean[:31] or _("名单")
