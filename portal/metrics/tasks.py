"""The clock's calls: the day's preview and the night's snapshot (D-10)."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.metrics import services
from portal.metrics.models import RunKind


@shared_task(name="portal.metrics.tasks.preview")
def preview(**_: Any) -> None:
    """Compute today's numbers of the district, for the dashboards of the next quarter hour."""
    at = timezone.now()
    services.run_district(kind=RunKind.PREVIEW, as_of=timezone.localdate(at), at=at)


@shared_task(name="portal.metrics.tasks.nightly")
def nightly(**_: Any) -> None:
    """Write the snapshot of the day that has just ended."""
    at = timezone.now()
    yesterday = timezone.localdate(at) - timedelta(days=1)
    services.run_district(kind=RunKind.NIGHTLY, as_of=yesterday, at=at)
