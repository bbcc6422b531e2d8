"""Servers as the demonstration runs them, on loopback, and visitors that keep their connection."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from bench.figures import Sample

ROOT = Path(__file__).resolve().parent.parent
CSRF = "benchbenchbenchbenchbenchbenchbe"  # 32 letters, as Django's own secret
STARTED_WITHIN = 60


class UnableToMeasure(RuntimeError):
    """A server did not start, or a page did not answer as it should."""


@contextmanager
def served(application: str) -> Iterator[int]:
    """The port of a gunicorn that serves `application` as `manage.py demo` does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(  # noqa: S603  a fixed command of ours
        [
            str(Path(sys.executable).parent / "gunicorn"), application,
            "--bind", f"127.0.0.1:{port}", "--workers", "2", "--worker-class", "gthread",
            "--threads", "4", "--log-level", "warning", "--timeout", "60",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise UnableToMeasure("gunicorn did not start")


class Visitor:
    """A browser on one connection: asks for a page and reads it whole.

    :param session: key of a session that somebody is logged in with; blank for a bare page
    """

    def __init__(self, port: int, session: str = "") -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": f"portal_session={session}; portal_csrf={CSRF}"}

    def get(self, path: str) -> bytes:
        return self._ask("GET", path, None)

    def post(self, path: str, body: str) -> bytes:
        """:param body: a form, already encoded"""
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: str | None) -> bytes:
        headers = dict(self.headers)
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF,
            }  # fmt: skip
        for attempt in (1, 2):
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                content = answer.read()
                break
            except (HTTPException, ConnectionError):  # the server let an idle connection go
                self.connection.close()
                if attempt == 2:
                    raise
        if answer.status not in (200, 302):
            raise UnableToMeasure(f"{method} {path}: {answer.status}")
        return content


def rate_of(ask: Sequence[Callable[[], object]], seconds: float) -> tuple[float, Sample]:
    """Answers per second when all of `ask` repeat at once for so long, and their milliseconds."""
    stop = time.perf_counter() + seconds
    times: list[list[float]] = [[] for _ in ask]

    def repeat(place: int) -> None:
        while time.perf_counter() < stop:
            started = time.perf_counter()
            ask[place]()
            times[place].append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=repeat, args=[place]) for place in range(len(ask))]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lasted = time.perf_counter() - started
    found = tuple(value for values in times for value in values)
    return len(found) / lasted, Sample(found)
