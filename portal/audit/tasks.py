"""The clock of the trail: seals once a minute, months ahead once a day."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.audit import seals


@shared_task(name="portal.audit.tasks.seal")
def seal(**_: Any) -> None:
    """Seal what has been written since the last time."""
    seals.seal_all(at=timezone.now())


@shared_task(name="portal.audit.tasks.partitions")
def partitions(**_: Any) -> None:
    """Make the months that are still missing."""
    seals.make_partitions()
