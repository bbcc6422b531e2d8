"""The doorbell: ids in, one call into the ledger, nothing kept (D-9)."""

import uuid
from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.jobs import services


@shared_task(name="portal.jobs.tasks.run")
def run(*, job_id: str, unit: int, **_: Any) -> None:
    """Work a job until no chunk is left."""
    services.work(uuid.UUID(job_id), unit)


@shared_task(name="portal.jobs.tasks.reap")
def reap(**_: Any) -> None:
    """Ring again for whatever Redis or a worker has lost."""
    services.ring_unfinished(timezone.now())
