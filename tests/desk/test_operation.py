"""What the administrator and the watch see: conditions, moments and counts, no contents."""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connections
from django.utils import timezone

from portal.desk import condition
from portal.desk.management.commands.serve_metrics import address_of
from portal.jobs import reads as jobs
from portal.jobs.services import ask
from portal.orgs.acting import acting
from tests.cast import Cast
from tests.database import addresses

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def cast(committed):
    return Cast.assembled()


def by_owner(statement):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)


@contextmanager
def sealing_is_late():
    by_owner("UPDATE audit_sealing SET sealed_through = now() - interval '5 hours'")
    try:
        yield
    finally:
        by_owner("UPDATE audit_sealing SET sealed_through = now()")


def asked(cast, at):
    with acting(cast.scope("clerk")) as by:
        ask(
            kind="import.apply",
            title="王巧云台账.csv",
            key="1",
            params={},
            chunks=[{}],
            by=by,
            at=at,
        )


def test_the_administrator_sees_counts_and_conditions_and_no_contents(cast):
    asked(cast, timezone.now())
    page = cast.client("sysadmin").get("/operation/").content.decode()
    assert "导入" in page
    assert "运行条件" in page
    assert "王巧云" not in page


@pytest.mark.parametrize("key", ["clerk", "district", "auditor", "secadmin"])
def test_nobody_else_opens_it(cast, key):
    assert cast.client(key).get("/operation/").status_code == 403


def test_late_sealing_raises_an_alarm(cast):
    with sealing_is_late():
        page = cast.client("sysadmin").get("/operation/").content.decode()
    assert "没有封存" in page
    assert 'role="alert"' in page


def test_a_fault_that_verification_found_raises_an_alarm(cast):
    by_owner("UPDATE audit_sealing SET verified_note = '第 2 号封存：少了 1 条留痕'")
    try:
        page = cast.client("sysadmin").get("/operation/").content.decode()
    finally:
        by_owner("UPDATE audit_sealing SET verified_note = ''")
    assert "访问留痕校验不通过" in page
    assert "少了 1 条" in page


def failing():
    return {check.key for check in condition.checks() if not check.holds}


def test_conditions_hold_and_each_is_missed(cast):
    assert failing() == set()
    with sealing_is_late():
        assert failing() == {"sealing"}
    asked(cast, timezone.now() - jobs.ALARM_AFTER * 2)
    assert failing() == {"queue"}
    by_owner("UPDATE django_migrations SET name = 'x0004_seals' WHERE name = '0004_seals'")
    try:
        assert "migrations" in failing()
    finally:
        by_owner("UPDATE django_migrations SET name = '0004_seals' WHERE name = 'x0004_seals'")


def test_the_last_backup_is_told_by_its_mark(settings, tmp_path):
    settings.BACKUP_MARK_PATH = str(tmp_path / "mark")
    assert condition._last_backup() is None
    (tmp_path / "mark").touch()
    assert abs((timezone.now() - condition._last_backup()).total_seconds()) < 60


@pytest.mark.parametrize("bind", ["0.0.0.0:9108", "8.8.8.8:9108", "9108", "no-such-host.invalid:1"])
def test_numbers_are_served_inside_only(bind):
    with pytest.raises(CommandError):
        address_of(bind)


def test_addresses_of_the_inside_are_taken():
    assert address_of("127.0.0.1:9108") == ("127.0.0.1", 9108)
    assert address_of("10.1.2.3:80") == ("10.1.2.3", 80)


COUNTING = """
import os, django
django.setup()
from portal.telemetry import REFUSALS
REFUSALS.labels("access.refused").inc({n})
"""


@pytest.fixture
def served(cast, tmp_path):
    """`serve_metrics` in a process of its own; two others have counted and are gone."""
    environ = os.environ | addresses() | {
        "METRICS_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings",
    }  # fmt: skip
    for n in (2, 3):
        subprocess.run(
            [sys.executable, "-c", COUNTING.format(n=n)], cwd=ROOT, env=environ, check=True
        )
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve_metrics", "--bind", "127.0.0.1:0"],
        cwd=ROOT, env=environ, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        yield re.search(r"http://\S+?(?=/metrics)", process.stdout.readline())[0]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def fetched(url):
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_watch_reads_sums_over_processes_and_the_condition(served, cast):
    asked(cast, timezone.now())
    status, text = fetched(f"{served}/metrics")
    assert status == 200
    assert 'portal_refusals_total{kind="access.refused"} 5.0' in text
    assert 'portal_jobs{kind="import.apply",state="waiting"} 1.0' in text
    for name in (
        "portal_seal_lag_seconds",
        "portal_queue_messages",
        'portal_ready{check="broker"}',
    ):
        assert re.search(rf"^{re.escape(name)} ", text, re.M), name
    status, text = fetched(f"{served}/readyz")
    assert (status, set(json.loads(text).values())) == (200, {"ok"})
    with sealing_is_late():
        status, text = fetched(f"{served}/readyz")
    assert status == 503
    assert "没有封存" in json.loads(text)["sealing"]


def test_the_public_host_knows_neither_page(cast):
    for path in ("/metrics", "/readyz"):
        assert cast.client("sysadmin").get(path).status_code == 404
