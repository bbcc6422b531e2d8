"""The trail by month: made ahead by a function, converted without losing a row or a right."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.utils import ProgrammingError
from django.utils import timezone

from portal.audit import seals
from portal.audit.models import AuditEvent
from portal.audit.record import record
from tests.cast import Cast

MONTHS = """
SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'audit_auditevent'::regclass
"""


def by_owner(statement, params=()):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else None


def months():
    return {row[0] for row in by_owner(MONTHS)}


def name_of(day):
    return f"audit_auditevent_{day:%Y_%m}"


def test_a_year_back_and_a_quarter_ahead_have_a_month_of_their_own(committed):
    today = timezone.localdate()
    far = (today.replace(day=1) + timedelta(days=80)).replace(day=1)
    assert {name_of(today), name_of(far), name_of(today.replace(year=today.year - 1))} <= months()
    assert seals.make_partitions() == 0


def test_an_event_goes_to_its_month(committed):
    cast = Cast.assembled()
    now = timezone.now()
    record("residents.viewed", by=cast.scope("clerk"), at=now)
    table = by_owner("SELECT tableoid::regclass::text FROM audit_auditevent")
    assert table == [(name_of(timezone.localdate(now)),)]


def test_no_event_is_refused_for_want_of_a_month_and_the_month_takes_it_later(committed):
    cast = Cast.assembled()
    now = timezone.now()
    by_owner(f"DROP TABLE {name_of(timezone.localdate(now))}")  # noqa: S608  our own table
    record("residents.viewed", by=cast.scope("clerk"), at=now, reason="kept")
    where = "SELECT tableoid::regclass::text, reason FROM audit_auditevent"
    assert by_owner(where) == [("audit_auditevent_rest", "kept")]
    assert seals.make_partitions() == 1
    assert by_owner(where) == [(name_of(timezone.localdate(now)), "kept")]


@pytest.mark.parametrize("alias", ["default", "audit"])
def test_a_month_is_reached_through_the_whole_only(committed, alias):
    month = name_of(timezone.localdate())
    for verb in ("SELECT count(*) FROM", "DELETE FROM"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            connections[alias].cursor().execute(f"{verb} {month}")  # noqa: S608  our own table
        connections[alias].close()


def test_the_application_makes_months_and_nothing_else(committed):
    with pytest.raises(ProgrammingError, match="(must be owner|permission denied)"):
        connections["default"].cursor().execute(
            "CREATE TABLE evil PARTITION OF audit_auditevent FOR VALUES FROM ('2090-01-01') "
            "TO ('2091-01-01')"
        )
    connections["default"].close()


@contextmanager
def before_the_months():
    """The trail as the first two migrations made it, in a schema that is gone afterwards."""
    state = MigrationLoader(None).project_state(("audit", "0001_initial"))
    old = state.apps.get_model("audit", "AuditEvent")
    connection = connections["owner"]
    connection.ensure_connection()
    connection.set_autocommit(False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA earlier; SET LOCAL search_path = earlier, public")
            with connection.schema_editor(atomic=False) as editor:
                editor.create_model(old)
            cursor.execute(import_module("portal.audit.migrations.0002_append_only").WALL)
            yield old, cursor
    finally:
        connection.rollback()
        connection.set_autocommit(True)


def test_the_table_of_before_keeps_rows_and_rights(committed):
    conversion = import_module("portal.audit.migrations.0003_partitions")
    with before_the_months() as (old, cursor):
        times = [datetime(2025, month, 3, tzinfo=UTC) for month in (1, 6, 11)]
        old.objects.using("owner").bulk_create(
            old(at=at, action="residents.viewed", actor_name="周敏", scope_code=310107005001,
                subjects=[], changes={"place": place}) for place, at in enumerate(times)
        )  # fmt: skip
        cursor.execute(conversion.CONVERT + conversion.WALL)
        cursor.execute(
            "SELECT id, at, changes->>'place', xid::text FROM audit_auditevent ORDER BY id"
        )
        assert cursor.fetchall() == [
            (number + 1, at, str(number), "0") for number, at in enumerate(times)
        ]
        cursor.execute(
            "INSERT INTO audit_auditevent (at, action, actor_name, actor_unit_name, actor_role, "
            "scope_code, target_type, target_id, target_text, subjects, changes, purpose, reason, "
            "result, request_id) SELECT now(), action, actor_name, actor_unit_name, actor_role, "
            "scope_code, target_type, target_id, target_text, subjects, changes, purpose, reason, "
            "result, request_id FROM audit_auditevent WHERE id = 1 RETURNING id, xid::text"
        )
        assert cursor.fetchone()[0] == 4
        cursor.execute(
            "SELECT has_table_privilege('portal_app', 'audit_auditevent', 'INSERT'), "
            "has_column_privilege('portal_app', 'audit_auditevent', 'id', 'SELECT'), "
            "has_column_privilege('portal_app', 'audit_auditevent', 'changes', 'SELECT'), "
            "has_table_privilege('portal_app', 'audit_auditevent', 'UPDATE'), "
            "has_any_column_privilege('portal_app', 'audit_auditevent_before', 'SELECT, INSERT'), "
            "has_table_privilege('portal_audit', 'audit_auditevent', 'SELECT'), "
            "has_table_privilege('portal_audit', 'audit_auditevent_before', 'SELECT')"
        )
        assert cursor.fetchone() == (True, True, False, False, False, True, False)


def test_the_model_names_every_column_but_the_transaction(committed):
    columns = by_owner(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'audit_auditevent'::regclass "
        "AND attnum > 0 AND NOT attisdropped"
    )
    named = {field.column for field in AuditEvent._meta.concrete_fields}
    assert {row[0] for row in columns} - named == {"xid"}
