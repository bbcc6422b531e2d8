"""Callers at the same moment, on connections that really commit."""

import os

import pytest

from portal.orgs.acting import acting
from residents.models import Residence
from tests.api.conftest import Caller, new_key
from tests.cast import Cast
from tests.races import both
from tests.residents.builders import SURNAMES, home, number, register, told

#: Pairs of requests: some with every change, hundreds by `make api`.
ROUNDS = int(os.environ.get("API_RACES", "20"))


@pytest.fixture
def callers(committed):
    cast = Cast.assembled()
    cast.dwelling = home(cast.scope("clerk"))[0]
    cast.callers = [Caller(cast.client(who)) for who in ("clerk", "colleague")]
    return cast


def test_of_two_changes_to_one_version_one_is_made(callers, settings):
    """Pairs of requests with the same `ETag`: each pair one 200 and one 412."""
    settings.API_READS_PER_MINUTE = settings.API_WRITES_PER_MINUTE = 10_000
    person = register(callers.scope("clerk"), callers.dwelling).resident_id
    path = f"residents/{person}/"
    for turn in range(ROUNDS):
        tag, got = callers.callers[0].tag(path), {}

        def change(n, turn=turn, tag=tag, got=got):
            got[n] = callers.callers[n].patch(path, {"note": f"第 {turn} 次 {n}"}, tag)

        assert both(lambda: change(0), lambda: change(1)) == [None, None]
        assert sorted(answer.status_code for answer in got.values()) == [200, 412], turn
        (made,) = [n for n, answer in got.items() if answer.status_code == 200]
        assert callers.callers[0].get(path).json()["note"] == f"第 {turn} 次 {made}"


def test_one_request_sent_twice_at_once_is_done_once(callers):
    path = f"dwellings/{callers.dwelling.pk}/residents/"
    for turn in range(5):
        key, name = new_key(), "万" + SURNAMES[turn]
        body = told(name=name, document_number=number(sequence=50 + turn))
        got = []

        def send(key=key, body=body, got=got):
            got.append(callers.callers[0].post(path, body, key=key))

        assert both(send, send) == [None, None]
        assert [answer.status_code for answer in got] == [201, 201]
        assert got[0].json() == got[1].json()
    with acting(callers.scope("clerk")):
        assert Residence.objects.count() == 5
