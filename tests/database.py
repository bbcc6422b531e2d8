"""The test database, dropped by the administrator's connection."""

import hashlib
import os
from pathlib import Path

import psycopg2
from psycopg2 import sql


def drop_database() -> None:
    """Drop this worker's test database, ending whatever is still connected to it."""
    admin = psycopg2.connect(os.environ["ADMIN_DATABASE_URL"])
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(os.environ["PORTAL_DATABASE"])
            )
        )
    admin.close()


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


def remember_recipe() -> None:
    """Note on the database what it was made from."""
    admin = psycopg2.connect(os.environ["ADMIN_DATABASE_URL"])
    admin.autocommit = True
    with admin.cursor() as cursor:
        name = sql.Identifier(os.environ["PORTAL_DATABASE"])
        cursor.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(recipe())))
    admin.close()


def is_as_prepared() -> bool:
    """Whether a kept database was made from what is here now."""
    admin = psycopg2.connect(os.environ["ADMIN_DATABASE_URL"])
    with admin.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [os.environ["PORTAL_DATABASE"]],
        )
        row = cursor.fetchone()
    admin.close()
    return row is not None and row[0] == recipe()


# Reference data that every test finds, and what Django itself keeps.
KEPT = {
    "orgs_orgunit", "rules_policydocument", "rules_policyclause", "rules_ruleset",
    "django_content_type", "django_migrations", "auth_permission", "portal_scope_key",
    "portal_grant_right",
    "audit_sealing",
}  # fmt: skip


def wipe() -> None:
    """Empty everything but reference data, as the owner: for tests that really commit."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [
            name for (name,) in cursor.fetchall()
            if name not in KEPT and not name.startswith("audit_auditevent")
        ]  # fmt: skip
        cursor.execute(
            sql.SQL("TRUNCATE {} RESTART IDENTITY").format(
                sql.SQL(", ").join(map(sql.Identifier, names))
            )
        )
        # The trail has a table for each month: emptying them all anew takes longer than the rest.
        cursor.execute("DELETE FROM audit_auditevent")
        cursor.execute("ALTER SEQUENCE audit_auditevent_id_seq RESTART")


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
