"""Redis and PostgreSQL that die or stand still under work: the ledger goes on where it stood."""

import contextlib
import time
from datetime import timedelta

from django.db import connection

from portal.jobs import reads
from portal.jobs import services as jobs
from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from tests.cast import STREET
from tests.faults.builders import CHUNK, Import, chunks_for, seals_again, the_trail_holds
from tests.faults.system import until
from tests.metrics import builders as metrics
from tests.residents.builders import home, register

RESUMES_WITHIN = 60  # seconds


def queued(live, count):
    """So many small jobs of the clockwork, each a metric run of one committee."""
    asked = []
    with acting(metrics.SYSTEM):
        committees = OrgUnit.objects.committees().order_by("code")
        codes = list(committees.values_list("code", flat=True)[:count])
    for code in codes:
        scope = posts.system_scope(code, "居委")
        asked.append(metrics.asked(scope=scope))
    assert len({run.job_id for run in asked}) == count
    return asked


def all_done(live):
    return not live.count("jobs_job", "state <> 'done'")


def each_run_is_published_once(live, runs):
    """No run lost, none half: as many values in each as its committee has metrics."""
    found = live.sql(
        "SELECT r.id::text, r.state, count(v.id), count(DISTINCT (v.committee_id, v.metric))"
        " FROM metrics_metricrun r LEFT JOIN metrics_metricvalue v ON v.run_id = r.id GROUP BY r.id"
    )
    assert sorted(row[0] for row in found) == sorted(str(run.pk) for run in runs)
    assert {row[1] for row in found} == {"published"}
    assert len({row[2] for row in found}) == 1
    assert all(values == distinct > 0 for _, _, values, distinct in found)


def test_an_import_survives_an_emptied_redis(live, cast, kills, dice):
    """Fault D: kill -9 of Redis in the middle of an import, then an empty one."""
    file = Import.checked(live, cast, chunks_for(kills) * CHUNK).begins()
    live.worker()
    live.beat()
    until(file.has_begun, 60, "the import has begun")
    for _ in range(kills):
        time.sleep(dice.uniform(0, 0.5))
        live.redis.kill_all()
        live.empty_redis()
        live.start_redis()
    file.ends(RESUMES_WITHIN)
    file.must_be_whole()


def test_no_queued_job_is_lost_with_redis(live, cast, thorough):
    """Fault D: all messages of waiting jobs vanish before a worker has seen them."""
    live.stop("worker")
    runs = queued(live, 100 if thorough else 10)
    assert live.bell().llen("celery") >= len(runs)
    live.redis.kill_all()
    live.empty_redis()
    live.start_redis()
    assert live.bell().llen("celery") == 0
    live.worker()
    live.beat()
    until(lambda: all_done(live), 60 + 2 * len(runs), "all jobs are done", every=0.5)
    each_run_is_published_once(live, runs)


def test_an_import_survives_the_death_of_the_postmaster(live, cast, kills, dice):
    """Fault E: kill -9 of PostgreSQL in the middle of an import; it recovers within 30 s."""
    file = Import.checked(live, cast, chunks_for(kills) * CHUNK).begins()
    live.worker()
    live.beat()
    until(file.has_begun, 60, "the import has begun")
    for _ in range(kills):
        seals_again(live)
        time.sleep(dice.uniform(0, 0.6))
        live.kill_postgres()
        assert live.start_postgres() < 30
    seals_again(live)
    file.ends(RESUMES_WITHIN + 30)
    file.must_be_whole()
    the_trail_holds(live)


def test_a_metric_run_survives_the_death_of_the_postmaster(live, cast, kills, dice):
    """Fault E: readers see the earlier run or the new one, whole, never something between."""
    clerk = cast.scope("clerk")
    for place, dwelling in enumerate(home(clerk)):
        register(clerk, dwelling, document_number=metrics.register.number(sequence=place))
    first = metrics.computed(scope=metrics.SYSTEM)
    until(lambda: published(live, first), 60, "the first run is published")
    whole = live.count("metrics_metricvalue", "run_id = %s", str(first.pk))
    assert whole
    live.worker()
    live.beat()
    for _ in range(kills):
        run = metrics.asked(scope=metrics.SYSTEM)
        seals_again(live)
        time.sleep(dice.uniform(0, 2))
        live.kill_postgres()
        live.start_postgres()
        connection.close()  # it was of the server that is gone
        shown = live.sql(
            "SELECT r.id::text, (SELECT count(*) FROM metrics_metricvalue v WHERE v.run_id = r.id)"
            " FROM metrics_metricrun r WHERE r.state = 'published'"
        )
        assert [values for _, values in shown] == [whole]
        assert shown[0][0] in {str(first.pk), str(run.pk)}
        until(lambda run=run: published(live, run), 60 + RESUMES_WITHIN, "the run is published")
        first = run
    the_trail_holds(live)


def published(live, run):
    return live.count("metrics_metricrun", "id = %s AND state = 'published'", str(run.pk))


def test_every_message_may_come_three_times_at_once(live, cast, thorough):
    """Fault G: several processes are told three times of an import and of a metric run."""
    live.stop("worker")
    file = Import.checked(live, cast, 3 * CHUNK).begins()
    run = metrics.asked(scope=metrics.CLOCK)
    for _ in range(2):
        jobs.ring(file.job, file.wizard.scope.unit)
        jobs.ring(run.job_id, STREET)
    assert live.bell().llen("celery") >= 6
    live.worker(concurrency=4 if thorough else 2)
    file.ends(120)
    until(lambda: published(live, run), 60, "the run is published")
    until(lambda: not live.bell().llen("celery"), 60, "all messages are taken")
    file.must_be_whole()
    assert live.count("metrics_metricrun") == 1
    each_run_is_published_once(live, [run])


def test_a_stopped_redis_raises_the_alarm_and_loses_nothing(live, cast, clerk, dice, thorough):
    """Fault H: SIGSTOP of Redis; the worker finds back by itself, the page says what waits."""
    stands_still = 300 if thorough else dice.uniform(12, 14)  # longer than sockets are patient
    live.web()
    worker = live.worker()
    live.beat()
    file = Import.checked(live, cast, 2 * CHUNK)
    until(lambda: len(worker.children()) >= 2, 60, "the worker is up")
    live.redis.freeze()
    try:
        sent = file.asked_by(clerk)
        assert sent.seconds < 8  # four waits of two seconds at the most: throttle, hints, bell
        assert file.state() == "waiting"
        time.sleep(stands_still)
        assert file.state() == "waiting"
        with acting(metrics.SYSTEM):
            age = reads.queue_age()
        assert age > timedelta(seconds=10)
        assert (age > reads.ALARM_AFTER) == thorough
    finally:
        live.redis.thaw()
    pid = worker.pid
    file.ends(RESUMES_WITHIN + 30)
    file.must_be_whole()
    assert worker.alive()
    assert worker.pid == pid


def test_the_queue_says_how_long_its_oldest_job_waits(live, cast):
    live.stop("worker")
    run = metrics.asked(scope=metrics.CLOCK)
    assert reads.queue_age() < reads.ALARM_AFTER
    live.sql("UPDATE jobs_job SET created_at = now() - interval '90 seconds'")
    assert reads.queue_age() > reads.ALARM_AFTER
    page = cast.client("sysadmin").get("/operation/").content.decode()
    assert "有任务等待超过一分钟" in page
    jobs.work(run.job_id, STREET)
    assert reads.queue_age() == timedelta(0)


def test_a_full_redis_refuses_and_the_ledger_keeps_the_job(live, cast, clerk):
    """Fault K: maxmemory reached; the clerk's file is accepted and begins when there is room."""
    live.web()
    live.worker()
    live.beat()
    file = Import.checked(live, cast, CHUNK)
    live.bell().config_set("maxmemory", "1mb")
    try:
        with contextlib.suppress(Exception):
            while True:
                live.bell().rpush("ballast", "x" * 100_000)
        sent = file.asked_by(clerk)
        shown = clerk.get(sent.location)
        assert (shown.status, "排队中" in shown.text) == (200, True)
        time.sleep(1)
        assert file.state() == "waiting"
    finally:
        live.bell().config_set("maxmemory", "0")
        live.bell().delete("ballast")
    file.ends(RESUMES_WITHIN + 30)
    file.must_be_whole()
