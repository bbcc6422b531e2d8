"""Measuring: one statement per source table, grouped by committee (D-10)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from portal.metrics.metric import Bounds, Metric, Occasion, Part, Source
from portal.metrics.registry import metrics

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Parts:
    """Numerator and denominator of one metric in one committee; a count has no denominator.

    `bounds` are those of a sampled rate, 0 to 100; None where nothing was sampled.
    """

    numerator: Decimal
    denominator: Decimal | None
    bounds: Bounds | None = None


def measure(
    wanted: Iterable[Metric], occasion: Occasion, committees: Iterable[int], *, own: bool = False
) -> dict[int, dict[str, Parts]]:
    """The parts of every measured metric for each committee, zeros where there are no rows.

    A source may hold rows of a unit that is not in `committees` (collectors of the street
    itself); such units appear as well.

    :param own: only rows of the unit itself, none of those below
    """
    measured = [metric for metric in wanted if metric.is_measured]
    counts = _counts(measured, occasion, own=own)
    codes = sorted({*committees, *(code for found in counts.values() for code in found)})
    return {
        code: {metric.key: _parts(metric, counts, code) for metric in measured} for code in codes
    }


Counts = Mapping[tuple[str, str], Mapping[int, Decimal]]


def _counts(
    measured: list[Metric], occasion: Occasion, *, own: bool
) -> dict[tuple[str, str], dict[int, Decimal]]:
    """Counts by (metric key, part) and committee."""
    by_source: dict[Source, dict[tuple[str, str], Part]] = defaultdict(dict)
    for metric in measured:
        for name, part in _asked(metric):
            if part is not None and part.source is not None:
                by_source[part.source][metric.key, name] = part
    found: dict[tuple[str, str], dict[int, Decimal]] = {}
    for source, parts in by_source.items():
        if not own:
            found |= _read(source.rows(occasion), parts, occasion)
        elif source.of_units:
            rows = source.rows(occasion).filter(committee_id=occasion.unit)
            found |= _read(rows, parts, occasion)
        else:
            found |= {key: {} for key in parts}
    return found


def _asked(metric: Metric) -> list[tuple[str, Part | None]]:
    """What is counted for a metric, by name: its parts, and the sums that bound it."""
    sums = metric.sample.sums if metric.sample else ()
    besides = metrics()[metric.besides].numerator if metric.besides else None
    return [
        ("counted", metric.counted), ("denominator", metric.denominator), ("besides", besides),
        *((name, Part(name, metric.counted.source, of)) for name, of in sums),
    ]  # fmt: skip


def _read(
    rows: "QuerySet[Any]", parts: Mapping[tuple[str, str], Part], occasion: Occasion
) -> dict[tuple[str, str], dict[int, Decimal]]:
    """One statement for all parts of a source; equal expressions are counted once."""
    names = {key: f"part_{place}" for place, key in enumerate(parts)}
    grouped = (
        rows.order_by()
        .values("committee_id")
        .annotate(**{names[key]: part.of(occasion) for key, part in parts.items() if part.of})
    )
    found: dict[tuple[str, str], dict[int, Decimal]] = {key: {} for key in parts}
    for row in grouped:
        for key, name in names.items():
            found[key][row["committee_id"]] = Decimal(row[name] or 0)
    return found


def _parts(metric: Metric, counts: Counts, code: int) -> Parts:
    counted = counts[metric.key, "counted"].get(code, NOTHING)
    if metric.denominator is None:
        return Parts(counted, None)
    listed = counts[metric.key, "denominator"].get(code, NOTHING)
    besides = counts.get((metric.key, "besides"), {}).get(code, NOTHING)
    return Parts(
        listed - counted if metric.faults else counted, listed + besides,
        _bounds(metric, counts, code),
    )  # fmt: skip


def _bounds(metric: Metric, counts: Counts, code: int) -> Bounds | None:
    if metric.sample is None:
        return None
    return metric.sample.bounds(
        {name: counts[metric.key, name].get(code, NOTHING) for name, _of in metric.sample.sums}
    )
