"""Fault F: clocks that die and clocks that tick twice; a moment is done once, whoever ticked."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from datetime import time as day_time

import pytest
from django.db import connection
from django.utils import timezone

from portal import celery
from portal.jobs import services
from portal.jobs.clock import Daily, Every
from portal.jobs.models import IdempotencyKey
from portal.orgs.records import new_id
from tests.faults.system import until

BEGIN = datetime(2026, 11, 19, 16, tzinfo=UTC)  # midnight in Shanghai
NOTES = {"half_minute": 1, "quarter": 2, "night": 3}


def leaves_a_row(number):
    """A task that leaves a row for each time that it was really done."""

    def run():
        IdempotencyKey.objects.create(key=new_id(), user_id=number, created_at=timezone.now())

    return run


@pytest.fixture
def schedules(monkeypatch):
    """Three schedules of the kinds that the portal has, each with a task that leaves a row."""
    for name, number in NOTES.items():
        monkeypatch.setitem(celery.app.tasks, f"tests.{name}", leaves_a_row(number))
    table = {
        "half_minute": Every(timedelta(seconds=30), "tests.half_minute"),
        "quarter": Every(timedelta(minutes=15), "tests.quarter"),
        "night": Daily(day_time(1, 0), "tests.night"),
    }
    monkeypatch.setattr(celery, "CLOCKWORK", table)
    return table


def test_three_clocks_do_each_moment_once(live, thorough, dice, schedules):
    """Simulated hours, in which one clock is on time and two are early, late or silent."""
    hours = 24 if thorough else 1
    live.sql("TRUNCATE jobs_tick")
    on_time = [BEGIN + timedelta(seconds=30 * step) for step in range(hours * 120)]

    with ThreadPoolExecutor(3) as clocks:
        for moment in on_time:
            others = [moment + timedelta(seconds=dice.uniform(-20, 60)) for _ in range(2)]
            heard = [moment, *(other for other in others if dice.random() > 0.3)]
            list(clocks.map(services.tick, heard))
            services.tick(moment + timedelta(seconds=10))
        for _ in range(3):
            clocks.submit(connection.close)
    for name, piece in schedules.items():
        held = live.sql("SELECT due_at FROM jobs_tick WHERE schedule = %s", name)
        assert {piece.due(moment) for moment in on_time} <= {row[0] for row in held}
        assert live.count("jobs_idempotencykey", "user_id = %s", NOTES[name]) == len(held)


def test_what_fails_is_done_at_the_next_tick(live, schedules):
    """A task that raises leaves no tick behind, and does not stop the others."""
    live.sql("TRUNCATE jobs_tick")
    whole = celery.app.tasks["tests.quarter"]
    celery.app.tasks["tests.quarter"] = lambda: 1 / 0
    assert services.tick(BEGIN) == ["half_minute", "night"]
    celery.app.tasks["tests.quarter"] = whole
    assert services.tick(BEGIN) == ["quarter"]
    assert services.tick(BEGIN) == []


def test_two_beats_that_die_and_come_back_do_each_moment_once(live, cast, kills, dice):
    """Two real beats, killed and started again; the day's preview is asked for once."""
    live.sql("DELETE FROM jobs_tick WHERE schedule = 'preview'")
    live.worker()
    beats = [live.beat(), live.beat("second-beat")]
    for _ in range(kills):
        time.sleep(dice.uniform(0, 1.5))
        beat = dice.choice(beats)
        beat.kill_all()
        beat.start()
    ticks = "jobs_tick", "schedule = 'preview' AND done_at > now() - interval '5 minutes'"
    until(lambda: live.count(*ticks), 60, "a beat has ticked")
    time.sleep(3)
    # over a quarter of an hour there are two moments, and the later preview replaces the earlier
    assert 1 <= live.count("metrics_metricrun", "kind = 'preview'") <= live.count(*ticks) <= 2
    assert not live.sql("SELECT 1 FROM jobs_tick GROUP BY schedule, due_at HAVING count(*) > 1")
    until(live.is_idle, 120, "the run is over", every=0.5)
    assert live.count("jobs_job", "state <> 'done'") == 0
