"""A card reader that is none: invented cards over the protocol of docs/card-reader.md.

It stands in for the small program that a vendor's reader comes with, in the demonstration and in
tests. It listens on this computer only and answers pages of one origin.
"""

import json
import time
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, urlsplit

from residents.identity import check_character

#: Name, birth, sequence number, what the card prints of ethnicity and address.
PEOPLE = (
    ("欧阳佩兰", "19880229", "132", "汉", "安徽省阜南县"),
    ("司马怀瑾", "19860719", "133", "汉", "安徽省阜南县"),
    ("令狐知秋", "20141105", "134", "汉", "安徽省阜南县"),
    ("端木青禾", "19930402", "136", "回", "甘肃省定西市"),
    ("公孙望舒", "19570812", "138", "满", "江苏省东台市"),
    ("尉迟长风", "19991231", "141", "汉", "四川省岳池县"),
)  # fmt: skip
REGION = "319999"
#: A reader needs about that long for a card.
READS_IN = 0.3
MOST_WAIT = 60


def invented_cards() -> list[dict[str, str]]:
    """Cards of nobody: the area is not assigned, the check character holds."""
    return [
        {
            "name": name, "number": (body := f"{REGION}{birth}{serial}") + check_character(body),
            "ethnicity": ethnicity, "address": address,
        }
        for name, birth, serial, ethnicity, address in PEOPLE
    ]  # fmt: skip


class CardReader(ThreadingHTTPServer):
    """Serves cards in turn; None among them is a reader on which nothing lies.

    :param origin: the portal's, as a browser names it; other pages are refused
    """

    daemon_threads = True

    def __init__(self, port: int, origin: str, cards: Sequence[dict[str, str] | None]) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.origin = origin
        self._cards, self._turn = cycle(cards), Lock()

    def next_card(self) -> dict[str, str] | None:
        with self._turn:
            return next(self._cards)


class _Handler(BaseHTTPRequestHandler):
    server: CardReader

    def do_OPTIONS(self) -> None:
        if self._is_ours():
            self._answer(HTTPStatus.NO_CONTENT)

    def do_GET(self) -> None:
        if not self._is_ours():
            return
        asked = urlsplit(self.path)
        if asked.path != "/v1/card":
            self._answer(HTTPStatus.NOT_FOUND)
            return
        card = self.server.next_card()
        time.sleep(READS_IN if card else min(_wait_of(asked.query), MOST_WAIT))
        if card is None:
            self._answer(HTTPStatus.NO_CONTENT)
        else:
            self._answer(HTTPStatus.OK, {"version": 1, "card": card})

    def _is_ours(self) -> bool:
        """Whether the page that asks is the portal's; anything else is refused unread."""
        if self.headers.get("Origin") == self.server.origin:
            return True
        self.send_response(HTTPStatus.FORBIDDEN)
        self.send_header("Content-Length", "0")
        self.end_headers()
        return False

    def _answer(self, status: HTTPStatus, told: Any = None) -> None:
        body = json.dumps(told, ensure_ascii=False).encode() if told else b""
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", self.server.origin)
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.send_header("Vary", "Origin")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing of a card is written down."""


def _wait_of(query: str) -> float:
    """Seconds that the page is willing to wait for a card."""
    told = parse_qs(query).get("wait", ["0"])[0]
    return float(told) if told.isdecimal() else 0.0
