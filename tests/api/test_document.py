"""docs/api.md, run: each command against a server that really listens, each answer compared.

`API_DOCUMENT=write` writes the answers into the document again.
"""

import json
import os
import re
import subprocess
import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.utils import timezone

from portal.orgs import services
from portal.orgs.acting import acting
from tests.cast import HOME, Cast
from tests.residents.builders import home

DOCUMENT = settings.BASE_DIR / "docs" / "api.md"
BLOCK = re.compile(
    r"```sh\n(?P<asked>.*?)```(?:\n\n```(?P<kind>json|text)\n(?P<told>.*?)```)?", re.S
)
#: What differs from run to run.
CHANGING = [
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "uuid"),
    (re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(\+\d\d:\d\d|Z)?)?"), "time"),
    (re.compile(r"·[a-z2-7]{8}"), "·token"),
    (re.compile(r'"[0-9a-f]{20}"'), "digest"),
]
END = "@@end@@"


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each request, as the real one has."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        """What was asked stands in the portal's own log."""


def application(environ, start_response):
    """The portal, whose connections end with the request's thread."""
    try:
        return [b"".join(get_wsgi_application()(environ, start_response))]
    finally:
        for connection in connections.all():
            connection.close()


@pytest.fixture
def address():
    server = make_server("127.0.0.1", 0, application, server_class=Server, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def token(committed):
    cast = Cast.assembled()
    home(cast.scope("clerk"), floors=2, per_floor=2)
    by = cast.scope("secadmin")
    with acting(by):
        user = services.open_system(
            name="居委平台", username="ledger", purpose="台账互通", keeper_id=cast.users["lead"].pk,
            unit=HOME, role="service_committee_write", by=by, at=timezone.now(),
        )  # fmt: skip
        return services.issue_system_token(
            user_id=user.pk, label="文档", days=1, by=by, at=timezone.now()
        ).text


def answers(blocks, address, token):
    """What each block of commands prints, all of them run by one shell after the other."""
    script = "".join(f"{block}\necho; echo '{END}'\n" for block in blocks)
    run = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "API": address, "TOKEN": token, "no_proxy": "*"},
    )  # fmt: skip
    assert not run.stderr, f"{run.stderr}\n{run.stdout}"
    return [shown(text.strip()) for text in run.stdout.split(END)[:-1]]


def shown(text):
    """An answer as people read it."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def steady(text):
    for changing, word in CHANGING:
        text = changing.sub(word, text)
    return text.strip()


def test_every_command_of_the_document_answers_as_it_says(token, address, settings):
    settings.API_SETTLED_SECONDS = 0
    text = DOCUMENT.read_text()
    blocks = list(BLOCK.finditer(text))
    got = answers([block["asked"] for block in blocks], address, token)
    if os.environ.get("API_DOCUMENT") == "write":
        for block, answer in reversed(list(zip(blocks, got, strict=True))):
            if block["kind"]:
                text = f"{text[: block.start('told')]}{answer}\n{text[block.end('told') :]}"
        DOCUMENT.write_text(text)
        return
    assert len(blocks) > 10
    for block, answer in zip(blocks, got, strict=True):
        assert steady(answer) == steady(block["told"] or ""), block["asked"]
