"""Seals over the trail: nothing is skipped, and nothing changes unseen."""

import time
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction
from django.utils import timezone

from portal.audit import seals, verifying
from portal.audit.models import AuditEvent, Seal
from portal.audit.record import record
from portal.orgs.acting import acting
from residents.services import UnableToReveal, reveal
from tests.cast import Cast
from tests.residents.builders import home, register

PATIENCE = 120  # seconds


@pytest.fixture(autouse=True)
def heads(settings, tmp_path):
    """A second place of this test's own."""
    settings.AUDIT_HEADS_PATH = str(tmp_path / "heads.jsonl")
    return tmp_path / "heads.jsonl"


@pytest.fixture
def cast(committed):
    return Cast.assembled()


def seal(events):
    """Seal until so many events are: any transaction of the whole cluster may hold them up."""
    sealed, deadline = 0, time.monotonic() + PATIENCE
    while sealed < events and time.monotonic() < deadline:
        sealed += seals.seal_all(at=timezone.now())
        time.sleep(0 if sealed >= events else 0.2)
    return sealed


def sealed_through():
    return by_owner("SELECT sealed_through FROM audit_sealing")[0][0]


def note(cast, reason, action="residents.viewed"):
    record(action, by=cast.scope("clerk"), at=timezone.now(), reason=reason)


def by_owner(statement, params=()):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else None


@pytest.fixture
def sealed(cast):
    """Three seals of three events each."""
    for batch in range(3):
        with transaction.atomic():
            for place in range(3):
                note(cast, f"{batch}-{place}")
        assert seal(3) == 3
    return cast


def test_an_untouched_trail_holds(sealed):
    verdict = verifying.verify(using="owner")
    assert verdict.faults == []
    assert (verdict.seals, verdict.events, verdict.unsealed) == (3, 9, 0)


def test_a_seal_holds_the_one_before_and_the_second_place_has_all(sealed, heads):
    chain = list(Seal.objects.order_by("seq"))
    assert [bytes(seal.previous) for seal in chain[1:]] == [
        bytes(seal.digest) for seal in chain[:-1]
    ]
    assert [head["digest"] for head in seals.heads(heads)] == [
        bytes(seal.digest).hex() for seal in chain
    ]


def test_an_event_that_commits_late_is_never_skipped(cast):
    """A mark by id would pass over the open transaction's event and never come back to it."""
    slow = connections["default"].copy()
    slow.set_autocommit(False)
    try:
        with slow.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_auditevent (at, action, actor_name, actor_unit_name, "
                "actor_role, scope_code, target_type, target_id, target_text, subjects, changes, "
                "purpose, reason, result, request_id) VALUES (now(), 'residents.viewed', '', '', "
                "'', 310107005001, '', '', '', '{}', '{}', '', 'slow', 'ok', '')"
            )
        with transaction.atomic():
            note(cast, "fast")
        assert seals.seal_all(at=timezone.now()) == 0  # the fast one waits for the slow one
        slow.commit()
    finally:
        slow.close()
    assert seal(2) == 2
    verdict = verifying.verify(using="owner")
    assert (verdict.faults, verdict.events, verdict.unsealed) == ([], 2, 0)


def test_what_came_before_a_running_transaction_is_sealed_meanwhile(cast):
    with transaction.atomic():
        note(cast, "early")
    slow = connections["default"].copy()
    slow.set_autocommit(False)
    try:
        with slow.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        assert seal(1) == 1
    finally:
        slow.close()


def test_a_part_of_the_trail_is_verified_by_itself(sealed):
    """What the clock does every night: the events since a day, the chain from its beginning."""
    second = Seal.objects.get(seq=2)
    verdict = verifying.verify(using="owner", since=second.at)
    assert (verdict.faults, verdict.seals, verdict.events) == ([], 3, 6)
    by_owner("DELETE FROM audit_auditevent WHERE reason = '0-1'")
    assert verifying.verify(using="owner", since=second.at).faults == []
    assert verifying.verify(using="owner").faults
    by_owner("DELETE FROM audit_seal WHERE seq = 1")
    assert "缺少第 1" in verifying.verify(using="owner", since=second.at).faults[0]


TAMPERINGS = {
    "changed": ("UPDATE audit_auditevent SET reason = '改过' WHERE reason = '1-1'", "改动"),
    "another time": (
        "UPDATE audit_auditevent SET at = at - interval '1 second' WHERE reason = '1-1'", "改动",
    ),
    "deleted": ("DELETE FROM audit_auditevent WHERE reason = '1-1'", "少了 1 条"),
    "inserted": (
        "INSERT INTO audit_auditevent (at, action, actor_name, actor_unit_name, actor_role, "
        "scope_code, target_type, target_id, target_text, subjects, changes, purpose, reason, "
        "result, request_id, xid) SELECT at, action, actor_name, actor_unit_name, actor_role, "
        "scope_code, target_type, target_id, target_text, subjects, changes, purpose, '添的', "
        "result, request_id, xid FROM audit_auditevent WHERE reason = '1-1'", "多了 1 条",
    ),
    "reordered": (
        "UPDATE audit_auditevent e SET reason = o.reason FROM audit_auditevent o "
        "WHERE (e.reason, o.reason) IN (('1-0', '1-2'), ('1-2', '1-0'))", "换了位置",
    ),
    "a seal missing": ("DELETE FROM audit_seal WHERE seq = 2", "缺少第 2"),
    "a seal changed": ("UPDATE audit_seal SET events = 2 WHERE seq = 2", "第 2 号封存的内容"),
    "the end cut off": (
        "DELETE FROM audit_seal WHERE seq = 3; DELETE FROM audit_auditevent WHERE reason ^@ '2-'",
        "末尾被截去",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", TAMPERINGS)
def test_what_its_owner_does_to_the_trail_is_noticed(sealed, how):
    statement, found = TAMPERINGS[how]
    by_owner(statement)
    faults = verifying.verify(using="owner").faults
    assert any(found in fault for fault in faults), faults


def test_a_seal_made_anew_without_the_key_is_noticed(sealed, settings):
    by_owner("UPDATE audit_auditevent SET reason = '改过' WHERE reason = '2-1'")
    by_owner("DELETE FROM audit_seal WHERE seq = 3")
    settings.AUDIT_SEAL_KEY = "another key " * 6
    assert seal(3) == 3
    settings.AUDIT_SEAL_KEY = "the real key " * 6
    faults = verifying.verify(using="owner").faults
    assert any("第 3 号封存的签名不符" in fault for fault in faults)
    assert any("第 3 号封存与另存的副本不符" in fault for fault in faults)


def test_a_lost_second_place_is_no_proof(sealed, heads):
    heads.unlink()
    assert any("没有内容" in fault for fault in verifying.verify(using="owner").faults)


def test_a_place_that_cannot_be_written_does_not_stop_sealing(cast, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.AUDIT_HEADS_PATH = str(tmp_path / "file" / "heads.jsonl")
    with transaction.atomic():
        note(cast, "kept")
    assert seal(1) == 1
    settings.AUDIT_HEADS_PATH = str(tmp_path / "later.jsonl")
    seals.seal_all(at=timezone.now())
    assert [head["seq"] for head in seals.heads(tmp_path / "later.jsonl")] == [1]


def test_the_second_place_never_holds_a_seal_that_was_undone(cast, heads):
    """As when the server dies between sealing and the clock's commit."""
    with transaction.atomic():
        note(cast, "before")
    assert seal(1) == 1
    with transaction.atomic():
        note(cast, "after")
    with transaction.atomic():
        assert seal(1) == 1
        assert [head["seq"] for head in seals.heads(heads)] == [1]
        transaction.set_rollback(True)
    assert [head["seq"] for head in seals.heads(heads)] == [1]
    assert verifying.verify(using="owner").faults == []
    assert seal(1) == 1
    assert [head["seq"] for head in seals.heads(heads)] == [1, 2]
    assert verifying.verify(using="owner").faults == []


def test_much_at_once_is_sealed_in_several_batches(cast, monkeypatch):
    monkeypatch.setattr(seals, "MOST_IN_BATCH", 4)
    for place in range(5):
        with transaction.atomic():
            note(cast, f"{place}")
            note(cast, f"{place} again")
    with transaction.atomic():
        for place in range(9):  # more than a batch in one transaction
            note(cast, f"many {place}")
    assert seal(19) == 19
    assert Seal.objects.count() > 3
    assert verifying.verify(using="owner").faults == []


def test_the_application_can_neither_change_nor_remove_a_seal(sealed):
    from django.db.utils import ProgrammingError

    for statement in ("UPDATE audit_seal SET events = 0", "DELETE FROM audit_seal",
                      "UPDATE audit_sealing SET sealed_through = now()"):  # fmt: skip
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(statement)


def test_sealing_moves_its_mark_by_the_clock_of_the_database(cast):
    by_owner("UPDATE audit_sealing SET sealed_through = now() - interval '5 hours'")
    assert seals.is_late()
    deadline = time.monotonic() + PATIENCE
    while seals.is_late() and time.monotonic() < deadline:
        seals.seal_all(at=timezone.now())
    assert seals.standing().lag < timedelta(seconds=PATIENCE)


def test_a_transaction_that_never_ends_makes_sealing_late(cast):
    """Its events cannot be sealed, nor can any that came after it, however often it is tried."""
    slow = connections["default"].copy()
    slow.set_autocommit(False)
    try:
        with slow.cursor() as cursor:
            cursor.execute("SELECT now(), pg_current_xact_id()")
            began = cursor.fetchone()[0]
        for _ in range(5):
            with transaction.atomic():
                note(cast, "waiting")
            seals.seal_all(at=timezone.now())
        assert sealed_through() <= began + timedelta(seconds=1)
        assert verifying.verify(using="owner").unsealed == 5
    finally:
        slow.close()


def test_the_trail_cannot_be_read_by_sealing_it(cast):
    from django.db.utils import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        list(AuditEvent.objects.values_list("reason"))


def test_the_command_says_what_holds_and_ends_with_an_error_on_what_does_not(sealed, capsys):
    call_command("audit_verify")
    assert "访问留痕校验一致：封存 3 个，留痕 9 条" in capsys.readouterr().out
    by_owner("UPDATE audit_auditevent SET reason = '改过' WHERE reason = '1-1'")
    with pytest.raises(CommandError, match=r"校验不通过.*\n.*第 2 号封存.*被改动"):
        call_command("audit_verify")
    assert "第 2 号封存" in seals.standing().verified_note


def test_numbers_stay_hidden_while_the_trail_is_not_sealed(committed):
    cast = Cast.assembled()
    clerk = cast.scope("clerk")
    person = register(clerk, home(clerk, floors=1, per_floor=1)[0]).resident_id
    by_owner("UPDATE audit_sealing SET sealed_through = now() - interval '5 hours'")
    try:
        with acting(clerk):
            asked = {
                "resident_id": person, "purpose": "document", "by": clerk, "at": timezone.now(),
            }  # fmt: skip
            with pytest.raises(UnableToReveal, match="没有封存"):
                reveal(**asked)
            by_owner("UPDATE audit_sealing SET sealed_through = now()")
            assert reveal(**asked).value
    finally:
        by_owner("UPDATE audit_sealing SET sealed_through = now()")
