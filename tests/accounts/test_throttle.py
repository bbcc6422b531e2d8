"""Guesses are counted before they are looked at, whatever happens to the request afterwards."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connections, transaction
from django.test import Client
from prometheus_client import REGISTRY

from portal.accounts import hashing, throttle
from tests.accounts import counting
from tests.accounts.conftest import LOGIN
from tests.cast import PASSWORD, Cast

GUESSES, AT_ONCE = 100, 20


def guess(username="clerk", password="wrong-one", **extra):
    return Client(**extra).post(LOGIN, {"username": username, "password": password})


def test_a_hundred_guesses_at_once_reach_the_hasher_five_times(committed, settings):
    Cast.assembled().password("clerk")
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingHasher"]
    counting.asked.clear()

    def some(_number):
        try:
            return [guess().status_code for _ in range(GUESSES // AT_ONCE)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [status for some_of_them in pool.map(some, range(AT_ONCE))
                   for status in some_of_them]  # fmt: skip
    assert len(answers) == GUESSES
    assert len(counting.asked) == throttle.LIMIT
    assert answers.count(429) >= GUESSES - throttle.LIMIT
    assert set(answers) <= {401, 429}


def test_the_right_password_is_refused_while_the_lock_stands(cast, at):
    cast.password("clerk")
    for left in (4, 3, 2, 1):
        assert f"再错 {left} 次" in guess().content.decode()
    guess()
    locked = guess(password=PASSWORD)
    assert locked.status_code == 429
    assert "账号已锁定" in locked.content.decode()
    with time_machine.travel(at + timedelta(minutes=14), tick=False):
        assert guess(password=PASSWORD).status_code == 429


def failed(door, why):
    told = {"door": door, "why": why}
    return REGISTRY.get_sample_value("portal_failed_logins_total", told) or 0


def test_every_guess_that_is_not_taken_is_counted_for_the_watch(cast):
    cast.password("clerk")
    before = failed("login", "wrong"), failed("login", "locked")
    for _ in range(throttle.LIMIT + 2):
        guess()
    assert failed("login", "wrong") == before[0] + throttle.LIMIT
    assert failed("login", "locked") == before[1] + 2
    assert guess("colleague", PASSWORD).status_code == 401  # an account without that password
    cast.password("colleague")
    assert guess("colleague", PASSWORD).status_code == 302
    assert failed("login", "wrong") == before[0] + throttle.LIMIT + 1


def test_each_lock_lasts_twice_as_long():
    seconds = []
    for _ in range(6):
        found = throttle.count_guess("login", "clerk", "192.0.2.1")
        while found.allowed:
            found = throttle.count_guess("login", "clerk", "192.0.2.1")
        seconds.append(found.locked_for)
        caches["default"].delete_many([found.key, f"{found.key}:lock"])
    assert [round(each / 60) for each in seconds] == [15, 30, 60, 120, 240, 240]


def test_a_lock_is_of_one_account_and_one_address(cast):
    cast.password("clerk")
    for _ in range(6):
        guess(REMOTE_ADDR="192.0.2.1")
    assert guess(password=PASSWORD, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert guess(password=PASSWORD, REMOTE_ADDR="192.0.2.2").status_code == 302
    assert guess("colleague", REMOTE_ADDR="192.0.2.1").status_code == 401


def test_a_client_cannot_write_itself_another_address(cast, settings):
    settings.PROXY_COUNT = 1
    cast.password("clerk")
    for number in range(6):
        guess(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 192.0.2.7")
    assert guess(password=PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 429
    assert guess(password=PASSWORD, HTTP_X_FORWARDED_FOR="192.0.2.8").status_code == 302


def test_a_rolled_back_request_has_been_counted(db):
    with transaction.atomic():
        throttle.count_guess("login", "clerk", "192.0.2.1")
        transaction.set_rollback(True)
    assert throttle.count_guess("login", "clerk", "192.0.2.1").left == throttle.LIMIT - 2


def test_a_killed_process_has_been_counted():
    child = os.fork()
    if child == 0:
        caches.close_all()
        throttle.count_guess("login", "clerk", "192.0.2.1")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert throttle.count_guess("login", "clerk", "192.0.2.1").left == throttle.LIMIT - 2


def test_without_redis_no_password_is_tried(cast, settings):
    cast.password("clerk")
    dead = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": dead}
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingHasher"]
    counting.asked.clear()
    answer = guess(password=PASSWORD)
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "系统正在恢复，暂时不能核对登录" in answer.content.decode()
    assert not counting.asked


@pytest.fixture
def own_slots(settings, tmp_path):
    """Slots that no other process of this machine takes or frees meanwhile."""
    settings.HASH_SLOTS_DIR = tmp_path


def test_the_fifth_hash_waits_and_then_says_so_with_the_account_kept(cast, own_slots, monkeypatch):
    cast.password("clerk")
    monkeypatch.setattr(hashing, "PATIENCE", 0.1)
    with ExitStack() as holding:
        for _ in range(hashing.SLOTS):
            holding.enter_context(hashing._slot())
        busy = guess(password=PASSWORD)
        assert busy.status_code == 503
        assert int(busy["Retry-After"]) > 0
        assert 'value="clerk"' in busy.content.decode()
        assert "登录的人太多，请过几秒再试一次" in busy.content.decode()
    assert guess(password=PASSWORD).status_code == 302


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_holder_gives_its_slot_back(own_slots, monkeypatch, end):
    monkeypatch.setattr(hashing, "PATIENCE", 0.1)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        for _ in range(hashing.SLOTS):
            hashing._free_slot()
        os.write(writer, b"held")
        signal.pause()
    os.read(reader, 4)
    with pytest.raises(hashing.TooBusyToHash), hashing._slot():
        pass
    os.kill(child, end)
    os.waitpid(child, 0)
    with hashing._slot():
        pass
