"""What the preview promised is done: 500 rows a transaction, an outcome for each row."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.exchange.kinds import CheckedRow, Measured, Outcome, Problem, RowResult
from portal.exchange.masking import scrubbed
from portal.exchange.models import BatchState, ImportBatch, ImportRow
from portal.exchange.services.checking import judge, take
from portal.exchange.services.fellows import chunks_for
from portal.exchange.services.receiving import audit_facts
from portal.exchange.services.state import (
    UnableToGoOn,
    count_outcomes,
    kind_of,
    locked,
    rows_between,
    stopped_short,
)
from portal.exchange.staging import HeldRow, seal_before, seal_told, unseal
from portal.jobs.models import Job, JobChunk
from portal.jobs.services import ask, cancel, record_outcomes
from portal.orgs.scope import Scope
from portal.rows import update_rows

#: Rows that the preview refused or the clerk left out keep that word as their outcome.
REFUSED = frozenset({"error", "duplicate_in_file", "skipped"})
WRITTEN = ("create", "update")


@transaction.atomic
def start_apply(*, batch_id: uuid.UUID, by: Scope, at: datetime) -> ImportBatch:
    """Ask for the file to be applied; also takes a stopped one up again where it stood.

    :raises UnableToGoOn: it is not checked, or nothing is left to do
    """
    batch = locked(batch_id, by, BatchState.CHECKED, BatchState.APPLYING, BatchState.STOPPED)
    if batch.state != BatchState.CHECKED and not stopped_short(batch):
        raise UnableToGoOn(_("文件正在导入，请稍候"))
    lines = list(
        ImportRow.objects.filter(batch=batch, outcome="")
        .order_by("line")
        .values_list("line", flat=True)
    )
    if batch.applied_at is None:
        batch.applied_at = at
        batch.effect = {"before": _measured(batch, by, at)}
    batch.state = BatchState.APPLYING
    batch.apply_job = ask(
        kind="import.apply",
        title=_("导入 %(file)s") % {"file": batch.file_name},
        key=f"{batch.pk}:{timezone.localtime(at):%H%M%S%f}",
        params={"batch": str(batch.pk)},
        chunks=chunks_for(batch, lines),
        by=by,
        at=at,
        committee=batch.committee_id,
    )
    batch.save(update_fields=["applied_at", "effect", "state", "apply_job"])
    return batch


def _measured(batch: ImportBatch, by: Scope, at: datetime) -> dict[str, int]:
    kind = kind_of(batch)
    if not isinstance(kind, Measured):
        return {}
    return kind.measure(committee=batch.committee_id, by=by, today=timezone.localdate(at))


@transaction.atomic
def apply_rows(*, job: Job, chunk: JobChunk, by: Scope, at: datetime) -> None:
    """Do one chunk: judge its rows anew, write those that stand, and note what became of each.

    Rows that have an outcome already (another worker was faster) are left alone.
    """
    batch = _batch_of(job)
    if batch is None:
        return
    rows = [row for row in rows_between(batch, chunk.params) if not row.outcome]
    to_do = [row for row in rows if row.action not in REFUSED]
    results = [
        RowResult(row.line, cast(Outcome, row.action)) for row in rows if row.action in REFUSED
    ]
    results += _done(batch, to_do, by=by, at=at)
    by_line = {result.line: result for result in results}
    if len(results) != len(rows) or set(by_line) != {row.line for row in rows}:
        raise ValueError(f"{batch.kind}: {len(rows)} rows, {len(results)} outcomes")
    for row in rows:
        row.outcome = by_line[row.line].outcome
        row.target_id = by_line[row.line].target_id
    update_rows(rows, ["told", "outcome", "target_id", "warned"], model=ImportRow)
    record_outcomes(
        job,
        [
            replace(
                by_line[row.line],
                message=scrubbed(by_line[row.line].message),
                before=seal_before(by_line[row.line].before, row),
            )
            for row in rows
        ],
    )


def _batch_of(job: Job) -> ImportBatch | None:
    """The batch that this job applies; None when it was stopped or another job goes on with it."""
    return ImportBatch.objects.filter(
        pk=job.params["batch"], apply_job_id=job.pk, state=BatchState.APPLYING
    ).first()


def _done(
    batch: ImportBatch, rows: Sequence[HeldRow], *, by: Scope, at: datetime
) -> list[RowResult]:
    """Outcomes of the rows; if the database refuses one, each row is tried by itself."""
    if not rows:
        return []
    try:
        with transaction.atomic():
            return _apply(batch, rows, by=by, at=at)
    except (IntegrityError, DataError):
        if len(rows) == 1:
            return [_refused_by_database(batch, rows[0])]
        return [result for row in rows for result in _done(batch, [row], by=by, at=at)]


def _apply(
    batch: ImportBatch, rows: Sequence[HeldRow], *, by: Scope, at: datetime
) -> list[RowResult]:
    """Judge in the transaction that writes, so that nothing can change in between."""
    staged = [unseal(row) for row in rows]
    judged = judge(batch, rows, staged, by=by, at=at)
    standing = [checked for checked in judged if checked.action in WRITTEN]
    results = [_left_alone(checked) for checked in judged if checked.action not in WRITTEN]
    if standing:
        results += kind_of(batch).apply(standing, committee=batch.committee_id, by=by, at=at)
    refused = {result.line: result for result in results if result.outcome == "error"}
    for row, content, checked in zip(rows, staged, judged, strict=True):
        take(row, content, _with_reason(checked, refused.get(row.line)))
    return results


def _left_alone(checked: CheckedRow) -> RowResult:
    first = checked.problems[0].message if checked.problems else ""
    return RowResult(
        checked.line, checked.action, message=first if checked.action == "error" else ""
    )


def _with_reason(checked: CheckedRow, refused: RowResult | None) -> CheckedRow:
    """A row that failed only when it was written says why like any other."""
    if refused is None or any(problem.severity == "error" for problem in checked.problems):
        return checked
    why = Problem("", refused.message or _("没有写入"), _("改正后重新上传这一行"))
    return replace(checked, problems=(*checked.problems, why))


def _refused_by_database(batch: ImportBatch, row: HeldRow) -> RowResult:
    content = unseal(row)
    why = Problem("", _("与台账中已有的记录冲突，没有写入"), _("核对这一行后重新上传"))
    content.problems = (*content.problems, why)
    seal_told(row, content)
    return RowResult(row.line, "error", message=why.message)


def finish_apply(*, job: Job, by: Scope, at: datetime) -> dict[str, Any]:
    """After the last chunk: the outcomes must add up to the rows of the file.

    :raises ValueError: they do not
    """
    batch = _batch_of(job)
    if batch is None:
        return {}
    outcomes = batch.outcomes = count_outcomes(batch)
    if sum(outcomes.values()) != batch.row_count:
        raise ValueError(f"{batch.number}: {outcomes} is not {batch.row_count} rows")
    batch.effect = {**batch.effect, "after": _measured(batch, by, at)}
    batch.state, batch.finished_at = BatchState.DONE, at
    batch.save(update_fields=["outcomes", "effect", "state", "finished_at"])
    record(
        "exchange.applied", by=by, at=at, target=batch, committee=batch.committee_id,
        changes={**audit_facts(batch), **outcomes},
    )  # fmt: skip
    return outcomes


@transaction.atomic
def stop(*, batch_id: uuid.UUID, by: Scope, at: datetime) -> ImportBatch:
    """Stop applying after the chunk in hand; whole chunks stay done and can be taken back.

    :raises UnableToGoOn: nothing is being applied
    """
    batch = locked(batch_id, by, BatchState.APPLYING)
    if stopped_short(batch):
        raise UnableToGoOn(_("导入已经停下，请刷新页面"))
    job = batch.apply_job
    assert job is not None
    if job.requested_by == by.user_id:  # a colleague's job ends by itself: its chunks find nothing
        cancel(job_id=job.pk, by=by, at=at)
    batch.state, batch.finished_at = BatchState.STOPPED, at
    batch.save(update_fields=["state", "finished_at"])
    record(
        "exchange.stopped", by=by, at=at, target=batch, committee=batch.committee_id,
        changes=audit_facts(batch),
    )  # fmt: skip
    return batch
