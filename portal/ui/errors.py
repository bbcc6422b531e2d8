"""Pages for what went wrong. A record that does not exist and one out of sight look the same."""

import sys
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.outages import Trouble, trouble_of
from portal.ui.pages import private, wants_fragment
from portal.ui.problems import is_api, problem
from portal.ui.resubmitting import typed

RETRY_AFTER = 10  # seconds
WRONG_METHOD = 405


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be read."""
    return _error(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the acting post lacks the capability; the exception's text says which."""
    return _error(request, 403, reason=str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: absent, or not for this unit."""
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 for what passes by itself: shows the request's number, as the log does.

    Django calls this while it handles the exception. Reads no user and no database.
    """
    if trouble := trouble_of(sys.exc_info()[1]):
        return unavailable(request, trouble)
    if is_api(request):
        return problem(request, 500)
    return _failed(request, "500.html", 500)


def unavailable(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """503: nothing was saved and trying again helps; `request.trouble` tells the middleware why.

    Rendered without user, session and database, which may all be away.
    """
    request.trouble = trouble  # type: ignore[attr-defined]
    if is_api(request):
        told = problem(request, 503, "这一次没有保存，请稍后用同一个 Idempotency-Key 再试")
        told["Retry-After"] = str(RETRY_AFTER)
        return told
    template = "ui/error_503.html" if wants_fragment(request) else "503.html"
    response = _failed(request, template, 503, trouble=trouble)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _failed(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    """A page with the request's number, from which what was typed can be sent again."""
    code = getattr(request, "id", "")
    frame: dict[str, Any] = {"shell": None, "nav": [], "messages": []}
    held = typed(request)
    told = {"code": code, "typed": held} | ({"csrf_token": held.token} if held else {})
    response = render(request, template, frame | told | context, status=status)
    if code:
        response["X-Request-ID"] = code  # a script that asked for a part shows it in a toast
    return private(response)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form without a valid token: the page was open too long, or came from elsewhere."""
    return _error(request, 400)


def conflict(request: HttpRequest, reason: str = "") -> HttpResponse:
    """409: somebody else saved first and there is nothing to compare."""
    return _error(request, 409, reason=reason)


def explain_wrong_method(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """405: an address that only takes forms was opened, as by reloading after a refused form.

    The view says so without a word, and a browser shows that as a broken page of its own.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != WRONG_METHOD or response.content:
            return response
        told = _error(request, WRONG_METHOD)
        told["Allow"] = response["Allow"]
        return told

    return answer


def _error(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    if is_api(request):
        return problem(request, status, context.get("reason", ""))
    if wants_fragment(request):
        return private(render(request, f"ui/error_{status}.html", context, status=status))
    known = getattr(request, "scope", None) is not None
    frame = "base.html" if known else "base_plain.html"
    return private(render(request, f"{status}.html", context | {"frame": frame}, status=status))
