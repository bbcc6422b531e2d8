"""What a list says of its rows: the gravest open problem of each."""

import uuid
from collections.abc import Iterable
from typing import Any, Literal

from django.db.models import QuerySet, Value

from portal.orgs.prepared import Prepared
from portal.orgs.scope import Scope
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules

RANK = {"note": 0, "should": 1, "must": 2}


def worst_issues(
    scope: Scope,
    dwelling_ids: Iterable[uuid.UUID],
    by: Literal["object_id", "dwelling_id"] = "dwelling_id",
) -> dict[uuid.UUID, tuple[str, str]]:
    """Severity and title of the gravest open issue in these homes, one query for all.

    :param by: `dwelling_id` for the homes' own keys, `object_id` for those of what offends there
    """
    rules = quality_rules()
    found: dict[uuid.UUID, tuple[str, str]] = {}
    for row in _open_in.rows(scope, by, homes=list(set(dwelling_ids))):
        key, rule, severity = row.values()
        known = found.get(key)
        if known is None or RANK[severity] > RANK[known[0]]:
            found[key] = (severity, str(rules[rule].title) if rule in rules else rule)
    return found


@Prepared
def _open_in(
    _scope: Scope, by: str, *, homes: list[uuid.UUID]
) -> QuerySet[DataQualityIssue, dict[str, Any]]:
    """Rule and severity of the open issues in homes that stand on a page of the acting unit."""
    keys = Value(homes)  # passed on as it is; Django would look into a plain list
    rows = DataQualityIssue.objects.open().filter(dwelling_id__any_of=keys)
    told: QuerySet[DataQualityIssue, dict[str, Any]] = rows.values(by, "rule", "severity")
    return told
