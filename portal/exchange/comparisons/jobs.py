"""How the ledger does a comparison: a chunk of rows in each transaction, then the counts (D-9)."""

from datetime import datetime
from typing import Any

from portal.exchange.comparisons import services
from portal.exchange.comparisons.services.receiving import JOB
from portal.jobs.ledger import Handler
from portal.jobs.models import Job, JobChunk
from portal.orgs.scope import Scope


def _chunk(job: Job, chunk: JobChunk, scope: Scope, at: datetime) -> None:
    services.compare_rows(job=job, chunk=chunk, by=scope, at=at)


def _whole(job: Job, scope: Scope, at: datetime) -> dict[str, Any]:
    return services.finish_comparison(job=job, by=scope, at=at)


HANDLERS = {JOB: Handler(chunk=_chunk, finish=_whole, hands=2)}
