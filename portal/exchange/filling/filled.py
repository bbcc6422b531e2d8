"""The rows of an export, written into another office's workbook."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from portal import vault
from portal.exchange.containers import FileRefused
from portal.exchange.exports.kinds import ExportColumn
from portal.exchange.exports.marks import Mark
from portal.exchange.filling.models import BlankForm
from portal.exchange.readers import header_key
from portal.exchange.sandbox import filled_in_sandbox
from portal.exchange.workbook_filler import Plan

#: Headings over the running numbers of rows.
SERIAL_NAMES = frozenset({"序号", "编号", "no"})


def filled(
    form: BlankForm, columns: Sequence[ExportColumn], rows: Iterable[Sequence[str]], mark: Mark
) -> bytes:
    """The form with rows of these columns in the places of their headings.

    :raises FileRefused: the form cannot be opened, or takes too much memory or time to fill
    """
    try:
        content = vault.opened_file(bytes(form.sealed), row=form.pk)
    except vault.UnableToOpen as lost:
        raise FileRefused("lost", _("来表已无法打开，请删除后重新上传")) from lost
    places = {key: place for place, key in enumerate(form.mapping) if key}
    plan = Plan(
        sheet=form.sheet, header_row=form.header_row, serial=serial_place(form.headers),
        places=[(places[column.key], column.form) for column in columns], mark=mark.text,
    )  # fmt: skip
    return filled_in_sandbox(content, plan, rows)


def serial_place(headers: Sequence[str]) -> int | None:
    """Which column numbers the rows, if one does."""
    names = enumerate(map(header_key, headers))
    return next((place for place, name in names if name in SERIAL_NAMES), None)
