"""Looks at whole numbers: counted where the number is given, by day and by minute."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from portal.orgs.acting import acting
from portal.rules.services import defaults, revise
from residents import services
from residents.models import Reveal, Secret
from tests.residents.builders import home, number, register

pytestmark = pytest.mark.paper("S-111")


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def person(clerk):
    return register(clerk, home(clerk)[0]).resident_id


def quota(cast, **changes):
    """From today on other numbers of looks are allowed."""
    default = next(rule for rule in defaults() if rule.code == "reveal_quota")
    revise(
        code="reveal_quota", parameters=default.parameters | changes,
        effective_from=timezone.localdate(), basis="测试用上限", by=cast.scope("district"),
        at=timezone.now(),
    )  # fmt: skip


def look(by, person, **what):
    with acting(by):
        return services.reveal(
            resident_id=person, purpose="document", by=by, at=timezone.now(), **what
        )


def test_the_fifty_first_look_of_a_day_is_refused(cast, clerk, person):
    quota(cast, per_minute=60)
    with connection.cursor() as cursor, acting(clerk):
        for _ in range(50):
            cursor.execute("SELECT refused FROM reveal_secret(%s, 'phone', 'document')", [person])
            assert cursor.fetchone()[0] == ""
    with pytest.raises(services.QuotaUsedUp, match="今日已查看 50 次"):
        look(clerk, person)


def test_ten_looks_in_a_minute_are_enough(clerk, person):
    for _ in range(10):
        assert look(clerk, person).value == number()
    with pytest.raises(services.QuotaUsedUp, match="一分钟后"):
        look(clerk, person, kind="phone")
    with acting(clerk):
        assert Reveal.objects.count() == 10


def test_the_street_may_look_more_often_than_a_committee(cast, clerk, person):
    quota(cast, per_day_committee=1)
    look(clerk, person)
    with pytest.raises(services.QuotaUsedUp):
        look(clerk, person)
    street = cast.scope("street")
    for _ in range(2):
        look(street, person)


def test_no_rule_lifts_the_ceiling_of_a_minute(cast, clerk, person):
    quota(cast, per_day_committee=100_000, per_minute=100_000)
    with connection.cursor() as cursor, acting(clerk):
        answers = []
        for _ in range(61):
            cursor.execute("SELECT refused FROM reveal_secret(%s, 'phone', 'x')", [person])
            answers.append(cursor.fetchone()[0])
    assert answers == [""] * 60 + ["minute"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM residents_reveal",
        "UPDATE residents_reveal SET at = at - interval '2 days'",
        "INSERT INTO residents_reveal (user_id, committee_id, resident_id, kind, purpose, at)"
        " VALUES (1, 310107005001, gen_random_uuid(), 'phone', 'x', now())",
        "SELECT cipher FROM residents_secret",
    ],
)
def test_a_stacked_statement_does_not_get_around_the_count(clerk, person, statement):
    look(clerk, person)
    with acting(clerk), pytest.raises(DatabaseError), transaction.atomic():  # noqa: SIM117
        with connection.cursor() as cursor:
            cursor.execute(statement)
    with acting(clerk):
        assert Reveal.objects.count() == 1


def test_a_look_belongs_to_the_holder_of_the_post_and_to_nobody_outside(cast, clerk, person):
    look(clerk, person)
    with acting(clerk):
        assert Reveal.objects.get().user_id == clerk.user_id
    with acting(cast.scope("neighbour")):
        assert not Reveal.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM reveal_secret(%s, 'phone', 'x')", [person])
            assert cursor.fetchone() is None


def test_a_refused_look_is_told_and_gives_no_number(cast, clerk, person, told):
    quota(cast, per_day_committee=1)
    look(clerk, person)
    answer = cast.client("clerk").post(
        reverse("residents:reveal", args=[person]), {"reason": "document"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "每日上限" in answer.content.decode()
    assert number() not in answer.content.decode()
    (event,) = told("residents.reveal_refused")
    assert (event["result"], event["subjects"]) == ("refused", [person])


def test_a_number_whose_key_is_lost_is_told_of_and_costs_no_look(cast, clerk, person):
    with acting(clerk):
        Secret.objects.filter(resident=person, kind="identity").update(key_id="lost")
    answer = cast.client("clerk").post(
        reverse("residents:reveal", args=[person]), {"reason": "document"},
        headers={"HX-Request": "true"},
    )  # fmt: skip
    assert answer.status_code == 422
    assert "打不开，请联系系统管理员" in answer.content.decode()
    with acting(clerk):
        assert not Reveal.objects.exists()
