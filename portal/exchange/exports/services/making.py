"""Making the file: parts as PostgreSQL copies them, then one file, all of it encrypted (D-9).

Runs in the requester's scope as it is now. A part is written anew when it is done again, and the
file takes its place under its name only when it is whole: a kill anywhere costs time, nothing else.
"""

import csv
import io
import shutil
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.catalogue.method import Method
from portal.exchange.exports import csvfile
from portal.exchange.exports.copying import copy_rows, selected
from portal.exchange.exports.kinds import ExportColumn, export_kinds
from portal.exchange.exports.marks import Mark
from portal.exchange.exports.methods import columns_table
from portal.exchange.exports.services.asking import RULE, facts
from portal.exchange.exports.telling import told_of
from portal.exchange.exports.workbook import write_workbook
from portal.exchange.filling.filled import filled
from portal.exchange.models import ExportPart, ExportRequest, ExportState
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.planning import read_by_an_index
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.sealed import SealedReader, SealedWriter
from portal.ui import formats

FOLDER = "exports"
PART_ROWS = 50_000
COPY_BUFFER = 1 << 20
MOST_SUBJECTS = 2_500
KEY_BYTES = 16


def plan(export: ExportRequest, by: Scope) -> list[dict[str, int]]:
    """Ranges of committees of about 50,000 rows each; together they are the whole scope."""
    kind = export_kinds()[export.kind]
    counted = (
        kind.rows(by, export.query, export.as_of)
        .values_list(kind.divided_by)
        .annotate(n=Count("pk"))
        .order_by(kind.divided_by)
    )
    ranges, first, held = [], by.low, 0
    for committee, rows in counted:
        if held and held + rows > PART_ROWS:
            ranges.append({"first": first, "last": committee - 1})
            first, held = committee, 0
        held += rows
    return [*ranges, {"first": first, "last": by.high}]


@transaction.atomic
def make_part(
    *, export_id: uuid.UUID, seq: int, first: int, last: int, by: Scope, at: datetime
) -> None:
    """Copy the rows of some committees into an encrypted part.

    :raises NotAllowed: the post may no longer export
    """
    export = ExportRequest.objects.in_scope(by).get(pk=export_id)
    kind = export_kinds()[export.kind]
    require(by, Capability.EXPORT_MASKED, export.committee_id)
    require(by, kind.capability)
    within = {f"{kind.divided_by}__gte": first, f"{kind.divided_by}__lte": last}
    rows = kind.rows(by, export.query, export.as_of).filter(**within)
    columns = columns_of(export)
    for column in columns:
        if column.needs:
            require(by, column.needs)
    with (
        _path(_part_name(export, seq)).open("wb") as stored,
        SealedWriter(stored, row=export.pk) as sealed,
    ):
        as_text = export.file_format == "csv"
        found = selected(kind, rows, columns, export.as_of, serial_days=not as_text)
        if not export.query:
            read_by_an_index()
        seed = export.pk.bytes if kind.person else None
        copied = csvfile.Rows(sealed, disarmed=as_text, seed=seed)
        copy_rows(found, copied)
    ExportPart.objects.filter(request=export, seq=seq).delete()
    ExportPart.objects.create(
        request=export, committee_id=export.committee_id, seq=seq, rows=copied.count,
        people=copied.people,
    )  # fmt: skip


@transaction.atomic
def finish_file(*, export_id: uuid.UUID, by: Scope, at: datetime) -> ExportRequest:
    """Put the parts together under their heads; the file can be taken from then on.

    Where more rows came in meanwhile than were agreed to, there is no file; the request says so.
    """
    export = ExportRequest.objects.in_scope(by).select_for_update(of=("self",)).get(pk=export_id)
    parts = list(ExportPart.objects.filter(request=export).order_by("seq"))
    count = sum(part.rows for part in parts)
    if count > export.most_rows:
        return _given_up(export, parts, count, by=by, at=at)
    made = _path(f"{export.pk}.new")
    with made.open("wb") as stored, SealedWriter(stored, row=export.pk) as sealed:
        _put_together(export, parts, count, sealed, by=by, at=at)
    made.replace(_path(f"{export.pk}.file"))
    _drop(export, parts)
    hours = rule_on(RULE, timezone.localdate(at))["kept_hours"]
    export.state, export.file_rows, export.size = ExportState.READY, count, sealed.size
    export.stored_file = f"{FOLDER}/{export.pk}.file"
    export.ready_at, export.expires_at = at, at + timedelta(hours=hours)
    export.save(
        update_fields=["state", "file_rows", "size", "stored_file", "ready_at", "expires_at"]
    )
    record(
        "exchange.exported", by=by, at=at, target=export, purpose=export.purpose[:32],
        reason=export.reason, subjects=_subjects(parts, count), changes=facts(export),
    )  # fmt: skip
    return export


def _given_up(
    export: ExportRequest, parts: list[ExportPart], count: int, *, by: Scope, at: datetime
) -> ExportRequest:
    export.state = ExportState.FAILED
    export.outcome = _("条数已增至 %(count)d，超过同意的 %(most)d，请重新申请") % {
        "count": count, "most": export.most_rows,
    }  # fmt: skip
    export.save(update_fields=["state", "outcome"])
    _drop(export, parts)
    record("exchange.export_failed", by=by, at=at, target=export, reason=export.outcome,
           changes=facts(export))  # fmt: skip
    return export


def _put_together(
    export: ExportRequest, parts: list[ExportPart], count: int, out: SealedWriter, *, by: Scope,
    at: datetime,
) -> None:  # fmt: skip
    kind = export_kinds()[export.kind]
    columns = columns_of(export)
    mark = Mark(
        number=export.number, unit=export.unit_name, person=export.requested_name, at=at,
        purpose=export.purpose, conditions=export.conditions, rows=count, measure=str(kind.unit),
    )  # fmt: skip
    if export.file_format == "csv":
        out.write(csvfile.head(mark, [str(column.title) for column in columns]))
        for part in parts:
            with _opened(export, part) as source:
                shutil.copyfileobj(source, out, COPY_BUFFER)
        return
    rows = _rows_of(export, parts)
    if export.form is not None:
        out.write(filled(export.form, columns, rows, mark))
        return
    write_workbook(
        cast(BinaryIO, out),
        columns,
        rows,
        mark,
        title=str(kind.title),
        method=method_of(export, by),
    )


def method_of(export: ExportRequest, by: Scope) -> Method:
    """How to read the file: of which day it is, under which rule it left, what its columns mean."""
    kind = export_kinds()[export.kind]
    told = told_of(kind.rows(by, export.query, export.as_of), columns_of(export), export.as_of)
    return Method(
        formats.day(export.as_of),
        [(_("号码"), _("证件号、手机只有遮盖后的")), (_("所依规则"), export.rule)],
        [columns_table(told)],
    )


def columns_of(export: ExportRequest) -> list[ExportColumn]:
    """The columns of the file, in its order."""
    kind = export_kinds()[export.kind]
    if export.form_id is None:
        return kind.chosen(export.columns)
    known = kind.for_forms()
    return [known[key] for key in export.columns]


def _rows_of(export: ExportRequest, parts: list[ExportPart]) -> Iterator[list[str]]:
    for part in parts:
        with _opened(export, part) as source:
            yield from csv.reader(io.TextIOWrapper(source, encoding="utf-8", newline=""))


def _opened(export: ExportRequest, part: ExportPart) -> io.BufferedReader:
    stored = _path(_part_name(export, part.seq)).open("rb")
    return io.BufferedReader(SealedReader(stored, row=export.pk), COPY_BUFFER)


def _drop(export: ExportRequest, parts: list[ExportPart]) -> None:
    for part in parts:
        _path(_part_name(export, part.seq)).unlink(missing_ok=True)


def forget_parts(export: ExportRequest) -> None:
    """Remove what was made of a file that will not be finished."""
    _drop(export, list(ExportPart.objects.filter(request=export)))


def _part_name(export: ExportRequest, seq: int) -> str:
    return f"{export.pk}.{seq:04d}"


def _path(name: str) -> Path:
    """Where a file of exports lies, under a name that tells nothing."""
    path = Path(default_storage.path(f"{FOLDER}/{name}"))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _subjects(parts: list[ExportPart], count: int) -> list[uuid.UUID]:
    """The people of a small file, for the trail; of a large one the parts tell."""
    if count > MOST_SUBJECTS:
        return []
    keys = b"".join(bytes(part.people) for part in parts)
    found = (keys[start : start + KEY_BYTES] for start in range(0, len(keys), KEY_BYTES))
    return [uuid.UUID(bytes=key) for key in found if any(key)]  # all zeros stand for nobody


@transaction.atomic
def make_now(*, export_id: uuid.UUID, by: Scope, at: datetime) -> ExportRequest:
    """Make a small file in the request that asks for it."""
    make_part(export_id=export_id, seq=0, first=by.low, last=by.high, by=by, at=at)
    return finish_file(export_id=export_id, by=by, at=at)
