"""What stands beside a target: the stored value of its metric in the unit that owns the item.

A person reads both. Nothing here says that a target is reached. Paper: S-140.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from assessment.models import WorkPlanItem
from portal.metrics import services
from portal.metrics.figures import Figure, Sheet, current
from portal.metrics.metric import Metric
from portal.metrics.receipts import Place, Reading, Standards
from portal.metrics.registry import metrics
from portal.orgs.scope import Scope, span_of
from portal.rules.services import rules_on


@dataclass(frozen=True)
class Present:
    """A target and the value of today; `reading.number` opens the list behind it."""

    target: Decimal
    metric: Metric
    reading: Reading
    measured_at: datetime | None


def present_values(
    items: Iterable[WorkPlanItem], scope: Scope, day: date
) -> Mapping[uuid.UUID, Present]:
    """By item, the value of its metric in its unit; those without a target are left out."""
    asked = [(item, metrics()[item.metric]) for item in items if item.metric in metrics()]
    if not asked:
        return {}
    parts = ((metric.key, metric.drill, metric.besides) for _item, metric in asked)
    keys = {key for each in parts for key in each if key}
    sheet = current(scope.unit, "committee_id", sorted(keys))
    standards = Standards(rules_on(services.RULE_SETS, day))
    return {
        item.pk: Present(
            item.target or Decimal(0), metric,
            Reading(
                _figure(sheet, metric.key, item.committee_id),
                Place(item.committee_id, item.committee_id == scope.unit), standards,
                drilled=_figure(sheet, metric.drill, item.committee_id) if metric.drill else None,
                added=_figure(sheet, metric.besides, item.committee_id) if metric.besides else None,
            ),
            sheet.measured_at,
        )
        for item, metric in asked
    }  # fmt: skip


def _figure(sheet: Sheet, key: str, unit: int) -> Figure:
    """The figure of a unit: the sum of its committees."""
    inside = range(unit, unit + span_of(unit) + 1)
    return sum(
        (found[key] for code, found in sheet.figures.items() if code in inside and key in found),
        start=Figure(metrics()[key]),
    )
