"""Group rental: what the rooms say, and an officer's word after a visit of two (S-77, §2.8)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from housing.dwelling_rooms import GroupRentalDecision, GroupRentalTest
from housing.fit_words import UnfitWords, check_words
from housing.group_rental import RULE, UNKNOWN, Letting, RoomUse, examine, verdict
from housing.models import DwellingUnit, Lease
from housing.services.changing import _locked_dwelling
from housing.services.errors import UnableToDetermine
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope, parent_of
from portal.rules.services import rule_on

Kind, State = GroupRentalDecision.Kind, GroupRentalTest.State
RENTED = "2"
#: Whoever goes along holds a post in which dwellings are looked at.
GOING = {Capability.VIEW_REGISTER, Capability.CONFIRM_GROUP_RENTAL}


@dataclass(frozen=True)
class RentalVisit:
    """A visit and what follows from it: who was there, how they came in, what they saw.

    :param assistance: how those who live there were helped; told when all is put right
    """

    visited_on: date
    visitors: Sequence[int]
    badge_shown: bool
    entry_basis: str
    facts: str
    assistance: str = field(default="")


@transaction.atomic(savepoint=False)
def store_rental_test(
    *, dwelling_id: uuid.UUID, rooms: Sequence[RoomUse], unplaced: int, by: Scope, at: datetime
) -> GroupRentalTest | None:
    """Test a dwelling by its rooms and keep the answer; part of the act that changed them.

    What an officer confirmed stands until an officer says otherwise, and what they decided on the
    same facts is not asked again. None where there is neither a room nor an earlier test.
    """
    dwelling = _locked_dwelling(dwelling_id=dwelling_id, by=by)
    known = GroupRentalTest.objects.filter(dwelling=dwelling).first()
    if known is None and not rooms:
        return None
    rule = rule_on(RULE, timezone.localdate(at))
    letting = Letting(tuple(rooms), dwelling.design_use, _dormitory(dwelling), unplaced)
    found = examine(letting, rule.parameters)
    told = [
        {"key": each.key, "met": each.met, "inputs": list(each.inputs)} for each in found
    ]  # fmt: skip
    if known is not None and (known.criteria, known.rule) == (told, rule.label):
        return known
    test = known or _fresh(dwelling)
    before, test.criteria, test.rule, test.tested_at = test.state, told, rule.label, at
    if not test.is_decided:
        test.state = verdict(found)
    _keep(test, before, by, at)
    return test


def _dormitory(dwelling: DwellingUnit) -> bool | None:
    kinds = set(Lease.objects.standing().filter(dwelling=dwelling).values_list("kind", flat=True))
    if Lease.Kind.DORMITORY in kinds:
        return True
    return None if not kinds and dwelling.occupancy == RENTED else False


def _fresh(dwelling: DwellingUnit) -> GroupRentalTest:
    return GroupRentalTest(committee_id=dwelling.committee_id, dwelling=dwelling, state=UNKNOWN)


def _keep(test: GroupRentalTest, before: str, by: Scope, at: datetime, reason: str = "") -> None:
    test.save()
    if test.state != before:
        record(
            "housing.group_rental_state", by=by, at=at, target=test.dwelling,
            committee=test.committee_id, reason=reason,
            changes={"group_rental": [before, test.state]},
        )  # fmt: skip


def visitors_at(committee: int, day: date) -> dict[int, str]:
    """Who may go along to a dwelling of this committee: the names by id, those near it first."""
    street = parent_of(committee)
    above = None if street is None else parent_of(street)
    roles = [key for key, role in ROLES.items() if GOING & role.capabilities]
    held = Appointment.objects.filter(unit_id__in=[committee, street, above], role__in=roles)
    held = held.filter(starts_on__lte=day, user__is_active=True).exclude(ends_on__lt=day)
    return dict(held.order_by("-unit_id", "user__name", "pk").values_list("user_id", "user__name"))


@transaction.atomic
def decide_group_rental(
    *, dwelling_id: uuid.UUID, kind: str, visit: RentalVisit, by: Scope, at: datetime
) -> GroupRentalDecision:
    """Write down an officer's word: it is group rental, it is not, or all has been put right.

    :raises UnableToDetermine: a visit of fewer than two, without badge, not told, or of a day to
        come; a confirmation from outside; put right what nobody confirmed, or without a word on
        how those who live there were helped
    :raises NotAllowed: `by` may not confirm group rental
    """
    dwelling = _locked_dwelling(dwelling_id=dwelling_id, by=by)
    require(by, Capability.CONFIRM_GROUP_RENTAL, dwelling.committee_id)
    test = GroupRentalTest.objects.filter(dwelling=dwelling).first() or _fresh(dwelling)
    names = _check_visit(dwelling, visit, timezone.localdate(at))
    _check_kind(dwelling, test, kind, visit)
    made = GroupRentalDecision(
        committee_id=dwelling.committee_id, dwelling=dwelling, kind=kind,
        visited_on=visit.visited_on, visitor_ids=sorted(set(visit.visitors)),
        visitors="、".join(names)[:200], badge_shown=visit.badge_shown,
        entry_basis=visit.entry_basis, facts=visit.facts.strip()[:200],
        assistance=visit.assistance.strip()[:200], officer_id=by.user_id or 0,
        officer=by.user_name, at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    before, test.state = test.state, {
        Kind.CONFIRMED: State.CONFIRMED, Kind.DISMISSED: State.CLEAR,
        Kind.RECTIFIED: State.RECTIFIED,
    }[Kind(kind)].value  # fmt: skip
    if test._state.adding:
        test.rule, test.tested_at = rule_on(RULE, timezone.localdate(at)).label, at
    record(
        f"housing.group_rental_{kind}", by=by, at=at, target=dwelling,
        committee=dwelling.committee_id, reason=made.facts, changes=_told(made),
    )  # fmt: skip
    _keep(test, before, by, at)
    return made


def _told(made: GroupRentalDecision) -> dict[str, Any]:
    return {"visited_on": made.visited_on, "visitors": made.visitors}


def _check_visit(dwelling: DwellingUnit, visit: RentalVisit, today: date) -> list[str]:
    """The visitors' names.

    :raises UnableToDetermine: at the field that is wrong
    """
    if visit.visited_on > today:
        raise UnableToDetermine("上门日期晚于今天", "visited_on")
    known = visitors_at(dwelling.committee_id, visit.visited_on)
    if len(set(visit.visitors)) < 2:
        raise UnableToDetermine("上门应有两人以上", "visitors")
    if strangers := set(visit.visitors) - known.keys():
        raise UnableToDetermine(f"有 {len(strangers)} 人当天不在本地岗位上", "visitors")
    if not visit.badge_shown:
        raise UnableToDetermine("上门应先出示证件，没有出示的不能据此认定", "badge_shown")
    if visit.entry_basis not in GroupRentalDecision.Entry.values:
        raise UnableToDetermine("请选择入户依据", "entry_basis")
    if not visit.facts.strip():
        raise UnableToDetermine("写明看到的事实和理由", "facts")
    for name in ("facts", "assistance"):
        try:
            check_words(getattr(visit, name))
        except UnfitWords as unfit:
            raise UnableToDetermine(unfit.message_zh, name) from unfit
    return [known[each] for each in dict.fromkeys(visit.visitors)]


def _check_kind(
    dwelling: DwellingUnit, test: GroupRentalTest, kind: str, visit: RentalVisit
) -> None:
    """:raises UnableToDetermine: as things stand this cannot be said"""
    if kind not in Kind.values:
        raise UnableToDetermine("请选择结论", "kind")
    outside = visit.entry_basis == GroupRentalDecision.Entry.OUTSIDE_ONLY
    if kind == Kind.CONFIRMED:
        if test.is_decided:
            raise UnableToDetermine("这套房屋已认定群租，整改后请选“整改完成”", "kind")
        if outside:
            raise UnableToDetermine("没有入户不能认定群租", "entry_basis")
    if kind == Kind.RECTIFIED:
        if not test.is_decided:
            raise UnableToDetermine("没有认定群租，不用填整改完成", "kind")
        if not visit.assistance.strip():
            raise UnableToDetermine("写明对住户做了哪些帮助安置，没有写不能办结", "assistance")
        rows = dwelling.rental_decisions.filter(kind=Kind.CONFIRMED).order_by("-at")
        if (last := rows.first()) and visit.visited_on < last.visited_on:
            raise UnableToDetermine("复查日期早于认定时的上门日期", "visited_on")
