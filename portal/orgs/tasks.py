"""What the clock asks of the organisation's frame."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.orgs import trail

MONTH = timedelta(days=31)


@shared_task(name="portal.orgs.tasks.verify_trail")
def verify_trail(**_: Any) -> None:
    """Verify the chain and the events of a month once a night; what is found shows on the pages.

    The whole of a grown trail takes longer than a task may: `manage.py audit_verify` reads it.
    """
    now = timezone.now()
    trail.verify(at=now, since=now - MONTH)
