"""The entrance: account and password, then a code from whoever has an authenticator."""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import services, throttle
from portal.accounts.addresses import client_address
from portal.accounts.entering import actor_of, enter, has_factor, last_user
from portal.accounts.forms import BackForm, CodeForm, SignInForm
from portal.accounts.hashing import TooBusyToHash
from portal.accounts.models import Ended, KeptForm, RecoveryCode, User
from portal.accounts.returning import safe_next
from portal.audit.record import record
from portal.ui.pages import page, private, trigger

LOGIN_FIRST, TOO_MANY, LATER = 401, 429, 503
RETRY = 10  # seconds
CODE_WITHIN = 5 * 60  # seconds between the password and the code
PENDING = "pending_login"
OVER = {"idle": "太久没有操作，已自动退出，请重新登录", **dict(Ended.choices)}


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Account and password; a guess is counted before it is looked at."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(safe_next(request))
    form = SignInForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _shown(request, form, LOGIN_FIRST if request.method == "POST" else 200)
    username, password = form.cleaned_data["username"], form.cleaned_data["password"]
    try:
        guess = throttle.count_guess("login", username.lower(), client_address(request))
        user = _checked(request, username, password) if guess.allowed else None
        if user is not None:
            throttle.was_right(guess)
        elif guess.allowed:
            guess = throttle.was_wrong(guess)
    except (throttle.UnableToCount, TooBusyToHash) as why:
        return _later(request, form, why)
    if user is None:
        _remember_failure(request, username)
        form.add_error(None, wrong_password(guess))
        return _shown(request, form, TOO_MANY if guess.locked_for else LOGIN_FIRST)
    if has_factor(user):
        request.session[PENDING] = {"user": user.pk, "at": int(time.time())}
        return HttpResponseRedirect(_with_query(request, "accounts:code"))
    return _let_in(request, user)


sign_in.public = True  # type: ignore[attr-defined]
sign_in = login_not_required(sign_in)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The six digits of the authenticator, or a recovery code, within five minutes."""
    user, left = _pending(request)
    if user is None:
        messages.warning(request, _("验证已超时，请重新输入账号和密码"))
        return HttpResponseRedirect(_with_query(request, "accounts:login"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            refused = _code_problem(user, form.cleaned_data["code"])
        except throttle.UnableToCount as why:
            return _later(
                request, form, why, "accounts/code.html", {"account": user.username, "left": left}
            )
        if not refused:
            del request.session[PENDING]
            return _let_in(request, user)
        _remember_failure(request, user.username)
        form.add_error("code", refused)
    unused = RecoveryCode.objects.filter(user=user, used_at=None).count()
    context = {
        "form": form, "account": user.username, "left": left, "unused": unused,
        "recovery": "recovery" in request.GET, **_asked(request),
    }  # fmt: skip
    return page(request, "accounts/code.html", context)


code.public = True  # type: ignore[attr-defined]
code = login_not_required(code)


@sensitive_post_parameters("password", "code")
@require_POST
def back(request: HttpRequest) -> HttpResponse:
    """The dialog over a page whose session is over: the same person logs in, the page stays."""
    user = last_user(request)
    if user is None:
        response = private(HttpResponse(status=204))
        response["HX-Redirect"] = resolve_url(settings.LOGIN_URL)
        return response
    form = BackForm(request.POST, user=user, address=client_address(request), at=timezone.now())
    try:
        passed = form.is_valid()
    except (throttle.UnableToCount, TooBusyToHash) as why:
        form.add_error(None, _untried(why))
        passed = False
    if not passed:
        return page(request, "accounts/back.html", {"form": form, "account": user})
    enter(request, user)
    return trigger(private(HttpResponse(status=204)), "pp:proved", {"token": get_token(request)})


back.public = True  # type: ignore[attr-defined]
back = login_not_required(back)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session and ask the browser to forget what it keeps of it."""
    scope = getattr(request, "scope", None)
    if scope is not None:
        record("accounts.signed_out", by=scope, at=timezone.now())
    logout(request)
    response = HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


sign_out.signed_in = True  # type: ignore[attr-defined]


def wrong_password(guess: throttle.Guess) -> str:
    """The same sentence whether or not the account exists."""
    if guess.locked_for:
        until = timezone.localtime(timezone.now() + timedelta(seconds=guess.locked_for))
        return _("连续输错次数过多，账号已锁定，%(until)s 后再试，或联系街道管理员") % {
            "until": f"{until:%H:%M}"
        }
    return _("账号或密码不正确。再错 %(left)d 次，账号将锁定 15 分钟") % {"left": guess.left}


def _checked(request: HttpRequest, username: str, password: str) -> User | None:
    user = authenticate(request, username=username, password=password)
    return user if isinstance(user, User) and not user.is_service else None


def _code_problem(user: User, text: str) -> str:
    """Why the code is not taken; empty when it is."""
    guess = throttle.count_guess("code", user.pk)
    if guess.allowed and services.take_code(user_id=user.pk, code=text, at=timezone.now()):
        throttle.was_right(guess)
        return ""
    guess = throttle.was_wrong(guess) if guess.allowed else guess
    if guess.locked_for:
        minutes = -(-guess.locked_for // 60)
        return _("连续输错次数过多，请 %(minutes)d 分钟后再试") % {"minutes": minutes}
    return _("口令不正确或已用过，请输入最新的 6 位")


def _pending(request: HttpRequest) -> tuple[User | None, int]:
    """Who has given the password, and for how many seconds that still counts."""
    told = request.session.get(PENDING) or {"user": 0, "at": 0}
    left = int(told["at"] + CODE_WITHIN - time.time())
    if left <= 0:
        return None, 0
    return User.objects.filter(pk=told["user"], is_active=True).first(), left


def _let_in(request: HttpRequest, user: User) -> HttpResponse:
    ended = enter(request, user)
    if ended:
        messages.info(request, _("另一台电脑上的登录已退出"))
    wanted = request.POST.get("kept") or request.GET.get("kept") or ""
    if wanted:
        kept = KeptForm.objects.filter(pk=wanted, user=user).first() if _is_key(wanted) else None
        if kept is not None:
            return HttpResponseRedirect(reverse("accounts:resume", args=[kept.pk]))
        messages.warning(request, _("换了账号登录，先前没有提交的内容不在这里"))
    return HttpResponseRedirect(safe_next(request))


def _is_key(text: str) -> bool:
    return len(text) == 36 and set(text) <= set("0123456789abcdef-")


def _remember_failure(request: HttpRequest, username: str) -> None:
    user = User.objects.filter(username=username).first()
    record(
        "accounts.sign_in_failed", by=actor_of(request, None), at=timezone.now(), target=user,
        result="refused",
    )  # fmt: skip


def _later(
    request: HttpRequest, form: Any, why: Exception, template: str = "accounts/login.html",
    context: dict[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    form.add_error(None, _untried(why))
    response = page(
        request, template, {"form": form, **_asked(request), **(context or {})}, status=LATER
    )
    response["Retry-After"] = str(RETRY)
    return response


def _asked(request: HttpRequest) -> dict[str, Any]:
    """What goes along through the steps of the login."""
    told = request.POST if request.method == "POST" else request.GET
    return {"next": told.get("next", ""), "kept": told.get("kept", "")}


def _with_query(request: HttpRequest, name: str) -> str:
    told = {key: value for key, value in _asked(request).items() if value}
    return reverse(name) + (f"?{urlencode(told)}" if told else "")


def _shown(request: HttpRequest, form: SignInForm, status: int) -> HttpResponse:
    over = OVER.get(request.GET.get("over", ""), "")
    context = {"form": form, "over": over, **_asked(request)}
    return page(request, "accounts/login.html", context, status=status)


def _untried(why: Exception) -> str:
    """Why nothing was looked at: nobody counts the guesses, or too many come at once."""
    if isinstance(why, throttle.UnableToCount):
        return _("系统正在恢复，暂时不能核对登录，请过一会儿再试一次")
    return _("登录的人太多，请过几秒再试一次")
