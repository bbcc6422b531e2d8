"""How the ledger scores an assessment: one unit in each transaction, shown as a whole (D-9)."""

import uuid
from datetime import datetime
from typing import Any

from assessment.services import computing
from portal.jobs.ledger import Handler
from portal.jobs.models import Job, JobChunk
from portal.orgs.scope import Scope


def compute(job: Job, chunk: JobChunk, by: Scope, at: datetime) -> None:
    computing.compute_unit(
        cycle_id=uuid.UUID(job.params["cycle"]), run_id=uuid.UUID(job.params["run"]),
        unit=chunk.params["unit"], by=by, at=at,
    )  # fmt: skip


def finish(job: Job, by: Scope, at: datetime) -> dict[str, Any]:
    cycle = computing.finish_compute(
        cycle_id=uuid.UUID(job.params["cycle"]), run_id=uuid.UUID(job.params["run"]), by=by, at=at
    )
    return {"cycle": str(cycle.pk), "snapshot": cycle.snapshot_no}


HANDLERS = {computing.JOB: Handler(chunk=compute, finish=finish)}
