"""Exports of everybody in the district, as its analyst asks for them and two others agree.

A file is made by the worker's own code in a process of its own: in the requester's scope, with
row-level security, masks, disarmed cells, parts, encryption and audit. The yardstick is the
owner's bare COPY of the same stored columns to nowhere.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import connections
from django.utils import timezone

from bench.district import District
from bench.figures import Figure, Sample, at_most, compared, interleaved
from portal.accounts.models import User
from portal.exchange.exports import querying, services
from portal.exchange.exports.kinds import export_kinds
from portal.exchange.exports.services.asking import Asked
from portal.exchange.exports.workbook import HEADS, SHEET_ROWS
from portal.exchange.models import ExportRequest, ExportState
from portal.jobs import services as jobs
from portal.jobs.models import Job
from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.models import Appointment
from portal.orgs.scope import Scope
from portal.sealed import SealedReader
from residents.models import Residence

ROUNDS = 3
APPROVERS = ("shenliqun", "shilei")
#: The list's columns; what stands in other large tables is left out.
COLUMNS = [
    column.key
    for column in export_kinds()["residents"].columns
    if column.key not in {"problem", "full_address"}
]
STORED = (
    "name", "sex", "birth_date", "id_mask", "category", "origin", "committee__name",
    "short_address", "occupancy", "phone_mask", "relation", "reason", "begin_on",
    "registered_on", "due_on", "verified_by", "verified_on",
)  # fmt: skip
MEMORY = Sample.of(300, "MB")
CSV_PEERS = "a server-side cursor in Python takes 3.2 times COPY"
XLSX_PEERS = "XlsxWriter alone takes 33–40 times COPY, openpyxl 61 (limits measured before)"


@dataclass(frozen=True)
class Made:
    """One file of everybody: seconds, the worker's peak in MB, rows, and sheets of a workbook."""

    seconds: float
    peak: float
    rows: int
    sheets: int


def figures(district: District) -> list[Figure]:
    """Time and memory of the whole register as CSV and as a workbook."""
    return list(_figures(district))


def _figures(district: District) -> Iterator[Figure]:
    made: dict[str, list[Made]] = {"csv": [], "xlsx": []}
    bare: list[float] = []
    for _ in range(ROUNDS):
        (sample,) = interleaved(_bare_copy, rounds=1, warm=0)
        bare.append(sample.median / 1000)
        made["csv"].append(_made(district, "csv"))
    made["xlsx"].append(_made(district, "xlsx"))
    yardstick = Sample(tuple(bare), "s")
    for form, limit, note in (("csv", at_most(2.5), CSV_PEERS), ("xlsx", None, XLSX_PEERS)):
        seconds = Sample(tuple(one.seconds for one in made[form]), "s")
        yield compared(f"export of everybody, {form}", seconds, yardstick, limit, note)
        peak = Sample.of(max(one.peak for one in made[form]), "MB")
        yield compared(
            f"memory of the worker, {form}", peak, MEMORY, at_most(1), "peak of the process"
        )
    (book,) = made["xlsx"]
    needed = -(-book.rows // (SHEET_ROWS - HEADS))
    yield compared(
        "sheets of the workbook", Sample.of(book.sheets, "sheets"), Sample.of(needed, "sheets"),
        at_most(1), f"{book.rows:,} rows; a sheet holds {SHEET_ROWS:,} with its heads",
    )  # fmt: skip


def _bare_copy() -> None:
    """The same stored columns of the same rows, as the owner, to nowhere."""
    rows = Residence.objects.using("owner").actual().values_list(*STORED)
    query, params = rows.query.sql_with_params()
    with connections["owner"].cursor() as cursor, open(os.devnull, "wb") as nowhere:
        bound = cursor.cursor.mogrify(query, params).decode()
        cursor.cursor.copy_expert(f"COPY ({bound}) TO STDOUT WITH (FORMAT csv)", nowhere)


def _made(district: District, form: str) -> Made:
    """One file of everybody, by a worker of its own; the file is deleted afterwards."""
    asker, at = district.scope("district"), timezone.now()
    export = _agreed(asker, form, at)
    worker = subprocess.Popen(  # noqa: S603  our own module
        [sys.executable, "-m", "bench.making", str(export.job_id), str(asker.unit)],
        stdout=subprocess.PIPE,
    )
    assert worker.stdout is not None
    told = worker.stdout.read()
    _, status, used = os.wait4(worker.pid, 0)
    worker.returncode = os.waitstatus_to_exitcode(status)
    with acting(asker):
        export.refresh_from_db()
    if worker.returncode or export.state != ExportState.READY:
        raise RuntimeError(f"{form}: {export.state} {export.outcome}")
    sheets = _sheets(export) if form == "xlsx" else 0
    _delete(export, asker)
    return Made(float(told), used.ru_maxrss / 1024, export.file_rows or 0, sheets)


def _sheets(export: ExportRequest) -> int:
    """The sheets of the workbook as it was stored."""
    with (
        default_storage.open(export.stored_file) as stored,
        SealedReader(cast(BinaryIO, stored), row=export.pk) as source,
        tempfile.TemporaryFile() as book,
    ):
        shutil.copyfileobj(source, book)
        with zipfile.ZipFile(book) as parts:
            return sum(name.startswith("xl/worksheets/sheet") for name in parts.namelist())


def _agreed(asker: Scope, form: str, at: datetime) -> ExportRequest:
    """A request that two of the district have agreed to: a job that waits."""
    asked = Asked(
        export_kinds()["residents"], "", COLUMNS, form, "测速", "测量全区导出的速度与内存"
    )
    _clear_away(asker, at)
    with acting(asker):
        export = services.ask_export(asked=asked, by=asker, at=at)
    for name in APPROVERS:
        approver = _scope(name)
        with acting(approver):
            after = services.decide(export_id=export.pk, agreed=True, reason="", by=approver, at=at)
    return after


def _clear_away(asker: Scope, at: datetime) -> None:
    """What a run that broke off has left."""
    with acting(asker):
        for left in querying.own(asker).filter(state=ExportState.WAITING):
            services.withdraw(export_id=left.pk, by=asker, at=at)
        making = querying.own(asker).filter(state=ExportState.MAKING)
        for job in Job.objects.filter(pk__in=making.values("job")):
            jobs.cancel(job_id=job.pk, by=asker, at=at)
        services.expire(by=asker, at=at)


def _scope(username: str) -> Scope:
    user = User.objects.get(username=username)
    post: Any = Appointment.objects.select_related("unit").filter(user=user).earliest("unit_id")
    return posts.scope_of(post, user, request_id="bench")


def _delete(export: ExportRequest, asker: Scope) -> None:
    """As the clock does after a day."""
    assert export.expires_at is not None
    with acting(asker):
        services.expire(by=asker, at=export.expires_at)
