"""Building the demonstration: logins first, then the district, its numbers, its work."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import connections, transaction
from django.utils import timezone

from housing.models import Building
from permits.services.receiving import rule_for
from portal.accounts.models import User
from portal.demo import (
    assessed,
    campaigns,
    cases,
    cast,
    compared,
    errands,
    filled,
    handshakes,
    mended,
    proofs,
    rentals,
    requests,
    samples,
    trail,
    work_plans,
)
from portal.demo.blunders import Blunders
from portal.demo.bulk import laid_aside
from portal.demo.cards import Desks, Official
from portal.demo.diary import Diary
from portal.demo.district import TABLES, District, side_by_side
from portal.demo.hands import hands
from portal.demo.history import remember_past
from portal.demo.months import count_months, list_months
from portal.demo.plots import Plot, Size, plots
from portal.demo.sessions import tell_use
from portal.jobs import services as ledger
from portal.metrics import services as metrics
from portal.metrics.models import RunKind
from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.scope import Scope
from portal.orgs.services import project_grants
from portal.rules.services import rule_on
from residents.newcomers import RULE as WELCOME_SHEET
from residents.services.spotchecks import purge_sheets
from residents.tasks import make_due_tasks

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
        with acting(posts.founding_scope(cast.DISTRICT)):
            for role, unit in player.posts:
                Appointment.objects.create(user=user, unit_id=unit, role=role, starts_on=FIRST_DAY)
    project_grants(day=today)


def make_district(
    *, size: Size, seed: int, today: date, processes: int = 1, tell: Callable[[str], object] = str
) -> dict[str, int]:
    """An invented district of the size; returns how many rows each table got.

    A large one is loaded street by street in `processes`, with indexes and keys laid aside.
    """
    units = OrgUnit.objects.committees().filter(parent_id__in=size.streets)
    dealt = plots(list(units.values_list("code", flat=True)), size.dwellings, seed=seed)
    invent = partial(
        District,
        seed=seed,
        today=today,
        cycle_rule=rule_on("verification_cycle", today).parameters,
        permit_rule=rule_for(today),
        welcome_rule=rule_on(WELCOME_SHEET, today),
        desks=_desks(),
    )
    if not size.is_large:
        with transaction.atomic(using="owner"):
            counts = invent().settle(dealt)
        with connections["owner"].cursor() as cursor:
            cursor.execute("ANALYZE")  # the planner knows nothing of rows that were just copied
        return counts
    return load(invent, dealt, processes, tell)


def load(
    invent: partial[District], dealt: Sequence[Plot], processes: int, tell: Callable[[str], object]
) -> dict[str, int]:
    """Fill empty registers street by street, without indexes and keys while it lasts."""
    names = dict(OrgUnit.objects.streets().values_list("code", "name"))
    total = Counter[str]()
    with laid_aside(TABLES):
        for street, filled in side_by_side(invent, dealt, processes):
            total.update(filled)
            tell(f"{names[street]}　{filled['residents.Resident']:,} 人")
    return dict(total)


def _desks() -> Desks:
    keys = dict(User.objects.values_list("username", "pk"))

    def at_desk(username: str) -> Official:
        return Official(cast.NAMES[username], keys.get(username))

    return {
        street: (at_desk(window), at_desk(reviewer), at_desk(approver))
        for street, (window, reviewer, approver) in cast.DESKS.items()
    }


def make_numbers(*, today: date, seed: int, processes: int = 1) -> dict[str, int]:
    """Compute the first metrics and issues as the clock would, then invent their past.

    :param processes: how many compute streets and months at once, where the run is divided
    """
    at = timezone.now()
    with transaction.atomic(using="owner"):
        Blunders(cast.HOME, today).make()
    by = _clockwork()
    counts = tell_use(today=today, seed=seed, by=by)
    run = metrics.run_district(kind=RunKind.PREVIEW, as_of=today, at=at)
    if run is None or run.job_id is None:
        return counts
    with hands(processes) as several:
        list(several(partial(_work, run.job_id, run.unit_id), range(processes)))
    counts |= remember_past(today=today, seed=seed, by=by)
    with hands(processes) as several:
        return counts | count_months(by, several)


def _work(job: UUID, unit: int, _hand: int) -> None:
    """One worker of several at the same job."""
    ledger.work(job, unit)


def _clockwork() -> Scope:
    district = OrgUnit.objects.get(parent=None)
    return posts.system_scope(district.code, district.name)


def make_work(*, today: date, seed: int) -> dict[str, int]:
    """The invented staff's work of the last months, in the order of time.

    Permit cases and assessments go through their services, acting as the staff; looks, searches
    and visits are written as events only.
    """
    diary = Diary(today=today, seed=seed, streets=_inhabited())
    cases.plan(diary)
    assessed.plan(diary)
    handshakes.plan(diary)
    requests.plan(diary)
    proofs.plan(diary)
    errands.plan(diary)
    trail.plan(diary)
    rentals.plan(diary)
    campaigns.plan(diary)
    mended.plan(diary)
    samples.plan(diary)
    work_plans.plan(diary)
    diary.enter("shenliqun", diary.moment(diary.working_day(20)), compared.register_uses)
    counts = diary.play()
    with acting(_clockwork()) as by:
        assert by is not None
        allow_work(clockwork=True)
        purge_sheets(by=by, at=timezone.now())  # of old rounds, as every night
    make_due_tasks()  # what became due by the work of today
    counts["housing.CodeCheck"] = list_months(_clockwork())
    counts["exchange.ComparisonRun"] = compared.compare(diary.scopes["zhoumin"])
    counts["exchange.BlankForm"] = filled.keep_form(diary.scopes["zhoumin"])
    return counts


def _inhabited() -> list[int]:
    """The streets that have buildings, in the order of the cast."""
    built = set(Building.objects.using("owner").values_list("street_id", flat=True).distinct())
    return [street for street in cast.DESKS if street in built]
