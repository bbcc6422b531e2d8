"""Building the demonstration: logins first, then the district."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.demo import cast
from portal.demo.copying import copy_rows
from portal.demo.district import District
from portal.demo.history import remember_past
from portal.demo.staff import collectors
from portal.jobs import services as ledger
from portal.metrics import services as metrics
from portal.metrics.models import RunKind
from portal.orgs import posts
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.services import project_grants
from staffing.models import Collector

FIRST_DAY = date(2020, 1, 1)


@transaction.atomic
def make_logins(today: date) -> None:
    """Accounts and posts of the invented staff, with their grants; known ones are left alone."""
    known = set(User.objects.values_list("username", flat=True))
    for player in cast.PLAYERS:
        if player.username in known:
            continue
        user = User(username=player.username, name=player.name, staff_no=player.staff_no)
        user.set_password(cast.PASSWORD)
        user.save(force_insert=True)
        for role, unit in player.posts:
            Appointment.objects.create(user=user, unit_id=unit, role=role, starts_on=FIRST_DAY)
    project_grants(day=today)


def make_district(*, people: int, seed: int, today: date) -> dict[str, int]:
    """Three streets with all their committees and about `people` people; returns row counts."""
    committees = list(
        OrgUnit.objects.committees()
        .filter(parent_id__in=cast.STREETS)
        .order_by("code")
        .values_list("code", flat=True)
    )
    district = District(seed=seed, today=today)
    with transaction.atomic(using="owner"):
        district.settle(committees, people, cast.HOME)
        district.counts["staffing.Collector"] = copy_rows(
            Collector, collectors(district.random, district.population, today)
        )
    return district.counts


def make_numbers(*, today: date, seed: int) -> None:
    """Compute the first metrics and issues as the clock would, then invent their past."""
    at = timezone.now()
    run = metrics.run_district(kind=RunKind.PREVIEW, as_of=today, at=at)
    if run is None or run.job_id is None:
        return
    ledger.work(run.job_id, run.unit_id)
    district = OrgUnit.objects.get(parent=None)
    remember_past(today=today, seed=seed, by=posts.system_scope(district.code, district.name))
