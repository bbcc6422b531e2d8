"""A run of all metrics, and of all quality rules, over the whole district.

The yardstick of the metrics reads each register once, as the owner and without either wall, and
counts everything that is a plain count there; that of the rules only counts what each rule finds.
"""

import resource
from collections.abc import Iterator
from multiprocessing import get_context
from typing import Any

from django.db import connections, transaction
from django.db.models import QuerySet
from django.utils import timezone

from bench import reads
from bench.asking import Asked, listening
from bench.district import District
from bench.figures import Figure, Sample, at_most, compared, interleaved
from bench.slowest import plan, slowest, told
from housing.metrics import DWELLINGS
from housing.models import DwellingUnit
from portal.jobs import services as ledger
from portal.metrics import services
from portal.metrics.issues import ISSUES
from portal.metrics.metric import Occasion, Part, Source
from portal.metrics.models import MetricRun, RunKind
from portal.metrics.registry import metrics
from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from portal.orgs.models import OrgUnit
from portal.orgs.planning import expect_many_rows
from portal.orgs.scope import Scope
from portal.quality import services as quality
from portal.quality.models import DataQualityIssue
from portal.quality.registry import running_rules
from portal.quality.rule import Inspection
from portal.rules.services import rules_on
from residents.metrics import RESIDENCES
from staffing.models import Collector

MOST_MEMORY = 300  # MB of a worker
PEERS = (
    "a Celery chord of one join for each committee takes 7–9 s on an idle machine, one pass 0.8 s"
)


def figures(_district: District) -> list[Figure]:
    """All figures of the metric run."""
    by = clockwork()
    return [*_times(by), _memory(by), *reads.figures(by)]


def appendix() -> str:
    """The slowest statements of a run, rules included, with their plans."""
    by = clockwork()
    with listening() as asked:
        _measured(by)
        _checked(by)
    return explained("The slowest statements of a run", asked)


def clockwork() -> Scope:
    """Nobody's scope over the whole district."""
    unit = OrgUnit.objects.get(parent=None)
    return posts.system_scope(unit.code, unit.name)


def explained(title: str, asked: Asked) -> str:
    """The slowest of these statements with their plans, as a run over the district makes them."""
    by = clockwork()
    with acting(by):
        expect_many_rows(by.unit)
        return told(title, [(each, plan(each)) for each in slowest(asked)])


def _times(by: Scope) -> Iterator[Figure]:
    run, once = interleaved(
        lambda: _measured(by), lambda: one_pass(by), rounds=3, warm=1, seconds=60
    )
    yield compared("all metrics of the district", run, once, at_most(3), f"one pass; {PEERS}")
    rules, counts = interleaved(
        lambda: _checked(by), lambda: found(by), rounds=3, warm=1, seconds=60
    )
    yield compared(
        "all quality rules of the district", rules, counts, None, "counting what they find"
    )


def _occasion(by: Scope) -> Occasion:
    day = timezone.localdate()
    return Occasion(by.unit, day, rules_on(services.RULE_SETS, day))


def _measured(by: Scope) -> None:
    """Measure, store and publish, in both walls; undone afterwards."""
    at = timezone.now()
    with acting(by):
        allow_work(clockwork=True)
        run = MetricRun.objects.create(
            kind=RunKind.PREVIEW, unit_id=by.unit, as_of=timezone.localdate(at), requested_at=at
        )
        services.measure_unit(run=run, unit=by.unit, at=at)
        services.publish(run_id=run.pk, by=by, at=timezone.now())
        transaction.set_rollback(True)


def one_pass(by: Scope) -> None:
    """One aggregate over each register."""
    occasion = _occasion(by)
    owned: list[tuple[QuerySet[Any], tuple[Source, ...]]] = [
        (RESIDENCES.rows(occasion), (RESIDENCES,)),
        (DwellingUnit.objects.active(), (DWELLINGS,)),
        (Collector.objects.at_work(occasion.day), ()),
        (DataQualityIssue.objects.open(), (ISSUES,)),
    ]
    for rows, sources in owned:
        counts = {f"part_{place}": part.of(occasion) for place, part in enumerate(_parts(sources))
                  if part.of}  # fmt: skip
        list(rows.using("owner").order_by().values("committee_id").annotate(**counts))


def _parts(sources: tuple[Source, ...]) -> list[Part]:
    parts = [part for metric in metrics().values() for part in (metric.counted, metric.denominator)]
    return [part for part in parts if part is not None and part.source in sources]


def _checked(by: Scope) -> None:
    with acting(by):
        allow_work(clockwork=True)
        quality.check_unit(unit=by.unit, by=by, at=timezone.now())
        transaction.set_rollback(True)


def found(by: Scope) -> None:
    """How many offenders each rule has, asked of each by itself, as the owner."""
    day = timezone.localdate()
    inspection = Inspection(by.unit, day, rules_on(quality.RULE_SETS, day))
    for rule in running_rules():
        rule.offenders(inspection).using("owner").count()


def _memory(by: Scope) -> Figure:
    """The most memory that a process holds that runs the whole job, rules included."""
    connections.close_all()
    with get_context("fork").Pool(1) as pool:
        peak = pool.apply(_whole_run, (by.unit,))
    limit = Sample.of(MOST_MEMORY, "MB")
    return compared("worker memory of a run", Sample.of(peak, "MB"), limit, at_most(1), "the limit")


def _whole_run(unit: int) -> float:
    at = timezone.now()
    run = services.run_district(kind=RunKind.PREVIEW, as_of=timezone.localdate(at), at=at)
    assert run is not None
    assert run.job_id is not None
    ledger.work(run.job_id, unit)
    connections.close_all()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
