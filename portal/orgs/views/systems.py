"""Accounts of other systems: who answers for them, where they act, their tokens."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.fresh import needs_fresh
from portal.accounts.models import AccessToken, ServiceAccount, User
from portal.accounts.services import UnableToIssue
from portal.orgs import services
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.forms import CloseForm, KeeperForm, SystemForm, TokenForm
from portal.orgs.models import Appointment, AppointmentRequest, OrgUnit
from portal.ui.pages import done, page


@needs(Capability.MANAGE_ACCOUNTS)
def systems(request: PortalRequest) -> HttpResponse:
    """All systems with their posts, who answers for them, and how many tokens still open."""
    now, today = timezone.now(), timezone.localdate()
    found = ServiceAccount.objects.select_related("user", "keeper").order_by("user__username")
    posts: dict[int, list[Appointment]] = {}
    for post in Appointment.objects.filter(user__is_service=True).select_related("unit"):
        if post.ends_on is None or post.ends_on >= today:
            posts.setdefault(post.user_id, []).append(post)
    tokens: dict[int, list[AccessToken]] = {}
    for token in AccessToken.objects.order_by("used_at"):
        tokens.setdefault(token.user_id, []).append(token)
    rows = [
        {
            "system": each, "posts": posts.get(each.user_id, []),
            "open": sum(_is_open(token, now) for token in tokens.get(each.user_id, [])),
            "used_at": max(
                (token.used_at for token in tokens.get(each.user_id, []) if token.used_at),
                default=None,
            ),
        }
        for each in found
    ]  # fmt: skip
    return page(request, "orgs/systems.html", {"rows": rows})


@needs(Capability.MANAGE_ACCOUNTS)
@needs_fresh("开通系统账号")
def open_system(request: PortalRequest) -> HttpResponse:
    """A new system with its post."""
    form = SystemForm(request.POST or None, units=_units(), keepers=_people())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            with transaction.atomic():
                user = services.open_system(
                    name=told["name"], username=told["username"], purpose=told["purpose"],
                    keeper_id=told["keeper"].pk, unit=told["unit"].code, role=told["role"],
                    by=request.scope, at=timezone.now(),
                )  # fmt: skip
        except services.UnableToAppoint as why:
            form.add_error("role", str(why))
        else:
            return done(request, reverse("orgs:system", args=[user.pk]), _("系统账号已开通"))
    return page(request, "orgs/system_form.html", {"form": form})


@needs(Capability.MANAGE_ACCOUNTS)
@needs_fresh("签发令牌、变更系统账号")
def system(request: PortalRequest, user: int) -> HttpResponse:
    """One system: its posts and tokens; a new token is shown on this one answer and never again."""
    found = ServiceAccount.objects.select_related("user", "keeper").filter(pk=user).first()
    if found is None:
        raise Http404
    act = request.POST.get("act", "")
    token = TokenForm(request.POST if act == "token" else None, prefix="token")
    keeper = KeeperForm(
        request.POST if act == "keeper" else None, people=_people(), prefix="keeper"
    )
    close = CloseForm(request.POST if act in {"close", "open"} else None, prefix="close")
    context: dict[str, Any] = {"token": token, "keeper": keeper, "close": close}
    if act == "token" and token.is_valid():
        context["issued"] = _issued(request, user, token)
    elif act == "keeper" and keeper.is_valid():
        return _answered(request, user, keeper)
    elif act in {"close", "open"} and close.is_valid():
        services.close_person(
            user_id=user, active=act == "open", by=request.scope, at=timezone.now(),
            **close.cleaned_data,
        )  # fmt: skip
        told = _("系统账号已恢复") if act == "open" else _("系统账号已停用，令牌同时失效")
        return done(request, reverse("orgs:system", args=[user]), told)
    if context.get("issued"):
        context["token"] = TokenForm(prefix="token")
    now = timezone.now()
    tokens = AccessToken.objects.filter(user_id=user).order_by("-issued_at")
    waiting = AppointmentRequest.State.WAITING
    return page(request, "orgs/system.html", context | {
        "system": found, "account": found.user,
        "posts": Appointment.objects.filter(user_id=user).select_related("unit"),
        "asked": AppointmentRequest.objects.filter(user_id=user, state=waiting).select_related(
            "unit", "asked_by"
        ),
        "tokens": [{"token": each, "open": _is_open(each, now)} for each in tokens],
    })  # fmt: skip


@needs(Capability.MANAGE_ACCOUNTS)
@require_POST
@needs_fresh("作废访问令牌")
def revoke(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Let a token open nothing any more."""
    if not AccessToken.objects.filter(pk=pk).exists():
        raise Http404
    token = services.revoke_system_token(token_id=pk, by=request.scope, at=timezone.now())
    return done(request, reverse("orgs:system", args=[token.user_id]), _("令牌已作废"))


def _issued(request: PortalRequest, user: int, form: TokenForm) -> str:
    """The text of the new token; blank when the form says why there is none."""
    try:
        with transaction.atomic():
            return services.issue_system_token(
                user_id=user, by=request.scope, at=timezone.now(), **form.cleaned_data
            ).text
    except UnableToIssue as why:
        form.add_error(why.field or None, str(why))
        return ""


def _answered(request: PortalRequest, user: int, form: KeeperForm) -> HttpResponse:
    services.replace_keeper(
        user_id=user, keeper_id=form.cleaned_data["keeper"].pk, by=request.scope, at=timezone.now()
    )
    return done(request, reverse("orgs:system", args=[user]), _("责任人已更换"))


def _is_open(token: AccessToken, now: Any) -> bool:
    return token.revoked_at is None and token.expires_at > now


def _units() -> Any:
    return OrgUnit.objects.on(timezone.localdate()).order_by("code")


def _people() -> Any:
    return User.objects.filter(is_active=True, is_service=False).order_by("name", "pk")
