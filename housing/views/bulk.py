"""One act on several rows of a list: code requests agreed to, leases renewed or ended.

Paper: S-81, S-84.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from housing import services
from housing.forms import CodeDecisionForm, EndLeasesForm, RenewLeasesForm
from housing.models import HouseCodeRequest, Lease
from housing.views import codes, leases
from portal.jobs.bulk import BulkForm, is_agreed
from portal.jobs.many import Done
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.forms import PortalForm


@require_POST
@needs(Capability.APPROVE_CODES)
def approve_codes(request: PortalRequest) -> HttpResponse:
    """The street agrees to the chosen requests, and each is carried out."""
    scope = request.scope
    form = CodeDecisionForm(request.POST if is_agreed(request) else None)
    form.fields["answer"].help_text = ""
    asked = BulkForm(
        title=_("同意选中的房屋编码申请"), verb=_("同意并办理"), unit=codes.Listing.unit,
        action=reverse("housing:approve_codes"), where=reverse("housing:code_requests"),
        said=_("已同意并办理 %(n)s 件"),
    )  # fmt: skip
    return asked.respond(
        request, codes.Listing.picked(request, HouseCodeRequest.objects.in_scope(scope)), form,
        lambda row: (row.place, services.why_not_approved(row, scope)),
        lambda keys: services.approve_code_requests(
            request_ids=keys, answer=form.cleaned_data["answer"], by=scope, at=timezone.now()
        ),
    )  # fmt: skip


@require_POST
@needs(Capability.EDIT_HOUSING)
def renew_leases(request: PortalRequest) -> HttpResponse:
    """Renew the chosen leases that end soon or have ended, each on its own terms."""
    form = RenewLeasesForm(request.POST if is_agreed(request) else None)
    asked = _about_leases(
        "renew_leases", _("续租选中的租赁"), _("续租"), _("已续租 %(n)s 份，请补登备案")
    )

    def act(keys: Sequence[Any]) -> Done:
        return services.renew_leases(
            lease_ids=keys, years=form.cleaned_data["years"], by=request.scope, at=timezone.now()
        )

    return _on_leases(request, asked, form, services.why_not_renewed, act)


@require_POST
@needs(Capability.EDIT_HOUSING)
def end_leases(request: PortalRequest) -> HttpResponse:
    """End the chosen leases whose term is over."""
    form = EndLeasesForm(request.POST if is_agreed(request) else None)
    asked = _about_leases(
        "end_leases", _("终止选中的到期租赁"), _("终止"), _("已终止 %(n)s 份")
    )  # fmt: skip

    def act(keys: Sequence[Any]) -> Done:
        return services.end_leases_at_term(
            lease_ids=keys, reason=form.cleaned_data["reason"], by=request.scope,
            at=timezone.now(),
        )  # fmt: skip

    return _on_leases(request, asked, form, services.why_not_ended, act)


def _about_leases(name: str, title: str, verb: str, said: str) -> BulkForm:
    return BulkForm(
        title=title, verb=verb, unit=leases.FilteredLeases.unit, said=said,
        action=reverse(f"housing:{name}"), where=reverse("housing:leases"),
    )  # fmt: skip


def _on_leases(
    request: PortalRequest, asked: BulkForm, form: PortalForm,
    why_not: Callable[[Lease, date], str], act: Callable[[Sequence[Any]], Done],
) -> HttpResponse:  # fmt: skip
    """The dialog about the chosen leases, or the act on them."""
    scope, today = request.scope, timezone.localdate()
    rows = Lease.objects.in_scope(scope)
    chosen = leases.FilteredLeases.picked(request, rows, day=today, scope=scope)

    def judge(lease: Lease) -> tuple[str, str]:
        return f"{lease.address} {lease.lessee}", why_not(lease, today)

    return asked.respond(request, chosen, form, judge, act)
