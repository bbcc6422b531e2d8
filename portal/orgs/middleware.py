"""The request's transaction, its scope, and what must be true of each response (D-4)."""

import random
import time
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from portal import kept
from portal.accounts.bearer import token_in
from portal.accounts.entering import keep_awake, seconds_left
from portal.orgs import posts, tokens
from portal.orgs.postgresql import patience
from portal.orgs.scope import Scope
from portal.outages import Trouble, trouble_of
from portal.ui.errors import unavailable

Next = Callable[[HttpRequest], HttpResponse]
SERVER_ERROR = 500
RETRIES = 3  # of a request that lost a race
PAUSE = 0.05  # seconds before the first retry, doubled each time, with jitter


class NoStoreMiddleware:
    """Nothing that somebody logged in has seen stays in a cache (ASVS 14.3.2)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(), microphone=()"
        )
        return response


class TransactionMiddleware:
    """One transaction per request, held through template rendering.

    Exceptions have become responses where this looks, so a status of 500 rolls back. A request
    that lost a race (deadlock, serialization, a lock not given) has left nothing behind, so it
    is done again from the start; with files it is not, since they may be on disk already.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        patience.begin()
        retries = RETRIES if _repeatable(request) else 0
        pristine = dict(request.__dict__)
        response = self._attempt(request)
        for attempt in range(retries):
            if getattr(request, "trouble", None) is not Trouble.RACE:
                break
            time.sleep(PAUSE * 2**attempt * random.uniform(0.5, 1.5))  # noqa: S311  jitter
            request.__dict__.clear()
            request.__dict__.update(pristine)
            response = self._attempt(request)
        return response

    def _attempt(self, request: HttpRequest) -> HttpResponse:
        token = tokens.enter(None)
        try:
            with transaction.atomic():
                response = self.get_response(request)
                if response.status_code >= SERVER_ERROR or getattr(request, "rollback", False):
                    transaction.set_rollback(True)
            return response
        except (DatabaseError, InterfaceError) as error:  # at the beginning or at the commit
            if trouble := trouble_of(error):
                return unavailable(request, trouble)
            raise
        finally:
            tokens.leave(token)
            if connection.in_atomic_block and not connection.needs_rollback:
                connection.apply_scope()  # type: ignore[attr-defined]


def _repeatable(request: HttpRequest) -> bool:
    """Whether the request can be read twice: its body is in memory and holds no file."""
    if request.content_type == "multipart/form-data":
        return False
    try:
        return request.body is not None
    except (RequestDataTooBig, OSError):
        return False


class ScopeMiddleware:
    """Finds the acting post of whoever is logged in and hands its range to PostgreSQL."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = cast(posts.ActingRequest, request)
        told.scope = None
        kept.begin()
        if request.user.is_authenticated:
            by_token = token_in(request) is not None
            if not by_token and seconds_left(request) <= 0:
                logout(request)
                told.session_over = "idle"
            else:
                # asking is not using
                if not by_token and request.path != reverse("accounts:left"):
                    keep_awake(request)
                told.scope = posts.acting_scope(request)
                _expect_frame(told.scope)
                tokens.enter(told.scope)
                connection.apply_scope()  # type: ignore[attr-defined]
        return self.get_response(request)


def _expect_frame(scope: Scope | None) -> None:
    """What the frame around every page will ask for."""
    if scope is not None:
        kept.expect(kept.must_mend(scope.unit), kept.running(scope.unit, scope.user_id))
