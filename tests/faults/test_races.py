"""Faults N and V: two people at one record, and the real errors of competing transactions."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from portal import embedded
from portal.orgs.acting import acting
from residents import services
from residents.models import Residence
from residents.services.changing import version_of
from tests.faults.builders import CHUNK, Import
from tests.faults.system import DATABASE, until
from tests.faults.test_web import households
from tests.residents.builders import home, register

FIELDS = {"the same": ("note", "note"), "another": ("note", "employer")}
TITLES = {"note": "备注", "employer": "工作单位"}


@pytest.mark.parametrize("fields", FIELDS)
def test_no_update_is_lost_between_two_people(live, cast, thorough, fields):
    """Fault N: both open the record, both save; one wins, the other is shown both values."""
    trials = 1000 if thorough else 15
    scopes = [cast.scope("clerk"), cast.scope("colleague")]
    episode = register(scopes[0], home(scopes[0])[0])
    together = threading.Barrier(2)

    def edits(place):
        scope, field, won = scopes[place], FIELDS[fields][place], []
        for trial in range(trials):
            with acting(scope):
                held = Residence.objects.select_related("resident").get(pk=episode.pk)
                version = version_of(held.resident, held)
            mine = f"{scope.user_name}{trial}"
            together.wait(60)
            try:
                with acting(scope):
                    services.update_resident(
                        resident_id=episode.resident_id, version=version, told={field: mine},
                        by=scope, at=timezone.now(),
                    )  # fmt: skip
                won.append((field, mine))
            except services.StaleVersion as stale:
                (conflict,) = stale.conflicts
                assert conflict.mine == mine
                assert conflict.theirs != mine
            together.wait(60)
        connection.close()
        return won

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(edits, range(2))
    assert len(first) + len(second) == trials
    history = [
        row[0]
        for row in live.sql(
            "SELECT changes FROM audit_auditevent WHERE action = 'residents.updated' ORDER BY id"
        )
    ]
    assert len(history) == trials
    assert live.sql("SELECT version FROM residents_resident")[0][0] == trials + 1
    shown = dict.fromkeys(TITLES.values(), "")
    for changes in history:  # each save began where the one before it ended
        ((title, (old, new)),) = changes.items()
        assert old == shown[title]
        shown[title] = new
    assert {(TITLES[field], mine) for field, mine in [*first, *second]} == {
        (title, new) for changes in history for title, (_, new) in changes.items()
    }


class Rival:
    """Another transaction, which takes what it is told and keeps it until it is told."""

    def __init__(self, live):
        self.live = live
        self.connection = psycopg2.connect(embedded.with_database(live.admin_url, DATABASE))
        self.take("SET deadlock_timeout = '1h'")  # the other one finds the deadlock, always

    def take(self, statement, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)

    def others_wait(self):
        until(
            lambda: self.live.count(
                "pg_stat_activity", "usename = 'portal_app' AND wait_event_type = 'Lock'"
            ),
            30,
            "the portal waits for a lock",
            every=0.02,
        )

    def let_go(self):
        self.connection.rollback()


@contextmanager
def rival_of(live):
    rival = Rival(live)
    try:
        yield rival
    finally:
        rival.connection.close()


@contextmanager
def role_with(live, setting, value):
    """The application's role with another default; its sessions begin anew with it."""
    live.web()
    live.sql(f"ALTER ROLE portal_app SET {setting} = '{value}'")
    live.end_sessions()
    try:
        yield
    finally:
        live.sql(f"ALTER ROLE portal_app SET {setting} = '{DEFAULTS[setting]}'")
        live.end_sessions()


DEFAULTS = {"lock_timeout": "4s", "default_transaction_isolation": "read committed"}


def sent_meanwhile(household):
    """The form, on its way in a thread of its own."""
    answers = []
    thread = threading.Thread(target=lambda: answers.append(household.sent()))
    thread.start()

    def answer():
        thread.join(60)
        return answers[0]

    return answer


def errors(live):
    return live.postgres.log.read_text(errors="replace")


TAKE_DWELLING = "SELECT 1 FROM housing_dwellingunit WHERE id = %s FOR UPDATE"


def test_a_save_that_meets_a_deadlock_is_done_again(live, cast, clerk):
    """40P01: the request is the victim, has left nothing, and is repeated unseen."""
    live.web()
    (household,) = households(live, clerk, cast, 1)
    before = errors(live).count("deadlock detected")
    with rival_of(live) as rival:
        rival.take(TAKE_DWELLING, str(household.dwelling.pk))
        answer = sent_meanwhile(household)
        rival.others_wait()
        rival.take(
            "INSERT INTO jobs_idempotencykey (key, user_id, result_url, created_at)"
            " VALUES (%s, 0, '', now())",
            household.data["idempotency_key"],
        )
        rival.let_go()
        assert answer().status == 302
    assert errors(live).count("deadlock detected") == before + 1
    household.must_be_saved_once()


def test_a_save_that_cannot_be_serialized_is_done_again(live, cast, clerk):
    """40001: somebody else has changed the row since the request's snapshot."""
    with role_with(live, "default_transaction_isolation", "repeatable read"):
        (household,) = households(live, clerk, cast, 1)
        before = errors(live).count("could not serialize")
        with rival_of(live) as rival:
            rival.take(
                "UPDATE housing_dwellingunit SET note = note WHERE id = %s",
                str(household.dwelling.pk),
            )
            answer = sent_meanwhile(household)
            rival.others_wait()
            rival.connection.commit()
            assert answer().status == 302
        assert errors(live).count("could not serialize") > before
        household.must_be_saved_once()


def test_a_save_that_waits_too_long_is_refused_in_plain_words(live, cast, clerk):
    """55P03: tried again three times, then told; sent again later it is saved once."""
    with role_with(live, "lock_timeout", "300ms"):
        (household,) = households(live, clerk, cast, 1)
        before = errors(live).count("lock timeout")
        with rival_of(live) as rival:
            rival.take(TAKE_DWELLING, str(household.dwelling.pk))
            answer = household.sent()
            rival.let_go()
        assert (answer.status, "同一时间改的人太多" in answer.text) == (503, True)
        assert errors(live).count("lock timeout") == before + 4
        assert household.must_be_all_or_nothing() == 0
        assert household.sent().status == 302
        household.must_be_saved_once()


def test_a_chunk_that_meets_a_deadlock_is_done_again(live, cast):
    """40P01 in the worker: the chunk is undone wholly and done again after a moment."""
    file = Import.checked(live, cast, CHUNK)
    dwelling = live.sql("SELECT id::text FROM housing_dwellingunit ORDER BY id LIMIT 1")[0][0]
    before = errors(live).count("deadlock detected")
    with rival_of(live) as rival:
        rival.take(TAKE_DWELLING, dwelling)
        file.begins()
        live.worker()
        rival.others_wait()
        rival.take("SELECT 1 FROM exchange_importrow FOR UPDATE")
        rival.let_go()
    file.ends(60)
    assert errors(live).count("deadlock detected") == before + 1
    assert live.sql(
        "SELECT attempts, starts FROM jobs_jobchunk WHERE job_id = %s", str(file.job)
    ) == [(1, 2)]
    file.must_be_whole()


def test_a_chunk_that_always_meets_a_deadlock_ends_in_plain_words(live, cast):
    """After the third time the job says so, nothing of the chunk stays, and it can be resumed."""
    file = Import.checked(live, cast, CHUNK)
    dwelling = live.sql("SELECT id::text FROM housing_dwellingunit ORDER BY id LIMIT 1")[0][0]
    live.worker()
    with rival_of(live) as rival:
        for attempt in range(3):
            rival.take(TAKE_DWELLING, dwelling)
            if attempt == 0:
                file.begins()
            rival.others_wait()
            rival.take("SELECT 1 FROM exchange_importrow FOR UPDATE")
            rival.let_go()
    until(file.is_over, 60, "the job has given up")
    told = live.sql("SELECT state, error FROM jobs_job WHERE id = %s", str(file.job))[0]
    assert told[0] == "failed"
    assert "多次遇到他人同时修改" in told[1]
    assert live.count("residents_resident") == 0
    file.begins()
    file.ends(60)
    file.must_be_whole()
