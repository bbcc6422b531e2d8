"""The clock's calls: the day's preview, the night's snapshot and the month's close (D-10)."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.metrics import services
from portal.metrics.models import RunKind


@shared_task(name="portal.metrics.tasks.preview")
def preview(**_: Any) -> None:
    """Compute today's numbers of the district, unless nothing has changed since the last time."""
    at = timezone.now()
    services.preview_district(as_of=timezone.localdate(at), at=at)


@shared_task(name="portal.metrics.tasks.nightly")
def nightly(**_: Any) -> None:
    """Write the snapshot of the day that has just ended."""
    at = timezone.now()
    yesterday = timezone.localdate(at) - timedelta(days=1)
    services.run_district(kind=RunKind.NIGHTLY, as_of=yesterday, at=at)


@shared_task(name="portal.metrics.tasks.monthly")
def monthly(**_: Any) -> None:
    """Close the month whose third working day has come."""
    services.close_due_month(at=timezone.now())


@shared_task(name="portal.metrics.tasks.again")
def again(**_: Any) -> None:
    """Ask once more for what failed in the night."""
    services.ask_again(at=timezone.now())
