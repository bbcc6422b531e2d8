"""No answer differs because of records outside of one's units, with both walls and with each alone.

The same requests are made in two worlds that differ only outside; every answer must be the same
to the byte (tokens and seconds aside), and nothing of the outside may show.
"""

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import timezone

from portal.demo import services as demo
from portal.orgs.records import ScopedQuerySet
from tests.cast import DISTRICT, FAR_STREET, HOME, NEXT_DOOR, STREET, Cast
from tests.isolation import worlds

WATCHERS = {"clerk": HOME, "collector": HOME, "lead": HOME, "staff": STREET, "street": STREET}
SEARCHES = ["?q=jsq", "?q=金丝雀", "?q=wj", "?q=王", "?q=1号", "?q=9999", "?q=310107005003"]
LISTS = ["/residents/", "/housing/", "/permits/", "/quality/", "/staffing/"]
PARAMETERS = [
    "?page_size=100", "?sort=-name", "?sort=address", "?overdue=1", "?unit=310107014001",
    "?committee=310107005003", "?building=00000000-0000-0000-0000-000000000000",
]  # fmt: skip
OPEN_TO_ALL = ("/accounts/login/", "/healthz")


@pytest.fixture
def cast(committed):
    """The cast over a small district, with metrics and issues computed once."""
    today = timezone.localdate()
    cast = Cast.assembled()
    demo.make_district(people=2500, seed=7, today=today)
    demo.make_numbers(today=today, seed=7)
    return cast


def requests_of(unit):
    """Everything to ask: all routes with own, foreign and absent ids, searches, lists."""
    ids = worlds.ids_under(unit) + [worlds.absent_id(), str(HOME), str(NEXT_DOOR), str(DISTRICT)]
    asked = worlds.paths(ids)
    asked += [f"POST /search/{query}" for query in SEARCHES]
    asked += [f"{path}{query}" for path in LISTS for query in PARAMETERS]
    return [path for path in asked if "logout" not in path]


def answers(client, asked):
    cache.clear()
    return {path: worlds.answer(client, path) for path in asked}


def compare(cast, who, unit):
    asked = requests_of(unit)
    client = cast.client(who) if who else Client()
    before = answers(client, asked)
    worlds.upset_outside(unit)
    after = answers(client, asked)
    different = [path for path in asked if before[path] != after[path]]
    shown = [path for path in asked if worlds.CANARY in after[path][1] and "q=" not in path]
    assert not different, f"{who} can tell the worlds apart at {different[:5]}"
    assert not shown, f"{who} is shown the outside at {shown[:5]}"
    assert not [path for path in asked if after[path][0] >= 500]
    return before


@pytest.mark.parametrize("who", WATCHERS)
def test_nobody_can_tell_what_lies_outside(cast, who):
    seen = compare(cast, who, WATCHERS[who])
    assert sum(status == 200 for status, _ in seen.values()) > 10


@pytest.mark.parametrize("who", ["clerk", "street"])
def test_the_application_alone_keeps_it_apart(cast, who):
    """Row-level security taken away: the application connects as a role that bypasses it."""
    with worlds.as_role(connections["owner"].settings_dict["USER"]):
        compare(cast, who, WATCHERS[who])


@pytest.mark.parametrize("who", ["clerk", "street"])
def test_the_database_alone_keeps_it_apart(cast, who, monkeypatch):
    """The application's own narrowing taken away: every queryset shows whatever it gets."""
    monkeypatch.setattr(ScopedQuerySet, "under", lambda rows, code: rows.all())
    compare(cast, who, WATCHERS[who])


def test_an_anonymous_visitor_learns_nothing(cast):
    asked = requests_of(FAR_STREET)
    for path, (status, body) in answers(Client(), asked).items():
        assert status in {301, 302, 401, 403, 404, 405} or path.startswith(OPEN_TO_ALL), path
        assert worlds.CANARY not in body


@pytest.mark.parametrize("who", ["clerk", "street", "far_clerk"])
def test_a_foreign_record_looks_like_an_absent_one(cast, who):
    unit = WATCHERS.get(who, FAR_STREET)
    outside = FAR_STREET if unit != FAR_STREET else STREET
    client = cast.client(who)
    for foreign in worlds.ids_under(outside, each=1):
        for path in worlds.paths([foreign]):
            if foreign not in path:
                continue
            twin = worlds.answer(client, path.replace(foreign, worlds.absent_id()))
            status, body = worlds.answer(client, path)
            assert (status, body.replace(foreign, worlds.absent_id())) == twin, path
