"""What units are compared with: the middle of all units of their level, in the whole district.

A median crosses the walls, and nothing else of other units does: it is worked out once for all
when a run of the district is published, of rates alone, of units with enough cases, and only
where there are enough of them for the middle to tell of none.

Paper: S-10.
"""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from statistics import median
from typing import Any

from portal.metrics.figures import Figure, Grain, figure_of, summed
from portal.metrics.metric import Kind, Metric
from portal.metrics.models import MetricRun, MetricValue
from portal.metrics.registry import metrics
from portal.orgs.scope import Level, level_of

#: With fewer units of a level nothing is said of their middle.
FEWEST_PEERS = 5
_PLACES = Decimal("0.0001")
Medians = dict[str, dict[str, str]]


def medians(run: MetricRun) -> Medians:
    """The medians of the district's streets and committees, by level and metric, as text."""
    grains: dict[Level, Grain] = {"street": "street_id", "committee": "committee_id"}
    return {level: _medians(run, level, grain) for level, grain in grains.items()}


def _medians(run: MetricRun, level: Level, grain: Grain) -> dict[str, str]:
    compared = {key: metric for key, metric in metrics().items() if _is_compared(metric)}
    rows = MetricValue.objects.under(run.unit_id).filter(run=run, metric__in=compared).order_by()
    values: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows.values(grain, "metric").annotate(**summed()):
        figure = figure_of(compared[row["metric"]], row)
        if level_of(row[grain]) == level and _counts(figure):
            values[row["metric"]].append(figure.value or Decimal(0))
    return {
        key: str(Decimal(median(found)).quantize(_PLACES))
        for key, found in sorted(values.items())
        if len(found) >= FEWEST_PEERS
    }


def _is_compared(metric: Metric) -> bool:
    return metric.is_measured and metric.kind is not Kind.COUNT


def _counts(figure: Figure) -> bool:
    return figure.value is not None and not figure.is_few


def median_of(known: Mapping[str, Any] | None, level: Level, key: str) -> Decimal | None:
    """The median of a metric among units of a level; None where nothing is said of it."""
    text = ((known or {}).get(level) or {}).get(key)
    return None if text is None else Decimal(text)
