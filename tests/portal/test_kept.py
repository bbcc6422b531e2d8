"""Facts of an office are asked for once a minute, and never older than what changed them."""

import re
import uuid

import pytest
from django.core.cache import caches
from django.core.cache.backends.redis import RedisCacheClient
from django.db import transaction
from redis.exceptions import ConnectionError as Unreachable

from portal import kept
from portal.audit.record import event as told
from portal.audit.record import record, record_many
from tests.residents.builders import home, number, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject():
    return f"unit:{uuid.uuid4()}"


@pytest.fixture
def key(subject):
    """A fact of it."""
    return kept.Key(subject, subject)


@pytest.fixture
def counting():
    """Work that says how often it was done."""

    class Counting:
        times = 0

        def __call__(self):
            self.times += 1
            return self.times

    return Counting()


def test_what_nobody_changes_is_worked_out_once(key, counting):
    assert [kept.fact(key, counting) for _ in range(3)] == [1, 1, 1]


def test_a_change_counts_from_its_commit_on(
    subject, key, counting, django_capture_on_commit_callbacks
):
    kept.fact(key, counting)
    with django_capture_on_commit_callbacks(execute=True):
        kept.changed(subject)
    assert kept.fact(key, counting) == 2
    assert kept.fact(key, counting) == 2


def test_whoever_changed_something_sees_it_before_the_commit(
    subject, key, counting, django_capture_on_commit_callbacks
):
    kept.fact(key, counting)
    with django_capture_on_commit_callbacks(execute=True):
        kept.changed(subject)
        assert kept.fact(key, counting) == 2
        # and what only this transaction sees is kept for nobody
        assert kept.fact(key, counting) == 3


def test_what_is_counted_while_somebody_commits_is_not_kept(
    subject, key, counting, django_capture_on_commit_callbacks
):
    def counted_from_an_older_view():
        found = counting()
        with django_capture_on_commit_callbacks(execute=True):
            kept.changed(subject)
        return found

    assert kept.fact(key, counted_from_an_older_view) == 1
    assert kept.fact(key, counting) == 2


def test_an_act_that_is_undone_leaves_nothing_wrong_behind(subject, key, counting):
    kept.fact(key, counting)
    with transaction.atomic():
        kept.changed(subject)
        transaction.set_rollback(True)
    assert kept.fact(key, counting) == 2  # once too often does no harm


def test_one_commit_asks_redis_once_for_all_its_subjects(
    subject, monkeypatch, django_capture_on_commit_callbacks
):
    told_of = []
    plain = RedisCacheClient.set_many
    monkeypatch.setattr(
        RedisCacheClient, "set_many",
        lambda self, data, timeout: (told_of.append(len(data)), plain(self, data, timeout)),
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        for place in range(5):
            kept.changed(subject, f"{subject}:{place}")
    assert told_of == [6]


def test_a_page_asks_redis_once_for_all_that_it_will_show(key, counting, monkeypatch):
    asked = []
    plain = RedisCacheClient.get_many
    monkeypatch.setattr(
        RedisCacheClient, "get_many",
        lambda self, keys: (asked.append(len(list(keys))), plain(self, keys))[1],
    )  # fmt: skip
    second, third = (kept.Key(f"{key.name}:{place}", key.subject) for place in (2, 3))
    kept.begin(key)
    kept.expect(second)
    assert [kept.fact(each, counting) for each in (key, second)] == [1, 2]
    assert asked == [3]  # two facts and the mark of their one subject
    assert kept.fact(third, counting) == 3  # one that nobody foresaw
    assert asked == [3, 2]
    kept.begin()
    assert [kept.fact(each, counting) for each in (key, second, third)] == [1, 2, 3]


def test_without_redis_every_page_works_it_out_and_redis_is_left_alone(
    subject, key, counting, monkeypatch
):
    asked = []

    def away(*_args, **_more):
        asked.append(1)
        raise Unreachable

    hints = caches["hints"]
    monkeypatch.setattr(RedisCacheClient, "get_many", away)
    monkeypatch.setattr(hints, "_silent_until", 0.0)
    assert [kept.fact(key, counting) for _ in range(4)] == [1, 2, 3, 4]
    assert len(asked) == 1  # not once for each fact of each page


def test_reading_changes_nothing_and_every_act_does(cast, at, monkeypatch):
    clerk, street = cast.scope("clerk"), cast.scope("street")
    changed = []
    monkeypatch.setattr(kept, "changed", lambda *subjects: changed.append(set(subjects)))
    record("residents.viewed", by=clerk, at=at)
    record("register.list_viewed", by=clerk, at=at)
    assert changed == []
    record("residents.updated", by=street, at=at, committee=clerk.unit)
    assert changed.pop() == {kept.unit(clerk.unit), kept.unit(street.unit)}
    record_many(
        told(action, by=clerk, at=at) for action in ("residents.viewed", "residents.registered")
    )
    assert changed == [{kept.unit(clerk.unit)}]


def count_of(page: str) -> int:
    """The people beside the title of the list."""
    (found,) = re.findall(r"<h1>实有人口</h1>.*?([\d,]+) 人", page, re.S)
    return int(found.replace(",", ""))


def test_a_clerk_sees_a_new_resident_in_the_tabs_at_once(cast, django_capture_on_commit_callbacks):
    clerk = cast.scope("clerk")
    with django_capture_on_commit_callbacks(execute=True):
        homes = home(clerk)
        register(clerk, homes[0])
    browser = cast.client("clerk")
    assert count_of(browser.get("/residents/").content.decode()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        register(clerk, homes[1], document_number=number("19900101", 3), name="石思源")
    assert count_of(browser.get("/residents/").content.decode()) == 2


def test_homes_of_a_committee_are_counted_anew_when_there_is_a_new_building(
    cast, django_capture_on_commit_callbacks
):
    clerk, browser = cast.scope("clerk"), cast.client("clerk")
    totals = []
    for address in ("棠浦路988弄6号", "棠浦路988弄7号"):
        with django_capture_on_commit_callbacks(execute=True):
            home(clerk, address)
        page = browser.get("/housing/").content.decode()
        totals += re.findall(r"共 <b>(\d+)</b>", page)
    assert totals == ["12", "24"]


def test_a_condition_that_cannot_be_read_is_not_counted_as_the_whole(
    cast, django_capture_on_commit_callbacks
):
    clerk, browser = cast.scope("clerk"), cast.client("clerk")
    with django_capture_on_commit_callbacks(execute=True):
        home(clerk)
    assert "共 <b>0</b>" in browser.get("/housing/?occupancy=none").content.decode()
    assert "共 <b>12</b>" in browser.get("/housing/").content.decode()
