"""The second wall: PostgreSQL shows nothing beyond the signed scope."""

import pytest
from django.db import connection, transaction

from housing.models import AddressPlate
from portal.orgs import tokens
from portal.orgs.acting import acting
from tests.cast import HOME, NEXT_DOOR


def put_plate(cast, key, committee, road):
    with acting(cast.scope(key)):
        AddressPlate.objects.create(committee_id=committee, road=road, number="1号", address=road)


def test_nobody_sees_rows_without_a_scope(cast):
    put_plate(cast, "clerk", HOME, "源园路1号")
    assert AddressPlate.objects.count() == 0


@pytest.mark.paper("S-01", "S-09")
def test_each_level_sees_its_own_subtree(cast):
    put_plate(cast, "clerk", HOME, "源园路1号")
    put_plate(cast, "neighbour", NEXT_DOOR, "花溪路1号")
    put_plate(cast, "far_clerk", cast.far_committee, "长风路1号")
    seen = {}
    for key in ("clerk", "neighbour", "far_clerk", "street", "far_street", "district"):
        with acting(cast.scope(key)):
            seen[key] = set(AddressPlate.objects.values_list("address", flat=True))
    assert seen["clerk"] == {"源园路1号"}
    assert seen["neighbour"] == {"花溪路1号"}
    assert seen["street"] == {"源园路1号", "花溪路1号"}
    assert seen["far_street"] == seen["far_clerk"] == {"长风路1号"}
    assert len(seen["district"]) == 3


@pytest.mark.paper("S-09")
def test_a_row_cannot_be_written_into_another_committee(cast):
    from django.db.utils import ProgrammingError

    with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        put_plate(cast, "clerk", NEXT_DOOR, "越界路1号")


@pytest.mark.parametrize("forged", ["", "0.999999999999.9999999999." + "0" * 64, "x", "1.2.3.4"])
def test_a_forged_scope_shows_nothing(cast, forged):
    put_plate(cast, "clerk", HOME, "源园路1号")
    with acting(cast.scope("clerk")), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.scope', %s, true)", [forged])
        assert AddressPlate.objects.count() == 0


def test_an_expired_scope_shows_nothing(cast, monkeypatch):
    put_plate(cast, "clerk", HOME, "源园路1号")
    monkeypatch.setattr(tokens, "TOKEN_SECONDS", -5)
    with acting(cast.scope("clerk")):
        assert AddressPlate.objects.count() == 0


def test_the_application_cannot_read_the_signing_key(cast):
    from django.db.utils import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("SELECT * FROM portal_scope_key")


def test_an_inner_scope_gives_the_outer_one_back(cast):
    put_plate(cast, "clerk", HOME, "源园路1号")
    with acting(cast.scope("clerk")):
        with acting(cast.scope("neighbour")):
            assert AddressPlate.objects.count() == 0
        assert AddressPlate.objects.count() == 1


@pytest.mark.parametrize("administrator", ["secadmin", "auditor"])
def test_administrators_see_no_record_even_without_the_first_wall(cast, administrator):
    put_plate(cast, "clerk", HOME, "源园路1号")
    with acting(cast.scope(administrator)):
        assert AddressPlate.objects.count() == 0
