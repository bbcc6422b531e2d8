"""The clock that looks how whole numbers are looked at."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from portal.oversight import services


@shared_task(name="portal.oversight.tasks.look_for_alarms")
def look_for_alarms(**_: Any) -> None:
    """Today so far, and yesterday once more while it may have grown."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    at = timezone.now()
    today = timezone.localdate(at)
    with acting(scope):
        for day in (today - timedelta(days=1), today):
            services.look_into(day=day, by=scope, at=at)
