"""A form posted after the session's end, or with an old token: kept, and on it goes."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.accounts import services
from portal.accounts.entering import last_user, seconds_left
from portal.accounts.forms import BackForm
from portal.accounts.models import KeptForm, User
from portal.ui import errors
from portal.ui.pages import page, private, wants_fragment

LOGIN_FIRST = 401


def login_first(request: HttpRequest) -> HttpResponse:
    """Answer a request that needs a login: nothing that was typed is lost over it.

    HTMX gets a dialog over the page and sends its request again. A posted form is kept for the
    account that was logged in here last; a page is asked for again after the login.
    """
    user = last_user(request)
    why = getattr(request, "session_over", "") or getattr(request.session, "ended_because", "")
    if wants_fragment(request):
        return _over_the_page(request, user)
    query = {"next": _page_of(request)}
    if request.method == "POST" and user is not None and (kept := _kept(request, user)):
        query["kept"] = str(kept.pk)
    if why:
        query["over"] = why
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode(query)}")


@require_GET
def resume(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The way back to a form that was kept."""
    kept = KeptForm.objects.filter(pk=key, user_id=request.user.pk or 0).first()
    if kept is None:
        raise Http404
    return page(request, "accounts/resume.html", {"kept": kept})


resume.signed_in = True  # type: ignore[attr-defined]


@require_GET
def left(request: HttpRequest) -> HttpResponse:
    """How long the session goes on, as JSON; asking does not lengthen it."""
    return private(JsonResponse({"seconds": max(0, seconds_left(request))}))


left.signed_in = True  # type: ignore[attr-defined]


@require_GET
def stay(request: HttpRequest) -> HttpResponse:
    """Go on: a request like any other lengthens the session."""
    return private(HttpResponse(status=204))


stay.signed_in = True  # type: ignore[attr-defined]


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an old token: somebody has logged in again in another tab.

    When the browser itself says that the form comes from one of our pages, it goes on (the same
    browser, the same person); from anywhere else it is refused.
    """
    if request.headers.get("Origin") != f"{request.scheme}://{request.get_host()}":
        return errors.csrf_failure(request, reason)
    if not isinstance(request.user, User):
        match = request.resolver_match
        if match and getattr(match.func, "public", False) and match.app_name != "accounts":
            return errors.csrf_failure(request, reason)  # whoever declares has no login to go to
        return login_first(request)
    if wants_fragment(request):
        response = private(HttpResponse(status=LOGIN_FIRST))
        response["X-Token"] = get_token(request)
        return response
    kept = _kept(request, request.user)
    if kept is None:
        return errors.csrf_failure(request, reason)
    return page(request, "accounts/resume.html", {"kept": kept})


def _over_the_page(request: HttpRequest, user: User | None) -> HttpResponse:
    if user is None:
        response = private(HttpResponse(status=LOGIN_FIRST))
        response["HX-Redirect"] = resolve_url(settings.LOGIN_URL)
        return response
    context = {"form": BackForm(user=user, at=timezone.now()), "account": user}
    return page(request, "accounts/back.html", context, status=LOGIN_FIRST)


def _kept(request: HttpRequest, user: User) -> KeptForm | None:
    try:
        return services.keep(
            path=request.get_full_path(), fields=request.POST, files=request.FILES, act="",
            user_id=user.pk, at=timezone.now(),
        )  # fmt: skip
    except services.TooMuchToKeep:
        messages.warning(request, _("内容太大，无法保留，登录后请重新提交"))
        return None


def _page_of(request: HttpRequest) -> str:
    """The page to show after the login: this one, or the one that a form was on."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else request.path
