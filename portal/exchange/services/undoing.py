"""An applied file is taken back, as far as nobody has touched its records since."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.exchange.kinds import Outcome, RowResult
from portal.exchange.masking import scrubbed
from portal.exchange.models import BatchState, ImportBatch, ImportRow
from portal.exchange.services.applying import WRITTEN
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
from portal.exchange.staging import HeldRow, unseal_before
from portal.jobs.models import Job, JobChunk, RowOutcome
from portal.jobs.services import ask, record_outcomes
from portal.orgs.scope import Scope
from portal.rows import update_rows

UNDO_DAYS = 7
UNDONE: Outcome = "undone"
KEPT: Outcome = "kept"


def can_undo(batch: ImportBatch, at: datetime) -> bool:
    """Whether something of the batch was written within the last seven days and still stands."""
    if batch.applied_at is None or at - batch.applied_at > timedelta(days=UNDO_DAYS):
        return False
    over = batch.state == BatchState.DONE or stopped_short(batch)
    working = batch.undo_job is not None and batch.undo_job.is_open
    return over and not working and _written(batch).exists()


def _written(batch: ImportBatch) -> Any:
    return ImportRow.objects.filter(batch=batch, outcome__in=WRITTEN)


@transaction.atomic
def start_undo(*, batch_id: uuid.UUID, reason: str, by: Scope, at: datetime) -> ImportBatch:
    """Ask for the file to be taken back, last rows first.

    :raises UnableToGoOn: no reason, too late, or nothing was written
    """
    batch = locked(batch_id, by)
    if not reason.strip():
        raise UnableToGoOn(_("请填写撤销事由"))
    if not can_undo(batch, at):
        raise UnableToGoOn(_("这一批已不能撤销：没有写入的记录，或已超过 7 天"))
    lines = list(_written(batch).order_by("line").values_list("line", flat=True))
    batch.undo_job = ask(
        kind="import.undo",
        title=_("撤销 %(file)s") % {"file": batch.file_name},
        key=f"{batch.pk}:{timezone.localtime(at):%H%M%S%f}",
        params={"batch": str(batch.pk)},
        chunks=chunks_for(batch, lines)[::-1],
        by=by,
        at=at,
        committee=batch.committee_id,
    )
    batch.save(update_fields=["undo_job"])
    record(
        "exchange.undo_asked", by=by, at=at, target=batch, committee=batch.committee_id,
        changes=audit_facts(batch), reason=reason.strip(),
    )  # fmt: skip
    return batch


@transaction.atomic
def undo_rows(*, job: Job, chunk: JobChunk, by: Scope, at: datetime) -> None:
    """Take back the rows of one chunk; what somebody has touched since stays, and says so."""
    batch = ImportBatch.objects.get(pk=job.params["batch"], undo_job_id=job.pk)
    rows = [row for row in rows_between(batch, chunk.params) if row.outcome in WRITTEN]
    results = kind_of(batch).undo(_as_applied(batch, rows), by=by, at=at) if rows else []
    by_line = {result.line: result for result in results}
    if set(by_line) != {row.line for row in rows}:
        raise ValueError(f"{batch.kind}: undo() answered for other rows than it was given")
    answers = []
    for row in rows:
        result = by_line[row.line]
        outcome = KEPT if result.outcome == "error" else UNDONE
        row.outcome = outcome
        answers.append(
            replace(result, outcome=outcome, message=scrubbed(result.message), before={})
        )
    update_rows(rows, ["outcome"], model=ImportRow)
    record_outcomes(job, answers)


def _as_applied(batch: ImportBatch, rows: Sequence[HeldRow]) -> list[RowResult]:
    """What apply reported of these rows, last row first."""
    told = {
        outcome.line: outcome
        for outcome in RowOutcome.objects.filter(
            job__kind="import.apply",
            job__params__batch=str(batch.pk),
            line__in=[row.line for row in rows],
        )
    }
    return [
        RowResult(
            line=row.line,
            outcome=cast(Outcome, row.outcome),
            target_id=row.target_id,
            message=told[row.line].message,
            before=unseal_before(told[row.line].before, row),
        )
        for row in reversed(rows)
    ]


def finish_undo(*, job: Job, by: Scope, at: datetime) -> dict[str, Any]:
    """After the last chunk: the batch is undone; rows that stayed are listed on its page."""
    batch = ImportBatch.objects.get(pk=job.params["batch"], undo_job_id=job.pk)
    outcomes = batch.outcomes = count_outcomes(batch)
    batch.state, batch.finished_at = BatchState.UNDONE, at
    batch.save(update_fields=["outcomes", "state", "finished_at"])
    record(
        "exchange.undone", by=by, at=at, target=batch, committee=batch.committee_id,
        changes={**audit_facts(batch), **outcomes},
    )  # fmt: skip
    return outcomes
