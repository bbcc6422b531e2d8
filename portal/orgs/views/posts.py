"""Units, posts and accounts; the post switcher (D-2, D-3)."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.fresh import needs_fresh
from portal.accounts.models import SecondFactor, User
from portal.audit.record import record
from portal.orgs import delegation, posts, services
from portal.orgs.access import PortalRequest, needs, signed_in
from portal.orgs.capabilities import Capability
from portal.orgs.forms import AccountForm, CloseForm, PostForm, ResetForm
from portal.orgs.models import Appointment, AppointmentRequest, OrgUnit
from portal.orgs.roles import ROLES
from portal.ui.pages import done, page


@signed_in
@require_POST
def switch_post(request: PortalRequest) -> HttpResponse:
    """Act in another of one's own posts from now on."""
    wanted = request.POST.get("appointment", "")
    held = {str(post.pk): post for post in posts.held_on(request.user, timezone.localdate())}  # type: ignore[arg-type]
    if wanted not in held:
        raise Http404
    request.session[posts.SESSION_KEY] = held[wanted].pk
    record("accounts.post_switched", by=request.scope, at=timezone.now(), target=held[wanted])
    return HttpResponseRedirect(resolve_url("desk:home"))


@needs(Capability.VIEW_ORGS)
def units(request: PortalRequest) -> HttpResponse:
    """The units under one's own, with the posts held there, and what each role may do."""
    today = timezone.localdate()
    held = (
        Appointment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)
        .filter(unit_id__gte=request.scope.low, unit_id__lte=request.scope.high)
        .select_related("user", "unit")
        .order_by("unit_id", "role", "user_id")
    )
    own = OrgUnit.objects.under(request.scope.unit).on(today).order_by("code")
    return page(
        request,
        "orgs/units.html",
        {
            "posts": held,
            "units": own,
            "roles": ROLES.values(),
            "may_appoint": request.scope.may(Capability.APPOINT),
            "endable": _roles(request),
            "waiting": _waiting(request),
        },
    )


@needs(Capability.APPOINT)
@needs_fresh("开通账号")
def open_account(request: PortalRequest) -> HttpResponse:
    """A new account with its first post."""
    form = AccountForm(request.POST or None, units=_units(request), roles=_roles(request))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                user = services.open_account_with_post(
                    **form.cleaned_data | {"unit": form.cleaned_data["unit"].code},
                    by=request.scope, at=timezone.now(),
                )  # fmt: skip
        except ValidationError as weak:
            form.add_error("password", weak)
        except services.UnableToAppoint as why:
            form.add_error("role", str(why))
        else:
            told = _("账号已开通")
            if delegation.needs_second(ROLES[form.cleaned_data["role"]]):
                told = _("账号已开通，区级岗位待另一人批准")
            return done(request, reverse("orgs:person", args=[user.pk]), told)
    return page(request, "orgs/account_form.html", {"form": form})


@needs(Capability.APPOINT)
def people(request: PortalRequest) -> HttpResponse:
    """The accounts of one's units: who, in which posts, with which second factor."""
    accounts = _accounts(request).order_by("username")
    factors = set(SecondFactor.objects.exclude(confirmed_at=None).values_list("user_id", flat=True))
    today = timezone.localdate()
    held: dict[int, list[Appointment]] = {}
    for post in Appointment.objects.filter(user__in=accounts).select_related("unit"):
        if post.ends_on is None or post.ends_on >= today:
            held.setdefault(post.user_id, []).append(post)
    rows = [
        {"user": user, "posts": held.get(user.pk, []), "factor": user.pk in factors}
        for user in accounts
    ]
    context = {
        "rows": rows, "waiting": _waiting(request),
        "may_keep": request.scope.may(Capability.MANAGE_ACCOUNTS),
    }  # fmt: skip
    return page(request, "orgs/people.html", context)


@needs(Capability.APPOINT)
@needs_fresh("任免岗位、变更账号")
def person(request: PortalRequest, user: int) -> HttpResponse:
    """One account: its posts, a new one, and for the keeper of accounts reset and closure."""
    account = _accounts(request).filter(pk=user).first()
    if account is None:
        raise Http404
    act = request.POST.get("act", "")
    given = request.POST if act == "appoint" else None
    form = PostForm(
        given, units=_units(request), roles=_roles(request),
        initial={"starts_on": timezone.localdate()},
    )  # fmt: skip
    reset = ResetForm(request.POST if act == "reset" else None, prefix="reset")
    close = CloseForm(request.POST if act in {"close", "open"} else None, prefix="close")
    answer = _act(request, account, act, {"appoint": form, "reset": reset}.get(act, close))
    if answer is not None:
        return answer
    held = Appointment.objects.filter(user=account).select_related("unit").order_by("-starts_on")
    context = {
        "account": account, "posts": held, "form": form, "reset": reset, "close": close,
        "today": timezone.localdate(), "endable": _roles(request),
        "factor": SecondFactor.objects.filter(user=account).exclude(confirmed_at=None).exists(),
        "may_keep": request.scope.may(Capability.MANAGE_ACCOUNTS),
        "own": account.pk == request.scope.user_id,
        "asked": AppointmentRequest.objects.filter(
            user=account, state=AppointmentRequest.State.WAITING
        ).select_related("unit", "asked_by"),
    }  # fmt: skip
    return page(request, "orgs/person.html", context)


def _act(request: PortalRequest, account: User, act: str, form: Any) -> HttpResponse | None:
    """Do what was pressed; None when nothing was, or when the form shows why it could not be."""
    if request.method != "POST" or not form.is_valid():
        return None
    told, who = form.cleaned_data, {"by": request.scope, "at": timezone.now()}
    try:
        with transaction.atomic():
            text = _done(account, act, told, who)
    except services.UnableToAppoint as why:
        form.add_error("role", str(why))
    except ValidationError as weak:
        form.add_error("password", weak)
    else:
        return done(request, reverse("orgs:person", args=[account.pk]), text)
    return None


def _done(account: User, act: str, told: dict[str, Any], who: dict[str, Any]) -> str:
    if act == "appoint":
        post = {
            "user_id": account.pk, "unit": told["unit"].code, "role": told["role"],
            "starts_on": told["starts_on"],
        }  # fmt: skip
        if delegation.needs_second(ROLES[told["role"]]):
            services.ask_for_post(**post, reason=told["reason"], **who)
            return _("已提请，待另一人批准")
        services.appoint(**post, **who)
        return _("任职已生效")
    if act == "reset":
        services.reset_person(user_id=account.pk, **told, **who)
        return _("已重置：本人用新的初始密码登录，并重新绑定身份验证器")
    services.close_person(user_id=account.pk, active=act == "open", **told, **who)
    return _("账号已恢复") if act == "open" else _("账号已停用，其登录已结束")


@needs(Capability.APPOINT)
@require_POST
@needs_fresh("结束任职")
def end_post(request: PortalRequest, appointment: int) -> HttpResponse:
    """End a post now."""
    at = timezone.now()
    post = Appointment.objects.filter(
        pk=appointment, unit_id__gte=request.scope.low, unit_id__lte=request.scope.high
    ).first()
    if post is None:
        raise Http404
    services.end_appointment(
        appointment_id=appointment, by=request.scope, at=at,
        ends_on=services.last_day(timezone.localdate(at), post.starts_on),
    )  # fmt: skip
    return done(request, reverse("orgs:person", args=[post.user_id]), _("任职已结束"))


@needs(Capability.APPROVE_POSTS)
def requests(request: PortalRequest) -> HttpResponse:
    """Posts that wait for a second person, and the last that were decided."""
    asked = AppointmentRequest.objects.filter(
        unit_id__gte=request.scope.low, unit_id__lte=request.scope.high
    ).select_related("user", "unit", "asked_by", "decided_by")
    waiting = AppointmentRequest.State.WAITING
    context = {
        "waiting": asked.filter(state=waiting).order_by("asked_at"),
        "decided": asked.exclude(state=waiting).order_by("-decided_at")[:20],
        "me": request.scope.user_id,
    }
    return page(request, "orgs/requests.html", context)


@needs(Capability.APPROVE_POSTS)
@require_POST
@needs_fresh("批准区级任职")
def decide(request: PortalRequest, asked: int) -> HttpResponse:
    """Give the post, or do not."""
    found = AppointmentRequest.objects.filter(
        pk=asked, unit_id__gte=request.scope.low, unit_id__lte=request.scope.high
    )
    if not found.exists():
        raise Http404
    give = request.POST.get("give") == "1"
    try:
        with transaction.atomic():
            services.decide_post(request_id=asked, give=give, by=request.scope, at=timezone.now())
        text = _("已批准，任职生效") if give else _("已退回")
    except services.UnableToAppoint as why:
        text = str(why)
    return done(request, reverse("orgs:requests"), text)


def _units(request: PortalRequest) -> Any:
    return OrgUnit.objects.under(request.scope.unit).on(timezone.localdate()).order_by("code")


def _roles(request: PortalRequest) -> frozenset[str]:
    """The roles that the acting post gives, or asks for."""
    actor = ROLES[request.scope.role]
    every = delegation.grantable(actor) | delegation.may_ask_for(actor)
    return frozenset(key for key in every if not ROLES[key].service)


def _accounts(request: PortalRequest) -> Any:
    """The accounts of one's units; for the keeper of accounts all of them."""
    people = User.objects.filter(is_service=False)
    if request.scope.may(Capability.MANAGE_ACCOUNTS):
        return people
    here = Appointment.objects.filter(
        unit_id__gte=request.scope.low, unit_id__lte=request.scope.high
    )
    return people.filter(pk__in=here.values("user_id"))


def _waiting(request: PortalRequest) -> int:
    """How many posts wait for somebody like the acting person."""
    if not request.scope.may(Capability.APPROVE_POSTS):
        return 0
    return AppointmentRequest.objects.filter(
        state=AppointmentRequest.State.WAITING, unit_id__gte=request.scope.low,
        unit_id__lte=request.scope.high,
    ).count()  # fmt: skip
