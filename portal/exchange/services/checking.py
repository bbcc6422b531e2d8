"""Columns are confirmed, then every row is judged by its kind, chunk by chunk."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.exchange.kinds import CheckedRow
from portal.exchange.models import BatchState, ImportBatch, ImportRow
from portal.exchange.services.columns import mapping_problem, remember_columns
from portal.exchange.services.fellows import chunks_for
from portal.exchange.services.receiving import audit_facts
from portal.exchange.services.state import (
    UnableToGoOn,
    count_rows,
    kind_of,
    locked,
    rows_between,
    settle,
)
from portal.exchange.staging import HeldRow, Staged, raw_row, seal_told, unfit_row, unseal
from portal.jobs.models import Job, JobChunk, JobState
from portal.jobs.services import ask
from portal.orgs.scope import Scope
from portal.rows import update_rows


@transaction.atomic
def confirm_mapping(
    *,
    batch_id: uuid.UUID,
    mapping: Sequence[str | None],
    remember: bool,
    by: Scope,
    at: datetime,
) -> ImportBatch:
    """Fix which column means what, and ask for the check of all rows.

    :param mapping: a field's key per column of the file, None for a column that stays out
    :raises UnableToGoOn: a required field is missing, or two columns mean the same field
    """
    batch = locked(batch_id, by, BatchState.RECEIVED)
    kind = kind_of(batch)
    if why := mapping_problem(batch.headers, mapping, kind.fields):
        raise UnableToGoOn(why)
    batch.mapping = list(mapping)
    batch.state = BatchState.MAPPED
    if remember:
        remember_columns(
            unit=batch.committee_id, kind=batch.kind, headers=batch.headers, mapping=mapping, at=at
        )
    _ask_for_check(batch, by=by, at=at)
    record(
        "exchange.mapped", by=by, at=at, target=batch, committee=batch.committee_id,
        changes=audit_facts(batch),
    )  # fmt: skip
    return batch


def _ask_for_check(batch: ImportBatch, *, by: Scope, at: datetime) -> None:
    lines = list(
        ImportRow.objects.filter(batch=batch).order_by("line").values_list("line", flat=True)
    )
    batch.check_job = ask(
        kind="import.check",
        title=_("检查 %(file)s") % {"file": batch.file_name},
        key=f"{batch.pk}:{timezone.localtime(at):%H%M%S%f}",
        params={"batch": str(batch.pk)},
        chunks=chunks_for(batch, lines),
        by=by,
        at=at,
        committee=batch.committee_id,
    )
    batch.save(update_fields=["mapping", "state", "check_job"])


@transaction.atomic
def check_rows(*, job: Job, chunk: JobChunk, by: Scope, at: datetime) -> None:
    """Judge the rows of one chunk; nothing is written but the staging."""
    batch = _batch_of(job, by)
    if batch is None:
        return
    rows = rows_between(batch, chunk.params)
    staged = [unseal(row) for row in rows]
    judged = judge(batch, rows, staged, by=by, at=at)
    for row, content, checked in zip(rows, staged, judged, strict=True):
        take(row, content, checked)
        row.action = "skipped" if row.skipped else row.verdict
    update_rows(rows, ["told", "verdict", "action", "identity", "warned"], model=ImportRow)


def _batch_of(job: Job, by: Scope) -> ImportBatch | None:
    """The batch that waits for this very check; None when it was given up or mapped anew."""
    return ImportBatch.objects.filter(
        pk=job.params["batch"], check_job_id=job.pk, state=BatchState.MAPPED
    ).first()


def judge(
    batch: ImportBatch,
    rows: Sequence[ImportRow | HeldRow],
    staged: Sequence[Staged],
    *,
    by: Scope,
    at: datetime,
) -> list[CheckedRow]:
    """What the kind says of the rows, one answer per row in the same order.

    :raises ValueError: the kind lost or invented a row
    """
    raw = [
        raw_row(row.line, content, batch.mapping) for row, content in zip(rows, staged, strict=True)
    ]
    unfit = {row.line: refused for row in raw if (refused := unfit_row(row))}
    fit = [row for row in raw if row.line not in unfit]
    judged = kind_of(batch).check(
        fit, committee=batch.committee_id, by=by, today=timezone.localdate(at)
    )
    if [each.line for each in judged] != [each.line for each in fit]:
        raise ValueError(f"{batch.kind}: check() answered for other rows than it was given")
    answers = iter(judged)
    return [unfit.get(row.line) or next(answers) for row in raw]


def take(row: ImportRow | HeldRow, content: Staged, checked: CheckedRow) -> None:
    """Keep a row's verdict; written by the caller."""
    content.take(checked)
    seal_told(row, content)
    row.verdict = checked.action
    row.identity = checked.identity[:64]
    row.warned = any(problem.severity == "warning" for problem in checked.problems)


def finish_check(*, job: Job, by: Scope, at: datetime) -> dict[str, Any]:
    """After the last chunk: duplicates of the whole file, counts, and the preview is ready."""
    batch = _batch_of(job, by)
    if batch is None:
        return {}
    settle(batch)
    counts = count_rows(batch)
    batch.counts, batch.state = counts, BatchState.CHECKED
    batch.save(update_fields=["counts", "state"])
    return counts


@transaction.atomic
def remap(*, batch_id: uuid.UUID, by: Scope, at: datetime) -> ImportBatch:
    """Back to the mapping of columns, also when a check has failed.

    :raises UnableToGoOn: the file is being applied, or over
    """
    batch = locked(batch_id, by, BatchState.MAPPED, BatchState.CHECKED)
    failed = batch.check_job is not None and batch.check_job.state == JobState.FAILED
    if batch.state == BatchState.MAPPED and not failed:
        raise UnableToGoOn(_("文件正在检查，请稍候"))
    batch.state, batch.counts = BatchState.RECEIVED, {}
    batch.save(update_fields=["state", "counts"])
    return batch
