"""A form arrives, its headings get their meaning once, and it is kept to be filled again."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal import vault
from portal.audit.record import record
from portal.exchange import mapping as meanings
from portal.exchange.containers import FileRefused
from portal.exchange.exports.kinds import ExportColumn, ExportKind, export_kinds
from portal.exchange.filling.filled import serial_place
from portal.exchange.models import BlankForm, ExportRequest, ExportState
from portal.exchange.readers import Row, Table, cell_text, headings
from portal.exchange.sandbox import filled_in_sandbox, top_in_sandbox
from portal.exchange.services.columns import remember_columns, remembered_columns
from portal.exchange.services.receiving import (
    UnableToReceive,
    check_quota,
    in_memory,
    look_at,
    name_of,
    refused,
)
from portal.exchange.staging import plain_text
from portal.exchange.workbook_filler import Plan
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope

#: A blank form is small; what is larger holds something.
MOST_BYTES = 2 * 1024 * 1024
TOO_LARGE = "空表超过 2 MB，请删去表里的数据和图片后再上传"
SHOWN_LENGTH = 40
#: A form that nobody has filled for so long goes.
KEPT_DAYS = 400


class UnableToFill(Exception):
    """The form does not go on; the sentence says why, `field` at which input."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True)
class Top:
    """The first rows of one sheet; `header_row` is 0 where no headings were recognised."""

    sheet: str
    header_row: int
    rows: Sequence[tuple[int, Sequence[str]]]

    def headings_in(self, row: int) -> list[str]:
        """The headings of a row; none where it holds nothing."""
        cells = next((cells for number, cells in self.rows if number == row), ())
        return [plain_text(name, 80) for name in headings(cells)] if any(cells) else []


def fillable_kinds(by: Scope) -> dict[str, ExportKind]:
    """The lists that forms can be filled from, as far as the post may have them."""
    return {
        key: kind for key, kind in export_kinds().items()
        if kind.form_columns and by.may(kind.capability)
    }  # fmt: skip


def receive_form(
    *, kind: str, sender: str, file_name: str, content: bytes, by: Scope, at: datetime
) -> BlankForm:
    """Keep a form, sealed; the same one again is the one that is there already.

    :raises UnableToFill: hostile, unreadable, blank, too large, no sender, or too many today
    :raises NotAllowed: the post may not export
    """
    require(by, Capability.EXPORT_MASKED)
    chosen = fillable_kinds(by).get(kind)
    if chosen is None:
        raise UnableToFill(_("请选择用哪一册填"), "kind")
    if not sender.strip():
        raise UnableToFill(_("请写明来表单位"), "sender")
    name, digest = name_of(file_name), hashlib.sha256(content).hexdigest()
    twin = forms_of(by).filter(committee_id=by.unit, kind=kind, sha256=digest).first()
    if twin is not None:
        return twin
    try:
        check_quota(by, at)
        if len(content) > MOST_BYTES:
            raise FileRefused("size", TOO_LARGE)
        look_at(content, name)
        return _kept(chosen, sender.strip(), name, content, by=by, at=at)
    except FileRefused as refusal:
        why = refused(refusal, len(content), by.unit, by=by, at=at)
        raise UnableToFill(str(why), "file") from refusal
    except UnableToReceive as why:
        raise UnableToFill(str(why), "file") from why


@transaction.atomic
def _kept(
    kind: ExportKind, sender: str, name: str, content: bytes, *, by: Scope, at: datetime
) -> BlankForm:
    known = meanings.known_headers(file_fields(kind))
    with in_memory(content) as source:
        table = top_in_sandbox(source, name, known)
    sheet = next((each for each in table.sheets if each.header_row), table.sheets[0])
    filled_in_sandbox(content, Plan(sheet.name, max(sheet.header_row, 1), [], None, ""), [])
    key = new_id()
    form = BlankForm(
        id=key, committee_id=by.unit, title=plain_text(name.rpartition(".")[0] or name, 120),
        sender=sender[:60], kind=kind.key, sha256=hashlib.sha256(content).hexdigest(),
        sealed=vault.seal_file(content, row=key), top=vault.seal_file(_dumped(table), row=key),
        sheet=sheet.name, notes=table.notes_zh, uploaded_by=by.user_id or 0,
        uploaded_name=by.user_name, uploaded_at=at,
    )  # fmt: skip
    _take_headings(form, sheet.header_row)
    form.save(force_insert=True)
    record("exchange.form_received", by=by, at=at, target=form, changes=_facts(form))
    return form


def forms_of(by: Scope) -> "QuerySet[BlankForm]":
    """The forms in scope that are still kept."""
    return BlankForm.objects.in_scope(by).filter(removed_at=None)


def file_fields(kind: ExportKind) -> tuple[meanings.FileField, ...]:
    """What a form can be filled with, as the mapping of columns knows it."""
    return tuple(
        meanings.FileField(column.key, str(column.title), tuple(column.names.split()))
        for column in kind.for_forms().values()
    )


def tops(form: BlankForm) -> list[Top]:
    """The first rows of the form's sheets; none where the form cannot be opened any more."""
    try:
        held = json.loads(vault.opened_file(bytes(form.top), row=form.pk))
    except vault.UnableToOpen:
        return []
    return [Top(name, row, [(number, cells) for number, cells in rows]) for name, row, rows in held]


def _dumped(table: Table) -> bytes:
    def texts(row: Row) -> list[str]:
        return [cell_text(cell)[:SHOWN_LENGTH] for cell in row.cells]

    return json.dumps([
        (sheet.name, sheet.header_row, [(row.number, texts(row)) for row in sheet.rows])
        for sheet in table.sheets
    ]).encode()  # fmt: skip


def _take_headings(form: BlankForm, row: int) -> None:
    """Headings of a row of the form's sheet, with what they meant last time or are likely to."""
    found_in = next(each for each in tops(form) if each.sheet == form.sheet)
    form.header_row, form.headers = row, found_in.headings_in(row)
    fields = file_fields(export_kinds()[form.kind])
    held = remembered_columns(
        unit=form.committee_id, kind=_memory_of(form), headers=form.headers,
        known={field.key for field in fields},
    )  # fmt: skip
    found = meanings.suggest(form.headers, fields)
    form.mapping = held if held is not None else [found[each].field for each in form.headers]
    form.is_mapped = held is not None
    if (serial := serial_place(form.headers)) is not None:
        form.mapping[serial] = None


def _memory_of(form: BlankForm) -> str:
    """Under which name the headings of such forms are remembered."""
    return f"fill.{form.kind}"


@transaction.atomic
def choose_headings(
    *, form_id: uuid.UUID, sheet: str, row: int, by: Scope, at: datetime
) -> BlankForm:
    """Say by hand in which row of which sheet the headings stand.

    :raises UnableToFill: there is nothing in that row
    """
    form = _locked(form_id, by)
    top = next((each for each in tops(form) if each.sheet == sheet), None)
    if top is None or not top.headings_in(row):
        raise UnableToFill(_("这一行没有列名，请另选一行"))
    form.sheet = sheet
    _take_headings(form, row)
    form.save(update_fields=["sheet", "header_row", "headers", "mapping", "is_mapped"])
    return form


@transaction.atomic
def map_form(
    *, form_id: uuid.UUID, mapping: Sequence[str | None], by: Scope, at: datetime
) -> BlankForm:
    """Fix what the headings mean, and remember it for forms with the same ones.

    :raises UnableToFill: no heading, nothing mapped, or two headings that mean the same
    """
    form = _locked(form_id, by)
    known = export_kinds()[form.kind].for_forms()
    used = [key for key in mapping if key is not None]
    if not form.header_row or len(mapping) != len(form.headers) or not set(used) <= set(known):
        raise UnableToFill(_("列与来表不一致，请重新选择"))
    if not used:
        raise UnableToFill(_("至少对应一列"))
    twice = next((key for key in used if used.count(key) > 1), None)
    if twice is not None:
        raise UnableToFill(_("有两列都对应“%(field)s”，只能留一列") % {"field": known[twice].title})
    form.mapping, form.is_mapped = list(mapping), True
    form.save(update_fields=["mapping", "is_mapped"])
    remember_columns(
        unit=form.committee_id, kind=_memory_of(form), headers=form.headers, mapping=mapping, at=at
    )
    record("exchange.form_mapped", by=by, at=at, target=form, changes=_facts(form))
    return form


def columns_for(form: BlankForm, by: Scope) -> tuple[list[ExportColumn], list[ExportColumn]]:
    """The columns that the post may fill, in the form's order, and those that stay blank for it."""
    known = export_kinds()[form.kind].for_forms()
    asked = [known[key] for key in form.mapping if key in known]
    allowed = [each for each in asked if each.needs is None or by.may(each.needs)]
    return allowed, [each for each in asked if each not in allowed]


@transaction.atomic
def note_filled(*, form_id: uuid.UUID, by: Scope, at: datetime) -> None:
    """The form was used: it stays."""
    BlankForm.objects.in_scope(by).filter(pk=form_id).update(used_at=at)


@transaction.atomic
def remove_form(*, form_id: uuid.UUID, by: Scope, at: datetime) -> BlankForm:
    """Throw a form away: its workbook is gone, what its headings meant is still remembered.

    Files that were filled stay until they expire; one that still waits keeps the form.

    :raises UnableToFill: a file of this form is asked for and not made yet
    """
    form = _locked(form_id, by)
    if _is_awaited(form):
        raise UnableToFill(_("这张表还有待审批或生成中的填写，办完再删除"))
    _empty(form, at)
    record("exchange.form_removed", by=by, at=at, target=form, changes=_facts(form))
    return form


@transaction.atomic
def purge_forms(*, by: Scope, at: datetime) -> int:
    """Forms that nobody has filled for over a year go; how many."""
    before = at - timedelta(days=KEPT_DAYS)
    rows = forms_of(by).filter(uploaded_at__lt=before).exclude(used_at__gte=before)
    gone = [form for form in rows.select_for_update(of=("self",)) if not _is_awaited(form)]
    for form in gone:
        _empty(form, at)
        record("exchange.form_removed", by=by, at=at, target=form, committee=form.committee_id)
    return len(gone)


def _is_awaited(form: BlankForm) -> bool:
    rows = ExportRequest.objects.filter(form=form)
    return rows.filter(state__in=(ExportState.WAITING, ExportState.MAKING)).exists()


def _empty(form: BlankForm, at: datetime) -> None:
    form.sealed, form.top, form.removed_at = b"", b"", at
    form.save(update_fields=["sealed", "top", "removed_at"])


def _locked(form_id: uuid.UUID, by: Scope) -> BlankForm:
    form: BlankForm = forms_of(by).select_for_update(of=("self",)).get(pk=form_id)
    require(by, Capability.EXPORT_MASKED, form.committee_id)
    return form


def _facts(form: BlankForm) -> dict[str, object]:
    return {"form": form.title, "sender": form.sender, "sha256": form.sha256,
            "columns": [key for key in form.mapping if key]}  # fmt: skip
