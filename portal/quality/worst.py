"""What a list says of its rows: the gravest open problem of each."""

import uuid
from collections.abc import Iterable
from typing import Literal

from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules

RANK = {"note": 0, "should": 1, "must": 2}


def worst_issues(
    dwelling_ids: Iterable[uuid.UUID], by: Literal["object_id", "dwelling_id"] = "dwelling_id"
) -> dict[uuid.UUID, tuple[str, str]]:
    """Severity and title of the gravest open issue in these homes, one query for all.

    :param by: `dwelling_id` for the homes' own keys, `object_id` for those of what offends there
    """
    rules = quality_rules()
    found: dict[uuid.UUID, tuple[str, str]] = {}
    rows = DataQualityIssue.objects.open().filter(dwelling_id__any_of=list(set(dwelling_ids)))
    for key, rule, severity in rows.values_list(by, "rule", "severity"):
        known = found.get(key)
        if known is None or RANK[severity] > RANK[known[0]]:
            found[key] = (severity, str(rules[rule].title) if rule in rules else rule)
    return found
