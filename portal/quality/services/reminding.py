"""催办: what is late is pressed for, and says so on the to-do lists of those who mend it.

Once in a few working days: who is pressed every day reads it no more. Paper: S-67.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.services.steps import told
from portal.rules.working_days import add_working_days

#: Working days in which nobody is pressed for the same issue again.
AGAIN_AFTER = 3


@transaction.atomic
def remind_issues(*, issue_ids: Iterable[Any], by: Scope, at: datetime) -> int:
    """Press for those of some issues that are late; the others stay as they are.

    Gives how many were.

    :raises NotAllowed: `by` does not give issues there
    """
    require(by, Capability.MANAGE_ISSUES)
    rows = DataQualityIssue.objects.in_scope(by).select_for_update(of=("self",))
    pressed = 0
    for issue in rows.filter(pk__in=list(issue_ids)).order_by("pk"):
        if why_not_reminded(issue, at):
            continue
        issue.reminded_by, issue.reminded_at = by.user_name, at
        issue.save(update_fields=["reminded_by", "reminded_at"])
        told("issue_reminded", issue, by, at, assigned=issue.assigned_to, due_on=issue.due_on)
        pressed += 1
    return pressed


def why_not_reminded(issue: DataQualityIssue, at: datetime) -> str:
    """Why nobody is pressed for an issue; blank when somebody is."""
    today = timezone.localdate(at)
    if issue.rule not in quality_rules():
        return "规则已停用"
    if not issue.is_to_mend:
        return f"问题“{issue.get_state_display()}”，不用催办"
    if issue.due_on >= today:
        return "还没有超期"
    if issue.reminded_at is not None:
        pressed = timezone.localdate(issue.reminded_at)
        if today < add_working_days(pressed, AGAIN_AFTER):
            return f"{pressed:%m-%d} 已催办，{AGAIN_AFTER} 个工作日内不再催"
    return ""
