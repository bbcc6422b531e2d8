"""The request's transaction, its scope, and what must be true of each response (D-4)."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.orgs import posts, tokens
from portal.orgs.access import NotAllowed

Next = Callable[[HttpRequest], HttpResponse]
SERVER_ERROR = 500


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

    Exceptions have become responses where this looks, so a status of 500 rolls back.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = tokens.enter(None)
        try:
            with transaction.atomic():
                response = self.get_response(request)
                if response.status_code >= SERVER_ERROR or getattr(request, "rollback", False):
                    transaction.set_rollback(True)
            return response
        finally:
            tokens.leave(token)
            if connection.in_atomic_block and not connection.needs_rollback:
                connection.apply_scope()  # type: ignore[attr-defined]


class ScopeMiddleware:
    """Finds the acting post of whoever is logged in and hands its range to PostgreSQL."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            if self._idle_too_long(request):
                logout(request)
            else:
                request.scope = posts.acting_scope(request)  # type: ignore[attr-defined]
                tokens.enter(request.scope)  # type: ignore[attr-defined]
                connection.apply_scope()  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """A refusal is written after the rollback, in a transaction of its own."""
        if isinstance(exception, NotAllowed) and getattr(request, "scope", None):
            from portal.audit.refusals import remember_refusal

            remember_refusal(request, str(exception), timezone.now())

    @staticmethod
    def _idle_too_long(request: HttpRequest) -> bool:
        now = int(time.time())
        seen = request.session.get("seen_at", now)
        if now - seen > settings.SESSION_IDLE_SECONDS:
            return True
        if now - seen > 60 or "seen_at" not in request.session:  # one write a minute at the most
            request.session["seen_at"] = now
        return False
