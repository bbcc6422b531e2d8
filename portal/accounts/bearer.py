"""Another system's token in place of a session: on the API only, and never turned into one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts import services
from portal.accounts.addresses import client_address
from portal.accounts.entering import actor_of
from portal.accounts.models import AccessToken
from portal.ui.problems import is_api, problem

SCHEME = "bearer"
UNAUTHORISED = 401


def token_in(request: HttpRequest) -> AccessToken | None:
    """The valid token that this request came with; None for a browser's."""
    return getattr(request, "access_token", None)


class BearerMiddleware:
    """Puts the account of a valid token in the place of whoever is logged in.

    Stands before the login wall and before the acting scope, which then know it as anybody. A
    token that opens nothing is answered here: no session beside it is looked at.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
        if not scheme or not is_api(request):
            return self.get_response(request)
        why = (
            self._enter(request, text.strip()) if scheme.lower() == SCHEME else _("用 Bearer 令牌")
        )
        if why:
            response = problem(request, UNAUTHORISED, why)
            response["WWW-Authenticate"] = "Bearer"
            return response
        return self.get_response(request)

    @staticmethod
    def _enter(request: HttpRequest, text: str) -> str:
        """Why the token opens nothing; blank when it is let in."""
        now = timezone.now()
        token = services.token_of(text)
        if token is None:
            return _("令牌无效，请核对")
        if why := services.why_refused(token, now):
            by = actor_of(request, token.user)
            services.note_refusal(token=token, why=why, by=by, at=now)
            return why
        services.note_use(token=token, address=client_address(request) or None, at=now)
        request.user = token.user
        # read back by `token_in` only; requests declare no such attribute
        request.access_token = token  # type: ignore[attr-defined]
        return ""
