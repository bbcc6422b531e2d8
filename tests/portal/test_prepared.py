"""Prepared reads answer as their query sets do, for whoever asks and whatever they are given."""

from datetime import timedelta
from functools import lru_cache

import pytest
from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import JSONObject
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.orgs import prepared
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from portal.orgs.prepared import Prepared, UnableToPrepare, counted
from portal.orgs.records import committees_of
from portal.rules.models import RuleSet
from residents.models import Residence, Resident
from tests.residents.builders import home, number, register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _written_anew(monkeypatch):
    """Nothing of these reads stays behind."""
    for name in ("_of_level", "_of_unit"):
        monkeypatch.setattr(prepared, name, lru_cache(getattr(prepared, name).__wrapped__))


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def pair(cast, clerk):
    """Somebody of the clerk's committee, and somebody next door."""
    neighbour = cast.scope("neighbour")
    mine = register(clerk, home(clerk)[0])
    other = register(
        neighbour, home(neighbour, "棠浦路900弄1号")[0], name="石思源",
        document_number=number("19900101", 3),
    )  # fmt: skip
    return mine, other


def facts(row):
    """All that a record holds, deferred columns left out."""
    return {name: value for name, value in vars(row).items() if name != "_state"}


def of_person(scope, *, resident):
    return (
        Residence.objects.in_scope(scope)
        .filter(resident=resident)
        .annotate(called=F("resident__name"))
    )


@pytest.mark.parametrize("who", ["clerk", "neighbour", "street", "district", "far_clerk"])
def test_it_gives_what_the_query_set_gives_in_every_scope(cast, pair, who):
    scope, read = cast.scope(who), Prepared(of_person)
    with acting(scope):
        for person in (*pair, *pair):
            asked = list(of_person(scope, resident=person.resident_id))
            given = read.rows(scope, resident=person.resident_id)
            assert [*map(facts, given)] == [*map(facts, asked)]
            first = read.first(scope, resident=person.resident_id)
            assert first == (asked[0] if asked else None)


def test_the_scope_is_said_by_the_application_too(cast, pair):
    """A street's statement serves each committee of it no wider than its own would."""
    mine, other = pair
    read, street = Prepared(of_person), cast.scope("street")
    with acting(street):  # the database shows the whole street, the query set one committee
        for who, person in (("clerk", mine), ("neighbour", other)):
            scope = cast.scope(who)
            assert [row.pk for row in read.rows(scope, resident=person.resident_id)] == [person.pk]
        assert read.rows(cast.scope("clerk"), resident=other.resident_id) == []


def test_the_statement_is_written_once_for_a_level(cast, clerk, pair):
    written = []

    @Prepared
    def read(scope, *, resident):
        written.append(scope)
        return of_person(scope, resident=resident)

    neighbour = cast.scope("neighbour")
    for scope in (clerk, neighbour, clerk):
        with acting(scope):
            read.rows(scope, resident=pair[0].resident_id)
    assert len(written) == 2  # for two sets of values, which tell what varies
    assert {(scope.user_id, scope.capabilities) for scope in written} == {(None, frozenset())}


def test_a_unit_that_is_computed_with_has_a_statement_of_its_own(cast, pair):
    @Prepared
    def read(scope):
        return Residence.objects.filter(**committees_of(scope.unit)).order_by("id")

    for who in ("street", "far_street", "street"):
        scope = cast.scope(who)
        with acting(scope):
            found = {row.pk for row in read.rows(scope)}
        assert found == ({row.pk for row in pair} if who == "street" else set())


def test_what_is_given_by_position_is_part_of_the_statement(clerk, pair):
    @Prepared
    def read(scope, shown, *, resident):
        return of_person(scope, resident=resident).values(*shown)

    with acting(clerk):
        key = pair[0].resident_id
        assert read.rows(clerk, ("name",), resident=key) == [{"name": "王巧云"}]
        assert read.rows(clerk, ("status", "called"), resident=key) == [
            {"status": "active", "called": "王巧云"}
        ]


def test_reads_of_the_same_columns_are_asked_as_one(clerk, pair, django_assert_num_queries):
    @Prepared
    def read(scope, nobody=False, *, place, resident):
        rows = of_person(scope, resident=resident)
        rows = rows.none() if nobody else rows.order_by("id")[:1]
        return rows.values("name", of_kind=Value(place), told=JSONObject(of=F("called")))

    key = pair[0].resident_id
    with acting(clerk):
        parts = [read.asked(clerk, place=place, resident=key) for place in (4, 3)]
        with django_assert_num_queries(1):
            found = list(parts[0].union(parts[1], all=True))
        assert found == [
            {"name": "王巧云", "of_kind": place, "told": {"of": "王巧云"}} for place in (4, 3)
        ]
        with CaptureQueriesContext(connection) as asked:
            assert list(parts[1]) == found[1:]
        assert asked.captured_queries[0]["sql"].startswith("SELECT ")
        none = read.asked(clerk, True, place=1, resident=key)
        with django_assert_num_queries(0):
            assert not list(none)
        assert list(none.union(parts[1], all=True)) == found[1:]


def test_columns_that_were_not_asked_for_come_when_they_are(clerk, pair):
    @Prepared
    def read(scope, *, name):
        return Residence.objects.in_scope(scope).filter(name=name).only("resident_id")

    with acting(clerk):
        (row,) = read.rows(clerk, name="王巧云")
        assert set(facts(row)) == {"id", "resident_id"}
        assert row.short_address == pair[0].short_address


def test_values_are_turned_into_what_the_field_says(clerk):
    @Prepared
    def read(_scope, *, code):
        return RuleSet.objects.filter(code=code)

    with acting(clerk):
        row = read.first(clerk, code="welcome_sheet")
        assert row.parameters["inform_days"] > 0


def test_conditions_are_counted_in_one_row(clerk, pair, today):
    @Prepared
    def read(scope, *, day):
        rows = Residence.objects.in_scope(scope)
        return counted(rows, all=Q(), due=Q(due_on__lt=day), open=Q(status="active"))

    with acting(clerk):
        assert read.rows(clerk, day=today) == [{"all": 1, "due": 0, "open": 1}]
        later = today + timedelta(days=1_000)
        assert read.first(clerk, day=later) == {"all": 1, "due": 1, "open": 1}


def test_a_value_that_is_computed_with_is_refused(clerk, today):
    @Prepared
    def read(scope, *, day):
        return Residence.objects.in_scope(scope).filter(due_on__lt=day - timedelta(days=1))

    with acting(clerk), pytest.raises(UnableToPrepare):
        read.rows(clerk, day=today)


def test_a_value_that_decides_what_is_asked_is_refused(clerk, pair):
    @Prepared
    def read(scope, *, tail):
        rows = Residence.objects.in_scope(scope)
        return rows.filter(id_tail=tail) if tail.endswith("1") else rows

    with acting(clerk), pytest.raises(UnableToPrepare):
        read.rows(clerk, tail="0012")


def test_a_value_of_a_kind_that_nothing_stands_for_is_refused(clerk):
    @Prepared
    def read(scope, *, names):
        return Residence.objects.in_scope(scope).filter(name__in=names)

    with acting(clerk), pytest.raises(UnableToPrepare):
        read.rows(clerk, names=["王巧云"])


def test_what_is_neither_records_nor_values_is_refused(clerk):
    read = Prepared(lambda scope: Residence.objects.in_scope(scope).values_list("name"))
    with acting(clerk), pytest.raises(UnableToPrepare):
        read.rows(clerk)


def test_records_come_with_those_that_were_asked_for_beside_them(
    clerk, pair, django_assert_num_queries
):
    @Prepared
    def read(scope, *, resident):
        rows = of_person(scope, resident=resident).select_related("dwelling__building", "household")
        return rows.annotate(called=F("name"))

    with acting(clerk):
        with django_assert_num_queries(1):
            (row,) = read.rows(clerk, resident=pair[0].resident_id)
            assert row.dwelling.building.pk == pair[0].dwelling.building_id
            assert row.dwelling.short_address == pair[0].dwelling.short_address
        assert (row.household, row.called) == (pair[0].household, "王巧云")


def test_a_moment_is_passed_on_as_it_is(clerk, pair):
    @Prepared
    def read(scope, *, since):
        return Resident.objects.in_scope(scope).filter(updated_at__gte=since)

    with acting(clerk):
        now = timezone.now()
        assert read.first(clerk, since=now - timedelta(hours=1))
        assert read.first(clerk, since=now + timedelta(hours=1)) is None


def test_no_unit_has_a_code_that_stands_for_one():
    nobodys = [code for pair in prepared._NOBODYS.values() for code in pair]
    assert not OrgUnit.objects.filter(pk__in=nobodys).exists()
