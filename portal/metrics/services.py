"""Asking for a run, measuring its unit, publishing it: the writers of numbers (D-10)."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from portal.audit.record import record
from portal.jobs import services as ledger
from portal.jobs.models import Job, JobChunk, JobState
from portal.metrics import changes, closing, fanning, peers
from portal.metrics.measure import Parts, measure
from portal.metrics.metric import Metric, Occasion
from portal.metrics.models import (
    KEPT,
    Correction,
    MetricRun,
    MetricRunQuerySet,
    MetricValue,
    RunKind,
    RunState,
)
from portal.metrics.registry import keepers, metrics
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
TITLES = {
    RunKind.PREVIEW: _lazy("计算 %(day)s 的预览"),
    RunKind.NIGHTLY: _lazy("计算 %(day)s 的快照"),
    RunKind.MONTHLY: _lazy("月结 %(day)s"),
}
LONGEST_REASON = 200
_PUBLISHING = 7_310_107  # any number, the same for all who publish or ask


class UnableToClose(Exception):
    """The month cannot be closed, with the sentence that says why.

    :param field: of the form, where one is at fault
    """

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


@transaction.atomic
def request_run(
    *, kind: RunKind, unit: int, as_of: date, by: Scope, at: datetime
) -> MetricRun | None:
    """Ask the ledger to compute all metrics of a unit; the worker is rung on commit.

    A run of the unit that is under way is given back instead of a second one, a day that has its
    snapshot or its close already gives None.

    :raises NotAllowed: `by` may not run metrics there
    """
    require(by, Capability.RUN_METRICS, unit)
    _take_turns()
    runs = MetricRun.objects.filter(kind=kind, unit_id=unit, as_of=as_of)
    if kind in KEPT and runs.published().exists():
        return None
    if running := _under_way(runs, by):
        return running
    run = MetricRun.objects.create(
        kind=kind, unit_id=unit, as_of=as_of, requested_at=at, mark=changes.mark(),
        rules={code: rule.version for code, rule in rules_on(RULE_SETS, as_of).items()},
    )  # fmt: skip
    job = ledger.ask(
        kind=JOB,
        title=TITLES[kind] % {"day": as_of},
        key=str(run.pk),
        params={"run": str(run.pk)},
        chunks=fanning.pieces(unit),
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
    scope = _clock()
    with acting(scope):
        return request_run(kind=kind, unit=scope.unit, as_of=as_of, by=scope, at=at)


def preview_district(*, as_of: date, at: datetime) -> MetricRun | None:
    """The day's preview, asked for by the clock; None when nothing has changed since the last."""
    scope = _clock()
    with acting(scope):
        if _confirm_preview(scope.unit, as_of, at):
            return None
        return request_run(kind=RunKind.PREVIEW, unit=scope.unit, as_of=as_of, by=scope, at=at)


def _confirm_preview(unit: int, as_of: date, at: datetime) -> bool:
    """Say of a preview of the day that it still holds, if the registers are as it found them."""
    last = MetricRun.objects.published().filter(
        kind=RunKind.PREVIEW, unit_id=unit, as_of=as_of, mark=changes.mark()
    )
    return last.update(confirmed_at=at) > 0


def close_due_month(*, at: datetime) -> MetricRun | None:
    """What the clock asks for on a month's third working day; None when there is nothing to do."""
    scope = _clock()
    month_end = closing.latest_to_close(timezone.localdate(at))
    with acting(scope):
        try:
            return close_month(month_end=month_end, by=scope, at=at)
        except UnableToClose:
            return None  # nothing was measured in that month


def ask_again(*, at: datetime) -> list[MetricRun]:
    """Ask once more for the nights and closes of the last day whose run has failed."""
    scope = _clock()
    with acting(scope):
        failed = MetricRun.objects.failed().filter(
            kind__in=KEPT, unit_id=scope.unit, requested_at__gte=at - GIVEN_UP_AFTER
        )
        wanted = {(RunKind(run.kind), run.as_of) for run in failed}
        asked = (
            request_run(kind=kind, unit=scope.unit, as_of=as_of, by=scope, at=at)
            for kind, as_of in sorted(wanted)
        )
        return [run for run in asked if run is not None]


@transaction.atomic
def close_month(*, month_end: date, by: Scope, at: datetime) -> MetricRun | None:
    """Ask for the numbers of a past month to be closed for good; None when they are.

    The clock asks; who may compute the district's numbers may as well, should the clock have
    missed it. What was entered until now and belongs to the month is counted.

    :raises UnableToClose: too early, no month's end, or the month has no snapshot
    :raises NotAllowed: `by` may not run the district's metrics
    """
    unit = OrgUnit.objects.get(parent=None).code
    require(by, Capability.RUN_METRICS, unit)
    if not closing.is_month_end(month_end):
        raise UnableToClose(_("月结的统计日应为月末"))
    first_moment = timezone.make_aware(closing.closing_moment(month_end))
    if at < first_moment:
        raise UnableToClose(
            _("%(month)d 月数在次月第三个工作日（%(day)s）20:00 月结")
            % {"month": month_end.month, "day": first_moment.date()}
        )
    month = MetricRun.objects.snapshots().filter(
        as_of__gte=month_end.replace(day=1), as_of__lte=month_end
    )
    if not month.exists():
        raise UnableToClose(_("这个月没有已发布的每日快照，没有数可以月结"))
    return request_run(kind=RunKind.MONTHLY, unit=unit, as_of=month_end, by=by, at=at)


@transaction.atomic
def close_by_hand(*, month_end: date, reason: str, by: Scope, at: datetime) -> MetricRun:
    """Close a month whose own close has failed, or never came; the reason is told in the trail.

    :raises UnableToClose: as `close_month`, closed or being closed already, or no reason
    :raises NotAllowed: `by` may not run the district's metrics
    """
    unit = OrgUnit.objects.get(parent=None).code
    require(by, Capability.RUN_METRICS, unit)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise UnableToClose(
            _("请写明手工月结的原因，%(n)d 字以内") % {"n": LONGEST_REASON}, "reason"
        )
    _take_turns()
    runs = MetricRun.objects.filter(kind=RunKind.MONTHLY, unit_id=unit, as_of=month_end)
    if _under_way(runs, by):
        raise UnableToClose(_("%(n)d 月数正在月结，请等它完成") % {"n": month_end.month})
    run = close_month(month_end=month_end, by=by, at=at)
    if run is None:
        raise UnableToClose(_("%(n)d 月数已月结，此后不变") % {"n": month_end.month})
    told = {"month": str(month_end), "reason": reason}
    record("metrics.close_asked", by=by, at=at, target=run, committee=unit, changes=told)
    return run


def _clock() -> Scope:
    district = OrgUnit.objects.get(parent=None)
    return posts.system_scope(district.code, district.name)


def _under_way(runs: MetricRunQuerySet, by: Scope) -> MetricRun | None:
    """The latest of `runs` whose job still goes on; one whose job died is left behind."""
    going_on = Job.objects.in_scope(by).filter(
        kind=JOB, state__in=[JobState.WAITING, JobState.RUNNING]
    )
    waiting = runs.filter(state=RunState.COMPUTING, job_id__in=going_on.values("pk"))
    return waiting.order_by("-requested_at").first()


@transaction.atomic
def compute_unit(
    *, run_id: uuid.UUID, unit: int, by: Scope, at: datetime, rest: bool = False
) -> int:
    """Run the quality rules over a unit, then measure every metric; returns values written.

    Doing it again replaces what an earlier attempt left. A close asks no rules: they tell what is
    wrong today, not on the last day of a month that is over.

    :param rest: only what is left when each street below has been computed
    """
    run = MetricRun.objects.get(pk=run_id)
    is_close = run.kind == RunKind.MONTHLY
    if not is_close:
        check = quality.check_across if rest else quality.check_unit
        check(unit=unit, by=by, at=at, run=run.pk)
    written = measure_unit(run=run, unit=unit, at=at, own=rest)
    if is_close and not rest:
        _note_corrections(run, unit)
        _keep_besides(run, unit)
    return written


@transaction.atomic
def measure_unit(*, run: MetricRun, unit: int, at: datetime, own: bool = False) -> int:
    """Measure every metric of a unit and below into a run; returns values written.

    :param own: only rows of the unit itself, none of those below
    """
    return _measure(run, unit, metrics(), own=own)


def _measure(run: MetricRun, unit: int, wanted: Mapping[str, Metric], *, own: bool = False) -> int:
    """Some metrics of a unit and below, in place of what an earlier attempt left of them."""
    expect_many_rows(unit)
    committees = OrgUnit.objects.under(unit).on(run.as_of).committees()
    measured = measure(
        wanted.values(),
        Occasion(unit, run.as_of, rules_on(RULE_SETS, run.as_of)),
        [] if own else committees.values_list("code", flat=True),
        own=own,
    )
    earlier = MetricValue.objects.under(unit).filter(run=run, metric__in=list(wanted))
    (earlier.filter(committee_id=unit) if own else earlier).delete()
    rows = [
        _value(run, code, wanted[key], parts)
        for code, found in measured.items()
        for key, parts in found.items()
    ]
    MetricValue.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def _keep_besides(run: MetricRun, unit: int) -> None:
    """What else a close keeps of a unit and below."""
    for keeper in keepers():
        keeper.keep(run=run, unit=unit)


def _note_corrections(run: MetricRun, unit: int) -> None:
    """Note in a close what the months closed before it would count differently now."""
    Correction.objects.under(unit).filter(run=run).delete()
    wanted = [metric for metric in metrics().values() if metric.dated]
    earlier = MetricRun.objects.closes().filter(as_of__lt=run.as_of).order_by("-as_of")
    for close in earlier[: closing.LOOKS_BACK]:
        told = _told(close, unit, [metric.key for metric in wanted])
        occasion = Occasion(unit, close.as_of, rules_on(RULE_SETS, close.as_of))
        found = {
            (code, key): parts.numerator
            for code, values in measure(wanted, occasion, []).items()
            for key, parts in values.items()
        }
        changed = [each for each in told | found if told.get(each, 0) != found.get(each, 0)]
        Correction.objects.bulk_create(
            Correction(
                run=run, committee_id=code, month_end=close.as_of, metric=key,
                was=told.get((code, key), Decimal(0)), now=found.get((code, key), Decimal(0)),
            )
            for code, key in sorted(changed)
        )  # fmt: skip


def _told(close: MetricRun, unit: int, keys: list[str]) -> dict[tuple[int, str], Decimal]:
    """What a closed month counts by committee and metric, with all that was noted since."""
    values = MetricValue.objects.under(unit).filter(run=close, metric__in=keys)
    notes = Correction.objects.under(unit).filter(month_end=close.as_of, run__state="published")
    told = {(row.committee_id, row.metric): row.numerator for row in values}
    return told | {
        (note.committee_id, note.metric): note.now
        for note in notes.order_by("run__as_of", "metric", "committee_id")
    }


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
    if run.job_id and JobChunk.objects.filter(job_id=run.job_id).count() > 1:
        _put_together(run)
    if run.kind == RunKind.PREVIEW:
        _drop_earlier_previews(run)
    if level_of(run.unit_id) == "district":
        _sweep(at)
        run.medians = peers.medians(run)
    if run.kind == RunKind.MONTHLY:
        for keeper in keepers():
            keeper.finish(run=run)
    run.state, run.published_at, run.failed_at = RunState.PUBLISHED, at, None
    run.measured_at = _began(run)
    run.save(update_fields=["state", "published_at", "failed_at", "measured_at", "medians"])
    if run.kind in KEPT or by.user_id is not None:
        action = "metrics.month_closed" if run.kind == RunKind.MONTHLY else "metrics.run_published"
        record(action, by=by, at=at, target=run, committee=run.unit_id)
    return run


def _put_together(run: MetricRun) -> None:
    """What streets cannot tell that were measured one by one, at different moments.

    If somebody moved between them meanwhile, all numbers are read once more in one piece, so that
    everybody is counted once.
    """
    wanted = metrics()
    if not fanning.somebody_moved(_began(run)):
        wanted = {key: metric for key, metric in wanted.items() if metric.is_after_all}
    elif run.kind == RunKind.MONTHLY:
        _keep_besides(run, run.unit_id)
    _measure(run, run.unit_id, wanted)


def _began(run: MetricRun) -> datetime:
    """A moment before the first row was read: no number of the run is older."""
    job = Job.objects.filter(pk=run.job_id).first() if run.job_id else None
    return job.started_at if job and job.started_at else run.requested_at


@transaction.atomic
def give_up(*, run_id: uuid.UUID, by: Scope, at: datetime) -> None:
    """Remember that a run's job has ended without a result, so that pages can say so."""
    MetricRun.objects.filter(pk=run_id, state=RunState.COMPUTING).update(failed_at=at)


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
