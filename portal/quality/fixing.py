"""Where an issue is mended: the form that holds its field."""

from uuid import UUID

from django.utils.translation import gettext as _

from portal.orgs.capabilities import Capability
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import About
from portal.ui.addresses import address_if_any

FIXED_BY = {
    About.PEOPLE: Capability.EDIT_RESIDENTS,
    About.HOUSING: Capability.EDIT_HOUSING,
    About.PERMITS: Capability.RECEIVE_PERMITS,
    About.STAFFING: Capability.EDIT_STAFFING,
}
SEEN_BY = {
    About.PEOPLE: Capability.VIEW_REGISTER,
    About.HOUSING: Capability.VIEW_REGISTER,
    About.PERMITS: Capability.VIEW_PERMITS,
    About.STAFFING: Capability.VIEW_STAFFING,
}


def mending_posts(about: About) -> list[str]:
    """Titles of the posts that mend such issues, those of a committee first."""
    roles = [r for r in ROLES.values() if FIXED_BY[about] in r.capabilities and not r.service]
    return [_(role.title) for role in sorted(roles, key=lambda role: role.level != "committee")]


def may_fix(issue: DataQualityIssue, by: Scope) -> bool:
    """Whether this post mends such issues itself; others only look at the dwelling."""
    rule = quality_rules().get(issue.rule)
    return rule is not None and by.may(FIXED_BY[rule.about])


def issue_url(issue: DataQualityIssue, by: Scope) -> str:
    """Where the issue leads this post; blank for nowhere.

    The page that the rule names; else the entry form with the field in focus where the post
    registers people, the dwelling's page for all others and for housing.
    """
    rule = quality_rules().get(issue.rule)
    if rule is None or not by.may(SEEN_BY[rule.about]):
        return ""
    if rule.about is About.STAFFING and not may_fix(issue, by):
        return ""  # the page of a patch is for those who change it
    if rule.opens:
        page = _address(rule.opens, issue.object_id if rule.keyed else None, "", None)
        return f"{page}?{rule.narrowed}" if page and rule.narrowed else page
    if issue.dwelling_id is None:
        return ""
    if rule.about is About.PEOPLE and may_fix(issue, by):
        return _address("residents:entry", issue.dwelling_id, rule.field, issue.residence_id)
    field = rule.field if rule.about is About.HOUSING else ""
    return _address("housing:dwelling", issue.dwelling_id, field, None)


def _address(view: str, key: UUID | None, field: str, residence: UUID | None) -> str:
    address = address_if_any(view, key)
    if not address:
        return ""
    query = [f"field={field}"] if field else []
    if residence is not None:
        query.append(f"residence={residence}")
    return f"{address}?{'&'.join(query)}" if query else address
