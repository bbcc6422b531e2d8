"""The sheet 口径说明 of a workbook: who took it, of when it is, how to read it.

Paper: S-140.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from portal.catalogue.method import Method, Table
from portal.catalogue.record import Text
from portal.exchange.exports.kinds import ExportColumn
from portal.exchange.exports.telling import Told
from portal.ui.safe_cells import looks_like_formula

#: what spreadsheet programs hold at most in one cell
CELL_LIMIT = 32_767
WIDTHS = (22, 44, 44, 40, 30, 24, 24, 20, 20, 20, 30)
A4 = 9
Facts = Sequence[tuple[Text, str]]


def sheet_title() -> str:
    return _("口径说明")


def add_method(book: Any, method: Method, facts: Facts) -> None:
    """Add the sheet behind those that the workbook has; all of it text.

    :param facts: who took the file, when, what for; stands above what the method says
    """
    sheet = book.add_worksheet(sheet_title())
    pen = _Pen(book, sheet)
    for place, width in enumerate(WIDTHS):
        sheet.set_column(place, place, width)
    pen.line([sheet_title()], "head")
    for name, text in [*facts, (_("数据截至"), method.as_of), *method.facts]:
        pen.line([str(name), text], "text")
    for table in method.tables:
        pen.skip()
        pen.line([str(table.title)], "head")
        pen.line([str(head) for head in table.heads], "head")
        for row in table.rows:
            pen.line(row, "text")
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


class _Pen:
    """Writes the sheet from the top, a line at a time."""

    def __init__(self, book: Any, sheet: Any) -> None:
        text = {"num_format": "@", "text_wrap": True, "valign": "top"}
        self.looks = {
            "head": book.add_format({"bold": True, "bg_color": "#EEF1F4", "num_format": "@"}),
            "text": book.add_format(text),
            "quoted": book.add_format({**text, "quote_prefix": True}),
        }
        self.sheet, self.row = sheet, 0

    def line(self, cells: Sequence[str], look: str) -> None:
        for place, text in enumerate(cells):
            chosen = "quoted" if look == "text" and looks_like_formula(text) else look
            self.sheet.write_string(self.row, place, text[:CELL_LIMIT], self.looks[chosen])
        self.row += 1

    def skip(self) -> None:
        self.row += 1


def columns_table(told: Sequence[Told]) -> Table:
    """What the columns of a list mean, out of the data catalogue."""
    rows = [(each.title, each.meaning, each.source, each.grade) for each in told]
    return Table(_("各列含义（见数据目录）"), (_("列"), _("含义"), _("取自"), _("密级")), rows)


def untold(columns: Sequence[ExportColumn]) -> Table:
    """The same for columns that say by themselves what they mean."""
    rows = [(str(column.title), str(column.meaning or column.title)) for column in columns]
    return Table(_("各列含义"), (_("列"), _("含义")), rows)
