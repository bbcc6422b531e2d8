"""Runs: asked once, published whole, never changed; a killed run shows nothing."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import DatabaseError, transaction

from portal.jobs import services as ledger
from portal.jobs.models import Job, JobChunk
from portal.metrics import services
from portal.metrics.figures import current
from portal.metrics.models import MetricRun, MetricValue, RunKind
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from tests.cast import DISTRICT, HOME, NEXT_DOOR, STREET
from tests.metrics.builders import SYSTEM, asked, computed, parts, people, verified

pytestmark = pytest.mark.django_db


def shown(unit, key="actual_population", scope=SYSTEM):
    with acting(scope):
        return current(unit, "committee_id").value(key)


def test_streets_and_the_district_are_sums_of_their_committees(cast):
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    people(clerk, 3)
    late = people(neighbour, 1, address="花溪路1号", start=50)[0]
    verified(neighbour, late, 200)
    people(cast.scope("far_clerk"), 2, address="长风路1号", start=80)
    computed(scope=SYSTEM)
    assert [shown(unit) for unit in (HOME, NEXT_DOOR, STREET, DISTRICT)] == [3, 1, 4, 6]
    assert shown(STREET, "freshness") == 75
    assert round(shown(DISTRICT, "freshness"), 1) == D("83.3")


def test_every_committee_has_its_numbers_even_without_people(cast):
    computed()
    committees = OrgUnit.objects.under(STREET).committees().count()
    with acting(SYSTEM):
        assert MetricValue.objects.filter(metric="freshness").count() == committees
    assert shown(HOME) == 0
    assert shown(HOME, "freshness") is None


def test_the_same_register_gives_the_same_numbers_again(cast):
    people(cast.scope("clerk"), 4)

    def measured():
        run = computed()
        with acting(SYSTEM):
            rows = MetricValue.objects.filter(run=run).order_by("committee_id", "metric")
            return list(rows.values_list("committee_id", "metric", "numerator", "denominator"))

    first, second = measured(), measured()
    assert first
    assert first == second


def test_a_killed_run_publishes_nothing_and_is_taken_up_again(cast):
    clerk = cast.scope("clerk")
    people(clerk, 2)
    computed()
    people(clerk, 3, address="棠浦路988弄8号", start=30)
    run = asked()
    with acting(SYSTEM):
        services.compute_unit(run_id=run.pk, unit=STREET, by=SYSTEM, at=run.requested_at)
        assert JobChunk.objects.get(job_id=run.job_id).state == "todo"
        assert parts("actual_population", run=run)[0] == 5
    assert shown(HOME) == 2  # readers see the earlier run, whole
    assert MetricRun.objects.get(pk=run.pk).published_at is None
    ledger.work(run.job_id, STREET)
    assert shown(HOME) == 5


def test_a_dead_job_does_not_stand_in_the_way_of_the_next_run(cast):
    people(cast.scope("clerk"), 2)
    dead = asked()
    with acting(SYSTEM):
        Job.objects.filter(pk=dead.job_id).update(state="failed")
    fresh = computed()
    assert fresh.pk != dead.pk
    assert shown(HOME) == 2


def test_asking_twice_gives_the_run_that_is_under_way(cast):
    first, second = asked(), asked()
    assert first.pk == second.pk
    with acting(SYSTEM):
        assert Job.objects.filter(kind=services.JOB).count() == 1


def test_only_the_latest_preview_is_kept(cast):
    computed()
    computed()
    assert MetricRun.objects.filter(kind=RunKind.PREVIEW).count() == 1


def test_a_streets_own_run_renews_only_its_committees(cast):
    clerk, far = cast.scope("clerk"), cast.scope("far_clerk")
    people(clerk, 1)
    people(far, 1, address="长风路1号", start=60)
    computed(scope=SYSTEM)
    people(clerk, 1, address="棠浦路988弄8号", start=30)
    people(far, 1, address="长风路2号", start=70)
    computed(scope=cast.scope("street"))
    assert shown(HOME) == 2
    assert shown(far.unit) == 1
    assert shown(DISTRICT) == 3
    computed(scope=SYSTEM)
    assert shown(DISTRICT) == 4
    assert MetricRun.objects.published().count() == 1


def test_a_day_has_one_snapshot(cast, today):
    day = today - timedelta(days=1)
    assert computed(RunKind.NIGHTLY, day=day) is not None
    assert asked(RunKind.NIGHTLY, day=day) is None


def test_a_snapshot_never_changes(cast, today):
    run = computed(RunKind.NIGHTLY, day=today - timedelta(days=1))
    attempts = (
        lambda: MetricValue.objects.filter(run=run).delete(),
        lambda: MetricValue.objects.filter(run=run).update(numerator=1),
        lambda: MetricRun.objects.filter(pk=run.pk).update(as_of=today),
        lambda: run.delete(),
    )
    for attempt in attempts:
        with acting(SYSTEM), pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_snapshot_survives_later_previews(cast, today):
    people(cast.scope("clerk"), 2)
    run = computed(RunKind.NIGHTLY, day=today)
    people(cast.scope("clerk"), 1, address="棠浦路988弄8号", start=30)
    computed()
    assert parts("actual_population", run=run)[0] == 2
    assert shown(HOME) == 3


def test_without_a_preview_the_last_snapshot_is_shown(cast, today):
    people(cast.scope("clerk"), 2)
    computed(RunKind.NIGHTLY, day=today - timedelta(days=1))
    assert shown(HOME) == 2


def test_a_run_remembers_its_rules_and_its_moment(cast):
    run = computed()
    assert run.rules["verification_cycle"] == 1
    assert run.requested_at <= run.measured_at <= run.published_at


def test_readers_see_the_numbers_of_their_own_units_only(cast):
    people(cast.scope("clerk"), 2)
    computed()
    with acting(cast.scope("neighbour")):
        assert set(MetricValue.objects.values_list("committee_id", flat=True)) == {NEXT_DOOR}


@pytest.mark.parametrize("key", ["lead", "collector", "auditor", "secadmin", "window"])
def test_who_may_not_run_metrics_is_refused(cast, key):
    scope = cast.scope(key)
    with acting(scope), pytest.raises(NotAllowed):
        services.request_run(
            kind=RunKind.PREVIEW, unit=scope.unit, as_of="2026-11-20", by=scope, at=None
        )


def test_nobody_runs_the_metrics_of_another_street(cast, today, at):
    scope = cast.scope("street")
    with acting(scope), pytest.raises(NotAllowed):
        services.request_run(
            kind=RunKind.PREVIEW, unit=cast.far_committee, as_of=today, by=scope, at=at
        )


def test_what_a_dead_run_left_is_swept_away(cast, at):
    dead = asked(scope=SYSTEM, at=at - timedelta(days=2))
    with acting(SYSTEM):
        services.compute_unit(run_id=dead.pk, unit=STREET, by=SYSTEM, at=at)
        Job.objects.filter(pk=dead.job_id).update(state="failed")
    computed(scope=SYSTEM)
    assert not MetricRun.objects.filter(pk=dead.pk).exists()


def test_the_clock_asks_for_the_whole_district(cast, today, at):
    run = services.run_district(kind=RunKind.PREVIEW, as_of=today, at=at)
    with acting(SYSTEM):
        job = Job.objects.get(pk=run.job_id)
        assert job.chunk_count == 1  # each register is read once for all streets together
        assert job.acting is None
