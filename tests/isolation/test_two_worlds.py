"""No answer differs because of records outside of one's units, with both walls and with each alone.

The same requests are made in two worlds that differ only outside; every answer must be the same
to the byte (tokens and seconds aside), and nothing of the outside may show.
"""

from functools import lru_cache, partial

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import timezone

from portal.demo import services as demo
from portal.demo.plots import Size
from tests.cast import HOME, NEXT_DOOR, STREET, Cast
from tests.database import wipe
from tests.isolation import worlds
from tests.isolation.extent import THOROUGH, apart
from tests.isolation.stage import CANARY, standing

# Who watches from where, and which walls stand. The widest first: what is upset outside of a
# street must not lie inside the next one's units.
WATCHERS = [
    ("street", STREET, "both walls"),
    ("street", STREET, "application alone"),
    ("street", STREET, "database alone"),
    ("staff", STREET, "both walls"),
    ("clerk", HOME, "both walls"),
    ("clerk", HOME, "application alone"),
    ("clerk", HOME, "database alone"),
    ("collector", HOME, "both walls"),
    ("lead", HOME, "both walls"),
]
#: Besides the drawn worlds these three are enough for every change.
WATCHED = WATCHERS if THOROUGH else [WATCHERS[0], WATCHERS[5], WATCHERS[6]]
OTHER_STREET = 310107021000  # 万里街道, where the demonstration has people too
pytestmark = apart("demonstration")  # the steps share one world
SEARCHES = ["?q=jsq", "?q=金丝雀", "?q=wj", "?q=王", "?q=1号", "?q=9999", "?q=310107005003"]
LISTS = ["/residents/", "/housing/", "/permits/", "/quality/", "/staffing/"]
PARAMETERS = [
    "?page_size=100", "?sort=-name", "?sort=address", "?overdue=1", "?unit=310107014001",
    "?committee=310107005003", "?building=00000000-0000-0000-0000-000000000000",
]  # fmt: skip
OPEN_TO_ALL = ("/accounts/login/", "/healthz")


@pytest.fixture(scope="module")
def cast(django_db_setup, django_db_blocker):
    """The cast over a small district, with metrics and issues computed once; wiped at the end.

    Each test asks, upsets the outside further, and asks again.
    """
    with django_db_blocker.unblock():
        today = timezone.localdate()
        cast = Cast.assembled()
        demo.make_district(size=Size.of_people(2500), seed=7, today=today)
        demo.make_numbers(today=today, seed=7)
        yield cast
        for connection in connections.all():
            connection.close()
        wipe()


def requests_of(unit):
    """Everything to ask: all routes with own, foreign and absent ids, searches, lists."""
    asked = worlds.heard(
        worlds.paths(worlds.ids_under(unit), [worlds.absent_id(), str(NEXT_DOOR), "no-such-word"])
    )
    asked += [f"POST /search/{query}" for query in SEARCHES]
    asked += [f"{path}{query}" for path in LISTS for query in PARAMETERS]
    return [path for path in asked if "logout" not in path]


def answers(client, asked):
    cache.clear()
    worlds.forget_trail()
    return {path: worlds.answer(client, path) for path in asked}


def compare(cast, who, unit):
    asked = requests_of(unit)
    client = cast.client(who) if who else Client()
    before = answers(client, asked)
    worlds.upset_outside(unit)
    after = answers(client, asked)
    different = [path for path in asked if before[path] != after[path]]
    shown = [path for path in asked if CANARY in after[path][1] and "q=" not in path]
    assert not different, f"{who} can tell the worlds apart at {different[:5]}: " + (
        worlds.first_difference(before[different[0]], after[different[0]])
    )
    assert not shown, f"{who} is shown the outside at {shown[:5]}"
    assert not [path for path in asked if after[path][0] >= 500]
    return before


@pytest.mark.parametrize(("who", "unit", "walls"), WATCHED)
def test_nobody_can_tell_what_lies_outside(cast, monkeypatch, who, unit, walls):
    with standing(walls, monkeypatch):
        seen = compare(cast, who, unit)
    assert sum(status == 200 for status, _ in seen.values()) > 10


def test_an_anonymous_visitor_learns_nothing(cast):
    asked = requests_of(OTHER_STREET)
    for path, (status, body) in answers(Client(), asked).items():
        assert status in {301, 302, 401, 403, 404, 405} or path.startswith(OPEN_TO_ALL), path
        assert CANARY not in body


@pytest.mark.parametrize("who", ["clerk", "street", "far_clerk"])
def test_a_foreign_record_looks_like_an_absent_one(cast, who):
    outside = STREET if who == "far_clerk" else OTHER_STREET
    client = cast.client(who)
    twin = worlds.absent_id()
    absent = lru_cache(None)(partial(worlds.answer, client))  # one for all records of an area
    for area, ids in worlds.ids_under(outside).items():
        for foreign in ids:
            for path in worlds.heard(worlds.paths({area: [foreign]}, [])):
                if foreign not in path:
                    continue
                status, body = worlds.answer(client, path)
                told = (status, body.replace(foreign, twin))
                assert told == absent(path.replace(foreign, twin)), path
