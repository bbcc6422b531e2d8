"""Reading stored values: what dashboards and assessment see of the numbers (D-10).

Streets and the district are sums of numerators and denominators, made here; nothing is computed
from the registers.
"""

import uuid
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any, Literal

from django.db.models import Case, DecimalField, F, Min, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.functions import Coalesce, NullIf

from portal.metrics.intervals import together
from portal.metrics.metric import Bounds, Metric
from portal.metrics.models import Correction, MetricRun, MetricValue, RunKind, RunState
from portal.metrics.registry import metrics
from portal.orgs.scope import DISTRICT_SPAN, STREET_SPAN
from portal.orgs.tokens import current_scope

Grain = Literal["committee_id", "street_id"]
#: A sampled rate with a wider half of its interval, in points, is shown in the same way.
WIDEST = 5
#: A rate of fewer cases than this is shown, but neither ranked nor coloured (domain §4.1).
FEW_CASES = 30


@dataclass(frozen=True)
class Figure:
    """A metric of one unit at one time, with its parts; None where nothing was measured.

    `spread` says how uncertain a sampled rate is (`intervals.spread_of`): it adds up.
    """

    metric: Metric
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    spread: Decimal | None = None

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
        if not self.denominator or self.numerator is None or self.spread is None:
            return None
        return together(self.numerator, self.denominator, self.spread)

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
            _sum(self.spread, other.spread),
        )


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    if one is None or other is None:
        return one if other is None else other
    return one + other


@dataclass(frozen=True)
class Failure:
    """A run that ended without numbers after those that are shown."""

    day: date
    at: datetime


@dataclass(frozen=True)
class Sheet:
    """The figures of a unit's parts at one time, and their sums.

    `measured_at` is until when the oldest number is known to hold; None when there are no numbers
    at all. `is_preview` tells a day's passing numbers from those that are kept; `failure` is a run
    that should have brought newer ones.
    """

    figures: Mapping[int, Mapping[str, Figure]] = field(default_factory=dict)
    as_of: date | None = None
    measured_at: datetime | None = None
    is_preview: bool = False
    failure: Failure | None = None
    #: by level and metric, the middle of all units of the district (`peers`)
    medians: Mapping[str, Any] | None = None

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
    """The latest published numbers: the day's preview, else the last night's or month's.

    Never some of one and some of the other: a preview that is older than the last night, or that
    covers a part of the unit only, waits for the next.

    :param keys: the metrics that are wanted; all of them when None
    """
    shown = _shown(unit)
    values = MetricValue.objects.under(unit).filter(run__in=shown.runs)
    if keys is not None:
        values = values.filter(metric__in=keys)
    found = _sheet(values, grain) if shown.runs else Sheet()
    return replace(found, is_preview=shown.is_preview, failure=shown.failure, medians=shown.medians)


@dataclass(frozen=True)
class _Shown:
    """Which runs hold a unit's latest numbers, and what failed since."""

    runs: list[uuid.UUID]
    is_preview: bool
    failure: Failure | None
    medians: Mapping[str, Any] | None = None


def _shown(unit: int) -> _Shown:
    above = {unit, unit // STREET_SPAN * STREET_SPAN, unit // DISTRICT_SPAN * DISTRICT_SPAN}
    nights = MetricRun.objects.snapshots().order_by("-as_of")
    known = MetricRun.objects.exclude(kind=RunKind.MONTHLY).filter(
        Q(kind=RunKind.PREVIEW, state=RunState.PUBLISHED)
        | Q(pk__in=nights.values("pk")[:1])
        | Q(state=RunState.COMPUTING, failed_at__isnull=False, unit_id__in=above)
    )
    previews, last, failed = [], None, []
    for run in known:
        if run.state == RunState.COMPUTING:
            failed.append(run)
        elif run.kind == RunKind.PREVIEW:
            previews.append(run)
        else:
            last = run
    whole = [
        run for run in previews
        if run.unit_id in above and (last is None or _moment(run) > _moment(last))
    ]  # fmt: skip
    runs = previews if whole else [last] if last else []
    since = min((_moment(run) for run in whole or runs), default=None)
    later = [run for run in failed if run.failed_at and (since is None or run.failed_at > since)]
    latest = max(later, key=lambda run: run.failed_at or run.requested_at, default=None)
    failure = Failure(latest.as_of, latest.failed_at) if latest and latest.failed_at else None
    medians = next((run.medians for run in runs if run.medians), None)
    return _Shown([run.pk for run in runs], bool(whole), failure, medians)


def _moment(run: MetricRun) -> datetime:
    """Until when a published run's numbers are known to hold."""
    return run.confirmed_at or run.measured_at or run.requested_at


def _sheet(values: "QuerySet[MetricValue]", grain: Grain) -> Sheet:
    rows = values.order_by().values(grain, "metric").annotate(
        **summed(),
        as_of=Min("run__as_of"),
        measured_at=Min(Coalesce("run__confirmed_at", "run__measured_at")),
    )  # fmt: skip
    figures: dict[int, dict[str, Figure]] = defaultdict(dict)
    days: list[date] = []
    moments: list[datetime] = []
    for row in rows:
        if metric := metrics().get(row["metric"]):
            figures[row[grain]][metric.key] = figure_of(metric, row)
            days.append(row["as_of"])
            moments.append(row["measured_at"])
    return Sheet(figures, min(days, default=None), min(moments, default=None))


def summed() -> dict[str, Combinable]:
    """What the parts of a unit add up to; nothing of the bounds where there are none."""
    number = DecimalField(max_digits=40, decimal_places=8)
    bound = Case(When(numerator__gt=0, low__gt=0, then=F("low")), default=F("high"))
    off = F("numerator") * 100 - F("denominator") * bound
    spread = off * off / NullIf(bound * (100 - bound), Value(0))
    return {
        "top": Sum("numerator"), "bottom": Sum("denominator"),
        "spread": Sum(ExpressionWrapper(spread, output_field=number)),
    }  # fmt: skip


def figure_of(metric: Metric, row: Mapping[str, Any]) -> Figure:
    """The figure of a row that holds what parts add up to (`summed`)."""
    return Figure(metric, row["top"], row["bottom"], row["spread"])


@dataclass(frozen=True)
class Snapshot:
    """Kept numbers: their run and their day; `closed_at` of a month that is closed for good."""

    run: uuid.UUID
    day: date
    closed_at: datetime | None = None
    medians: Mapping[str, Any] | None = field(default=None, compare=False)


def snapshots(since: date, until: date) -> list[Snapshot]:
    """Nights and closes of the days from `since` to `until`, the oldest first."""
    runs = MetricRun.objects.kept().filter(as_of__gte=since, as_of__lte=until)
    found = runs.values_list("pk", "as_of", "kind", "published_at", "medians")
    return [
        Snapshot(run, day, at if kind == RunKind.MONTHLY else None, medians)
        for run, day, kind, at, medians in found
    ][::-1]


def month_ends(kept: Iterable[Snapshot]) -> dict[date, Snapshot]:
    """The last numbers of each month, by the month's first day: its close, else its last night."""
    ordered = sorted(kept, key=lambda each: (each.day, each.closed_at is not None))
    return {each.day.replace(day=1): each for each in ordered}


def week_ends(kept: Iterable[Snapshot]) -> list[Snapshot]:
    """The last night of each week, in order."""
    nights = sorted((each for each in kept if each.closed_at is None), key=lambda n: n.day)
    return list({night.day.isocalendar()[:2]: night for night in nights}.values())


def corrections(unit: int, month_end: date) -> dict[str, tuple[Decimal, date]]:
    """What published closes note of a closed month of a unit, by metric.

    By how much the number would differ now, and the last day of the month whose close noted it
    last.
    """
    notes = Correction.objects.under(unit).filter(month_end=month_end, run__state="published")
    rows = notes.order_by().values("metric", "run__as_of").annotate(by=Sum(F("now") - F("was")))
    found: dict[str, tuple[Decimal, date]] = {}
    for row in sorted(rows, key=lambda row: row["run__as_of"]):
        so_far = found.get(row["metric"], (Decimal(0), row["run__as_of"]))[0]
        found[row["metric"]] = (so_far + row["by"], row["run__as_of"])
    return {key: told for key, told in found.items() if told[0]}


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
        .annotate(**summed())
    )
    found: dict[uuid.UUID, dict[int, dict[str, Figure]]] = {run: defaultdict(dict) for run in runs}
    for row in rows:
        if metric := metrics().get(row["metric"]):
            figure = figure_of(metric, row)
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
