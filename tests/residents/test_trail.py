"""What the trail says of acts on people, and that a refused act leaves nothing else behind."""

import pytest
from django.db import connections
from django.utils import timezone

from portal.orgs.acting import acting
from residents import services
from residents.models import Resident, Reveal
from residents.search import search
from tests.cast import Cast
from tests.residents.builders import home, number, register


@pytest.fixture
def cast(committed):
    return Cast.assembled()


def trail(action):
    """Events of one action, read by the owner since the application may only write them."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT actor_name, scope_code, cardinality(subjects), changes::text, purpose, result "
            "FROM audit_auditevent WHERE action = %s ORDER BY id",
            [action],
        )
        return cursor.fetchall()


def test_a_registration_is_told_with_its_person_and_masked(cast):
    clerk = cast.scope("clerk")
    register(clerk, home(clerk)[0])
    ((who, unit, people, changes, _, result),) = trail("residents.registered")
    assert (who, unit, people, result) == ("周敏", clerk.unit, 1, "ok")
    assert "3199**********" in changes
    assert number() not in changes


def test_that_a_number_was_found_elsewhere_is_kept_although_nothing_was_registered(cast):
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    register(neighbour, home(neighbour, "兰溪路100弄1号")[0])
    here = home(clerk)[0]
    with acting(clerk), pytest.raises(services.FoundElsewhere):
        services.register_resident(
            dwelling_id=here.pk, by=clerk, at=timezone.now(),
            told={"name": "王巧云", "document_number": number(), "category": "来沪人员",
                  "begin_date": "2026-03-01"},
        )  # fmt: skip
    ((who, _, _, changes, _, result),) = trail("residents.found_elsewhere")
    assert (who, result) == ("周敏", "refused")
    assert str(neighbour.unit) in changes
    with acting(clerk):
        assert not Resident.objects.exists()


def test_a_look_at_a_number_is_told_with_its_purpose_or_did_not_happen(cast):
    clerk = cast.scope("clerk")
    residence = register(clerk, home(clerk)[0])
    with acting(clerk):
        services.reveal(
            resident_id=residence.resident_id, purpose="permit", by=clerk, at=timezone.now()
        )
    with acting(clerk), pytest.raises(services.UnableToReveal):
        services.reveal(
            resident_id=residence.resident_id, purpose="other", reason="看", by=clerk,
            at=timezone.now(),
        )  # fmt: skip
    ((_, _, people, _, purpose, _),) = trail("residents.revealed")
    assert (people, purpose) == (1, "permit")
    with acting(clerk):
        assert Reveal.objects.get().purpose == "permit"


def test_only_searches_by_number_are_told(cast):
    clerk = cast.scope("clerk")
    register(clerk, home(clerk)[0])
    for text in ("王巧云", number(), number()[-4:]):
        with acting(clerk):
            search(text, by=clerk, at=timezone.now())
    told = trail("residents.searched")
    assert len(told) == 2
    assert all(number() not in row[3] for row in told)
