"""What stands between the login and the pages: nothing typed is lost, and duties come first."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import services, throttle
from portal.accounts.bearer import token_in
from portal.accounts.entering import has_factor, needs_factor, remember_who
from portal.accounts.hashing import TooBusyToHash
from portal.accounts.models import User
from portal.accounts.passwords import must_change
from portal.accounts.views.expired import login_first
from portal.ui.pages import done, page
from portal.ui.problems import is_api, problem

FIELD = "_kept"
UNAUTHORISED, FORBIDDEN, GONE, LATER = 401, 403, 410, 503
RETRY = 10  # seconds
Next = Callable[[HttpRequest], HttpResponse]


class LoginFirstMiddleware(LoginRequiredMiddleware):
    """Django's deny by default; whoever is not logged in any more loses no form over it."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = super().__call__(request)
        assert isinstance(response, HttpResponse | FileResponse)
        if request.session.accessed and request.user.is_authenticated:
            remember_who(request, response)
        return response

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponse:
        if is_api(request):
            return problem(request, UNAUTHORISED, _("请先登录，或带上访问令牌"))
        return login_first(request)


class DutiesMiddleware:
    """An initial password is changed, an authenticator bound, before anything else is served."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        user = request.user
        match = request.resolver_match
        if not isinstance(user, User) or (match and match.app_name == "accounts"):
            return None
        if token_in(request) is not None:  # neither a password nor an authenticator
            return None
        if is_api(request) and (must_change(user, timezone.now()) or _lacks_factor(user)):
            text = _("请先在浏览器里修改初始密码、绑定身份验证器")
            return problem(request, FORBIDDEN, text)
        if must_change(user, timezone.now()):
            return done(request, reverse("accounts:password"))
        if _lacks_factor(user):
            return done(request, reverse("accounts:factor"))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """No guess was looked at: said plainly, to be tried again."""
        if not isinstance(exception, TooBusyToHash | throttle.UnableToCount):
            return None
        text = (
            _("核对密码的人太多，请退回后过几秒再试")
            if isinstance(exception, TooBusyToHash)
            else _("系统正在恢复，暂时不能核对密码，请退回后过一会儿再试")
        )
        response = page(request, "accounts/later.html", {"text": text}, status=LATER)
        response["Retry-After"] = str(RETRY)
        return response


def _lacks_factor(user: User) -> bool:
    return needs_factor(user) and not has_factor(user)


class KeptFormMiddleware:
    """Puts a kept form in the place of the short one that names it.

    Runs behind the checks of token and login, which the short form has passed in its own right.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        # A request that lost a race is served again: then the long form already stands here.
        named = getattr(request, "kept_key", "") or request.POST.get(FIELD, "")
        if request.method != "POST" or not named or not isinstance(request.user, User):
            return None
        try:
            key = uuid.UUID(named)
        except ValueError:
            return page(request, "accounts/gone.html", status=GONE)
        kept = services.take_back(
            key=key, path=request.get_full_path(), user_id=request.user.pk, at=timezone.now()
        )
        if kept is None:
            return page(request, "accounts/gone.html", status=GONE)
        request.kept_key = named  # type: ignore[attr-defined]
        request._post = kept.fields  # type: ignore[attr-defined]
        request._files = kept.files  # type: ignore[attr-defined]
        return None
