"""What a statement smuggled in by injection can do with the scope: nothing (docs/adr/0003).

Each test stands inside a clerk's transaction, as the application's own role, and runs what an
injected `…; SELECT set_config(…)` would run. Seeing no row at all is the only way to fail.
"""

import os
from contextlib import contextmanager
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection, connections, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from housing.models import AddressPlate
from portal.orgs import tokens
from portal.orgs.acting import acting
from portal.orgs.scope import span_of
from portal.orgs.services import appoint, end_appointment
from tests.cast import HOME, NEXT_DOOR, Cast

pytestmark = pytest.mark.xdist_group("isolation")


@pytest.fixture
def cast(committed):
    """The cast, really committed, with one plate at home and one next door."""
    cast = Cast.assembled()
    for who, unit in (("clerk", HOME), ("neighbour", NEXT_DOOR)):
        with acting(cast.scope(who)):
            AddressPlate.objects.create(committee_id=unit, road="路", number="1", address=f"{unit}")
    return cast


def smuggled(token, *, local=True):
    """The stacked statement; how many rows the rest of the transaction then sees."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1; SELECT set_config('app.scope', %s, %s)", [token, local])
    return AddressPlate.objects.count()


def own_token():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.scope', true)")
        return cursor.fetchone()[0]


def as_owner(statement, *values):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def another_process(scope):
    """Somebody else's request under way: its transaction is open in a server process of its own."""
    other = psycopg2.connect(os.environ["DATABASE_URL"])
    token = tokens.enter(scope)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), (extract(epoch FROM now()) * 1000000)::bigint")
            process, began = cursor.fetchone()
            wide = tokens.current_token(process=process, began=began)
            cursor.execute("SELECT set_config('app.scope', %s, true)", [wide])
            cursor.execute("SELECT count(*) FROM housing_addressplate")
            assert cursor.fetchone()[0] == 2
            cursor.execute("SELECT set_config('app.scope', %s, true)", [wide])
        yield process
    finally:
        tokens.leave(token)
        other.close()


def test_a_clerk_sees_her_own(cast):
    with acting(cast.scope("clerk")):
        assert smuggled(own_token()) == 1


def test_a_token_stolen_from_the_list_of_activities_shows_nothing(cast):
    """PostgreSQL shows a role the statements of all its processes; the token stands in one."""
    with (
        another_process(cast.scope("district")) as process,
        acting(cast.scope("clerk")),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [process])
        stolen = cursor.fetchone()[0].split("'")[3]
        assert stolen.count(".") == 6
        assert smuggled(stolen) == 0


def test_a_token_of_an_earlier_transaction_shows_nothing(cast):
    with acting(cast.scope("clerk")):
        earlier = own_token()
    with acting(cast.scope("clerk")):
        assert smuggled(earlier) == 0


def test_a_token_kept_in_the_session_is_worthless_in_the_next_transaction(cast):
    with acting(cast.scope("clerk")):
        assert smuggled(own_token(), local=False) == 1
    with transaction.atomic():
        assert own_token()
        assert AddressPlate.objects.count() == 0
    connection.close()


@pytest.mark.parametrize("part", range(6))
def test_changing_any_part_of_a_token_breaks_its_signature(cast, part):
    with acting(cast.scope("clerk")):
        parts = own_token().split(".")
        parts[part] = str(int(parts[part]) + 1)
        assert smuggled(".".join(parts)) == 0


def test_a_token_signed_with_another_key_shows_nothing(cast, settings):
    with acting(cast.scope("clerk")):
        process, began = (int(part) for part in own_token().split(".")[4:6])
        settings.SCOPE_SIGNING_KEY = "x" * 64
        forged = tokens.sign(310107000000, 999_999, appointment=None, process=process, began=began)
        assert smuggled(forged) == 0


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE orgs_appointment SET ends_on = %s::date - 1 WHERE id = %s",
        "UPDATE orgs_appointment SET starts_on = %s::date + 1 WHERE id = %s",
        f"UPDATE orgs_appointment SET unit_id = {NEXT_DOOR}, starts_on = %s WHERE id = %s",
        "DELETE FROM orgs_appointment WHERE starts_on < %s AND id = %s",
        "UPDATE accounts_user SET is_active = %s IS NULL WHERE id ="
        " (SELECT user_id FROM orgs_appointment WHERE id = %s)",
    ],
    ids=["ended", "not yet begun", "moved", "removed", "account closed"],
)
def test_a_post_that_is_no_longer_held_shows_nothing_from_the_next_statement(cast, change):
    scope = cast.scope("clerk")
    with acting(scope):
        assert AddressPlate.objects.count() == 1
        as_owner(change, timezone.localdate(), scope.appointment_id)
        assert AddressPlate.objects.count() == 0


def test_a_moved_clerk_acts_in_the_new_committee_from_the_next_request(cast):
    client, at = cast.client("clerk"), timezone.now()
    before = client.get("/").content.decode()
    post, administrator = cast.scope("clerk").appointment_id, cast.scope("secadmin")
    yesterday = timezone.localdate(at) - timedelta(days=1)
    end_appointment(appointment_id=post, ends_on=yesterday, by=administrator, at=at)
    assert client.get("/residents/").status_code == 403
    appoint(
        user_id=cast.users["clerk"].pk, unit=NEXT_DOOR, role="committee_security",
        starts_on=timezone.localdate(at), by=administrator, at=at,
    )  # fmt: skip
    after = client.get("/").content.decode()
    assert "源园居委会" in before
    assert "花溪园居委会" in after
    assert "源园居委会" not in after


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM portal_scope_key",
        "COPY portal_scope_key TO STDOUT",
        "SELECT pg_read_file('/etc/hostname')",
        "SET ROLE portal_owner",
        "SET SESSION AUTHORIZATION portal_owner",
        "ALTER TABLE housing_addressplate DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE housing_addressplate NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY scope ON housing_addressplate",
        "CREATE POLICY wide ON housing_addressplate USING (true)",
        "CREATE FUNCTION app_low() RETURNS bigint LANGUAGE sql AS 'SELECT 0'",
        "CREATE OR REPLACE FUNCTION public.app_reach() RETURNS int8range LANGUAGE sql"
        " AS 'SELECT int8range(0, NULL)'",
        "CREATE SCHEMA mine",
        "CREATE VIEW public.mine AS SELECT * FROM residents_resident",
        "TRUNCATE housing_addressplate",
        "SELECT cipher FROM residents_secret",
    ],
)
def test_the_application_may_not_do_it(cast, statement):
    with acting(cast.scope("clerk")), connection.cursor() as cursor:
        with pytest.raises(ProgrammingError, match="denied|owner|permission"), transaction.atomic():
            cursor.execute(f"SELECT 1; {statement}")
        assert AddressPlate.objects.count() == 1


def test_row_security_off_is_an_error_and_no_door(cast):
    with (
        acting(cast.scope("clerk")),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        cursor.execute("SET LOCAL row_security = off; SELECT * FROM housing_addressplate")


def test_a_function_of_ones_own_in_the_temporary_schema_is_not_asked(cast):
    with acting(cast.scope("clerk")), connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.app_reach() RETURNS int8range LANGUAGE sql"
            " AS 'SELECT int8range(0, NULL)';"
            "SET LOCAL search_path = pg_temp, public"
        )
        assert AddressPlate.objects.count() == 1


def test_a_table_is_checked_against_one_look_at_the_scope(cast):
    """Each look checks the signature and the post: three of them were most of a short statement."""
    with acting(cast.scope("clerk")), connection.cursor() as cursor:
        cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE qual ~ 'app_low'")
        assert not cursor.fetchall()
        cursor.execute("EXPLAIN SELECT count(*) FROM housing_addressplate")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "InitPlan 1" in plan
        assert "InitPlan 2" not in plan, plan


@pytest.mark.parametrize("who", ["clerk", "street", "district"])
def test_a_scope_ends_where_the_next_unit_begins(cast, who):
    scope = cast.scope(who)
    first, last = scope.low, scope.low + span_of(scope.unit)
    with acting(scope), connection.cursor() as cursor:
        cursor.execute(
            "SELECT app_low(), app_span(), array_agg(code <@ app_reach() ORDER BY code)"
            " FROM unnest(%s) code", [[first - 1, first, last, last + 1]],
        )  # fmt: skip
        assert cursor.fetchone() == (first, last - first, [False, True, True, False])


def test_parallel_workers_see_the_leaders_scope(cast):
    with acting(cast.scope("clerk")), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        force = "debug_parallel_query" if cursor.fetchone()[0] >= 160000 else "force_parallel_mode"
        cursor.execute(
            f"SET LOCAL {force} = on; SET LOCAL parallel_setup_cost = 0;"
            "SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0"
        )
        cursor.execute("EXPLAIN (ANALYZE, COSTS OFF) SELECT count(*) FROM housing_addressplate")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "Workers Launched" in plan, plan
        assert "InitPlan" in plan
        assert AddressPlate.objects.count() == 1


@contextmanager
def no_signing_key():
    """The database as it is when its row of keys was lost."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM portal_scope_key RETURNING inner_pad, outer_pad")
        pads = cursor.fetchone()
        try:
            yield
        finally:
            cursor.execute(
                "INSERT INTO portal_scope_key (inner_pad, outer_pad) VALUES (%s, %s)", pads
            )


@pytest.mark.parametrize("who", ["clerk", "staff"])
def test_without_the_key_no_token_counts_not_even_a_right_one(cast, who):
    with no_signing_key(), acting(cast.scope(who)), connection.cursor() as cursor:
        assert AddressPlate.objects.count() == 0
        cursor.execute("SELECT app_low(), app_actor()")
        assert cursor.fetchone() == (None, None)
    with acting(cast.scope("clerk")):
        assert AddressPlate.objects.count() == 1
