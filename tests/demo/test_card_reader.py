"""The simulated card reader keeps to the protocol of docs/card-reader.md."""

import json
import urllib.error
import urllib.request
from threading import Thread

import pytest

from portal.demo.card_reader import CardReader, invented_cards
from residents.identity import check_character

PORTAL = "http://127.0.0.1:8000"
CARD = {"name", "number", "address", "ethnicity"}


@pytest.fixture
def reader():
    """A reader with one card, then nothing on it."""
    server = CardReader(0, PORTAL, [invented_cards()[0], None])
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def ask(reader, path="/v1/card?wait=0", *, origin=PORTAL, method="GET"):
    request = urllib.request.Request(
        reader + path, headers={"Origin": origin} if origin else {}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, refused.read()


def test_cards_are_of_nobody_and_their_numbers_hold():
    cards = invented_cards()
    assert len({card["number"] for card in cards}) == len(cards)
    for card in cards:
        assert set(card) == CARD
        assert card["number"].startswith("319999")
        assert check_character(card["number"][:17]) == card["number"][17]


def test_a_card_comes_whole_and_then_none(reader):
    status, headers, body = ask(reader)
    assert status == 200
    assert json.loads(body) == {"version": 1, "card": invented_cards()[0]}
    assert headers["Access-Control-Allow-Origin"] == PORTAL
    assert headers["Cache-Control"] == "no-store"
    status, _headers, body = ask(reader)
    assert (status, body) == (204, b"")
    assert ask(reader, "/v1/photo")[0] == 404


@pytest.mark.parametrize("origin", ["http://evil.example", "", "null"])
def test_another_page_gets_nothing_and_takes_no_card(reader, origin):
    for method in ("GET", "OPTIONS"):
        status, headers, body = ask(reader, origin=origin, method=method)
        assert (status, body) == (403, b"")
        assert "Access-Control-Allow-Origin" not in headers
    assert ask(reader)[0] == 200, "the card is still there for the portal"


def test_the_browser_may_ask_first(reader):
    status, headers, _body = ask(reader, method="OPTIONS")
    assert status == 204
    assert headers["Access-Control-Allow-Private-Network"] == "true"
