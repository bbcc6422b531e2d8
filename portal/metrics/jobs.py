"""How the ledger computes metrics: measured in one transaction, published in the next (D-9)."""

import uuid
from datetime import datetime
from typing import Any

from portal.jobs.ledger import Handler
from portal.jobs.models import Job, JobChunk
from portal.metrics import fanning, services
from portal.orgs.scope import Scope


def compute(job: Job, chunk: JobChunk, by: Scope, at: datetime) -> None:
    services.compute_unit(
        run_id=uuid.UUID(job.params["run"]), unit=chunk.params["unit"], by=by, at=at,
        rest=chunk.params.get(fanning.REST, False),
    )  # fmt: skip


def publish(job: Job, by: Scope, at: datetime) -> dict[str, Any]:
    run = services.publish(run_id=uuid.UUID(job.params["run"]), by=by, at=at)
    return {"run": str(run.pk), "as_of": run.as_of.isoformat()}


def give_up(job: Job, by: Scope, at: datetime) -> None:
    services.give_up(run_id=uuid.UUID(job.params["run"]), by=by, at=at)


HANDLERS = {
    services.JOB: Handler(chunk=compute, finish=publish, hands=fanning.HANDS, failed=give_up)
}
