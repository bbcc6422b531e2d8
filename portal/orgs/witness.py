"""What became of each request, seen from outside its transaction: refusals reach the trail."""

import logging
from collections.abc import Callable

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.audit import refusals
from portal.orgs.access import NotAllowed

log = logging.getLogger("portal.requests")


class WitnessMiddleware:
    """Stands outside the request's transaction, so that a rollback takes no refusal with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        scope = getattr(request, "scope", None)
        if scope is not None:
            try:
                refusals.remember(
                    request, status=response.status_code, why=getattr(request, "refused", ""),
                    by=scope, at=timezone.now(),
                )  # fmt: skip
            except (
                DatabaseError,
                InterfaceError,
            ):  # the answer stands even when the database is what failed
                log.exception("a refusal could not be written into the trail")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Keep the sentence of a refusal: it is ours, and says which capability was missing."""
        if isinstance(exception, NotAllowed):
            request.refused = str(exception)  # type: ignore[attr-defined]
