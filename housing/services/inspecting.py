"""What visits of two find, from the notice to the end; the register follows where it must (S-74).

A finding is checked by somebody else than who wrote it down, and ends with a word on how those who
live there were helped (domain §6.7, G-05).
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from housing.models import Campaign, DwellingUnit, Finding, GroupRentalTest
from housing.rectifying import (
    FINDING,
    FINDING_KINDS,
    GROUP_RENTAL_KINDS,
    LEAD_OF,
    NOTHING,
    RULE,
    may_go,
)
from housing.services.campaigning import _locked_campaign
from housing.services.changing import _locked_dwelling
from housing.services.errors import UnableToRectify
from housing.services.following import tell_lead
from housing.services.visits import Visit, check_visit, words
from portal.audit.record import record
from portal.orgs.access import NotAllowed, require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.rules.working_days import add_working_days

State = Finding.State
Refused = UnableToRectify


@dataclass(frozen=True, kw_only=True)
class FindingTold(Visit):
    """A visit and the kind of what was found; `none` for nothing."""

    kind: str


@transaction.atomic
def record_finding(
    *, dwelling_id: uuid.UUID, told: FindingTold, by: Scope, at: datetime,
    campaign_id: uuid.UUID | None = None,
) -> Finding:  # fmt: skip
    """Write down a visit to a dwelling and what was found; the committee learns of who is missing.

    :raises UnableToRectify: a visit of fewer than two or without badge, something that cannot be
        seen from outside, somebody who is not of the campaign's team, a campaign that does not run
    :raises NotAllowed: `by` does not run campaigns there
    """
    campaign = None if campaign_id is None else _locked_campaign(campaign_id, by)
    dwelling = _locked_dwelling(dwelling_id=dwelling_id, by=by)
    require(by, Capability.RUN_CAMPAIGNS, dwelling.committee_id)
    today = timezone.localdate(at)
    _check_kind(told, dwelling)
    names = check_visit(dwelling.committee_id, told, today, Refused)
    if campaign is not None:
        _check_team(campaign, told, dwelling)
    found = Finding(
        committee_id=dwelling.committee_id, campaign=campaign, dwelling=dwelling,
        place=dwelling.address, kind=told.kind, facts=told.facts.strip()[:200],
        visited_on=told.visited_on, visitor_ids=sorted(set(told.visitors)),
        visitors="、".join(names)[:200], badge_shown=told.badge_shown,
        entry_basis=told.entry_basis, found_by=by.user_id or 0, found_name=by.user_name,
        found_at=at, due_on=add_working_days(today, int(rule_on(RULE, today)["notice"])),
    )  # fmt: skip
    if told.kind == NOTHING:
        found.state, found.ended_by, found.ended_at = State.DISMISSED.value, by.user_name, at
        found.end_reason = found.facts
    found.save(force_insert=True)
    _tell("recorded", found, by, at, found.facts)
    if told.kind in LEAD_OF:
        tell_lead(dwelling=dwelling, kind=LEAD_OF[told.kind], text=found.facts, by=by, at=at)
    return found


def _check_kind(told: FindingTold, dwelling: DwellingUnit) -> None:
    if dwelling.status != DwellingUnit.Status.ACTIVE:
        raise Refused("这套房屋已不在册")
    if told.kind not in dict(FINDING_KINDS):
        raise Refused("请选择发现的问题", "kind")
    inside = told.kind in GROUP_RENTAL_KINDS
    if inside and told.entry_basis == Finding.Entry.OUTSIDE_ONLY:
        raise Refused("没有入户不能登记群租问题", "entry_basis")


def _check_team(campaign: Campaign, told: FindingTold, dwelling: DwellingUnit) -> None:
    if campaign.state != Campaign.State.RUNNING:
        raise Refused(f"这个行动{campaign.get_state_display()}，不能再登记检查")
    if strangers := set(told.visitors) - set(campaign.member_ids):
        raise Refused(f"有 {len(strangers)} 人不是工作组成员", "visitors")
    if not campaign.targets.filter(dwelling=dwelling).exists():
        raise Refused("这套房屋不是这次行动的检查目标")
    if told.visited_on < campaign.starts_on:
        raise Refused("上门日期早于行动开始日期", "visited_on")


@transaction.atomic
def notify_finding(
    *, finding_id: uuid.UUID, notice_no: str, noticed_on: date, due_on: date, vulnerable: str,
    by: Scope, at: datetime,
) -> Finding:  # fmt: skip
    """Hand over the written notice with its deadline; old people and children were asked after.

    :raises UnableToRectify: no number, less time than the rule gives, nothing on old and young
    """
    found, today = _locked(finding_id, by), timezone.localdate(at)
    _check_next(found, State.NOTIFIED)
    if not notice_no.strip():
        raise Refused("填写告知书编号", "notice_no")
    if not found.visited_on <= noticed_on <= today:
        raise Refused("告知日期应在上门之后、今天以前", "noticed_on")
    _check_time(noticed_on, due_on, today)
    found.vulnerable = words(
        vulnerable, "vulnerable", "写明家里有没有老人、儿童，怎样照顾", Refused
    )
    found.notice_no, found.noticed_on, found.due_on = notice_no.strip()[:40], noticed_on, due_on
    found.state = State.NOTIFIED.value
    found.save()
    _tell("notified", found, by, at)
    return found


def _check_time(since: date, due_on: date, today: date) -> None:
    least = int(rule_on(RULE, today)["least_days"])
    if due_on < since + timedelta(days=least):
        raise Refused(f"整改期限不少于 {least} 天", "due_on")


@transaction.atomic
def note_progress(*, finding_id: uuid.UUID, progress: str, by: Scope, at: datetime) -> Finding:
    """Write down how far the rectification has come."""
    found = _locked(finding_id, by)
    _check_next(found, State.RECTIFYING)
    found.progress = words(progress, "progress", "写明整改情况", Refused)
    found.state = State.RECTIFYING.value
    found.save()
    _tell("rectifying", found, by, at, found.progress)
    return found


@transaction.atomic
def recheck_finding(
    *, finding_id: uuid.UUID, passed: bool, rechecked_on: date, progress: str, by: Scope,
    at: datetime, due_on: date | None = None,
) -> Finding:  # fmt: skip
    """Look again; done by somebody else than who wrote the finding down.

    :param due_on: the new deadline where it has not been put right
    :raises UnableToRectify: no rectification was told, or a day that cannot be
    :raises NotAllowed: `by` wrote the finding down
    """
    found, today = _locked(finding_id, by), timezone.localdate(at)
    if by.user_id == found.found_by:
        raise NotAllowed("登记人不能复查自己登记的问题")
    _check_next(found, State.RECHECKED)
    if not found.visited_on <= rechecked_on <= today:
        raise Refused("复查日期应在上门之后、今天以前", "rechecked_on")
    found.progress = words(progress, "progress", "写明复查情况", Refused)
    if passed:
        found.rechecked_by, found.rechecked_name = by.user_id, by.user_name
        found.rechecked_on, found.state = rechecked_on, State.RECHECKED.value
    else:
        if due_on is None:
            raise Refused("没有通过的要给新的期限", "due_on")
        _check_time(today, due_on, today)
        found.due_on = due_on
    found.save()
    _tell("rechecked" if passed else "failed", found, by, at, found.progress)
    return found


@transaction.atomic
def close_finding(
    *, finding_id: uuid.UUID, assistance: str, end_reason: str, by: Scope, at: datetime
) -> Finding:
    """End a finding that has been put right and looked at again.

    :raises UnableToRectify: not looked at again, no word on how those who live there were helped,
        or the dwelling still stands as confirmed group rental
    """
    found = _locked(finding_id, by)
    _check_next(found, State.CLOSED)
    needed = f"{found.place}：写明对住户做了哪些帮助安置，没有写不能办结"
    found.assistance = words(assistance, "assistance", needed, Refused)
    if found.kind in GROUP_RENTAL_KINDS and _is_confirmed(found):
        raise Refused(f"{found.place}仍是已认定的群租，先由认定人员写入“整改完成”")
    _end(found, State.CLOSED, end_reason, by, at)
    _tell("closed", found, by, at, found.assistance)
    return found


def _is_confirmed(found: Finding) -> bool:
    tests = GroupRentalTest.objects.filter(dwelling=found.dwelling_id)
    return tests.filter(state=GroupRentalTest.State.CONFIRMED).exists()


@transaction.atomic
def dismiss_finding(*, finding_id: uuid.UUID, end_reason: str, by: Scope, at: datetime) -> Finding:
    """End a finding that was none after all; the reason stays."""
    found = _locked(finding_id, by)
    _check_next(found, State.DISMISSED)
    words(end_reason, "end_reason", "写明为什么不成立", Refused)
    _end(found, State.DISMISSED, end_reason, by, at)
    _tell("dismissed", found, by, at, found.end_reason)
    return found


def _end(found: Finding, state: str, reason: str, by: Scope, at: datetime) -> None:
    found.end_reason = words(reason, "end_reason", "", Refused)
    found.state, found.ended_by, found.ended_at = str(state), by.user_name, at
    found.save()


def _check_next(found: Finding, following: str) -> None:
    if not may_go(FINDING, found.state, following):
        raise Refused(f"这一项{found.get_state_display()}，现在不能这样办")


def _locked(finding_id: uuid.UUID, by: Scope) -> Finding:
    found = Finding.objects.in_scope(by).select_for_update().get(pk=finding_id)
    require(by, Capability.RUN_CAMPAIGNS, found.committee_id)
    return found


def _tell(act: str, found: Finding, by: Scope, at: datetime, reason: str = "") -> None:
    record(
        f"housing.finding_{act}", by=by, at=at, target=found, committee=found.committee_id,
        reason=reason, changes={"visitors": found.visitors},
    )  # fmt: skip
