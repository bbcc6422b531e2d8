"""A file arrives: hostile checks in the sandbox, encrypted storage, rows into staging."""

import hashlib
import io
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from itertools import islice
from typing import Any, BinaryIO

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import vault
from portal.audit.record import record
from portal.exchange import containers
from portal.exchange import mapping as columns
from portal.exchange.containers import MAX_BYTES, TOO_LARGE, FileRefused
from portal.exchange.kinds import Across, Columned, ImportKind
from portal.exchange.models import BatchState, BlankForm, ComparisonRun, ImportBatch, ImportRow
from portal.exchange.readers import Sheet, Table
from portal.exchange.registry import file_fields, kinds
from portal.exchange.sandbox import spooled_in_sandbox
from portal.exchange.services.columns import is_ours, remembered_columns
from portal.exchange.services.state import locked, note_staged, permit
from portal.exchange.staging import plain_text, sealed_row
from portal.jobs.services import ask
from portal.orgs.models import OrgUnit
from portal.orgs.records import new_id
from portal.orgs.scope import Scope, level_of
from portal.rows import insert_values

#: A file of up to this many bytes is read while its sender waits, a larger one by a worker.
READ_AT_ONCE = 1024 * 1024
SHEET_COLUMNS = ("sheet", "header_row", "headers", "row_count", "mapping")
STAGED_AT_ONCE = 2000


class UnableToReceive(Exception):
    """The file is not taken; the sentence says why and how to mend it."""


def receive_file(
    *, kind_key: str, file_name: str, content: bytes, committee: int, by: Scope, at: datetime
) -> ImportBatch:
    """Take in a file for `committee`: read it in the sandbox, keep it encrypted, stage its rows.

    Of a kind whose rows name their own committee it is the acting unit, whatever its level.

    A refusal is written into the trail before it is raised.

    :raises UnableToReceive: hostile, unreadable, without rows, or too many files today
    :raises NotAllowed: the post may not import this kind, or not for this committee
    """
    kind = kinds().get(kind_key)
    if kind is None:
        raise UnableToReceive(_("请选择导入内容"))
    permit(by, kind, committee)
    _check_unit(kind, committee, by)
    check_quota(by, at)
    name = name_of(file_name)
    batch = _new(kind, name, content, committee, by=by, at=at)
    try:
        look_at(content, name)
        if len(content) > READ_AT_ONCE:
            return _left_to_a_worker(batch, content, by=by, at=at)
        with tables_of(content, name, kind) as table:
            return _taken(batch, content, table, by=by, at=at)
    except FileRefused as refusal:
        raise refused(refusal, len(content), committee, by=by, at=at) from refusal


def refused(
    refusal: FileRefused, size: int, unit: int, *, by: Scope, at: datetime
) -> UnableToReceive:
    """Write into the trail that a file was not taken; the exception that says so."""
    count_refused(by, at)
    record(
        "exchange.file_refused", by=by, at=at, committee=unit, result="refused",
        reason=refusal.message_zh, changes={"rule": refusal.code, "size": size},
    )  # fmt: skip
    return UnableToReceive(refusal.message_zh)


def look_at(content: bytes, name: str) -> None:
    """The checks that need no unpacking: size, kind, first bytes, the archive's directory.

    :raises FileRefused: hostile, or no ledger
    """
    if len(content) > MAX_BYTES:
        raise FileRefused("size", TOO_LARGE)
    if containers.kind_of(name, content[:8], len(content)) == "xlsx":
        containers.check_members(io.BytesIO(content))


@contextmanager
def tables_of(content: bytes, name: str, kind: Columned) -> Iterator[Table]:
    """The file's tables, read by a limited child; nothing of it has a name on the disk.

    :raises FileRefused: like the sandbox, and for files without rows or with too many
    """
    known = columns.known_headers(file_fields(kind.fields))
    with in_memory(content) as source, spooled_in_sandbox(source, name, known) as table:
        table.sheets = [sheet for sheet in table.sheets if sheet.rows]
        if not table.sheets:
            raise FileRefused("no_rows", _("表头下没有数据行，请检查后重新上传"))
        yield table


def in_memory(content: bytes) -> BinaryIO:
    """A nameless file of the content, with a descriptor that a child can be given."""
    source = os.fdopen(os.memfd_create("import"), "w+b")
    source.write(content)
    source.flush()
    return source


def _check_unit(kind: ImportKind, committee: int, by: Scope) -> None:
    if isinstance(kind, Across) and committee == by.unit:
        return
    if level_of(committee) != "committee" or not OrgUnit.objects.filter(code=committee).exists():
        raise UnableToReceive(_("请选择导入到哪个居（村）委"))


def name_of(file_name: str) -> str:
    """The name that the sender gave the file, without its folder, fit to be kept."""
    return plain_text(os.path.basename(file_name.replace("\\", "/")), 120) or "文件"


def check_quota(by: Scope, at: datetime) -> None:
    """:raises UnableToReceive: this person has sent as many files today as anybody may"""
    midnight = datetime.combine(timezone.localdate(at), time(), timezone.get_current_timezone())
    who = by.user_id or 0
    taken = sum(
        rows.count() for rows in (
            ImportBatch.objects.filter(uploaded_by=who, uploaded_at__gte=midnight),
            ComparisonRun.objects.filter(asked_by=who, asked_at__gte=midnight),
            BlankForm.objects.filter(uploaded_by=who, uploaded_at__gte=midnight),
        )
    )  # fmt: skip
    taken += cache.get(_refused_today(by, at), 0)
    if taken >= settings.IMPORTS_PER_DAY:
        raise UnableToReceive(
            _("今天已上传 %(count)s 个文件，已到上限，请明天再传") % {"count": taken}
        )


def _refused_today(by: Scope, at: datetime) -> str:
    return f"exchange:refused:{by.user_id}:{timezone.localdate(at)}"


def count_refused(by: Scope, at: datetime) -> None:
    """A refused file leaves no batch behind, but counts towards the day's number like any other."""
    key = _refused_today(by, at)
    cache.add(key, 0, timeout=24 * 3600)
    cache.incr(key)


def _new(
    kind: ImportKind, name: str, content: bytes, committee: int, *, by: Scope, at: datetime
) -> ImportBatch:
    """The batch of a file, not yet written."""
    key = new_id()
    digest = hashlib.sha256(content).hexdigest()
    return ImportBatch(
        id=key,
        committee_id=committee,
        number=f"IM-{timezone.localdate(at):%Y%m%d}-{key.hex[-4:].upper()}",
        kind=kind.key,
        file_name=name,
        sha256=digest,
        size=len(content),
        encoding=_encoding(name, content),
        same_as=_applied_before(committee, digest),
        uploaded_by=by.user_id,
        uploaded_name=by.user_name,
        uploaded_at=at,
    )


@transaction.atomic
def _taken(
    batch: ImportBatch, content: bytes, table: Table, *, by: Scope, at: datetime
) -> ImportBatch:
    """A file that was read while its sender waits: kept, and its rows staged."""
    _store(batch, content)
    batch.save(force_insert=True)
    take_table(batch, table)
    received(batch, by=by, at=at)
    return batch


@transaction.atomic
def _left_to_a_worker(
    batch: ImportBatch, content: bytes, *, by: Scope, at: datetime
) -> ImportBatch:
    """A large file: kept as it is, and a worker asked to read it."""
    _store(batch, content)
    batch.state = BatchState.READING
    batch.save(force_insert=True)
    batch.read_job = ask(
        kind="import.read",
        title=_("读取 %(file)s") % {"file": batch.file_name},
        key=str(batch.pk),
        params={"batch": str(batch.pk)},
        chunks=[{}],
        by=by,
        at=at,
        committee=batch.committee_id,
    )
    batch.save(update_fields=["read_job"])
    return batch


def _store(batch: ImportBatch, content: bytes) -> None:
    batch.stored_file = default_storage.save(
        f"imports/{batch.pk}", ContentFile(vault.seal_file(content, row=batch.pk))
    )


def take_table(batch: ImportBatch, table: Table) -> None:
    """Fill a batch that is written from what its file holds, and stage the longest sheet."""
    batch.notes = [plain_text(note, 200) for note in table.notes_zh]
    batch.sheets = [[plain_text(sheet.name, 80), len(sheet.rows)] for sheet in table.sheets]
    largest = max(table.sheets, key=lambda sheet: len(sheet.rows))
    _take_sheet(batch, largest, kinds()[batch.kind])
    batch.state = BatchState.RECEIVED
    batch.save(
        update_fields=["notes", "sheets", "state", *SHEET_COLUMNS],
    )
    _stage(batch, largest)


def received(batch: ImportBatch, *, by: Scope, at: datetime) -> None:
    """The trail learns that a file was taken."""
    record(
        "exchange.file_received", by=by, at=at, target=batch, committee=batch.committee_id,
        changes={"kind": batch.kind, "sha256": batch.sha256, "rows": batch.row_count,
                 "size": batch.size},
    )  # fmt: skip


def _encoding(name: str, content: bytes) -> str:
    if not name.lower().endswith(".csv"):
        return ""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _applied_before(committee: int, digest: str) -> ImportBatch | None:
    return (
        ImportBatch.objects.filter(committee_id=committee, sha256=digest, state=BatchState.DONE)
        .order_by("-uploaded_at")
        .first()
    )


def _take_sheet(batch: ImportBatch, sheet: Sheet, kind: ImportKind) -> None:
    batch.sheet = plain_text(sheet.name, 80)
    batch.header_row = sheet.header_row
    batch.headers = [plain_text(header, 80) for header in sheet.headers]
    batch.row_count = len(sheet.rows)
    batch.mapping = proposed(batch, kind)


def proposed(batch: ImportBatch, kind: ImportKind) -> list[str | None]:
    """A field for each column: as mapped last time for these names, else by their likeness."""
    held = remembered_columns(
        unit=batch.committee_id, kind=kind.key, headers=batch.headers,
        known={field.key for field in kind.fields},
    )  # fmt: skip
    if held is not None:
        return held
    suggestions = columns.suggest(batch.headers, file_fields(kind.fields))
    return [None if is_ours(header) else suggestions[header].field for header in batch.headers]


def _stage(batch: ImportBatch, sheet: Sheet) -> None:
    rows, staged = iter(sheet.rows), 0
    while part := list(islice(rows, STAGED_AT_ONCE)):
        of_batch = {"batch_id": batch.pk, "committee_id": batch.committee_id}
        insert_values(ImportRow, (of_batch | sealed_row(row.number, row.cells) for row in part))
        staged += len(part)
        note_staged(batch.pk, staged, len(sheet.rows))


@transaction.atomic
def choose_sheet(*, batch_id: uuid.UUID, sheet: str, by: Scope, at: datetime) -> ImportBatch:
    """Take another sheet of the same file instead; what was staged is staged anew.

    :raises UnableToGoOn: the file is past the mapping of columns
    :raises UnableToReceive: there is no such sheet
    """
    batch = locked(batch_id, by, BatchState.RECEIVED)
    kind = kinds()[batch.kind]
    with tables_of(stored_content(batch), batch.file_name, kind) as table:
        chosen = next((each for each in table.sheets if plain_text(each.name, 80) == sheet), None)
        if chosen is None:
            raise UnableToReceive(_("文件里没有这个工作表"))
        ImportRow.objects.filter(batch=batch).delete()
        _take_sheet(batch, chosen, kind)
        batch.save(update_fields=SHEET_COLUMNS)
        _stage(batch, chosen)
    return batch


def stored_content(batch: ImportBatch) -> bytes:
    """The file as it was sent."""
    with default_storage.open(batch.stored_file, "rb") as stored:
        return vault.unseal_file(stored.read(), row=batch.pk)


@transaction.atomic
def abandon(*, batch_id: uuid.UUID, by: Scope, at: datetime) -> ImportBatch:
    """Give a file up before anything of it is written.

    :raises UnableToGoOn: it is being applied, or over
    """
    batch = locked(
        batch_id, by, BatchState.READING, BatchState.RECEIVED, BatchState.MAPPED, BatchState.CHECKED
    )
    batch.state, batch.finished_at = BatchState.CANCELLED, at
    batch.save(update_fields=["state", "finished_at"])
    record("exchange.abandoned", by=by, at=at, target=batch, committee=batch.committee_id)
    return batch


def audit_facts(batch: ImportBatch) -> dict[str, Any]:
    """What the trail says of a batch: no names, no numbers of people."""
    return {"kind": batch.kind, "number": batch.number, "rows": batch.row_count}
