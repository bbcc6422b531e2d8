"""Where an issue is mended: the form that holds its field."""

from uuid import UUID

from django.urls import NoReverseMatch, reverse

from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import About


def fix_url(issue: DataQualityIssue) -> str:
    """The entry form with the field in focus, the dwelling's page for housing; blank for none."""
    rule = quality_rules().get(issue.rule)
    if rule is None or issue.dwelling_id is None:
        return ""
    view = "residents:entry" if rule.about is About.PEOPLE else "housing:dwelling"
    return _address(view, issue.dwelling_id, rule.field, issue.residence_id)


def _address(view: str, dwelling: UUID, field: str, residence: UUID | None) -> str:
    try:
        address = reverse(view, args=[dwelling])
    except NoReverseMatch:
        return ""
    query = [f"field={field}"] if field else []
    if residence is not None:
        query.append(f"residence={residence}")
    return f"{address}?{'&'.join(query)}" if query else address
