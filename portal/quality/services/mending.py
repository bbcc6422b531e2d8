"""Giving issues to those who mend them, and the second pair of eyes after that.

Whoever mended an issue never checks it. What is sent back stays open, whatever the rule says, until
its mender reports it. Paper: S-67, S-68.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope, parent_of
from portal.quality import transitions
from portal.quality.fixing import FIXED_BY
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import About
from portal.quality.services.steps import (
    CHECK_DAYS,
    UnableToSettle,
    deadline,
    in_days,
    locked,
    moved,
    today_of,
    told,
    words_of,
)

Place = tuple[int, About]


#: Who answers for the quality of a committee's data (S-67).
OWNER = "committee_lead"


def owners_of(unit: int, day: date) -> list[str]:
    """Names of those who answer for the data of a committee; of a unit above nobody does alone.

    Paper: S-67.
    """
    held = Appointment.objects.filter(
        unit_id=unit, role=OWNER, starts_on__lte=day, user__is_active=True
    ).exclude(ends_on__lt=day)
    return list(held.order_by("user__name", "pk").values_list("user__name", flat=True))


def menders_of(places: Collection[Place], day: date, by: Scope) -> dict[int, str]:
    """Whom `by` may give such issues in all of these committees: names by account.

    Each committee's own people and those of its street; empty where nobody serves them all. Work
    is not given upwards: a committee neither chooses among its street's people nor learns of them.

    :param places: committee and register of each issue
    """
    units = {unit for code, _about in places for unit in (code, parent_of(code)) if unit}
    held = Appointment.objects.filter(
        unit_id__in=[unit for unit in units if by.covers(unit)],
        starts_on__lte=day, user__is_active=True,
    ).exclude(ends_on__lt=day)  # fmt: skip
    posts = list(
        held.order_by("-unit_id", "user__name", "pk").values_list(
            "unit_id", "role", "user_id", "user__name"
        )
    )
    names = {user: name for _unit, _role, user, name in posts}
    serving = set(names)
    for code, about in places:
        roles = {key for key, role in ROLES.items() if FIXED_BY[about] in role.capabilities}
        serving &= {
            user for unit, role, user, _name in posts
            if role in roles and unit in (code, parent_of(code))
        }  # fmt: skip
    return {user: name for user, name in names.items() if user in serving}


def place_of(issue: DataQualityIssue) -> Place:
    """Committee and register of an issue, by which its menders are found."""
    return issue.committee_id, quality_rules()[issue.rule].about


@transaction.atomic
def assign_issue(*, issue_id: Any, mender_id: int, by: Scope, at: datetime) -> DataQualityIssue:
    """Give the issue to somebody who mends such ones in its committee or street.

    :raises UnableToSettle: nobody of theirs, or the issue is past that
    :raises NotAllowed: `by` does not give issues there
    """
    require(by, Capability.MANAGE_ISSUES)
    issue = locked(issue_id, "assign", by)
    if why := why_not_assigned(issue, mender_id):
        raise UnableToSettle(why, "mender")
    names = menders_of([place_of(issue)], today_of(at), by)
    if mender_id not in names:
        raise UnableToSettle("请在名单中选择责任人", "mender")
    _give(issue, mender_id, names[mender_id], by, at)
    return issue


def _give(issue: DataQualityIssue, mender_id: int, name: str, by: Scope, at: datetime) -> None:
    issue.assigned_id, issue.assigned_to = mender_id, name
    issue.assigned_by, issue.assigned_at = by.user_name, at
    moved(issue, "assign", "assigned_id", "assigned_to", "assigned_by", "assigned_at")
    told("issue_assigned", issue, by, at, assigned=name)


@transaction.atomic
def assign_issues(*, issue_ids: Iterable[Any], mender_id: int, by: Scope, at: datetime) -> int:
    """Give several issues to one person; those that cannot be given stay as they are.

    Gives how many were.

    :raises UnableToSettle: this person mends none of them
    :raises NotAllowed: `by` does not give issues there
    """
    require(by, Capability.MANAGE_ISSUES)
    rows = DataQualityIssue.objects.in_scope(by).select_for_update(of=("self",))
    chosen = [
        issue for issue in rows.filter(pk__in=list(issue_ids)).order_by("pk")
        if not why_not_assigned(issue, mender_id)
    ]  # fmt: skip
    names = menders_of({place_of(issue) for issue in chosen}, today_of(at), by)
    if chosen and mender_id not in names:
        raise UnableToSettle("这位责任人不能改其中一些问题，请分开派发", "mender")
    for issue in chosen:
        _give(issue, mender_id, names[mender_id], by, at)
    return len(chosen)


def why_not_assigned(issue: DataQualityIssue, mender_id: int | None = None) -> str:
    """Why an issue stays as it is when it is given to somebody; blank when it is given.

    :param mender_id: to whom, where that is known already
    """
    if why := transitions.why_not(issue.state, "assign"):
        return why
    if issue.rule not in quality_rules():
        return "规则已停用"
    if mender_id is not None and issue.assigned_id == mender_id:
        return "已由这位责任人处理"
    return ""


@transaction.atomic
def check_issue(*, issue_id: Any, by: Scope, at: datetime) -> DataQualityIssue:
    """Confirm that a mended issue is mended.

    :raises UnableToSettle: `by` mended it, it needs no check, or it is past that
    :raises NotAllowed: `by` does not check issues there
    """
    require(by, Capability.MANAGE_ISSUES)
    issue = _to_check(issue_id, "check", by)
    issue.checked_by, issue.checked_at, issue.answer_on = by.user_name, at, None
    moved(issue, "check", "checked_by", "checked_at", "answer_on")
    told("issue_checked", issue, by, at)
    return issue


@transaction.atomic
def send_back(*, issue_id: Any, answer: str, by: Scope, at: datetime) -> DataQualityIssue:
    """Say that a mended issue is not mended; it is open again, with a new deadline.

    :raises UnableToSettle: no reason, `by` mended it, or the rule has found it anew meanwhile
    :raises NotAllowed: `by` does not check issues there
    """
    require(by, Capability.MANAGE_ISSUES)
    issue = _to_check(issue_id, "send_back", by)
    issue.answer = words_of(answer, "answer", "请写明哪里没有改好")
    issue.checked_by, issue.checked_at = by.user_name, at
    issue.closed_on, issue.to_check, issue.answer_on = None, False, None
    issue.due_on = deadline(issue.severity, today_of(at))
    if issue.assigned_id is None and issue.fixed_by_id is not None:
        issue.assigned_id, issue.assigned_to = issue.fixed_by_id, issue.fixed_by
    columns = (
        "answer", "checked_by", "checked_at", "closed_on", "to_check", "answer_on", "due_on",
        "assigned_id", "assigned_to",
    )  # fmt: skip
    try:
        with transaction.atomic():
            moved(issue, "send_back", *columns)
    except IntegrityError as twice:
        raise UnableToSettle("规则又查出了同一问题，已在待办中，不用退回") from twice
    told("issue_sent_back", issue, by, at, reason=issue.answer)
    return issue


def _to_check(issue_id: Any, act: str, by: Scope) -> DataQualityIssue:
    issue = locked(issue_id, act, by)
    if not issue.to_check:
        raise UnableToSettle("这个问题不在复核之列")
    if by.user_id is not None and by.user_id in (issue.fixed_by_id, issue.assigned_id):
        raise UnableToSettle("不能复核自己改的问题，请由他人复核")
    return issue


@transaction.atomic
def report_mended(*, issue_id: Any, by: Scope, at: datetime) -> DataQualityIssue:
    """Say that what was sent back is mended now; somebody else checks it again.

    :raises UnableToSettle: it was not sent back
    :raises NotAllowed: `by` does not mend such issues there
    """
    issue = locked(issue_id, "report", by)
    require(by, FIXED_BY[place_of(issue)[1]], issue.committee_id)
    issue.closed_on, issue.to_check = today_of(at), True
    issue.fixed_by_id, issue.fixed_by = by.user_id, by.user_name
    issue.answer_on = in_days(at, CHECK_DAYS)
    moved(issue, "report", "closed_on", "to_check", "fixed_by_id", "fixed_by", "answer_on")
    told("issue_reported", issue, by, at)
    return issue
