"""Tables that a page shows, as workbooks to take along."""

import io
from collections.abc import Sequence
from datetime import datetime

from django.http import HttpResponse
from django.utils.translation import gettext as _

from portal.catalogue.method import Method
from portal.exchange.exports.kinds import ExportColumn
from portal.exchange.exports.marks import Mark
from portal.exchange.exports.workbook import write_workbook
from portal.orgs.scope import Scope

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def written_on(
    columns: Sequence[ExportColumn], lines: Sequence[Sequence[str]], *, number: str, by: Scope,
    at: datetime, title: str, conditions: Sequence[str], method: Method, purpose: str = "",
    measure: str = "",
) -> bytes:  # fmt: skip
    """The workbook's bytes; who took it, when and what it holds stand above its rows.

    :param title: of the sheet
    :param method: how to read it, for the sheet behind the rows
    :param purpose: what for, where the title does not say it
    :param measure: measure word of the rows
    """
    mark = Mark(
        number, by.unit_name, f"{by.user_name} {by.staff_no}".strip(), at, purpose or title,
        conditions, len(lines), measure or _("行"),
    )  # fmt: skip
    out = io.BytesIO()
    write_workbook(out, columns, lines, mark, title=title, method=method)
    return out.getvalue()


def answer(content: bytes, number: str) -> HttpResponse:
    """The file as an answer, named by its number."""
    response = HttpResponse(content, content_type=WORKBOOK)
    response["Content-Disposition"] = f'attachment; filename="{number}.xlsx"'
    return response
