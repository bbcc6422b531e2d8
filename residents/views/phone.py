"""What pages at a door have in common: a shell without anybody's data, its worker, keys, refusals.

The shell is the same for everybody and holds nothing of anybody, so that the phone may keep it.
What is personal travels as JSON and is kept under keys that this module gives to a live session
(docs/adr/0020).
"""

import base64
from datetime import timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import vault
from portal.orgs.access import PortalRequest
from portal.ui.pages import private
from residents import services
from residents.shell import Shell, version_of, worker_script
from residents.words import PHONE_WORDS

MALFORMED, UNPROCESSABLE, CONFLICT = 400, 422, 409
LONGEST = timedelta(hours=8)  # that a list may be read on a phone (ui.md 8.13)
TAKEN = "taken"


def show_shell(
    request: PortalRequest, shell: Shell, template: str, words: dict[str, str], **context: Any
) -> HttpResponse:
    """The phone's pages, without anybody's data: they fill themselves."""
    said = {key: _(text) for key, text in (PHONE_WORDS | words).items()}
    places = {
        "home": shell.address(), "worker": shell.address("_worker"),
        "keys": shell.address("_keys"), "today": shell.address("_today"),
    }  # fmt: skip
    context |= {"words": said, "kind": shell.kind, "places": places, "heading": said["title_list"]}
    response = private(render(request, template, context))
    response["X-Shell"] = version_of(shell)
    return response


def show_worker(shell: Shell) -> HttpResponse:
    """The script that keeps the shell on the phone; its address bounds what it serves."""
    script = worker_script(shell)
    return private(HttpResponse(script, content_type="text/javascript; charset=utf-8"))


def keys_of(request: PortalRequest, shell: Shell) -> dict[str, Any]:
    """Seeds of the two keys of a phone's store, and for how long its list may be read.

    The list's key dies with the session. Answers that wait are sealed under the person's own, so
    that whoever logs in again can still send what an ended session left behind.
    """
    scope, now = request.scope, timezone.localtime()
    owner = f"{scope.user_id}.{scope.appointment_id}"
    session = f"{shell.seeds}list|{owner}|{request.session.session_key}|{now.date()}"
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return {
        "owner": owner, "day": now.date().isoformat(), "token": get_token(request),
        "seconds": int(min(LONGEST, midnight - now).total_seconds()),
        "list": _seeds(session)[0], "queue": _seeds(f"{shell.seeds}queue|{owner}"),
    }  # fmt: skip


def _seeds(purpose: str) -> list[dict[str, str]]:
    return [
        {"id": key_id, "seed": base64.b64encode(seed).decode()}
        for key_id, seed in vault.device_seeds(purpose)
    ]


def refused(
    text: str, status: int = UNPROCESSABLE, problems: list[dict[str, str]] | None = None
) -> HttpResponse:
    """Why an answer is not taken, and at which of its rows."""
    return private(JsonResponse({"detail": text, "problems": problems or []}, status=status))


def at_rows(problems: list[services.RowProblem]) -> list[dict[str, str]]:
    return [
        {"row": str(each.row), "field": each.problem.field, "text": each.problem.message}
        for each in problems
    ]
