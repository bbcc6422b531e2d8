"""What was tried and refused, or failed, is in the trail whatever became of the request."""

import json
import uuid

import pytest
from django.db import connections

from residents.models import Resident
from tests.cast import Cast
from tests.residents.builders import home, register


@pytest.fixture
def cast(committed):
    return Cast.assembled()


def events(action):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT actor_name, target_id, reason, result, request_id, changes "
            "FROM audit_auditevent WHERE action = %s ORDER BY id",
            [action],
        )
        return [(*row[:-1], json.loads(row[-1])) for row in cursor.fetchall()]


def test_a_capability_that_is_missing(cast):
    response = cast.client("collector").get("/audit/?actor=周敏")
    assert response.status_code == 403
    ((actor, view, reason, result, request_id, changes),) = events("access.refused")
    assert (actor, view, result, changes) == ("顾小满", "desk:audit", "refused", {})
    assert "查看访问留痕" in reason
    assert uuid.UUID(request_id)


def test_a_record_out_of_sight_is_told_like_one_that_does_not_exist(cast):
    clerk = cast.scope("clerk")
    person = register(clerk, home(clerk, floors=1, per_floor=1)[0]).resident_id
    nobody = uuid.uuid4()
    for key in (person, nobody):
        assert cast.client("neighbour").get(f"/residents/{key}/").status_code == 404
    told = events("access.not_found")
    assert [line[0] for line in told] == ["陆芳", "陆芳"]
    assert [list(line[5]["keys"].values()) for line in told] == [[str(person)], [str(nobody)]]


def test_an_address_that_names_no_record_is_no_refusal(cast):
    assert cast.client("clerk").get("/nowhere/").status_code == 404
    assert events("access.not_found") == []


def test_a_page_that_breaks_leaves_its_failure_behind_and_nothing_else(cast, monkeypatch):
    clerk = cast.scope("clerk")
    person = register(clerk, home(clerk, floors=1, per_floor=1)[0]).resident_id
    client = cast.client("clerk")
    client.raise_request_exception = False

    def broken(*_args, **_kwargs):
        raise RuntimeError("王巧云")

    monkeypatch.setattr(Resident, "__str__", broken)
    assert client.get(f"/residents/{person}/").status_code == 500
    ((actor, _view, reason, result, request_id, _changes),) = events("access.failed")
    assert (actor, reason, result) == ("周敏", "", "failed")
    assert uuid.UUID(request_id)
    assert not [line for line in events("residents.viewed") if line[4] == request_id]


def test_every_event_of_a_request_carries_its_number(cast):
    cast.client("clerk").get("/audit/")
    ((_actor, _view, _reason, _result, request_id, _changes),) = events("audit.viewed")
    assert uuid.UUID(request_id)
