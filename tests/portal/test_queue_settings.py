"""What the ledger's promises rest on: Celery's, Redis' and PostgreSQL's settings (D-9)."""

import os
import subprocess
import sys

import pytest
import redis
from django.conf import settings
from django.db import connection, connections

from portal.celery import app
from portal.jobs.tasks import TURN
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work


def test_celery_gives_back_what_a_worker_dies_of():
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result
    assert conf.worker_max_tasks_per_child == 200
    assert conf.broker_connection_max_retries is None
    assert conf.broker_channel_error_retry


def test_a_task_ends_long_before_its_message_comes_again():
    options = app.conf.broker_transport_options
    assert options["visibility_timeout"] == 600
    assert app.conf.task_time_limit < options["visibility_timeout"] / 2
    assert app.conf.task_time_limit / 2 > TURN


def test_no_socket_to_redis_waits_for_ever():
    options = app.conf.broker_transport_options
    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (10, 5)
    assert options["health_check_interval"] == 25
    cache = settings.CACHES["default"]["OPTIONS"]
    assert (cache["socket_timeout"], cache["socket_connect_timeout"]) == (2, 2)


def test_beat_only_ticks_and_old_ticks_are_dropped():
    (entry,) = app.conf.beat_schedule.values()
    assert entry["task"] == "portal.jobs.tasks.tick"
    assert entry["options"]["expires"] == entry["schedule"] == settings.TICK_SECONDS


def test_the_embedded_redis_keeps_what_it_is_told():
    server = redis.Redis.from_url(os.environ["REDIS_URL"])
    held = {
        name: server.config_get(name)[name]
        for name in ("appendonly", "appendfsync", "maxmemory-policy", "save")
    }
    assert held == {
        "appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction",
        "save": "",
    }  # fmt: skip


def limits(alias="default"):
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        )
        return cursor.fetchone()


@pytest.mark.django_db
def test_a_page_may_take_little_of_the_database():
    assert limits() == ("5s", "4s", "30s")
    with connection.cursor() as cursor:  # on the role, so that a pooler changes nothing
        cursor.execute("SELECT rolconfig FROM pg_roles WHERE rolname = current_user")
        assert "statement_timeout=5s" in cursor.fetchone()[0]


@pytest.mark.parametrize(("clockwork", "longest"), [(False, "1min"), (True, "0")])
def test_a_job_may_take_more_for_its_own_transaction(committed, clockwork, longest):
    with acting(None):
        allow_work(clockwork=clockwork)
        assert limits() == (longest, "1min", "4min")
    assert limits() == ("5s", "4s", "30s")


def test_a_cut_line_is_noticed():
    given = connection.settings_dict["OPTIONS"]
    assert given["connect_timeout"] <= 5
    assert given["keepalives_idle"] + given["keepalives_interval"] * given["keepalives_count"] <= 60
    assert given["tcp_user_timeout"] <= 60_000


def test_a_worker_knows_every_task_that_the_clock_calls():
    """In a process of its own: here the tests have imported all modules anyway."""
    asked = (
        "import django; django.setup();"
        "from portal.celery import CLOCKWORK, app; app.loader.import_default_modules();"
        "print({piece.task for piece in CLOCKWORK.values()} - set(app.tasks))"
    )
    said = subprocess.run(
        [sys.executable, "-c", asked], cwd=settings.BASE_DIR, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "set()"


def test_a_second_demonstration_shares_no_files_with_the_first(tmp_path):
    """Another's heads of seals would make its trail look as if its end had been cut off."""
    given = {key: value for key, value in os.environ.items() if key != "FILES_DIR"}
    said = subprocess.run(
        [sys.executable, "-c", "from portal import settings as s;"
         "print(s.FILES_DIR, s.AUDIT_HEADS_PATH, sep='\\n')"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
        env=given | {"PORTAL_RUN_DIR": str(tmp_path)},
    )  # fmt: skip
    assert all(line.startswith(f"{tmp_path}/files") for line in said.stdout.split())
