"""The test database, dropped by the administrator's connection."""

import os

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


# Reference data that every test finds, and what Django itself keeps.
KEPT = {
    "orgs_orgunit", "rules_policydocument", "rules_policyclause", "rules_ruleset",
    "django_content_type", "django_migrations", "auth_permission", "portal_scope_key",
}  # fmt: skip


def wipe() -> None:
    """Empty everything but reference data, as the owner: for tests that really commit."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [row[0] for row in cursor.fetchall() if row[0] not in KEPT]
        cursor.execute(
            sql.SQL("TRUNCATE {} RESTART IDENTITY").format(
                sql.SQL(", ").join(map(sql.Identifier, names))
            )
        )
