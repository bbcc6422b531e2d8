"""The invented past of the demonstration: closed months and issues already mended.

Today's numbers are computed from the rows; earlier ones lead up to them by a seeded walk, so that
trends and heat maps have something to show. Only the synthetic district has such a past.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from random import Random
from typing import Any

from django.db import connections
from django.utils import timezone

from portal.demo import cast
from portal.demo.copying import copy_rows
from portal.demo.mended import remember_stock, set_back, stock_on
from portal.metrics import closing
from portal.metrics.measure import Parts, measure
from portal.metrics.metric import Occasion
from portal.metrics.models import MetricRun, MetricValue, RunKind, RunState
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from portal.quality.models import DataQualityIssue
from portal.rules.working_days import add_working_days
from portal.usage.metrics import METRICS as USAGE
from residents.sampled import METRICS

MONTHS = 12
WEEKS = 12
WEEKS_OF_A_MONTH = 4.3
#: Numbers of open issues, and what they count.
STOCK = {"issues_must": "must", "issues_should": "should"}
#: What the last committee's population of a month ago was of today's: it jumped (R-270).
SWELLED = Decimal("0.85")
#: Numbers of committees, whether anybody lives there or not; they were much the same.
OF_COMMITTEES = frozenset(metric.key for metric in USAGE)
#: Numbers of spot checks, with their versions: they have a past of their own.
SAMPLED = {metric.key: metric.version for metric in METRICS}
# Rates whose share moves by up to this much from month to month; counts move with population.
RESTLESS = {
    "freshness": 0.018, "completeness": 0.006, "house_code_link": 0.004, "housing_coverage": 0.012,
    "validity": 0.002, "uniqueness": 0.001, "occupancy_consistency": 0.006,
    "registration_timeliness": 0.03, "dwelling_codes": 0.004,
}  # fmt: skip


def remember_past(*, today: date, seed: int, by: Scope) -> dict[str, int]:
    """Write snapshots of the last month ends and the issues closed in the last weeks."""
    random = Random(seed)  # noqa: S311  invention, not secrecy
    with acting(by):
        allow_work(clockwork=True)
        run = MetricRun.objects.published().order_by("-measured_at").first()
        assert run is not None
        values = [
            dict(row)
            for row in MetricValue.objects.filter(run=run)
            .values("committee_id", "metric", "version", "numerator", "denominator", "low", "high")
            .order_by("committee_id", "metric")
        ]
        # committees without anybody have no past either
        inhabited = {
            value["committee_id"]
            for value in values
            if value["metric"] == "actual_housing" and value["numerator"]
        }
        found = DataQualityIssue.objects.order_by("committee_id", "rule")
        columns = ("rule", "severity", "committee_id", "subject", "place")
        issues = [dict(row) for row in found.values(*columns)]
    told = [
        v for v in values
        if v["metric"] not in SAMPLED
        and (v["committee_id"] in inhabited or v["metric"] in OF_COMMITTEES)
    ]  # fmt: skip
    set_back(today)
    swollen = max((int(str(code)) for code in inhabited), default=0)
    runs, rows = [], []
    drift: dict[tuple[int, str], float] = {}
    for back, day in enumerate(_days(today)):
        key = new_id()
        runs.append(_run(key, day, today, by.unit, run.rules))
        rows += [_earlier(value, key, back, drift, random, swollen) for value in told]
    mended = copy_rows(DataQualityIssue, _mended(issues, today, random))
    remember_stock(today)
    for week, day in enumerate(_week_days(today), 1):
        key = new_id()
        runs.append(_run(key, day, today, by.unit, run.rules))
        with acting(by):
            stock = stock_on(day)
        rows += [
            _with_stock(_earlier(value, key, week / WEEKS_OF_A_MONTH, {}, random, swollen), stock)
            for value in told
        ]
    counts = {
        MetricRun._meta.label: copy_rows(MetricRun, runs) + 1,
        MetricValue._meta.label: copy_rows(MetricValue, rows) + len(values),
        DataQualityIssue._meta.label: len(issues) + mended,
    }
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE metrics_metricvalue, quality_dataqualityissue")
    return counts


def _days(today: date) -> Iterator[date]:
    """Yesterday, then the last days of the months before, to last November at the latest."""
    yield today - timedelta(days=1)
    last = today.replace(day=1) - timedelta(days=1)
    for _ in range(max(MONTHS, today.month + 1)):
        if last < today - timedelta(days=1):
            yield last
        last = last.replace(day=1) - timedelta(days=1)


def _week_days(today: date) -> Iterator[date]:
    """The nights a week, two weeks and more before yesterday; months' ends have theirs already."""
    ends = set(_days(today))
    days = (today - timedelta(days=1 + 7 * week) for week in range(1, WEEKS))
    return (day for day in days if day not in ends)


def _with_stock(value: dict[str, Any], stock: dict[tuple[int, str], int]) -> dict[str, Any]:
    """A value of a night; of open issues it is what stood open then."""
    severity = STOCK.get(value["metric"])
    if severity is None:
        return value
    return value | {"numerator": Decimal(stock.get((value["committee_id"], severity), 0))}


def _run(key: Any, day: date, today: date, unit: int, rules: dict[str, Any]) -> dict[str, Any]:
    """The close of a month that is over for long enough, else the night's snapshot."""
    is_close = closing.is_month_end(day) and closing.closing_day(day) < today
    on, hour = (closing.closing_day(day), 20) if is_close else (day + timedelta(days=1), 1)
    # in the first hour of a day its night is still to come: no number is of a later time than now
    at = min(timezone.make_aware(datetime.combine(on, time(hour, 5))), timezone.now())
    return {
        "id": key, "kind": RunKind.MONTHLY if is_close else RunKind.NIGHTLY,
        "unit_id": unit, "as_of": day,
        "state": RunState.PUBLISHED, "requested_at": at, "measured_at": at, "published_at": at,
        "rules": rules, "job_id": None, "mark": "",
    }  # fmt: skip


def _earlier(
    value: dict[str, Any], run: Any, back: float, drift: dict[tuple[int, str], float],
    random: Random, swollen: int,
) -> dict[str, Any]:  # fmt: skip
    """One value some months ago: a little fewer people, a rate that has walked."""
    if value["metric"] in OF_COMMITTEES:
        return value | {"id": new_id(), "run_id": run}
    shrink = Decimal(1) - Decimal("0.0035") * Decimal(back)
    if back and _grew(value, swollen):
        shrink *= SWELLED
    numerator, denominator = value["numerator"], value["denominator"]
    step = RESTLESS.get(value["metric"])
    if step and denominator:
        key = (value["committee_id"], value["metric"])
        drift[key] = drift.get(key, 0.0) + random.uniform(-step, step * 0.75)
        denominator = (denominator * shrink).quantize(Decimal(1))
        share = float(value["numerator"] / value["denominator"]) + drift[key]
        numerator = (denominator * Decimal(str(min(1.0, max(0.4, share))))).quantize(Decimal(1))
    else:
        numerator = (numerator * shrink).quantize(Decimal(1))
    return value | {
        "id": new_id(), "run_id": run, "numerator": numerator, "denominator": denominator,
    }  # fmt: skip


def remember_samples(unit: int) -> int:
    """Measure what spot checks gave on the day of each run: rounds are invented, this need not be.

    Returns how many values there are; `unit` is the district, in whose scope one acts.
    """
    rows: list[dict[str, Any]] = []
    runs = MetricRun.objects.published().order_by("as_of", "measured_at")
    for run, day in runs.values_list("pk", "as_of"):
        held = MetricValue.objects.filter(run=run, metric="actual_population")
        codes = set(held.values_list("committee_id", flat=True))
        measured = measure(METRICS, Occasion(unit, day, {}), codes)
        for code in sorted(codes):
            rows += [_value(run, code, key, parts) for key, parts in measured[code].items()]
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM metrics_metricvalue WHERE metric = ANY (%s)", [list(SAMPLED)])
    return copy_rows(MetricValue, rows)


def _value(run: Any, code: int, metric: str, parts: Parts) -> dict[str, Any]:
    low, high = parts.bounds or (None, None)
    return {
        "id": new_id(), "run_id": run, "committee_id": code, "metric": metric,
        "version": SAMPLED[metric], "numerator": parts.numerator,
        "denominator": parts.denominator, "low": low, "high": high,
    }  # fmt: skip


def _grew(value: dict[str, Any], committee: int) -> bool:
    """Whether the value is the population of the committee that grew so fast."""
    return bool(value["committee_id"] == committee and value["metric"] == "actual_population")


def _mended(issues: list[dict[str, Any]], today: date, random: Random) -> Iterator[dict[str, Any]]:
    """Issues like today's, found and mended in the last weeks."""
    for week in range(WEEKS):
        for issue in random.sample(issues, k=min(len(issues), len(issues) // 9)):
            found = today - timedelta(days=week * 7 + random.randint(1, 7))
            closed = min(today, found + timedelta(days=random.randint(1, 20)))
            yield _closed(issue, found, closed, today)
    # whatever the dice say, there is something to check at home, for two who answer differently
    at_home = (i for i in issues if i["severity"] == "must" and i["committee_id"] == cast.HOME)
    for issue in islice(at_home, 2):
        found = today - timedelta(days=17)
        yield _closed(issue, found, found + timedelta(days=3), today)


def _closed(issue: dict[str, Any], found: date, closed: date, today: date) -> dict[str, Any]:
    """An issue like this one, mended; what must be mended is looked at again, some for too long."""
    waits = issue["severity"] == "must" and closed > today - timedelta(days=21)
    return issue | {
        "id": new_id(), "object_id": new_id(), "detail": "已改完", "detected_on": found,
        "due_on": add_working_days(found, 10), "state": "fixed", "closed_on": closed,
        "dwelling_id": None, "residence_id": None, "first_seen_run": None,
        "fixed_by": "周敏" if issue["committee_id"] == cast.HOME else "", "to_check": waits,
        "answer_on": add_working_days(closed, 5) if waits else None,
    }  # fmt: skip
