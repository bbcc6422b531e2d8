"""Visits: verified and nothing changed, nobody at the door, empty (D-5).

Paper: S-21.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from housing import services as housing
from housing.models import DwellingUnit
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from residents.categories import VERIFICATION_METHODS
from residents.cycles import due_on
from residents.models import Residence, Verification
from residents.querysets import ResidenceQuerySet
from residents.services.counters import recheck
from residents.services.enrolment import Visit, note_verified
from residents.services.errors import UnableToVerify

VACANT = "4"
Outcome = Verification.Outcome


@transaction.atomic
def verify_dwelling(
    *, dwelling_id: Any, by: Scope, at: datetime, method: str = "V1",
    verified_on: date | None = None, note: str = "",
) -> list[Residence]:  # fmt: skip
    """Note that a dwelling was visited and nothing changed: one event for each who lives there.

    :raises UnableToVerify: unknown method, a day in the future, or a dwelling never recorded
    :raises NotAllowed: `by` may not verify there
    """
    dwelling = DwellingUnit.objects.in_scope(by).select_for_update().get(pk=dwelling_id)
    require(by, Capability.VERIFY, dwelling.committee_id)
    visit = visit_of(method, verified_on, at)
    episodes = list(open_episodes(dwelling, by))
    if not episodes and dwelling.occupancy != VACANT:
        raise UnableToVerify("这一户还没有登记人员，请先入户登记或核实空置")
    housing.record_occupancy(
        dwelling_id=dwelling.pk, checked_on=visit.on, method=visit.method, by=by, at=at
    )
    if episodes:
        note_verified(residences=episodes, outcome=Outcome.UNCHANGED.value, visit=visit, by=by,
                      at=at, note=note)  # fmt: skip
        renew(residences=episodes, occupancy=dwelling.occupancy, visit=visit, by=by, at=at)
    else:
        _note_dwelling(dwelling, Outcome.VACANT.value, visit, note, by, at)
    record(
        "residents.verified", by=by, at=at, target=dwelling, committee=dwelling.committee_id,
        subjects=[row.resident_id for row in episodes],
        changes={"method": VERIFICATION_METHODS.title(visit.method), "verified_on": visit.on,
                 "people": len(episodes)},
    )  # fmt: skip
    recheck([dwelling.pk], by=by, at=at)
    return episodes


@transaction.atomic
def record_visit(
    *, dwelling_id: Any, outcome: str, by: Scope, at: datetime, method: str = "V1",
    visited_on: date | None = None, note: str = "",
) -> Verification:  # fmt: skip
    """Note a visit without a household to record: nobody at the door, refused, or empty.

    :raises UnableToVerify: somebody is still on record in a dwelling called empty
    :raises NotAllowed: `by` may not verify there
    """
    dwelling = DwellingUnit.objects.in_scope(by).select_for_update().get(pk=dwelling_id)
    require(by, Capability.VERIFY, dwelling.committee_id)
    if outcome not in {Outcome.NO_ANSWER, Outcome.REFUSED, Outcome.VACANT}:
        raise UnableToVerify("请选择入户结果")
    visit = visit_of(method, visited_on, at)
    if outcome == Outcome.VACANT:
        _mark_vacant(dwelling, visit, by, at)
    found = _note_dwelling(dwelling, outcome, visit, note, by, at)
    record(
        "housing.visit_recorded", by=by, at=at, target=dwelling, committee=dwelling.committee_id,
        changes={"outcome": found.get_outcome_display(), "visited_on": visit.on}, reason=note,
    )  # fmt: skip
    recheck([dwelling.pk], by=by, at=at)
    return found


def visit_of(method: str, day: date | None, at: datetime) -> Visit:
    """:raises UnableToVerify: unknown method, or a day that has not come"""
    today = timezone.localdate(at)
    if method not in VERIFICATION_METHODS:
        raise UnableToVerify("请选择核实方式")
    if day is not None and day > today:
        raise UnableToVerify(f"核实日期 {day} 晚于今天")
    return Visit(method, day or today)


def open_episodes(dwelling: DwellingUnit, by: Scope) -> ResidenceQuerySet:
    """Everybody on record at the dwelling, in the order of their arrival on it."""
    return Residence.objects.in_scope(by).open().filter(dwelling=dwelling).order_by("id")


@transaction.atomic(savepoint=False)
def renew(
    *, residences: Iterable[Residence], occupancy: str, visit: Visit, by: Scope, at: datetime
) -> None:
    """Put the visit and the next due day onto episodes; an older visit renews nothing."""
    cycle: Mapping[str, int] = rule_on("verification_cycle", visit.on).parameters
    rows = [row for row in residences if row.verified_on <= visit.on]
    for row in rows:
        row.verified_on, row.verified_method = visit.on, visit.method
        row.verified_by = by.user_name
        row.due_on = due_on(visit.on, occupancy, row.category, cycle)
    Residence.objects.bulk_update(
        rows, ["verified_on", "verified_method", "verified_by", "due_on"], batch_size=500
    )


def _mark_vacant(dwelling: DwellingUnit, visit: Visit, by: Scope, at: datetime) -> None:
    living = Residence.objects.in_scope(by).actual().filter(dwelling=dwelling).count()
    if living:
        raise UnableToVerify(f"这一户还有 {living} 名在住成员，请先办理搬离，再核实空置")
    housing.record_occupancy(
        dwelling_id=dwelling.pk, checked_on=visit.on, method=visit.method, occupancy=VACANT,
        by=by, at=at,
    )  # fmt: skip


def _note_dwelling(
    dwelling: DwellingUnit, outcome: str, visit: Visit, note: str, by: Scope, at: datetime
) -> Verification:
    return Verification.objects.create(
        committee_id=dwelling.committee_id, dwelling=dwelling, outcome=outcome,
        method=visit.method, verified_on=visit.on, user_id=by.user_id, by_name=by.user_name,
        at=at, note=note[:200],
    )  # fmt: skip
