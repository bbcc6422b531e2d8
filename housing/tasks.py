"""What the clock does with the housing register."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from housing import services
from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit


@shared_task(name="housing.tasks.purge_photos")
def purge_photos(**_: Any) -> None:
    """Delete photos of findings that ended a year ago, every night."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        services.purge_photos(by=scope, at=timezone.now())
