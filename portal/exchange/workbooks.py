"""Workbooks that go back to the clerk: refused rows to be corrected, and empty templates.

Every cell is text, so that numbers of eighteen digits come back as they are; nothing in it runs as
a formula; one visible sheet of rows, no author, comments or links.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format

from portal.exchange.kinds import ImportField, ImportKind, Problem
from portal.exchange.models import ImportBatch, ImportRow
from portal.exchange.services.columns import REASON_COLUMNS, is_ours
from portal.exchange.staging import Staged, unseal
from portal.ui.safe_cells import looks_like_formula

Look = Mapping[str, object]

_HEAD: Look = {"bold": True, "bg_color": "#EEF1F4", "bottom": 1, "num_format": "@"}
_TEXT: Look = {"num_format": "@"}
_ERROR: Look = {"num_format": "@", "bg_color": "#FCEBE9", "font_color": "#B3261E", "border": 1}
_WARNING: Look = {"num_format": "@", "bg_color": "#FFF3D9", "font_color": "#8A5A00", "border": 1}
_REASON: Look = {"num_format": "@", "font_color": "#B3261E", "text_wrap": True}
_MUST: Look = {**_HEAD, "font_color": "#B3261E"}


class _Sheet:
    """A sheet of text cells; formats are made once per look."""

    def __init__(self, name: str) -> None:
        self.out = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self.sheet = self.book.add_worksheet(name)
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def write(self, row: int, column: int, text: str, look: Look) -> None:
        """Text that begins like a formula is marked as text, not changed."""
        shown = {**look, "quote_prefix": True} if looks_like_formula(text) else look
        self.sheet.write_string(row, column, text, self._format(shown))

    def _format(self, look: Look) -> Format:
        key = tuple(sorted(look.items(), key=str))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(dict(look))
        return self._formats[key]

    def column(self, place: int, width: int, look: Look) -> None:
        self.sheet.set_column(place, place, width, self._format(look))

    def closed(self) -> bytes:
        self.book.close()
        return self.out.getvalue()


def error_workbook(batch: ImportBatch, rows: Iterable[ImportRow]) -> bytes:
    """The refused rows as they were sent, columns in their order, with reason and remedy.

    Bad cells are red, doubtful ones amber; corrected, the file can be sent again as it is.
    """
    places = [place for place, header in enumerate(batch.headers) if not is_ours(header)]
    sheet = _Sheet(_("错误行"))
    for at, place in enumerate(places):
        sheet.column(at, 20 if len(batch.headers[place]) < 6 else 24, _TEXT)
        sheet.write(0, at, batch.headers[place], _HEAD)
    for at, title in enumerate(REASON_COLUMNS, len(places)):
        sheet.column(at, 48, _TEXT)
        sheet.write(0, at, title, _MUST)
    sheet.sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, 1):
        _write_row(sheet, number, batch, row, places)
    return sheet.closed()


def _write_row(
    sheet: _Sheet, number: int, batch: ImportBatch, row: ImportRow, places: Sequence[int]
) -> None:
    staged = unseal(row)
    looks = _looks(batch, staged)
    for at, place in enumerate(places):
        sheet.write(number, at, staged.cells[place].text, looks.get(place, _TEXT))
    problems = reasons(row, staged)
    sheet.write(number, len(places), "；".join(p.message for p in problems), _REASON)
    remedies = dict.fromkeys(p.how for p in problems if p.how)
    sheet.write(number, len(places) + 1, "；".join(remedies), _REASON)


def _looks(batch: ImportBatch, staged: Staged) -> dict[int, Look]:
    """How cells with problems look, by their place; an error outranks a warning."""
    looks: dict[int, Look] = {}
    for problem in sorted(staged.problems, key=lambda p: p.severity, reverse=True):
        if problem.field in batch.mapping:
            place = batch.mapping.index(problem.field)
            looks[place] = _ERROR if problem.severity == "error" else _WARNING
    return looks


def reasons(row: ImportRow, staged: Staged) -> list[Problem]:
    """Why a row is refused: its errors, or that it is a duplicate of another one."""
    errors = [problem for problem in staged.problems if problem.severity == "error"]
    if row.duplicate_of is not None and not errors:
        return [duplicate(row.duplicate_of)]
    return errors


def duplicate(line: int) -> Problem:
    """The sentence for the second row of one identity."""
    return Problem(
        "",
        _("与第 %(line)s 行重复") % {"line": line},
        _("核对后只留正确的一行"),
    )


def template_workbook(kind: ImportKind) -> bytes:
    """An empty file of a kind: its columns as text, required ones red; a second sheet explains."""
    book = _Sheet(kind.title)
    for place, field in enumerate(kind.fields):
        book.column(place, 20 if field.required else 16, _TEXT)
        book.write(0, place, field.title, _MUST if field.required else _HEAD)
    book.sheet.freeze_panes(1, 0)
    rows = book.sheet
    book.sheet = book.book.add_worksheet(_("填写说明"))
    for place, (title, width) in enumerate(
        ((_("列"), 18), (_("必填"), 8), (_("说明"), 60), (_("也认的列名"), 60))
    ):
        book.column(place, width, _TEXT)
        book.write(0, place, title, _HEAD)
    for number, texts in enumerate(_explained(kind.fields), 1):
        for place, text in enumerate(texts):
            book.write(number, place, text, _TEXT)
    rows.activate()
    return book.closed()


def _explained(fields: Iterable[ImportField]) -> Iterator[tuple[str, str, str, str]]:
    for field in fields:
        must = _("必填") if field.required else ""
        # a cell that is just one name would look like a header to the reader
        also = _("也认：%(names)s") % {"names": "、".join(field.synonyms)} if field.synonyms else ""
        yield field.title, must, field.hint, also
