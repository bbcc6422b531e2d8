"""Forms that waited for a proof go on as if they had just been posted."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portal.accounts import services
from portal.accounts.models import User
from portal.ui.pages import page

FIELD = "_kept"
GONE = 410


class KeptFormMiddleware:
    """Puts a kept form in the place of the short one that names it.

    Runs behind the checks of token and login, which the short form has passed in its own right.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.method != "POST" or FIELD not in request.POST:
            return None
        if not isinstance(request.user, User):
            return None
        try:
            key = uuid.UUID(request.POST[FIELD])
        except ValueError:
            return page(request, "accounts/gone.html", status=GONE)
        kept = services.take_back(
            key=key, path=request.get_full_path(), user_id=request.user.pk, at=timezone.now()
        )
        if kept is None:
            return page(request, "accounts/gone.html", status=GONE)
        request._post = kept.fields  # type: ignore[attr-defined]
        request._files = kept.files  # type: ignore[attr-defined]
        return None
