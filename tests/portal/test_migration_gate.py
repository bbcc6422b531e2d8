"""No migration stops clerks at work, breaks the code that still runs, or leaves a wall out.

Migrations up to `released_migrations.txt` ran when nobody used the portal; later ones meet a
million rows and people at work. `make migrate-lint` runs this file alone.
"""

import io
import subprocess
import sysconfig
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.utils import OperationalError

from portal.orgs.management.commands.prepare_database import LOCK_ATTEMPTS, patiently
from tests.architecture.source import PACKAGES, ROOT

# Beside the interpreter that runs the tests: whoever calls them need not have it on the path.
SQUAWK = Path(sysconfig.get_path("scripts"), "squawk")
RELEASED = Path(__file__).with_name("released_migrations.txt")


def our_migrations() -> list[tuple[str, str]]:
    loader = MigrationLoader(None)
    return sorted(key for key, found in loader.disk_migrations.items()
                  if type(found).__module__.split(".")[0] in PACKAGES)  # fmt: skip


def released() -> set[tuple[str, str]]:
    lines = RELEASED.read_text(encoding="utf-8").split()
    return {(app, name) for app, _, name in (line.partition(".") for line in lines)}


def complaints(statements: str, *, atomic: bool = True) -> list[str]:
    """What squawk (.squawk.toml) has against these statements, in a transaction or without."""
    alone = [] if atomic else ["--no-assume-in-transaction"]
    checked = subprocess.run(
        [SQUAWK, "--reporter=gcc", f"--config={ROOT / '.squawk.toml'}",
         "--stdin-filepath=migration.sql", *alone],
        input=statements, capture_output=True, text=True,
    )  # fmt: skip
    return [line for line in checked.stdout.splitlines() if line.startswith("migration.sql")]


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE residents_resident ALTER COLUMN note SET NOT NULL",
        "ALTER TABLE residents_resident RENAME COLUMN note TO remark",
        "ALTER TABLE residents_resident RENAME TO residents_person",
        "ALTER TABLE residents_resident ALTER COLUMN note TYPE text",
        "ALTER TABLE residents_resident ADD COLUMN extra varchar(20) NOT NULL",
        "ALTER TABLE residents_resident DROP COLUMN note",
        "CREATE INDEX resident_note ON residents_resident (note)",
        "ALTER TABLE residents_resident ADD CONSTRAINT one UNIQUE (note)",
        "ALTER TABLE residents_resident ADD CONSTRAINT sane CHECK (note <> '')",
        "ALTER TABLE residents_resident ADD CONSTRAINT home FOREIGN KEY (committee_id)"
        " REFERENCES orgs_orgunit (code)",
    ],
)
def test_what_would_stop_people_at_work_is_refused(statement):
    assert complaints(f"{statement};")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE residents_resident ADD COLUMN extra varchar(20) NULL",
        "ALTER TABLE residents_resident ADD CONSTRAINT sane CHECK (note <> '') NOT VALID",
        "ALTER TABLE residents_resident VALIDATE CONSTRAINT sane",
        "CREATE TABLE residents_language (id uuid PRIMARY KEY, note varchar(20) NOT NULL);"
        " CREATE INDEX language_note ON residents_language (note)",
    ],
)
def test_what_lets_people_go_on_is_taken(statement):
    assert not complaints(f"{statement};")


def test_every_migration_since_the_release_lets_people_go_on(django_db_setup, django_db_blocker):
    refused, loader = {}, MigrationLoader(None)
    with django_db_blocker.unblock():
        for app, name in set(our_migrations()) - released():
            out = io.StringIO()
            call_command("sqlmigrate", app, name, database="owner", stdout=out, no_color=True)
            atomic = loader.disk_migrations[app, name].atomic
            if found := complaints(out.getvalue(), atomic=atomic):
                refused[f"{app}.{name}"] = found
    assert not refused


def test_released_migrations_are_still_there():
    assert released() <= set(our_migrations())


def test_a_migration_waits_for_a_lock_for_moments_only_and_tries_again(committed):
    """Whoever waits for a lock makes everybody behind it wait too."""
    tries = []

    def add_a_column():
        tries.append(1)
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE residents_resident ADD COLUMN extra text")

    with transaction.atomic(), connection.cursor() as clerk:
        clerk.execute("SELECT count(*) FROM residents_resident")  # a long look
        with pytest.raises(OperationalError, match="lock timeout"):
            patiently(add_a_column, wait="20ms", pause=0.01)
    assert len(tries) == LOCK_ATTEMPTS


def test_a_migration_that_fails_for_another_reason_is_not_tried_again(committed):
    tries = []

    def nonsense():
        tries.append(1)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(OperationalError):
        patiently(nonsense, pause=0.01)
    assert tries == [1]
