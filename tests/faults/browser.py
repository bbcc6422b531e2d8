"""A person's browser without JavaScript, over real HTTP to the live web server."""

import http.client
import re
import time
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.cast import Cast

if TYPE_CHECKING:
    from tests.faults.system import LiveSystem

PATIENCE = 30  # seconds: longer than any answer may take
INPUT = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'\b(name|value|type)="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    location: str
    seconds: float


@dataclass
class Browser:
    """Cookies of one session; each request opens a connection of its own, as after a restart."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, live: "LiveSystem", cast: Cast, key: str) -> "Browser":
        """Logged in: the session is a row of the live database."""
        client = cast.client(key)
        return cls(live.port, {name: morsel.value for name, morsel in client.cookies.items()})

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, data: dict[str, str]) -> Answer:
        return self.send("POST", path, urlencode(data).encode())

    def send(self, method: str, path: str, body: bytes | None = None) -> Answer:
        """One request.

        :raises OSError, http.client.HTTPException: nobody listens, or the line broke
        """
        started = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
            self._keep(response.headers.get_all("Set-Cookie") or [])
            location = response.headers.get("Location", "")
            return Answer(response.status, text, location, time.monotonic() - started)
        finally:
            connection.close()

    def _keep(self, cookies: list[str]) -> None:
        for cookie in cookies:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]

    def form(self, path: str) -> dict[str, str]:
        """The fields of a page's form as they stand, its hidden keys among them."""
        answer = self.get(path)
        assert answer.status == 200, f"{path}: {answer.status}"
        return fields_of(answer.text)


def fields_of(page: str) -> dict[str, str]:
    """Text and hidden inputs of a page by name, the first of each."""
    found: dict[str, str] = {}
    for tag in INPUT.findall(page):
        given = dict(ATTRIBUTE.findall(tag))
        if given.get("name") and given.get("type", "text") in {"text", "hidden"}:
            found.setdefault(given["name"], unescape(given.get("value", "")))
    return found
