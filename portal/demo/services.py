"""Building the demonstration: logins first, then the district, its numbers, its work."""

from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import connections, transaction
from django.utils import timezone

from permits.services.receiving import rule_for
from portal.accounts.models import User
from portal.demo import assessed, cases, cast, trail
from portal.demo.cards import Cards, Desks, Official
from portal.demo.diary import Diary
from portal.demo.district import District
from portal.demo.history import remember_past
from portal.jobs import services as ledger
from portal.metrics import services as metrics
from portal.metrics.models import RunKind
from portal.orgs import posts
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.services import project_grants
from portal.rules.services import rule_on
from staffing.models import Collector, CollectorStatusEvent, WorkArea, WorkAreaBuilding

FIRST_DAY = date(2020, 1, 1)


@transaction.atomic
def make_logins(today: date) -> None:
    """Accounts and posts of the invented staff, with their grants; known ones are left alone."""
    known = set(User.objects.values_list("username", flat=True))
    # one password for all of them, so it is hashed once: the hash is slow on purpose
    hashed = make_password(cast.PASSWORD)
    for player in cast.EVERYBODY:
        if player.username in known:
            continue
        user = User(username=player.username, name=player.name, staff_no=player.staff_no)
        user.password = hashed
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
    district = District(
        seed=seed, today=today, cycle_rule=rule_on("verification_cycle", today).parameters
    )
    with transaction.atomic(using="owner"):
        district.settle(committees, people)
        _staff(district)
        _permits(district)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner knows nothing of rows that were just copied
    return district.counts


def _staff(district: District) -> None:
    crew = district.crew
    district.copy(Collector, crew.collectors())
    district.copy(CollectorStatusEvent, crew.steps())
    areas, buildings = crew.patches(district.housing)
    district.copy(WorkArea, areas)
    district.copy(WorkAreaBuilding, buildings)


def _permits(district: District) -> None:
    cards = Cards(district.random, district.today, rule_for(district.today), _desks())
    cards.issue_to(district.newcomers)
    for model, rows in cards.rows.items():
        district.copy(model, rows)


def _desks() -> Desks:
    keys = dict(User.objects.values_list("username", "pk"))

    def at_desk(username: str) -> Official:
        return Official(cast.NAMES[username], keys.get(username))

    return {
        street: (at_desk(window), at_desk(reviewer), at_desk(approver))
        for street, (window, reviewer, approver) in cast.PERMIT_DESKS.items()
    }


def make_numbers(*, today: date, seed: int) -> dict[str, int]:
    """Compute the first metrics and issues as the clock would, then invent their past."""
    at = timezone.now()
    run = metrics.run_district(kind=RunKind.PREVIEW, as_of=today, at=at)
    if run is None or run.job_id is None:
        return {}
    ledger.work(run.job_id, run.unit_id)
    district = OrgUnit.objects.get(parent=None)
    return remember_past(
        today=today, seed=seed, by=posts.system_scope(district.code, district.name)
    )


def make_work(*, today: date, seed: int) -> dict[str, int]:
    """The invented staff's work of the last months, in the order of time.

    Permit cases and assessments go through their services, acting as the staff; looks, searches
    and visits are written as events only.
    """
    diary = Diary(today=today, seed=seed)
    cases.plan(diary)
    assessed.plan(diary)
    trail.plan(diary)
    return diary.play()
