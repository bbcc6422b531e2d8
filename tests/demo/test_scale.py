"""A large district is loaded in several processes, and leaves the database as it found it."""

import os
from datetime import date
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections

from housing.models import Building
from permits.services.receiving import rule_for
from portal.demo import bulk, cast, services
from portal.demo.cards import Official
from portal.demo.district import TABLES, District
from portal.demo.plots import CYCLE, FULL_DWELLINGS, FULL_PEOPLE, Size, plots
from portal.orgs.models import OrgUnit
from portal.rules.services import rule_on
from residents.newcomers import RULE as WELCOME_SHEET
from tests.demo.conftest import read

pytestmark = pytest.mark.xdist_group("district")

DAY = date(2026, 11, 27)
SCHEMA = """
SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname,
    concat(pg_get_constraintdef(oid), convalidated, condeferrable, condeferred)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL
SELECT 'policy', tablename, policyname, concat(roles, cmd, qual, with_check) FROM pg_policies
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'table', relname, relkind::text,
    concat(relacl, relrowsecurity, relforcerowsecurity, relpersistence, relowner::regrole)
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S', 'v')
"""
PEOPLE = """
SELECT r.committee_id, r.name, r.birth_date, r.id_mask, r.phone_mask, r.short_address, r.begin_on,
    r.end_on, r.due_on, encode(i.blind_index, 'hex')
FROM residents_residence r LEFT JOIN residents_identity i USING (resident_id)
"""


def committees(units):
    """One of each street, and the home one with its oddities."""
    rows = OrgUnit.objects.committees().order_by("code").values_list("code", "parent_id")
    return [*dict.fromkeys([cast.HOME, *{street: code for code, street in rows}.values()])]


def inventor():
    desks = {street: (Official("无名"),) * 3 for street in cast.DESKS}
    cycle = rule_on("verification_cycle", DAY).parameters
    return partial(District, 7, DAY, cycle, rule_for(DAY), rule_on(WELCOME_SHEET, DAY), desks)


def schema():
    return sorted(read(SCHEMA))


def empty():
    return not any(read(f"SELECT EXISTS (SELECT FROM {model._meta.db_table})") == [(True,)]
                   for model in TABLES)  # fmt: skip


@pytest.fixture
def filled(committed):
    """Load the same few committees in so many processes; gives counts, people, the schema."""
    from tests.database import wipe

    def fill(processes):
        wipe()
        dealt = plots(committees(None), 240, seed=7)
        counts = services.load(inventor(), dealt, processes, str)
        return counts, sorted(read(PEOPLE), key=str), schema()

    return fill


def test_the_whole_district_is_as_large_as_the_reference(units):
    codes = list(OrgUnit.objects.committees().values_list("code", flat=True))
    size = Size.of_scale(1.0)
    dealt = plots(codes, size.dwellings, seed=2016)
    assert len(dealt) == 264
    assert {plot.street for plot in dealt} == set(size.streets)
    assert len(size.streets) == 10
    assert sum(plot.dwellings for plot in dealt) == pytest.approx(FULL_DWELLINGS, rel=0.001)
    assert FULL_PEOPLE / FULL_DWELLINGS == 2.5
    sizes = sorted(plot.dwellings for plot in dealt)
    assert 3 < sizes[-1] / sizes[0] < 8
    assert Size.of_scale(0.1).dwellings == FULL_DWELLINGS / 10


def test_no_identity_number_is_dealt_to_two_committees(units):
    codes = list(OrgUnit.objects.committees().values_list("code", flat=True))
    dealt = plots(codes, FULL_DWELLINGS, seed=2016)
    residues = [residue for plot in dealt for residue in plot.residues]
    assert sorted(residues) == list(range(CYCLE))
    assert min(len(plot.residues) for plot in dealt) > 5


def test_one_process_and_three_invent_the_same_people_and_leave_the_same_schema(filled):
    before = schema()
    counts, people, after = filled(1)
    assert filled(3) == (counts, people, after)
    assert after == before
    assert counts["residents.Residence"] == len(people) > 400
    streets = read("SELECT count(DISTINCT street_id) FROM residents_residence WHERE end_on IS NULL")
    assert streets == [(10,)]


def test_a_load_that_fails_leaves_nothing_behind(filled):
    before = schema()
    with pytest.raises(IntegrityError):
        fill_twice_the_same()
    assert schema() == before
    assert empty()


def fill_twice_the_same():
    """The same committee again: its keys differ, its addresses and numbers do not."""
    with bulk.laid_aside(TABLES):
        for _ in range(2):
            inventor()().settle(plots(committees(None)[:1], 24, seed=7))


def test_a_load_that_was_killed_is_undone_by_the_next_start(filled):
    before = schema()
    connections.close_all()
    child = os.fork()
    if child == 0:  # dies in the middle, as by `kill -9`
        with bulk.laid_aside(TABLES):
            inventor()().settle(plots(committees(None)[:1], 24, seed=7))
            os._exit(9)
    os.waitpid(child, 0)
    assert Building.objects.using("owner").exists()
    assert schema() != before
    assert bulk.recover(TABLES)
    assert schema() == before
    assert empty()
    assert not bulk.recover(TABLES)


def test_it_refuses_a_register_that_holds_anybody(filled):
    filled(1)
    with pytest.raises(CommandError, match="已有数据"):
        call_command("make_district", scale=1.0, stdout=StringIO())


@pytest.mark.parametrize("scale", [0, 0.001, 1.5])
def test_it_refuses_a_size_that_no_district_has(committed, scale):
    with pytest.raises(CommandError, match="--scale"):
        call_command("make_district", scale=scale, stdout=StringIO())
