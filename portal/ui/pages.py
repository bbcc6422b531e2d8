"""Rendering of pages and fragments, and what a response tells the page around it."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.forms import BaseForm, BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django_htmx.middleware import HtmxDetails

Context = Mapping[str, Any]
UNPROCESSABLE = 422


def wants_fragment(request: HttpRequest) -> bool:
    """Whether HTMX asks for a piece of the page it is on (not for a whole page out of history)."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    if not htmx:
        return False
    return not htmx.boosted and not htmx.history_restore_request


def page(
    request: HttpRequest,
    template: str,
    context: Context | None = None,
    *,
    partial: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the whole page, or for HTMX the named partial of the same template.

    A posted form in the context that did not pass makes the status 422, which HTMX swaps.
    Rendering is eager, so that reads happen inside the request's scope.
    """
    values = dict(context or {})
    fragment = partial is not None and wants_fragment(request)
    name = f"{template}#{partial}" if fragment else template
    if status == 200 and _refused(request, values):
        status = UNPROCESSABLE
    response = render(request, name, values | {"is_fragment": fragment}, status=status)
    return private(response)


def private(response: HttpResponse) -> HttpResponse:
    """Mark a response as never stored and different for HTMX."""
    patch_vary_headers(response, ["HX-Request"])
    add_never_cache_headers(response)
    response["Cache-Control"] = "no-store, private"
    return response


def toast(
    response: HttpResponse,
    text: str,
    *,
    error: bool = False,
    action: str = "",
    url: str = "",
    post: bool = False,
) -> HttpResponse:
    """Let the page show a short message, with at most one action (`撤销`, `下载`).

    :param post: the action is a POST (an undo), not a link
    """
    return trigger(
        response,
        "pp:toast",
        {"text": str(text), "error": error, "action": str(action), "url": url, "post": post},
    )


def trigger(response: HttpResponse, event: str, detail: Any = None) -> HttpResponse:
    """Fire an event in the page after the swap; several events may be added one by one."""
    events: dict[str, Any] = json.loads(response.get("HX-Trigger", "{}"))
    events[event] = detail if detail is not None else True
    # Headers are ASCII: json escapes the Chinese text and the browser reads it back.
    response["HX-Trigger"] = json.dumps(events)
    return response


def done(request: HttpRequest, url: str, text: str = "", *, status: int = 200) -> HttpResponse:
    """Answer a successful POST: go to `url`, showing `text` there.

    HTMX is told by header (a redirect would be followed inside the fragment).
    """
    if text:
        messages.success(request, text)
    if getattr(request, "htmx", None):
        response = HttpResponse(status=status)
        response["HX-Redirect"] = url
        return private(response)
    response = HttpResponse(status=302)
    response["Location"] = url
    return private(response)


def _refused(request: HttpRequest, context: Context) -> bool:
    """Whether a posted form or form set of the context has errors."""
    if request.method != "POST":
        return False
    return any(
        value.is_bound and not value.is_valid()
        for value in context.values()
        if isinstance(value, BaseForm | BaseFormSet)
    )
