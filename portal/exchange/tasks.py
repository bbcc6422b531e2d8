"""Clockwork of the exchange: staging is emptied by rule."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.exchange import services
from portal.exchange.comparisons import services as comparisons
from portal.exchange.exports import services as exports
from portal.exchange.filling import services as filling
from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit


@shared_task(name="portal.exchange.tasks.purge")
def purge(**_: Any) -> None:
    """Once a night: files and staged rows go seven days after their end, partners' lists too."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        services.purge_closed(by=scope, at=timezone.now())
        comparisons.purge_runs(by=scope, at=timezone.now())
        filling.purge_forms(by=scope, at=timezone.now())


@shared_task(name="portal.exchange.tasks.expire_exports")
def expire_exports(**_: Any) -> None:
    """Delete files whose time is over; close requests that nobody decided."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        exports.expire(by=scope, at=timezone.now())
