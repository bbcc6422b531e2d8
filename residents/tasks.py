"""What the clock does with the population register."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from portal.orgs.models import OrgUnit
from residents import services
from residents.services import spotchecks


@shared_task(name="residents.tasks.purge_drafts")
def purge_drafts(**_: Any) -> None:
    """Throw away drafts that have expired, every night."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        services.purge_drafts(by=scope, at=timezone.now())


@shared_task(name="residents.tasks.purge_leads")
def purge_leads(**_: Any) -> None:
    """Forget the words of leads that ended long ago, every night."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        services.purge_leads(by=scope, at=timezone.now())


@shared_task(name="residents.tasks.purge_sheets")
def purge_sheets(**_: Any) -> None:
    """Delete the sheets of spot checks that were published ninety days ago, every night."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        spotchecks.purge_sheets(by=scope, at=timezone.now())


@shared_task(name="residents.tasks.purge_answered")
def purge_answered(**_: Any) -> None:
    """Delete what residents asked and were answered three years ago, every night."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        services.purge_answered(by=scope, at=timezone.now())


@shared_task(name="residents.tasks.make_due_tasks")
def make_due_tasks(**_: Any) -> None:
    """Ask for the visits that the verification cycle wants, every night, a street at a time."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    for street in OrgUnit.objects.streets().order_by("code").values_list("code", flat=True):
        with acting(scope):
            allow_work(clockwork=True)
            services.make_due_tasks(street=street, by=scope, at=timezone.now())


@shared_task(name="residents.tasks.purge_tasks")
def purge_tasks(**_: Any) -> None:
    """Delete collection tasks that ended three years ago, every night."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        services.purge_tasks(by=scope, at=timezone.now())
