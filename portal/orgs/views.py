"""Units, posts and accounts; the post switcher (D-2, D-3)."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.fresh import needs_fresh
from portal.audit.record import record
from portal.orgs import posts, services
from portal.orgs.access import PortalRequest, needs, signed_in
from portal.orgs.capabilities import Capability
from portal.orgs.forms import AccountForm
from portal.orgs.models import Appointment, OrgUnit
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
            "may_manage": request.scope.may(Capability.MANAGE_ACCOUNTS),
        },
    )


@needs(Capability.MANAGE_ACCOUNTS)
@needs_fresh("开通账号")
def open_account(request: PortalRequest) -> HttpResponse:
    """A new account with its first post."""
    choices = OrgUnit.objects.under(request.scope.unit).order_by("code")
    form = AccountForm(request.POST or None, units=choices)
    if request.method == "POST" and form.is_valid():
        try:
            services.open_account_with_post(
                **form.cleaned_data | {"unit": form.cleaned_data["unit"].code},
                by=request.scope, at=timezone.now(),
            )  # fmt: skip
        except ValidationError as weak:
            form.add_error("password", weak)
        except services.UnableToAppoint as why:
            form.add_error("role", str(why))
        else:
            return done(request, reverse("orgs:units"), _("账号已开通"))
    return page(request, "orgs/account_form.html", {"form": form})


@needs(Capability.MANAGE_ACCOUNTS)
@require_POST
@needs_fresh("结束任职")
def end_post(request: PortalRequest, appointment: int) -> HttpResponse:
    """End a post today."""
    at = timezone.now()
    if not Appointment.objects.filter(
        pk=appointment, unit_id__gte=request.scope.low, unit_id__lte=request.scope.high
    ).exists():
        raise Http404
    services.end_appointment(
        appointment_id=appointment, ends_on=timezone.localdate(at), by=request.scope, at=at
    )
    return done(request, reverse("orgs:units"), _("任职已结束"))
