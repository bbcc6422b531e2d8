"""What the pages of other offices' forms show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from portal.exchange.exports.kinds import ExportKind
from portal.exchange.filling.filled import serial_place
from portal.exchange.filling.services import Top
from portal.exchange.models import BlankForm
from portal.exchange.readers import column_letter
from portal.orgs.scope import Scope
from portal.ui.cells import Text

MASKED = {"number": "只填遮盖后的", "phone": "只填遮盖后的", "birth": "只填出生年"}
SHOWN_CELLS = 6


@dataclass(frozen=True)
class FormRow:
    """A form in the list: from which register, and how many of its columns are filled."""

    form: BlankForm
    kind: Text
    filled: int
    columns: int


def form_rows(forms: Iterable[BlankForm], kinds: Mapping[str, ExportKind]) -> list[FormRow]:
    return [
        FormRow(form, kinds[form.kind].title, sum(map(bool, form.mapping)), len(form.headers))
        for form in forms
        if form.kind in kinds
    ]


@dataclass(frozen=True)
class HeadingRow:
    """A heading of the form and what goes under it; `state` is filled, blank or serial."""

    place: int
    letter: str
    header: str
    chosen: str
    state: str
    words: str | Promise


def columns_shown(
    form: BlankForm, kind: ExportKind, chosen: Sequence[str | None], scope: Scope
) -> list[HeadingRow]:
    """The headings with what goes under them and what is said of it."""
    known, serial = kind.for_forms(), serial_place(form.headers)
    rows = []
    for place, header in enumerate(form.headers):
        key = chosen[place] if place < len(chosen) else None
        column = known.get(key or "")
        if place == serial:
            state, words = "serial", _("自动编号")
        elif column is None:
            state, words = "blank", _("留空")
        elif column.needs and not scope.may(column.needs):
            state, words = "blank", _("本岗位不能填，留空")
        else:
            state, words = "filled", MASKED.get(column.key, "")
        rows.append(HeadingRow(place, column_letter(place), header, key or "", state, words))
    return rows


def header_choices(tops: Sequence[Top]) -> list[tuple[str, str]]:
    """Rows in which headings may stand: a value, and the row in words."""
    many = len(tops) > 1
    return [
        (f"{top.sheet}\x1f{number}", _row_words(top.sheet if many else "", number, cells))
        for top in tops
        for number, cells in top.rows
    ]


def _row_words(sheet: str, number: int, cells: Sequence[str]) -> str:
    texts = [cell for cell in cells if cell][:SHOWN_CELLS]
    where = _("第 %(n)d 行") % {"n": number}
    return f"{sheet}　{where}　{'、'.join(texts)}".strip()
