"""From a published snapshot to every unit's values and points; reads stored values only (D-10).

Paper: S-132.
"""

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment import readings
from assessment.models import (
    AssessmentCycle,
    Indicator,
    IndicatorValue,
    Score,
    SheetState,
    Stage,
    UnitSheet,
)
from assessment.services.common import UnableToAssess, _locked_cycle, _note, _retotal
from portal.audit.record import record
from portal.jobs import services as ledger
from portal.jobs.models import Job
from portal.metrics.models import MetricRun, MetricValue, RunKind
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from portal.rules.services import rule_on

JOB = "assessment.compute"
PartsByMetric = Mapping[str, Sequence[readings.Part]]


@transaction.atomic
def request_compute(*, cycle_id: uuid.UUID, by: Scope, at: datetime) -> Job:
    """Ask the ledger to score every unit from the latest kept numbers up to the freeze.

    Of a month's last day the close is taken once there is one, until then that night's snapshot.

    :raises UnableToAssess: there is no snapshot, or self-assessments have begun to arrive
    """
    require(by, Capability.RUN_ASSESSMENT)
    cycle = _locked_cycle(cycle_id)
    _still_open(cycle)
    last = min(cycle.freeze_on, timezone.localdate(at))
    run = MetricRun.objects.kept().filter(as_of__lte=last).first()
    if run is None:
        raise UnableToAssess(_("还没有已发布的指标快照，今晚计算后再来"))
    units = UnitSheet.objects.filter(cycle=cycle).order_by("committee_id")
    return ledger.ask(
        kind=JOB,
        title=_("计算 %(year)s 年度考核得分") % {"year": cycle.year},
        key=f"{cycle.pk}:{run.pk}:{cycle.version}",
        params={"cycle": str(cycle.pk), "run": str(run.pk)},
        chunks=[{"unit": unit} for unit in units.values_list("committee_id", flat=True)],
        by=by,
        at=at,
    )


def _still_open(cycle: AssessmentCycle) -> None:
    if cycle.stage not in {Stage.DRAFT, Stage.OPEN}:
        raise UnableToAssess(_("已转入复核，不能再重新计算"))
    if UnitSheet.objects.filter(cycle=cycle).exclude(state=SheetState.AWAITING).exists():
        raise UnableToAssess(_("已有街道（镇）提交自评，不能再重新计算"))


@transaction.atomic
def compute_unit(
    *, cycle_id: uuid.UUID, run_id: uuid.UUID, unit: int, by: Scope, at: datetime
) -> int:
    """Values and points of one unit; returns how many indicators got points.

    Doing it again replaces what an earlier attempt left; claims already typed stay.

    :raises UnableToAssess: the run is no published snapshot
    """
    cycle = AssessmentCycle.objects.get(pk=cycle_id)
    run = MetricRun.objects.kept().filter(pk=run_id).first()
    if run is None:
        raise UnableToAssess(_("快照不存在或没有发布"))
    indicators = list(cycle.indicators.order_by("position"))
    parts = stored_parts(run.pk, unit, wanted(indicators))
    ratio = int(rule_on("collector_ratio", run.as_of)["people_per_collector"])
    IndicatorValue.objects.filter(indicator__cycle=cycle, committee_id=unit).delete()
    values, points = [], {}
    for indicator in indicators:
        value, found = _scored(indicator, parts, unit, run.as_of, ratio)
        values.append(value)
        points[indicator.pk] = found
    IndicatorValue.objects.bulk_create(values)
    _write_scores(cycle, unit, points)
    _retotal(cycle, unit)
    return sum(found is not None for found in points.values())


def wanted(indicators: Sequence[Indicator]) -> set[str]:
    """Keys of all metrics that the indicators read."""
    keys = {key for indicator in indicators for key in indicator.metrics}
    return keys | {each.scoring["less"]["metric"] for each in indicators if "less" in each.scoring}


def stored_parts(run_id: uuid.UUID, unit: int, keys: set[str]) -> dict[str, list[readings.Part]]:
    """What the snapshot holds under a unit, one part for each committee."""
    rows = MetricValue.objects.under(unit).filter(run_id=run_id, metric__in=keys)
    found: dict[str, list[readings.Part]] = defaultdict(list)
    for row in rows.order_by("committee_id"):
        part = readings.Part(row.numerator, row.denominator, row.low, row.high)
        found[row.metric].append(part)
    return found


def _scored(
    indicator: Indicator, parts: PartsByMetric, unit: int, as_of: date, ratio: int
) -> tuple[IndicatorValue, Decimal | None]:
    rule = rule_of(indicator, ratio, parts)
    totals = {key: readings.summed(parts.get(key, [])) for key in indicator.metrics}
    reading = readings.read(rule, totals)
    found, reason = readings.points(rule, reading)
    interval = reading.interval
    value = IndicatorValue(
        id=new_id(), indicator=indicator, committee_id=unit, numerator=reading.numerator,
        denominator=reading.denominator, value=reading.value,
        low=interval.low if interval else None, high=interval.high if interval else None,
        parts={
            key: {"numerator": str(total.numerator), "denominator": _text(total.denominator)}
            for key, total in totals.items() if total is not None
        },
        reason=reason, as_of=as_of, inputs_hash=fingerprint(indicator, parts),
    )  # fmt: skip
    return value, found


def rule_of(indicator: Indicator, ratio: int, parts: PartsByMetric) -> readings.Rule:
    """What scoring needs of an indicator, with the cases that take points off."""
    less = indicator.scoring.get("less")
    extra = (
        sum((each.numerator for each in parts.get(less["metric"], [])), Decimal(0)) if less else 0
    )
    return readings.Rule(
        indicator.weight, indicator.reading, indicator.scoring, ratio, Decimal(extra)
    )


def fingerprint(indicator: Indicator, parts: PartsByMetric) -> str:
    """SHA-256 over the stored parts that an indicator was read from."""
    inputs = {
        key: [[_text(part.numerator), _text(part.denominator)] for part in parts.get(key, [])]
        for key in sorted(wanted([indicator]))
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _write_scores(
    cycle: AssessmentCycle, unit: int, points: Mapping[uuid.UUID, Decimal | None]
) -> None:
    rows = Score.objects.filter(indicator__cycle=cycle, committee_id=unit).select_for_update()
    known = {score.indicator_id: score for score in rows}
    for indicator_id, score in known.items():
        score.computed = _stored(points[indicator_id])
        score.version += 1
    Score.objects.bulk_update(known.values(), ["computed", "version"])
    Score.objects.bulk_create(
        Score(id=new_id(), indicator_id=key, committee_id=unit, computed=_stored(found))
        for key, found in points.items()
        if key not in known
    )


def _stored(found: Decimal | None) -> Decimal | None:
    return None if found is None else found.quantize(Decimal("0.00001"))


@transaction.atomic
def finish_compute(
    *, cycle_id: uuid.UUID, run_id: uuid.UUID, by: Scope, at: datetime
) -> AssessmentCycle:
    """Show the computed points: the cycle now stands on this snapshot."""
    cycle = _locked_cycle(cycle_id)
    run = MetricRun.objects.get(pk=run_id)
    cycle.run_id, cycle.snapshot_on, cycle.computed_at = run.pk, run.as_of, at
    cycle.version += 1
    cycle.save(update_fields=["run_id", "snapshot_on", "computed_at", "version"])
    source = _("月结") if run.kind == RunKind.MONTHLY else _("快照")
    text = _("按%(source)s %(number)s 计算得分") % {
        "source": source, "number": cycle.snapshot_no,
    }  # fmt: skip
    _note(cycle, cycle.unit_id, text, by=by, at=at)
    for unit in UnitSheet.objects.filter(cycle=cycle).values_list("committee_id", flat=True):
        _note(cycle, unit, text, by=by, at=at)
    record(
        "assessment.computed", by=by, at=at, target=cycle,
        changes={"snapshot": cycle.snapshot_no, "run": str(run.pk)},
    )  # fmt: skip
    return cycle
