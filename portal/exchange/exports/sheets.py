"""Workbooks of a few small sheets: figures that belong together, and how to read them behind.

Lists of any length are streams of one sheet (`workbook`); these are written cell by cell.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from portal.catalogue.method import Method
from portal.exchange.exports.kinds import ExportColumn
from portal.exchange.exports.marks import Mark
from portal.exchange.exports.methods import CELL_LIMIT, add_method
from portal.exchange.exports.workbook import HEADS, Styles, lay_out, sheet_name
from portal.orgs.scope import Scope
from portal.ui.safe_cells import looks_like_formula


@dataclass(frozen=True)
class Sheet:
    """One table: its name, columns, and rows of text; in a column of numbers that of a number."""

    title: str
    columns: Sequence[ExportColumn]
    lines: Sequence[Sequence[str]]


def written_sheets(
    sheets: Sequence[Sheet], *, number: str, by: Scope, at: datetime, purpose: str,
    conditions: Sequence[str], method: Method,
) -> bytes:  # fmt: skip
    """The workbook's bytes; who took it, when and what it holds stand above each table.

    :param method: how to read it, for the sheet behind them
    """
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": datetime(at.year, at.month, at.day)})
    styles = Styles(book)
    person = f"{by.user_name} {by.staff_no}".strip()
    for each in sheets:
        count = len(each.lines)
        mark = Mark(number, by.unit_name, person, at, purpose, conditions, count, _("行"))
        sheet = book.add_worksheet(sheet_name(each.title))
        lay_out(sheet, each.columns, mark, styles)
        for row, line in enumerate(each.lines, HEADS):
            _write(sheet, row, each.columns, line, styles)
    whole = Mark(
        number, by.unit_name, person, at, purpose, conditions,
        sum(len(each.lines) for each in sheets), _("行"),
    )  # fmt: skip
    add_method(book, method, whole.facts)
    book.close()
    return made.getvalue()


def _write(
    sheet: Any, row: int, columns: Sequence[ExportColumn], line: Sequence[str], styles: Styles
) -> None:
    for place, (column, text) in enumerate(zip(columns, line, strict=True)):
        if not text:
            continue
        if column.form == "number":
            sheet.write_number(row, place, float(text), styles.number)
        else:
            style = styles.quoted if looks_like_formula(text) else styles.text
            sheet.write_string(row, place, text[:CELL_LIMIT], style)
