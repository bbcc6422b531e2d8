"""Where an issue is mended: the form that holds its field."""

from uuid import UUID

from django.urls import NoReverseMatch, reverse

from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import About


def may_fix(issue: DataQualityIssue, by: Scope) -> bool:
    """Whether this post mends such issues itself; others only look at the dwelling."""
    rule = quality_rules().get(issue.rule)
    if rule is None:
        return False
    people = rule.about is About.PEOPLE
    return by.may(Capability.EDIT_RESIDENTS if people else Capability.EDIT_HOUSING)


def issue_url(issue: DataQualityIssue, by: Scope) -> str:
    """Where the issue leads this post; blank for nowhere.

    The entry form with the field in focus where the post registers people, the dwelling's page
    for all others and for housing.
    """
    rule = quality_rules().get(issue.rule)
    if rule is None or issue.dwelling_id is None:
        return ""
    if rule.about is About.PEOPLE and may_fix(issue, by):
        return _address("residents:entry", issue.dwelling_id, rule.field, issue.residence_id)
    if not by.may(Capability.VIEW_REGISTER):
        return ""
    field = rule.field if rule.about is About.HOUSING else ""
    return _address("housing:dwelling", issue.dwelling_id, field, None)


def _address(view: str, dwelling: UUID, field: str, residence: UUID | None) -> str:
    try:
        address = reverse(view, args=[dwelling])
    except NoReverseMatch:
        return ""
    query = [f"field={field}"] if field else []
    if residence is not None:
        query.append(f"residence={residence}")
    return f"{address}?{'&'.join(query)}" if query else address
