"""Workers that die: a chunk is one transaction, so it is done wholly or found undone."""

import contextlib
import time

import psutil

from tests.faults.builders import CHUNK, Import, chunks_for
from tests.faults.system import until
from tests.metrics import builders as metrics

REAPED_WITHIN = 60  # seconds from the last kill to the end of the job


def busy_children(worker):
    """The pool's processes that compute at the moment."""
    busy = []
    for child in worker.children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended while we looked
            if child.cpu_percent(0.02) > 20:
                busy.append(child)
    return busy


def test_an_import_survives_the_death_of_pool_children(live, cast, kills, dice):
    """Fault B: kill -9 of the child in hand, as the kernel does when memory runs out."""
    file = Import.checked(live, cast, chunks_for(kills) * CHUNK).begins()
    worker = live.worker()
    live.beat()
    until(file.has_begun, 60, "the import has begun")
    killed = 0
    while killed < kills and not file.is_over():
        time.sleep(dice.uniform(0, 0.4))
        for child in busy_children(worker)[:1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
                killed += 1
    assert killed == kills
    file.ends(REAPED_WITHIN)
    file.must_be_whole()


def test_an_import_survives_the_death_of_the_whole_worker(live, cast, kills, dice):
    """Fault C: kill -9 of the worker and its children, then a new worker."""
    file = Import.checked(live, cast, chunks_for(kills) * CHUNK).begins()
    live.beat()
    worker = live.worker()
    for _ in range(kills):
        until(lambda: psutil.Process(worker.pid).children(), 60, "the worker has children")
        time.sleep(dice.uniform(0, 1.5))
        worker.kill_all()
        worker.start()
    file.ends(REAPED_WITHIN + 60)
    file.must_be_whole()


def test_a_run_by_street_is_published_whole_whenever_its_workers_die(
    live, cast, kills, dice, settings
):
    """Fault C for numbers: readers see the earlier run or the new one, each street in it once."""
    settings.METRICS_BY_STREET_FROM = 0
    clerk, far = cast.scope("clerk"), cast.scope("far_clerk")
    metrics.people(clerk, 3)
    metrics.people(far, 2, address="长风路1号", start=60)
    whole = metrics.computed(scope=metrics.SYSTEM)
    values = "metrics_metricvalue", "run_id = %s"
    until(lambda: published(live, whole), 60, "the first run is published")
    held = live.count(*values, str(whole.pk))
    worker = live.worker()
    live.beat()
    for _ in range(kills):
        run = metrics.asked(scope=metrics.SYSTEM)
        assert live.count("jobs_jobchunk", "job_id = %s", str(run.job_id)) > 2
        until(lambda: psutil.Process(worker.pid).children(), 60, "the worker has children")
        time.sleep(dice.uniform(0, 3))
        worker.kill_all()
        shown = live.sql(
            "SELECT r.id::text, (SELECT count(*) FROM metrics_metricvalue v WHERE v.run_id = r.id)"
            " FROM metrics_metricrun r WHERE r.state = 'published'"
        )
        assert [count for _, count in shown] == [held]
        assert shown[0][0] in {str(whole.pk), str(run.pk)}
        worker.start()
        until(lambda run=run: published(live, run), 120, "the run is published")
        assert live.count(*values, str(run.pk)) == held
        whole = run
    total = "metric = 'actual_population' AND run_id = %s"
    found = live.sql(f"SELECT sum(numerator) FROM metrics_metricvalue WHERE {total}", str(whole.pk))
    assert found[0][0] == 5


def published(live, run):
    return live.count("metrics_metricrun", "id = %s AND state = 'published'", str(run.pk))


def test_an_import_stopped_under_the_worker_s_hands_goes_on_where_it_stood(live, cast, kills, dice):
    """Fault R: whole chunks only, each line once, however often and whenever somebody stops it."""
    file = Import.checked(live, cast, chunks_for(kills) * CHUNK).begins()
    live.worker()
    live.beat()
    until(file.has_begun, 60, "the import has begun")
    for _ in range(kills):
        time.sleep(dice.uniform(0, 0.4))
        if not file.stops():
            break
        file.must_hold_whole_chunks()
        file.begins()
    file.ends(REAPED_WITHIN)
    file.must_be_whole()
    file.is_taken_back()
    assert not live.count("residents_resident") + live.count("residents_identity")
