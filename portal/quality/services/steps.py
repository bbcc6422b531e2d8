"""What every step of an issue has in common: its row locked, the gate, the event."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from portal.audit.record import record
from portal.orgs.scope import Scope
from portal.quality import transitions
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import DEADLINES
from portal.rules.services import rule_on
from portal.rules.working_days import add_working_days, working_days_left

#: Working days in which an exception is answered and a mended issue is checked (ADR 25).
ANSWER_DAYS = 3
CHECK_DAYS = 5
MOST_WORDS = 200


class UnableToSettle(Exception):
    """A step of an issue that cannot be taken.

    :param field: the field of the form that the sentence belongs to
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def locked(issue_id: Any, act: str, by: Scope) -> DataQualityIssue:
    """The issue, nobody else's until the transaction ends, where `act` may follow now.

    :raises UnableToSettle: it may not: somebody was faster, or the rule finds it no longer
    :raises DataQualityIssue.DoesNotExist: not in scope
    """
    rows = DataQualityIssue.objects.in_scope(by).select_for_update(of=("self",))
    issue = rows.get(pk=issue_id)
    if why := transitions.why_not(issue.state, act):
        raise UnableToSettle(why)
    return issue


def moved(issue: DataQualityIssue, act: str, *columns: str) -> None:
    """Keep the state that the act leads to, with the columns that it changed."""
    state = transitions.target(issue.state, act)
    assert state is not None
    issue.state = state
    issue.save(update_fields=["state", *columns])


def told(act: str, issue: DataQualityIssue, by: Scope, at: datetime, **more: Any) -> None:
    rule = quality_rules().get(issue.rule)
    facts = {"rule": f"{issue.rule} {rule.title}" if rule else issue.rule} | more
    reason = facts.pop("reason", "")
    record(
        f"quality.{act}", by=by, at=at, target=issue, committee=issue.committee_id, changes=facts,
        reason=reason,
    )  # fmt: skip


def words_of(text: str, field: str, missing: str) -> str:
    """:raises UnableToSettle: nothing was written, or too much"""
    words = " ".join(text.split())
    if not words:
        raise UnableToSettle(missing, field)
    if len(words) > MOST_WORDS:
        raise UnableToSettle(f"最多 {MOST_WORDS} 字", field)
    return words


def deadline(severity: str, day: date) -> date:
    """Until when what is found on `day` should be mended (rule set `issue_deadlines`)."""
    days: int = rule_on("issue_deadlines", day)[DEADLINES[severity]]
    return add_working_days(day, days)


def without_wait(due_on: date, since: datetime, at: datetime) -> date:
    """The deadline after an exception was asked for in vain: the wait is not counted."""
    waited = working_days_left(timezone.localdate(since), timezone.localdate(at))
    return add_working_days(due_on, waited)


def today_of(at: datetime) -> date:
    return timezone.localdate(at)


def in_days(at: datetime, count: int) -> date:
    return add_working_days(today_of(at), count)
