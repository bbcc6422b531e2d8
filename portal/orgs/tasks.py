"""What the clock asks of the organisation's frame."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.orgs import trail


@shared_task(name="portal.orgs.tasks.verify_trail")
def verify_trail(**_: Any) -> None:
    """Recompute the seals of the trail once a night; what is found shows on the pages."""
    trail.verify(at=timezone.now())
