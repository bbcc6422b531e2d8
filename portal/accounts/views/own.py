"""One's own account: password, authenticator, where one is logged in."""

import uuid
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import services, totp
from portal.accounts.entering import actor_of, has_factor, needs_factor
from portal.accounts.forms import CodeForm, PasswordForm
from portal.accounts.fresh import mark_proved, needs_fresh
from portal.accounts.models import Ended, LoginSession, RecoveryCode, User
from portal.accounts.passwords import must_change
from portal.audit.record import record
from portal.ui.pages import done, page

ISSUER = "人口服务管理平台"


@require_http_methods(["GET", "HEAD"])
def mine(request: HttpRequest) -> HttpResponse:
    """Everything about one's own login on one page."""
    user = _user(request)
    live = LoginSession.objects.filter(user=user, ended="", expire_date__gt=timezone.now())
    unused = RecoveryCode.objects.filter(user=user, used_at=None).count()
    context = {
        "sessions": live.order_by("-seen_at"), "here": request.session.session_key,
        "factor": has_factor(user), "required": needs_factor(user), "unused": unused,
        "account": user,
    }  # fmt: skip
    return page(request, "accounts/mine.html", context)


mine.signed_in = True  # type: ignore[attr-defined]


@require_POST
def end_session(request: HttpRequest, handle: uuid.UUID) -> HttpResponse:
    """Log out somewhere else."""
    user = _user(request)
    if not services.end_session(user_id=user.pk, handle=handle, why=Ended.BY_OWNER):
        raise Http404
    record("accounts.session_ended", by=actor_of(request, user), at=timezone.now(), target=user)
    return done(request, reverse("accounts:mine"), _("已结束那次登录"))


end_session.signed_in = True  # type: ignore[attr-defined]


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password; whoever has an initial or an outlived one comes here first."""
    user, at = _user(request), timezone.now()
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.change_password(
                user_id=user.pk, password=form.cleaned_data["password"], by=actor_of(request, user),
                at=at, session_key=request.session.session_key or "",
            )  # fmt: skip
        except ValidationError as weak:
            form.add_error("password", weak)
        else:
            update_session_auth_hash(request, changed)
            mark_proved(request.session)
            return done(request, reverse("accounts:mine"), _("密码已修改，其他电脑上的登录已退出"))
    context = {
        "form": form, "forced": must_change(user, at), "initial": user.initial_password,
        "strict": settings.LEVEL_THREE_PASSWORDS,
    }  # fmt: skip
    return page(request, "accounts/password.html", context)


password.signed_in = True  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@needs_fresh("绑定身份验证器", reading=True)
def factor(request: HttpRequest) -> HttpResponse:
    """Bind an authenticator: scan, type a code, keep ten recovery codes."""
    user = _user(request)
    if has_factor(user):
        return done(request, reverse("accounts:mine"))
    secret = services.begin_factor(user_id=user.pk)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        code = form.cleaned_data["code"]
        codes = services.confirm_factor(user_id=user.pk, code=code, at=at)
        if codes is not None:
            _changed(request, user, "accounts.factor_bound")
            return _printed(request, codes)
        form.add_error("code", _("口令不正确，请输入验证器上最新的 6 位"))
    address = totp.address(secret, user.username, ISSUER)
    context = {
        "form": form, "qr": segno.make(address, error="m").svg_data_uri(scale=4, border=2),
        "secret": totp.grouped(secret), "required": needs_factor(user),
    }  # fmt: skip
    return page(request, "accounts/factor.html", context)


factor.signed_in = True  # type: ignore[attr-defined]


@require_POST
@needs_fresh("重新生成恢复码")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes; the old ones are worth nothing from now on."""
    user = _user(request)
    if not has_factor(user):
        raise Http404
    codes = services.renew_recovery_codes(user_id=user.pk)
    record("accounts.codes_renewed", by=actor_of(request, user), at=timezone.now(), target=user)
    return _printed(request, codes)


recovery_codes.signed_in = True  # type: ignore[attr-defined]


def _changed(request: HttpRequest, user: User, action: str) -> None:
    """After a change of what one logs in with: a new key here, an end everywhere else."""
    request.session.cycle_key()
    request.session.save()
    key = request.session.session_key
    services.end_sessions(user_id=user.pk, why=Ended.CREDENTIALS, but=key)
    record(action, by=actor_of(request, user), at=timezone.now(), target=user)


def _printed(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context: dict[str, Any] = {"codes": codes, "account": request.user}
    messages.success(request, _("身份验证器已启用，请保存恢复码"))
    return page(request, "accounts/codes.html", context)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
