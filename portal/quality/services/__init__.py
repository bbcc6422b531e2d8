"""Writes of the quality issues: the rules' runs, and what people do with what they found."""

from portal.quality.services.excepting import (
    LONGEST,
    approve_exception,
    ask_exception,
    refuse_exception,
    withdraw_exception,
)
from portal.quality.services.mending import (
    assign_issue,
    assign_issues,
    check_issue,
    menders_of,
    owners_of,
    place_of,
    report_mended,
    send_back,
    why_not_assigned,
)
from portal.quality.services.reminding import remind_issues, why_not_reminded
from portal.quality.services.running import (
    RULE_SETS,
    Outcome,
    check_across,
    check_dwellings,
    check_unit,
    due_on,
    failures_for,
)
from portal.quality.services.steps import UnableToSettle

__all__ = [
    "LONGEST",
    "Outcome",
    "RULE_SETS",
    "UnableToSettle",
    "approve_exception",
    "ask_exception",
    "assign_issue",
    "assign_issues",
    "check_across",
    "check_dwellings",
    "check_issue",
    "check_unit",
    "due_on",
    "failures_for",
    "menders_of",
    "owners_of",
    "place_of",
    "refuse_exception",
    "remind_issues",
    "report_mended",
    "send_back",
    "why_not_assigned",
    "why_not_reminded",
    "withdraw_exception",
]
