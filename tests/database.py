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
