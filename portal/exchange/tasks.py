"""Clockwork of the exchange: staging is emptied by rule."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.exchange import services
from portal.exchange.exports import services as exports
from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit


@shared_task(name="portal.exchange.tasks.purge")
def purge(**_: Any) -> None:
    """Remove files and staged rows seven days after their end, once a night."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        services.purge_closed(by=scope, at=timezone.now())


@shared_task(name="portal.exchange.tasks.expire_exports")
def expire_exports(**_: Any) -> None:
    """Delete files whose time is over; close requests that nobody decided."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        exports.expire(by=scope, at=timezone.now())
