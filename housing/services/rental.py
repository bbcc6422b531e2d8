"""Group rental: what the rooms say, and an officer's word after a visit of two (S-77, §2.8)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from housing.dwelling_rooms import GroupRentalDecision, GroupRentalTest
from housing.group_rental import RULE, UNKNOWN, Letting, RoomUse, examine, verdict
from housing.models import DwellingUnit, Lease
from housing.services.changing import _locked_dwelling
from housing.services.errors import UnableToDetermine
from housing.services.visits import Visit, check_visit, words
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on

Kind, State = GroupRentalDecision.Kind, GroupRentalTest.State
RENTED = "2"


@dataclass(frozen=True, kw_only=True)
class RentalVisit(Visit):
    """A visit and what follows from it.

    :param assistance: how those who live there were helped; told when all is put right
    """

    assistance: str = ""


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
    today = timezone.localdate(at)
    names = check_visit(dwelling.committee_id, visit, today, UnableToDetermine)
    words(visit.assistance, "assistance", "", UnableToDetermine)
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
