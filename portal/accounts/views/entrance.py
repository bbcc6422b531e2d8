"""Login and logout. Posts are chosen in `portal.orgs`, which knows them."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.fresh import mark_proved
from portal.accounts.returning import safe_next
from portal.ui.pages import page

TOO_MANY = 429


class SignInForm(AuthenticationForm):
    """Account and password; the same sentence whether or not the account exists."""

    error_messages = {
        "invalid_login": "账号或密码不正确。连续输错 5 次，账号将锁定 15 分钟",
        "inactive": "账号或密码不正确。连续输错 5 次，账号将锁定 15 分钟",
    }


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The login page; guesses are throttled before the password is hashed."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(safe_next(request))
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        mark_proved(request.session)
        return HttpResponseRedirect(safe_next(request))
    status = 401 if request.method == "POST" else 200
    return page(
        request, "accounts/login.html", {"form": form, "next": request.GET.get("next", "")},
        status=status,
    )  # fmt: skip


sign_in.public = True  # type: ignore[attr-defined]
sign_in = login_not_required(sign_in)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session and ask the browser to forget what it keeps of it."""
    logout(request)
    response = HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


sign_out.signed_in = True  # type: ignore[attr-defined]


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Too many wrong guesses: the password is not even looked at."""
    form = SignInForm(request)
    message = _("连续输错次数过多，账号已锁定 15 分钟。请稍后再试，或联系街道管理员")
    return page(request, "accounts/login.html", {"form": form, "locked": message}, status=TOO_MANY)
