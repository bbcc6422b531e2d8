"""The doorbell: ids in, one call into the ledger, nothing kept (D-9)."""

import uuid
from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.jobs import services

TURN = 20.0  # seconds of one job before others have their turn


@shared_task(name="portal.jobs.tasks.run")
def run(*, job_id: str, unit: int, **_: Any) -> None:
    """Work a job for a while; what is left goes to the end of the queue."""
    if not services.work(uuid.UUID(job_id), unit, seconds=TURN):
        services.ring(uuid.UUID(job_id), unit)


@shared_task(name="portal.jobs.tasks.reap")
def reap(**_: Any) -> None:
    """Ring again for whatever Redis or a worker has lost."""
    services.ring_unfinished(timezone.now())


@shared_task(name="portal.jobs.tasks.tick")
def tick(**_: Any) -> None:
    """Do what is due and was not done yet."""
    services.tick(timezone.now())
