"""What a page asks the database: its statements as the restricted role, timed and replayed."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.core.wsgi import get_wsgi_application
from django.db import connection, connections

from bench.district import District
from bench.serving import CSRF, UnableToMeasure
from bench.targets import Target


@dataclass(frozen=True)
class Statement:
    """One statement of a page, its parameters and its milliseconds as the page waited for it."""

    sql: str
    params: Any
    milliseconds: float


@dataclass
class Asked:
    """All statements of one page."""

    statements: list[Statement] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        return sum(each.milliseconds for each in self.statements)


@contextmanager
def listening() -> Iterator[Asked]:
    """Take down what the application's connection is asked meanwhile."""
    asked = Asked()

    def take_down(
        execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        text = sql if isinstance(sql, str) else sql.as_string(connection.connection)
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            asked.statements.append(Statement(text, params, (time.perf_counter() - started) * 1000))

    with connection.execute_wrapper(take_down):
        yield asked


class Inside:
    """The portal in this process, asked through its WSGI door as a web server would."""

    def __init__(self, district: District) -> None:
        self.application = get_wsgi_application()
        self.sessions = {level: district.session(level) for level in district.levels}

    def asks(self, target: Target) -> Asked:
        """What this page asks; the connection stays open afterwards.

        :raises UnableToMeasure: the page did not answer with 200
        """
        with listening() as asked:
            self.visit(target)
        return asked

    def landing(self, target: Target) -> Target:
        """The page where this one leads at once; the same where it leads nowhere else."""
        status, headers, _content = self._answer(target)
        leads = dict(headers).get("Location", "") if status.startswith("302") else ""
        return replace(target, path=leads) if leads else target

    def visit(self, target: Target) -> bytes:
        """The page as it is answered.

        :raises UnableToMeasure: the page did not answer with 200
        """
        status, _headers, content = self._answer(target)
        if not status.startswith("200"):
            raise UnableToMeasure(f"{target.title}: {status}")
        return content

    def _answer(self, target: Target) -> tuple[str, list[tuple[str, str]], bytes]:
        url, body = urlsplit(target.path), target.body.encode()
        seen: list[tuple[str, list[tuple[str, str]]]] = []

        def begin(
            status: str, headers: list[tuple[str, str]], *_rest: Any
        ) -> Callable[[bytes], object]:
            seen.append((status, headers))
            return lambda _chunk: None

        environ = {
            "REQUEST_METHOD": "POST" if body else "GET", "PATH_INFO": url.path,
            "QUERY_STRING": url.query, "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.input": BytesIO(body),
            "wsgi.url_scheme": "http", "wsgi.errors": BytesIO(), "wsgi.multithread": False,
            "wsgi.multiprocess": True, "wsgi.run_once": False, "wsgi.version": (1, 0),
            "CONTENT_LENGTH": str(len(body)), "HTTP_X_CSRFTOKEN": CSRF,
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
            "HTTP_COOKIE": f"portal_session={self.sessions[target.level]}; portal_csrf={CSRF}",
        }  # fmt: skip
        answer = self.application(environ, begin)
        content = b"".join(answer)
        answer.close()
        return (*seen[0], content)


def replay(alias: str, statements: list[Statement]) -> Callable[[], None]:
    """The same statements on another connection, each fetched whole."""

    def run() -> None:
        with connections[alias].cursor() as cursor:
            for each in statements:
                cursor.cursor.execute(each.sql, each.params)
                cursor.cursor.fetchall()

    return run
