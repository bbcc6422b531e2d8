"""Asking for a run, measuring its unit, publishing it: the writers of numbers (D-10)."""

import uuid
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.jobs import services as ledger
from portal.jobs.models import Job, JobState
from portal.metrics.measure import Parts, measure
from portal.metrics.metric import Metric, Occasion
from portal.metrics.models import MetricRun, MetricRunQuerySet, MetricValue, RunKind, RunState
from portal.metrics.registry import metrics
from portal.orgs import posts
from portal.orgs.access import require
from portal.orgs.acting import acting
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.planning import expect_many_rows
from portal.orgs.records import new_id
from portal.orgs.scope import Scope, level_of, span_of
from portal.quality import services as quality
from portal.rules.services import rules_on

JOB = "metrics.run"
RULE_SETS = (
    "verification_cycle", "registration_deadline", "collector_ratio", "metric_targets",
)  # fmt: skip
#: A run that has not been published by then never will be; its values are swept away.
GIVEN_UP_AFTER = timedelta(days=1)
_PUBLISHING = 7_310_107  # any number, the same for all who publish or ask


@transaction.atomic
def request_run(
    *, kind: RunKind, unit: int, as_of: date, by: Scope, at: datetime
) -> MetricRun | None:
    """Ask the ledger to compute all metrics of a unit; the worker is rung on commit.

    A run of the unit that is under way is given back instead of a second one, a day that has its
    snapshot already gives None.

    :raises NotAllowed: `by` may not run metrics there
    """
    require(by, Capability.RUN_METRICS, unit)
    _take_turns()
    runs = MetricRun.objects.filter(kind=kind, unit_id=unit, as_of=as_of)
    if kind is RunKind.NIGHTLY and runs.published().exists():
        return None
    if running := _under_way(runs, by):
        return running
    run = MetricRun.objects.create(kind=kind, unit_id=unit, as_of=as_of, requested_at=at)
    job = ledger.ask(
        kind=JOB,
        title=_("计算指标 %(day)s") % {"day": as_of},
        key=str(run.pk),
        params={"run": str(run.pk)},
        # one piece: each register is read once, however many streets and committees it has
        chunks=[{"unit": unit}],
        by=by,
        at=at,
        committee=unit,
    )
    run.job_id = job.pk
    run.save(update_fields=["job_id"])
    if by.user_id is not None:
        record("metrics.requested", by=by, at=at, target=run, committee=unit)
    return run


def run_district(*, kind: RunKind, as_of: date, at: datetime) -> MetricRun | None:
    """What the clock asks for: the whole district, in the scope of the system itself."""
    district = OrgUnit.objects.get(parent=None)
    scope = posts.system_scope(district.code, district.name)
    with acting(scope):
        return request_run(kind=kind, unit=district.code, as_of=as_of, by=scope, at=at)


def _under_way(runs: MetricRunQuerySet, by: Scope) -> MetricRun | None:
    """The latest of `runs` whose job still goes on; one whose job died is left behind."""
    going_on = Job.objects.in_scope(by).filter(
        kind=JOB, state__in=[JobState.WAITING, JobState.RUNNING]
    )
    waiting = runs.filter(state=RunState.COMPUTING, job_id__in=going_on.values("pk"))
    return waiting.order_by("-requested_at").first()


@transaction.atomic
def compute_unit(*, run_id: uuid.UUID, unit: int, by: Scope, at: datetime) -> int:
    """Run the quality rules over a unit, then measure every metric; returns values written.

    Doing it again replaces what an earlier attempt left.
    """
    run = MetricRun.objects.select_for_update().get(pk=run_id)
    quality.check_unit(unit=unit, by=by, at=at, run=run.pk)
    return measure_unit(run=run, unit=unit, at=at)


@transaction.atomic
def measure_unit(*, run: MetricRun, unit: int, at: datetime) -> int:
    """Measure every metric of a unit and below into a run; returns values written."""
    expect_many_rows(unit)
    rules = rules_on(RULE_SETS, run.as_of)
    if run.measured_at is None:
        run.measured_at = at
        run.rules = {code: rule.version for code, rule in rules.items()}
        run.save(update_fields=["measured_at", "rules"])
    wanted = metrics()
    committees = OrgUnit.objects.under(unit).on(run.as_of).committees()
    measured = measure(
        wanted.values(),
        Occasion(unit, run.as_of, rules),
        committees.values_list("code", flat=True),
    )
    MetricValue.objects.under(unit).filter(run=run).delete()
    rows = [
        _value(run, code, wanted[key], parts)
        for code, found in measured.items()
        for key, parts in found.items()
    ]
    MetricValue.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def _value(run: MetricRun, code: int, metric: Metric, parts: Parts) -> MetricValue:
    low, high = parts.bounds or (None, None)
    return MetricValue(
        id=new_id(),
        run=run,
        committee_id=code,
        metric=metric.key,
        version=metric.version,
        numerator=parts.numerator,
        denominator=parts.denominator,
        low=low,
        high=high,
    )


@transaction.atomic
def publish(*, run_id: uuid.UUID, by: Scope, at: datetime) -> MetricRun:
    """Show a finished run to its readers, all of it at once.

    A preview replaces the earlier one of its units; a snapshot stays for ever.
    """
    _take_turns()
    run = MetricRun.objects.select_for_update().get(pk=run_id)
    if run.state == RunState.PUBLISHED:
        return run
    if run.kind == RunKind.PREVIEW:
        _drop_earlier_previews(run)
    if level_of(run.unit_id) == "district":
        _sweep(at)
    run.state, run.published_at = RunState.PUBLISHED, at
    run.save(update_fields=["state", "published_at"])
    if run.kind == RunKind.NIGHTLY or by.user_id is not None:
        record("metrics.run_published", by=by, at=at, target=run, committee=run.unit_id)
    return run


def _drop_earlier_previews(run: MetricRun) -> None:
    earlier = MetricRun.objects.published().filter(kind=RunKind.PREVIEW).exclude(pk=run.pk)
    MetricValue.objects.under(run.unit_id).filter(run__in=earlier).delete()
    below = earlier.filter(
        unit_id__gte=run.unit_id, unit_id__lte=run.unit_id + span_of(run.unit_id)
    )
    below.delete()


def _sweep(at: datetime) -> None:
    """What runs left that died before they were published."""
    MetricRun.objects.filter(
        state=RunState.COMPUTING, requested_at__lt=at - GIVEN_UP_AFTER
    ).delete()


def _take_turns() -> None:
    """Wait until nobody else asks or publishes; given back when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISHING])
