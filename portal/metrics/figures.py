"""Reading stored values: what dashboards and assessment see of the numbers (D-10).

Streets and the district are sums of numerators and denominators, made here; nothing is computed
from the registers.
"""

import uuid
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any, Literal

from django.db.models import DecimalField, F, Min, QuerySet, Sum
from django.db.models.expressions import Combinable, ExpressionWrapper

from portal.metrics.metric import HUNDRED, Bounds, Metric
from portal.metrics.models import MetricRun, MetricValue, RunKind
from portal.metrics.registry import metrics
from portal.orgs.tokens import current_scope

Grain = Literal["committee_id", "street_id"]
#: A sampled rate with a wider half of its interval, in points, is shown in the same way.
WIDEST = 5
#: A rate of fewer cases than this is shown, but neither ranked nor coloured (domain §4.1).
FEW_CASES = 30


@dataclass(frozen=True)
class Figure:
    """A metric of one unit at one time, with its parts; None where nothing was measured.

    `below` and `above` are the squared distances of a sampled rate's bounds, each times its cases:
    of independent samples they add up (MOVER).
    """

    metric: Metric
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    below: Decimal | None = None
    above: Decimal | None = None

    @property
    def value(self) -> Decimal | None:
        """0 to 100 for a rate, people per post for a ratio, the number for a count."""
        return self.metric.value(self.numerator, self.denominator)

    @property
    def rest(self) -> Decimal | None:
        """What the denominator has beyond the numerator."""
        if self.numerator is None or self.denominator is None:
            return None
        return self.denominator - self.numerator

    @property
    def bounds(self) -> Bounds | None:
        """Between which values the truth lies (95 %); None for what is not sampled."""
        if self.value is None or self.below is None or self.above is None or not self.denominator:
            return None
        low = self.value - self.below.sqrt() / self.denominator
        return max(Decimal(0), low), min(HUNDRED, self.value + self.above.sqrt() / self.denominator)

    @property
    def is_few(self) -> bool:
        if self.metric.sample is not None:
            return self.bounds is None or (self.bounds[1] - self.bounds[0]) / 2 > WIDEST
        return self.denominator is not None and self.denominator < FEW_CASES

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(
            self.metric,
            _sum(self.numerator, other.numerator),
            _sum(self.denominator, other.denominator),
            _sum(self.below, other.below),
            _sum(self.above, other.above),
        )


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other


@dataclass(frozen=True)
class Sheet:
    """The figures of a unit's parts at one time, and their sums.

    `measured_at` is the moment of the oldest number; None when there are no numbers at all.
    """

    figures: Mapping[int, Mapping[str, Figure]] = field(default_factory=dict)
    as_of: date | None = None
    measured_at: datetime | None = None

    def of(self, key: str, code: int | None = None) -> Figure:
        """The figure of one part, or of all of them together."""
        if code is not None:
            return self.figures.get(code, {}).get(key) or Figure(metrics()[key])
        total = Figure(metrics()[key])
        for found in self.figures.values():
            if key in found:
                total += found[key]
        return total

    def value(self, key: str, code: int | None = None) -> Decimal | None:
        return self.of(key, code).value


def current(unit: int, grain: Grain, keys: Sequence[str] | None = None) -> Sheet:
    """The latest published numbers: the day's preview, else the last snapshot.

    :param keys: the metrics that are wanted; all of them when None
    """
    values = MetricValue.objects.under(unit)
    if keys is not None:
        values = values.filter(metric__in=keys)
    sheet = _sheet(values.filter(run__in=_previews()), grain)
    if sheet.figures:
        return sheet
    last = MetricRun.objects.snapshots().order_by("-as_of")[:1]
    return _sheet(values.filter(run__in=last), grain)


def _previews() -> "QuerySet[MetricRun]":
    return MetricRun.objects.published().filter(kind=RunKind.PREVIEW)


def _sheet(values: "QuerySet[MetricValue]", grain: Grain) -> Sheet:
    rows = values.order_by().values(grain, "metric").annotate(
        **_summed(),
        as_of=Min("run__as_of"),
        measured_at=Min("run__measured_at"),
    )  # fmt: skip
    figures: dict[int, dict[str, Figure]] = defaultdict(dict)
    days: list[date] = []
    moments: list[datetime] = []
    for row in rows:
        if metric := metrics().get(row["metric"]):
            figures[row[grain]][metric.key] = _figure(metric, row)
            days.append(row["as_of"])
            moments.append(row["measured_at"])
    return Sheet(figures, min(days, default=None), min(moments, default=None))


def _summed() -> dict[str, Combinable]:
    """What the parts of a unit add up to; nothing of the bounds where there are none."""
    number = DecimalField(max_digits=40, decimal_places=8)
    below = F("numerator") * 100 - F("denominator") * F("low")
    above = F("denominator") * F("high") - F("numerator") * 100
    return {
        "top": Sum("numerator"), "bottom": Sum("denominator"),
        "below": Sum(ExpressionWrapper(below * below, output_field=number)),
        "above": Sum(ExpressionWrapper(above * above, output_field=number)),
    }  # fmt: skip


def _figure(metric: Metric, row: Mapping[str, Any]) -> Figure:
    return Figure(metric, row["top"], row["bottom"], row["below"], row["above"])


@dataclass(frozen=True)
class Snapshot:
    """A published night: its run and its day."""

    run: uuid.UUID
    day: date


def snapshots(since: date, until: date) -> list[Snapshot]:
    """Published snapshots of the days from `since` to `until`, the oldest first."""
    runs = MetricRun.objects.snapshots().filter(as_of__gte=since, as_of__lte=until)
    return [Snapshot(run, day) for run, day in runs.order_by("as_of").values_list("pk", "as_of")]


def month_ends(nights: Iterable[Snapshot]) -> dict[date, Snapshot]:
    """The last snapshot of each month, by the month's first day, in order."""
    return {night.day.replace(day=1): night for night in sorted(nights, key=lambda n: n.day)}


def week_ends(nights: Iterable[Snapshot]) -> list[Snapshot]:
    """The last snapshot of each week, in order."""
    by_week = {night.day.isocalendar()[:2]: night for night in sorted(nights, key=lambda n: n.day)}
    return list(by_week.values())


def history(
    unit: int, grain: Grain, nights: Iterable[Snapshot], keys: Iterable[str]
) -> dict[uuid.UUID, Sheet]:
    """The figures of some metrics in some snapshots, in one query at the most.

    Published nights never change: a process keeps the sheets that it has read, by reader.
    """
    days = {night.run: night.day for night in nights}
    reader, wanted = current_scope(), tuple(sorted(keys))
    mark = (reader.unit if reader else None, unit, grain, wanted)
    found = {run: sheet for run in days if (sheet := _past.get((*mark, run)))}
    if missing := [run for run in days if run not in found]:
        for run, parts in _read(unit, grain, missing, wanted).items():
            found[run] = Sheet(parts, days[run])
            if reader and parts:
                _past.keep((*mark, run), found[run])
    return found


def _read(
    unit: int, grain: Grain, runs: Sequence[uuid.UUID], keys: Sequence[str]
) -> dict[uuid.UUID, dict[int, dict[str, Figure]]]:
    rows = (
        MetricValue.objects.under(unit)
        .filter(run_id__in=runs, metric__in=keys)
        .order_by()
        .values("run_id", grain, "metric")
        .annotate(**_summed())
    )
    found: dict[uuid.UUID, dict[int, dict[str, Figure]]] = {run: defaultdict(dict) for run in runs}
    for row in rows:
        if metric := metrics().get(row["metric"]):
            figure = _figure(metric, row)
            found[row["run_id"]][row[grain]][metric.key] = figure
    return found


class _Kept:
    """The sheets that were read last, up to a number; threads of a server share them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._sheets: OrderedDict[tuple[object, ...], Sheet] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[object, ...]) -> Sheet | None:
        with self._lock:
            if key in self._sheets:
                self._sheets.move_to_end(key)
            return self._sheets.get(key)

    def keep(self, key: tuple[object, ...], sheet: Sheet) -> None:
        with self._lock:
            self._sheets[key] = sheet
            if len(self._sheets) > self._most:
                self._sheets.popitem(last=False)


_past = _Kept(most=256)  # ten units' past year and quarter, some 30 MB at the very most
