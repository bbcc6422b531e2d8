"""How the ledger makes a file: one part in each transaction, then the whole (D-9)."""

import uuid
from datetime import datetime
from typing import Any

from portal.exchange.exports import services
from portal.exchange.exports.services.deciding import JOB
from portal.jobs.ledger import Handler
from portal.jobs.models import Job, JobChunk
from portal.orgs.scope import Scope


def part(job: Job, chunk: JobChunk, by: Scope, at: datetime) -> None:
    services.make_part(
        export_id=uuid.UUID(job.params["export"]), seq=chunk.params["seq"],
        first=chunk.params["first"], last=chunk.params["last"], by=by, at=at,
    )  # fmt: skip


def whole(job: Job, by: Scope, at: datetime) -> dict[str, Any]:
    export = services.finish_file(export_id=uuid.UUID(job.params["export"]), by=by, at=at)
    return {"rows": export.file_rows, "state": export.state}


HANDLERS = {JOB: Handler(chunk=part, finish=whole)}
