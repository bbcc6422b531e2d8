"""Every answer of every address carries the browser's orders: policy, no storing, no framing."""

import pytest
from django.test import Client

from tests.isolation import worlds

POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
    "font-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'", "object-src 'none'",
}  # fmt: skip
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
#: What stands where an address takes a key: one that nobody has, a unit, and a word.
KEYS = [worlds.absent_id(), "310107005001", "no-such-word"]


@pytest.mark.django_db(databases=["default", "audit", "owner"])
@pytest.mark.parametrize("who", ["", "clerk", "district", "secadmin"])
def test_every_answer_carries_its_orders(cast, who):
    client = cast.client(who) if who else Client()
    asked = worlds.paths({}, KEYS if who == "clerk" else KEYS[:1])
    for path in [*asked, "/no/such/page/"]:
        if "logout" in path:
            continue
        answer = client.get(path)
        policy = {part.strip() for part in answer["Content-Security-Policy"].split(";")}
        assert policy >= POLICY, path
        assert "unsafe" not in answer["Content-Security-Policy"], path
        assert "no-store" in answer["Cache-Control"], path
        assert "camera=(self)" in answer["Permissions-Policy"], path
        for header, value in HEADERS.items():
            assert answer[header] == value, f"{path}: {header}"


def test_htmx_keeps_nothing_and_runs_nothing_that_a_page_brings(cast):
    page = cast.client("clerk").get("/help/", follow=True).content.decode()
    assert '"allowEval":false' in page
    assert '"allowScriptTags":false' in page
    assert '"selfRequestsOnly":true' in page
    assert '"historyCacheSize":0' in page
    assert '"includeIndicatorStyles":false' in page
    assert 'hx-history="false"' in page
