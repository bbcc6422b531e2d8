"""Snapshots with the numbers a test wants, and cycles taken to a stage by the services."""

from datetime import date, timedelta
from decimal import Decimal as D

from assessment.models import AssessmentCycle, Score
from assessment.services import computing, cycles, selfassess
from portal.jobs.services import work
from portal.metrics.models import MetricRun, MetricValue
from portal.orgs.acting import acting
from portal.orgs.records import new_id
from tests.cast import DISTRICT, HOME

# metric: (numerator, denominator, low, high); the street of domain.md §5.3
WORKED = {
    "registration_rate": (450, 520, "81.5", "90.4"),
    "accuracy_rate": (181, 200, "85.7", "95.5"),
    "completeness": (981, 1000),
    "freshness": (81, 100),
    "registration_timeliness": (95, 100),
    "house_code_link": (99, 100),
    "key_areas_met": (6, 8),
    "issues_on_time": ("71.4", 100),
    "permit_on_time": (196, 200),
    "one_time_notice": (100, 100),
    "endorsement_on_time": (98, 100),
    "separation_registration": (90, 100),
    "service_fulfilment": ("194.24", 200),
    "refusals_without_reason": (0, None),
    "work_history_compared": (95, 100),
    "lease_registration": (95, 100),
    "rectification": (85, 100),
    "closed_without_assistance": (1, None),
    "referral_closure": (100, 100),
    "correction_on_time": ("99.6", 100),
    "budget_approved": (1, None),
    "budget_execution": (84, 100),
    "budget_off_purpose": (0, None),
    "organisation_complete": (2, 2),
    "designated_staff": (1, None),
    "collector_ratio": (96300, "63.5"),
    "diversion_rate": ("3.8", 100),
    "training_hours": (24, 1),
}


def snapshot(cast, values, *, committee=HOME, day=None, run=None):
    """A published snapshot in which one committee has these values."""
    with acting(cast.scope("district")):
        run = run or published(day or date.today() - timedelta(days=1))
        for metric, parts in values.items():
            top, bottom, *interval = parts
            MetricValue.objects.create(
                id=new_id(),
                run=run,
                committee_id=committee,
                metric=metric,
                version=1,
                numerator=D(str(top)),
                denominator=None if bottom is None else D(str(bottom)),
                low=D(interval[0]) if interval else None,
                high=D(interval[1]) if interval else None,
            )
    return run


def published(day):
    from django.utils import timezone

    now = timezone.now()
    return MetricRun.objects.create(
        kind="nightly",
        unit_id=DISTRICT,
        as_of=day,
        state="published",
        requested_at=now,
        measured_at=now,
        published_at=now,
    )


def computed_cycle(cast, at, *, year=2026) -> AssessmentCycle:
    """A cycle whose scores were computed through the ledger, as the worker would."""
    by = cast.scope("district")
    with acting(by):
        cycle = cycles.open_cycle(year=year, by=by, at=at)
        job = computing.request_compute(cycle_id=cycle.pk, by=by, at=at)
    work(job.pk)
    cycle.refresh_from_db()
    return cycle


def advanced(cast, cycle, at, times=1):
    by = cast.scope("district")
    with acting(by):
        for _ in range(times):
            cycle = cycles.advance_stage(cycle_id=cycle.pk, version=cycle.version, by=by, at=at)
    return cycle


def score(scope, cycle, code, unit):
    with acting(scope):
        return Score.objects.select_related("indicator").get(
            indicator__cycle=cycle, indicator__code=code, committee_id=unit
        )


def claimed(cast, cycle, code, unit, points, at, *, who="street", why="见佐证", paper="会议纪要"):
    """A claim with its document."""
    by = cast.scope(who)
    found = score(by, cycle, code, unit)
    with acting(by):
        if paper:
            selfassess.add_evidence(
                score_id=found.pk, kind="minutes", title=paper, explanation="", by=by, at=at
            )
        return selfassess.claim(
            score_id=found.pk,
            points=D(str(points)),
            explanation=why,
            version=found.version,
            by=by,
            at=at,
        )


def submitted(cast, cycle, at, who="street"):
    by = cast.scope(who)
    with acting(by):
        return selfassess.submit_self_assessment(cycle_id=cycle.pk, unit=by.unit, by=by, at=at)
