"""Step-up: before what cannot be taken back, somebody proves again who they are (docs/adr/0017).

    @needs(Capability.EXPORT_MASKED)
    @needs_fresh("导出名单")
    def export(request): ...

A password, and a code from whoever has a second factor, is good for ten minutes; a login counts
as one. What was posted is kept and goes on where it was.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import services
from portal.accounts.models import User
from portal.ui.pages import page, wants_fragment

FRESH_FOR = 10 * 60  # seconds
SESSION_KEY = "proved_at"
READING = ("GET", "HEAD", "OPTIONS")
LOGIN_FIRST = 401

View = Callable[..., HttpResponse]


def mark_proved(session: SessionBase) -> None:
    """Somebody has just proved who they are in this session."""
    session[SESSION_KEY] = int(time.time())


def is_fresh(request: HttpRequest) -> bool:
    """Whether the last proof is young enough for an act that asks for one."""
    age = time.time() - int(request.session.get(SESSION_KEY, 0))
    return 0 <= age <= FRESH_FOR


def needs_fresh(act: str, *, reading: bool = False) -> Callable[[View], View]:
    """Serve what changes something only after a fresh proof; `act` names it on the page that asks.

    Stands below `needs`, so that nobody is asked for a password in vain.

    :param reading: a GET asks for it too
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in READING and not reading:
                return view(request, *args, **kwargs)
            return ask_again(request, act) or view(request, *args, **kwargs)

        checked.fresh = act  # type: ignore[attr-defined]
        return checked

    return decorate


def ask_again(request: HttpRequest, act: str) -> HttpResponse | None:
    """The page that asks for the proof, None when it is fresh; for views that ask only at times.

    HTMX gets a dialog over the page, which stays as it is and sends its request again. A form of
    a plain page is kept and its sender led to the question and back.
    """
    if is_fresh(request):
        return None
    if wants_fragment(request):
        from portal.accounts.forms import AgainForm  # which counts a login as a proof

        assert isinstance(request.user, User)
        context = {"form": AgainForm(user=request.user, at=timezone.now()), "act": act}
        return page(request, "accounts/again.html", context, partial="dialog", status=LOGIN_FIRST)
    if request.method in READING:
        return _led({"next": request.get_full_path()})
    try:
        kept = services.keep(
            path=request.get_full_path(), fields=request.POST, files=request.FILES, act=act,
            user_id=request.user.pk or 0, at=timezone.now(),
        )  # fmt: skip
    except services.TooMuchToKeep:
        messages.warning(request, _("内容太大，无法保留，验证后请重新提交"))
        return _led({"next": request.get_full_path()})
    return _led({"kept": str(kept.pk)})


def _led(query: dict[str, str]) -> HttpResponse:
    response = HttpResponse(status=302)
    response["Location"] = f"{reverse('accounts:again')}?{urlencode(query)}"
    return response
