"""申请无误: what the rule finds is right this once, asked by one person and decided by another.

An approved exception silences the finding until its day, or until the finding says something
else; then the run opens the issue again (ADR 25). Paper: S-68.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality.fixing import FIXED_BY
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.services.steps import (
    ANSWER_DAYS,
    UnableToSettle,
    in_days,
    locked,
    moved,
    today_of,
    told,
    without_wait,
    words_of,
)

#: Nobody knows for longer that nothing will change; half a year, then somebody looks again.
LONGEST = timedelta(days=180)


@transaction.atomic
def ask_exception(*, issue_id: Any, reason: str, by: Scope, at: datetime) -> DataQualityIssue:
    """Say that the record is right as it is, and why.

    :raises UnableToSettle: no reason, or the issue is past that
    :raises NotAllowed: `by` does not mend such issues there
    """
    issue = locked(issue_id, "ask", by)
    rule = quality_rules().get(issue.rule)
    if rule is None:
        raise UnableToSettle("规则已停用")
    if not rule.excusable:
        raise UnableToSettle("这条规则查的是还没有做的事，不能申请无误")
    require(by, FIXED_BY[rule.about], issue.committee_id)
    issue.reason = words_of(reason, "reason", "请写明为什么这样登记没有错")
    issue.asked_by_id, issue.asked_by, issue.asked_at = by.user_id, by.user_name, at
    issue.decided_by, issue.decided_at, issue.answer = "", None, ""
    issue.answer_on = in_days(at, ANSWER_DAYS)
    moved(
        issue, "ask", "reason", "asked_by_id", "asked_by", "asked_at", "decided_by", "decided_at",
        "answer", "answer_on",
    )  # fmt: skip
    told("exception_asked", issue, by, at, reason=issue.reason)
    return issue


@transaction.atomic
def withdraw_exception(*, issue_id: Any, by: Scope, at: datetime) -> DataQualityIssue:
    """Take back what one has asked for oneself.

    :raises UnableToSettle: somebody else asked, or it is decided already
    """
    issue = locked(issue_id, "withdraw", by)
    if issue.asked_by_id != by.user_id:
        raise UnableToSettle("只有申请人可以撤回")
    _back_to_asker(issue, at)
    moved(issue, "withdraw", "assigned_id", "assigned_to", "answer_on", "due_on")
    told("exception_withdrawn", issue, by, at)
    return issue


@transaction.atomic
def approve_exception(
    *, issue_id: Any, until: date, by: Scope, at: datetime, answer: str = ""
) -> DataQualityIssue:
    """Agree that the record is right, until a day.

    :raises UnableToSettle: `by` asked for it, the day is past or too far, or it is decided already
    :raises NotAllowed: `by` does not decide exceptions there
    """
    issue = _to_decide(issue_id, "approve", by)
    today = today_of(at)
    if not today < until <= today + LONGEST:
        raise UnableToSettle(f"截止日期应在明天到 {today + LONGEST:%Y-%m-%d} 之间", "until")
    issue.excepted_until, issue.closed_on, issue.answer_on = until, today, None
    issue.excused = True
    _decided(issue, answer, by, at)
    moved(
        issue, "approve", "excepted_until", "excused", "closed_on", "answer_on", "decided_by",
        "decided_at", "answer",
    )  # fmt: skip
    told("exception_approved", issue, by, at, reason=issue.answer, until=until)
    return issue


@transaction.atomic
def refuse_exception(*, issue_id: Any, answer: str, by: Scope, at: datetime) -> DataQualityIssue:
    """Say that the record has to be mended, and why; the wait is not counted in its deadline.

    :raises UnableToSettle: no answer, `by` asked for it, or it is decided already
    :raises NotAllowed: `by` does not decide exceptions there
    """
    issue = _to_decide(issue_id, "refuse", by)
    _decided(issue, words_of(answer, "answer", "请写明退回的理由"), by, at)
    _back_to_asker(issue, at)
    moved(
        issue, "refuse", "assigned_id", "assigned_to", "answer_on", "due_on", "decided_by",
        "decided_at", "answer",
    )  # fmt: skip
    told("exception_refused", issue, by, at, reason=issue.answer)
    return issue


def _to_decide(issue_id: Any, act: str, by: Scope) -> DataQualityIssue:
    require(by, Capability.EXCEPT_ISSUES)
    issue = locked(issue_id, act, by)
    if by.user_id is None or issue.asked_by_id == by.user_id:
        raise UnableToSettle("不能审批自己的申请，请由他人审批")
    return issue


def _decided(issue: DataQualityIssue, answer: str, by: Scope, at: datetime) -> None:
    issue.answer = " ".join(answer.split())[:200]
    issue.decided_by, issue.decided_at = by.user_name, at


def _back_to_asker(issue: DataQualityIssue, at: datetime) -> None:
    """Whoever asked has it to mend, with the days that were left."""
    assert issue.asked_at is not None
    if issue.assigned_id is None:
        issue.assigned_id, issue.assigned_to = issue.asked_by_id, issue.asked_by
    issue.due_on, issue.answer_on = without_wait(issue.due_on, issue.asked_at, at), None
