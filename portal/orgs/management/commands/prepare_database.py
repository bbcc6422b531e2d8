"""Roles, database, migrations, signing key and reference data: safe to run again and again."""

import os
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.core.management import BaseCommand, CommandError, call_command
from django.db import OperationalError, connections, transaction
from django.db.migrations.state import ProjectState
from psycopg2 import errors, sql

from portal.orgs import delegation, tokens

LOCK_ATTEMPTS = 5
ONE_AT_A_TIME = 7_310_107_000  # any number, the same for all who prepare
# attributes of each login role; the password comes from its own URL
ROLES = {
    "OWNER_DATABASE_URL": "LOGIN BYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE",
    "DATABASE_URL": "LOGIN NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE",
    "AUDIT_DATABASE_URL": "LOGIN NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE",
}
# What a session of each role may take, unless its transaction says otherwise (portal.orgs.limits).
# On the role, so that it holds behind a pooler and on servers that we did not start.
LIMITS = {
    "DATABASE_URL": {
        "statement_timeout": "5s",
        "lock_timeout": "4s",
        "idle_in_transaction_session_timeout": "30s",
    },
    "AUDIT_DATABASE_URL": {
        "statement_timeout": "60s",
        "lock_timeout": "4s",
        "idle_in_transaction_session_timeout": "60s",
    },
}


def patiently(migrate: Callable[[], object], wait: str = "2s", pause: float = 5) -> None:
    """Migrate as the owner, waiting for each lock for seconds only, and try again a few times.

    Whoever waits for a lock makes everybody behind it wait too. What was migrated before stays.

    :raises OperationalError: the lock was not to be had, or something else went wrong
    """
    owner = connections["owner"]
    options, owner.settings_dict["OPTIONS"] = owner.settings_dict["OPTIONS"], {
        **owner.settings_dict["OPTIONS"], "options": f"-c lock_timeout={wait}",
    }  # fmt: skip
    owner.close()
    try:
        for attempt in range(1, LOCK_ATTEMPTS + 1):
            try:
                migrate()
                return
            except OperationalError as error:
                given_up = attempt == LOCK_ATTEMPTS
                if given_up or not isinstance(error.__cause__, errors.LockNotAvailable):
                    raise
                time.sleep(pause)
    finally:
        owner.settings_dict["OPTIONS"] = options
        owner.close()


@contextmanager
def without_redrawing() -> Iterator[None]:
    """Migrate without drawing a model's relatives anew for each index and constraint.

    Django builds the classes of all related models again whenever an option of one changes, and
    here nearly all are related through the units: two thirds of the time of a first start. An
    index or a constraint changes no relation, and PostgreSQL is told of it by the operation's own
    object, not by the class.
    """
    state: Any = ProjectState
    drawn = state._append_option

    def append(
        self: ProjectState, app_label: str, model_name: str, option_name: str, obj: object
    ) -> None:
        options = self.models[app_label, model_name].options
        options[option_name] = [*options.get(option_name, []), obj]

    state._append_option = append
    try:
        yield
    finally:
        state._append_option = drawn


class Command(BaseCommand):
    help = "创建数据库角色和数据库，执行迁移，写入签名密钥与基础数据（可重复执行）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--skip-roles", action="store_true", help="角色和数据库由管理员另行创建"
        )
        parser.add_argument("--no-data", action="store_true", help="不写入组织单位和规则")

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in connections.databases:
            raise CommandError("未设置 OWNER_DATABASE_URL，无法执行迁移")
        with self._alone(skip=options["skip_roles"]) as admin:
            if admin is not None:
                self._make_roles_and_database(admin)
            self._migrate(options["verbosity"])
            self._make_months()
            self._install_key()
            self._install_rights()
        if not options["no_data"]:
            call_command("load_units")
            call_command("load_rules")

    @staticmethod
    @contextmanager
    def _alone(*, skip: bool) -> Iterator[Any]:
        """The administrator's connection, holding a lock on the whole cluster.

        Roles and the rights that name them are shared by all of its databases: two commands at
        once would trip over each other.
        """
        if skip:
            yield None
            return
        if "ADMIN_DATABASE_URL" not in os.environ:
            raise CommandError("未设置 ADMIN_DATABASE_URL；角色已由管理员创建时请加 --skip-roles")
        admin = psycopg2.connect(os.environ["ADMIN_DATABASE_URL"])
        admin.autocommit = True
        try:
            with admin.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
            yield admin
        finally:
            admin.close()

    @staticmethod
    def _migrate(verbosity: int) -> None:
        with without_redrawing():
            patiently(
                lambda: call_command(
                    "migrate", database="owner", verbosity=verbosity, interactive=False
                )
            )

    def _make_roles_and_database(self, admin: Any) -> None:
        owner = connections.databases["owner"]
        with admin.cursor() as cursor:
            for variable, attributes in ROLES.items():
                url = urlsplit(os.environ[variable])
                self._make_role(cursor, url, attributes)
                self._limit(cursor, url.username, LIMITS.get(variable, {}))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [owner["NAME"]])
            if not cursor.fetchone():
                cursor.execute(
                    sql.SQL(
                        "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
                    ).format(sql.Identifier(owner["NAME"]), sql.Identifier(owner["USER"]))
                )
        self._grant(owner)

    @staticmethod
    def _make_role(cursor: Any, url: Any, attributes: str) -> None:
        name = sql.Identifier(url.username)
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [url.username])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        cursor.execute(sql.SQL("{} ROLE {} {}").format(sql.SQL(verb), name, sql.SQL(attributes)))
        if url.password:
            cursor.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(url.password))
            )

    @staticmethod
    def _limit(cursor: Any, role: str | None, limits: dict[str, str]) -> None:
        for name, value in limits.items():
            cursor.execute(
                sql.SQL("ALTER ROLE {} SET {} = {}").format(
                    sql.Identifier(role), sql.Identifier(name), sql.Literal(value)
                )
            )

    @staticmethod
    def _grant(owner: dict[str, Any]) -> None:
        """What the owner makes later, the application may use; truncating and DDL it may not."""
        app = sql.Identifier(connections.databases["default"]["USER"])
        reader = sql.Identifier(connections.databases["audit"]["USER"])
        database = sql.Identifier(owner["NAME"])
        with connections["owner"].cursor() as cursor:
            for statement in (
                "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
                "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {app}",
                "GRANT CONNECT ON DATABASE {database} TO {reader}",
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
                "GRANT USAGE ON SCHEMA public TO {app}, {reader}",
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
                "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
                "ALTER DEFAULT PRIVILEGES IN SCHEMA public "
                "GRANT USAGE, SELECT ON SEQUENCES TO {app}",
            ):
                query = sql.SQL(statement).format(app=app, reader=reader, database=database)
                cursor.execute(query)

    @staticmethod
    def _make_months() -> None:
        """The trail's partitions of the next months, here as well as by the clock."""
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT audit_make_partitions()")

    @staticmethod
    def _install_key() -> None:
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO portal_scope_key (inner_pad, outer_pad) VALUES (%s, %s) "
                "ON CONFLICT (single) DO UPDATE "
                "SET inner_pad = EXCLUDED.inner_pad, outer_pad = EXCLUDED.outer_pad",
                tokens.pads(),
            )

    @staticmethod
    def _install_rights() -> None:
        """Tell the guard of posts which role gives which, as the code has it now."""
        with connections["owner"].cursor() as cursor, transaction.atomic(using="owner"):
            cursor.execute("DELETE FROM portal_grant_right")
            cursor.executemany(
                "INSERT INTO portal_grant_right (actor_role, role, second, span)"
                " VALUES (%s, %s, %s, %s)",
                delegation.rights(),
            )
