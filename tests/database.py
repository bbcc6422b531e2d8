"""The test database, dropped by the administrator's connection."""

import hashlib
import os
from pathlib import Path

from django.db.backends.utils import CursorWrapper
from psycopg2 import sql

from portal.administrator import administrator

#: What the other processes' and the next run's databases are copied from: migrating takes a minute.
PATTERN = "portal_test_pattern"
MAKING = 7_310_107_001  # any number of our own: one process makes while the others wait


def own() -> str:
    """The name of this process's test database."""
    return os.environ["PORTAL_DATABASE"]


def drop_database(name: str = "") -> None:
    """Drop this process's test database, ending whatever is still connected to it."""
    with administrator() as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name or own()))
        )


def make_database() -> None:
    """This process's database: migrated once, and copied by whoever comes after."""
    from django.core.management import call_command

    with administrator() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MAKING])
        drop_database()
        if recipe_of(PATTERN) == recipe():
            _copy(PATTERN, own())
            call_command("prepare_database", verbosity=0)
        else:
            call_command("prepare_database", verbosity=0)
            drop_database(PATTERN)
            _copy(own(), PATTERN)


def _copy(source: str, name: str) -> None:
    """Copy a database that nobody uses; it remembers what it was made from."""
    from django.db import connections

    for connection in connections.all():
        connection.close()
    owner = connections.databases["owner"]["USER"]
    with administrator() as cursor:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                *map(sql.Identifier, (name, owner, source))
            )
        )
        for each in (source, name):
            cursor.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                    sql.Identifier(each), sql.Literal(recipe())
                )
            )


# What a prepared database is made from: migrations, roles and policies, reference data.
MADE_FROM = ("*/migrations/*.py", "*/*/migrations/*.py", "*/defaults.py", "portal/orgs/**/*",
             "portal/rules/**/*", "portal/audit/*.py")  # fmt: skip


def keeps_database() -> bool:
    """Whether whoever runs the tests wants the database kept for the next run (KEEP_DATABASE=1)."""
    return os.environ.get("KEEP_DATABASE") == "1"


def recipe() -> str:
    """A digest of everything that a prepared database depends on."""
    root, digest = Path(__file__).resolve().parents[1], hashlib.sha256()
    for path in sorted({path for glob in MADE_FROM for path in root.glob(glob)}):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()


def recipe_of(name: str) -> str | None:
    """What a database was made from; None where there is none."""
    with administrator() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        )
        row = cursor.fetchone()
    return row[0] if row else None


# Reference data that every test finds, and what Django itself keeps.
KEPT = {
    "orgs_orgunit", "rules_policydocument", "rules_policyclause", "rules_ruleset",
    "django_content_type", "django_migrations", "auth_permission", "portal_scope_key",
    "portal_grant_right",
    "audit_sealing",
}  # fmt: skip


def wipe(*, at_work: bool = False) -> None:
    """Empty everything but reference data, as the owner: for tests that really commit.

    :param at_work: programs may be writing still; each table is waited for, empty or not
    """
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [
            name for (name,) in cursor.fetchall()
            if name not in KEPT and not name.startswith("audit_auditevent")
        ]  # fmt: skip
        full = names if at_work else _full(cursor, names)
        if full:  # those that refer to them go with them; nothing that is kept does
            cursor.execute(
                sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(
                    sql.SQL(", ").join(map(sql.Identifier, full))
                )
            )
        # The trail has a table for each month: emptying them all anew takes longer than the rest.
        cursor.execute("DELETE FROM audit_auditevent")
        cursor.execute("ALTER SEQUENCE audit_auditevent_id_seq RESTART")


def _full(cursor: CursorWrapper, names: list[str]) -> list[str]:
    """Those of the tables that hold anything: each one emptied is a new file, which takes long."""
    asked = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(
            sql.Literal(name), sql.Identifier(name)
        )
        for name in names
    )
    cursor.execute(asked)
    return [name for (name,) in cursor.fetchall()]


def addresses() -> dict[str, str]:
    """Where this process's connections lead, as the environment of a program that it starts."""
    from django.db import connections

    found = {}
    for alias, variable in (("default", "DATABASE_URL"), ("audit", "AUDIT_DATABASE_URL"),
                            ("owner", "OWNER_DATABASE_URL")):  # fmt: skip
        given = connections[alias].settings_dict
        host = given["HOST"] or given["OPTIONS"].get("host", "")
        found[variable] = f"postgresql://{given['USER']}:@/{given['NAME']}?host={host}"
    return found
