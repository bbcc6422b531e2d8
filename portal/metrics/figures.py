"""Reading stored values: what dashboards and assessment see of the numbers (D-10).

Streets and the district are sums of numerators and denominators, made here; nothing is computed
from the registers.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from django.db.models import Case, DecimalField, F, Min, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.db.models.functions import Coalesce, NullIf

from portal.metrics.intervals import together
from portal.metrics.kept import Kept
from portal.metrics.metric import Bounds, Metric
from portal.metrics.models import Correction, MetricRun, MetricValue, RunKind, RunState
from portal.metrics.registry import metrics
from portal.orgs.prepared import Prepared
from portal.orgs.scope import DISTRICT_SPAN, STREET_SPAN, Scope
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
        return self._totals.get(key) or Figure(metrics()[key])

    @cached_property
    def _totals(self) -> dict[str, Figure]:
        """The sums over all parts, by metric: a page asks for each of them many times."""
        totals: dict[str, Figure] = {}
        for found in self.figures.values():
            for key, figure in found.items():
                totals[key] = totals[key] + figure if key in totals else figure
        return totals

    def value(self, key: str, code: int | None = None) -> Decimal | None:
        return self.of(key, code).value


def current(unit: int, grain: Grain, keys: Sequence[str] | None = None) -> Sheet:
    """The latest published numbers of a unit (`latest`).

    :param keys: the metrics that are wanted; all of them when None
    """
    return sheet_of(latest(unit), unit, grain, keys)


@dataclass(frozen=True)
class Latest:
    """Which runs hold a unit's latest numbers, each with the moment until which it is known to
    hold, and what failed since."""

    runs: tuple[tuple[uuid.UUID, datetime], ...]
    is_preview: bool
    failure: Failure | None
    medians: Mapping[str, Any] | None = field(default=None, compare=False)
    #: jobs of previews of the unit itself that are being computed
    computing: tuple[uuid.UUID, ...] = field(default=(), compare=False)


def latest(unit: int) -> Latest:
    """The day's preview, else the last night's or month's.

    Never some of one and some of the other: a preview that is older than the last night, or that
    covers a part of the unit only, waits for the next.
    """
    street, district = unit // STREET_SPAN * STREET_SPAN, unit // DISTRICT_SPAN * DISTRICT_SPAN
    above = {unit, street, district}
    of_unit = Scope(unit, "", "", "", frozenset())
    known = _telling.rows(of_unit, street=street, district=district)
    last: MetricRun | None = None
    previews: list[MetricRun] = []
    failed: list[MetricRun] = []
    computing: list[MetricRun] = []
    for run in known:
        if run.state == RunState.COMPUTING:
            (failed if run.failed_at else computing).append(run)
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
    return Latest(
        tuple(sorted((run.pk, _moment(run)) for run in runs)), bool(whole),
        _last_failure(failed, since), next((run.medians for run in runs if run.medians), None),
        tuple(run.job_id for run in computing if run.job_id),
    )  # fmt: skip


@Prepared
def _telling(scope: Scope, *, street: int, district: int) -> "QuerySet[MetricRun]":
    """The runs that tell how a unit's latest numbers stand: every dashboard asks for them."""
    above = [scope.unit, street, district]
    nights = MetricRun.objects.snapshots().order_by("-as_of")
    return MetricRun.objects.exclude(kind=RunKind.MONTHLY).filter(
        Q(kind=RunKind.PREVIEW, state=RunState.PUBLISHED)
        | Q(pk__in=nights.values("pk")[:1])
        | Q(state=RunState.COMPUTING, failed_at__isnull=False, unit_id__in=above)
        | Q(state=RunState.COMPUTING, kind=RunKind.PREVIEW, unit_id=scope.unit)
    )


def _last_failure(failed: Iterable[MetricRun], since: datetime | None) -> Failure | None:
    """The last run that failed after the numbers shown were measured."""
    later = [run for run in failed if run.failed_at and (since is None or run.failed_at > since)]
    last = max(later, key=lambda run: run.failed_at or run.requested_at, default=None)
    return Failure(last.as_of, last.failed_at) if last and last.failed_at else None


def sheet_of(shown: Latest, unit: int, grain: Grain, keys: Sequence[str] | None = None) -> Sheet:
    """The numbers of `shown`. Published ones never change: a process keeps them, by reader."""
    if not shown.runs:
        return Sheet(is_preview=shown.is_preview, failure=shown.failure, medians=shown.medians)
    reader = current_scope()
    wanted = None if keys is None else tuple(sorted(keys))
    mark = (reader.unit if reader else None, unit, grain, wanted, shown.runs)
    found = _latest.get(mark)
    if found is None:
        values = MetricValue.objects.under(unit).filter(run__in=[run for run, _at in shown.runs])
        if wanted is not None:
            values = values.filter(metric__in=wanted)
        found = _sheet(values, grain)
        if reader and found.figures:
            _latest.keep(mark, found)
    return replace(found, is_preview=shown.is_preview, failure=shown.failure, medians=shown.medians)


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


def snapshots(since: date, until: date) -> list[Snapshot]:
    """Nights and closes of the days from `since` to `until`, the oldest first."""
    runs = MetricRun.objects.kept().filter(as_of__gte=since, as_of__lte=until)
    found = runs.values_list("pk", "as_of", "kind", "published_at")
    return [
        Snapshot(run, day, at if kind == RunKind.MONTHLY else None) for run, day, kind, at in found
    ][::-1]


def medians_of(night: Snapshot) -> Mapping[str, Any] | None:
    """The medians of all units of the district at that time (`peers`)."""
    known: Mapping[str, Any] | None
    known = MetricRun.objects.values_list("medians", flat=True).get(pk=night.run)
    return known


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


_past: Kept[Sheet] = Kept(256)  # ten units' past year and quarter, some 30 MB at the very most
_latest: Kept[Sheet] = Kept(64)
