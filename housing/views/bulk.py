"""One act on several rows of a list: codes, leases, findings of the department, referrals.

Paper: S-79, S-81, S-84.
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
from housing.course_lists import ReferralList
from housing.forms import (
    CodeDecisionForm,
    CodeReturnForm,
    EndLeasesForm,
    RenewLeasesForm,
    SeveralFindingForm,
)
from housing.forms.enforcement import ReceiptForm
from housing.models import DwellingUnit, HouseCodeRequest, Lease, Referral
from housing.views import codes, leases, legality
from portal.jobs.bulk import BulkForm, is_agreed
from portal.jobs.many import Done
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.forms import PortalForm


@require_POST
@needs(Capability.APPROVE_CODES)
def approve_codes(request: PortalRequest) -> HttpResponse:
    """The street agrees to the chosen requests, and each is carried out."""
    form = CodeDecisionForm(request.POST if is_agreed(request) else None)
    form.fields["answer"].help_text = ""
    asked = _about_codes(
        "approve_codes", _("同意选中的房屋编码申请"), _("同意并办理"), _("已同意并办理 %(n)s 件")
    )  # fmt: skip
    return _on_codes(request, asked, form, services.approve_code_requests)


@require_POST
@needs(Capability.APPROVE_CODES)
def return_codes(request: PortalRequest) -> HttpResponse:
    """The street returns the chosen requests for one reason."""
    form = CodeReturnForm(request.POST if is_agreed(request) else None)
    asked = _about_codes(
        "return_codes", _("退回选中的房屋编码申请"), _("退回"), _("已退回 %(n)s 件")
    )  # fmt: skip
    return _on_codes(request, asked, form, services.return_code_requests)


def _about_codes(name: str, title: str, verb: str, said: str) -> BulkForm:
    return BulkForm(
        title=title, verb=verb, unit=codes.Listing.unit, said=said, field="answer",
        action=reverse(f"housing:{name}"), where=reverse("housing:code_requests"),
    )  # fmt: skip


def _on_codes(
    request: PortalRequest, asked: BulkForm, form: PortalForm, act: Callable[..., Done]
) -> HttpResponse:
    """The dialog about the chosen requests, or the street's word on them."""
    scope = request.scope
    chosen = codes.Listing.picked(request, HouseCodeRequest.objects.in_scope(scope))
    return asked.respond(
        request, chosen, form, lambda row: (row.place, services.why_not_decided(row, scope)),
        lambda keys: act(
            request_ids=keys, answer=form.cleaned_data["answer"], by=scope, at=timezone.now()
        ),
        (services.UnableToCode,),
    )  # fmt: skip


@require_POST
@needs(Capability.DETERMINE_LEGALITY)
def determine(request: PortalRequest) -> HttpResponse:
    """The housing department writes one finding of the chosen dwellings that have none."""
    scope = request.scope
    rows = DwellingUnit.objects.in_scope(scope).order_by("address_key", "pk")
    form = SeveralFindingForm(request.POST if is_agreed(request) else None)
    asked = BulkForm(
        title=_("认定选中的房屋"), verb=_("认定"), unit=legality.Listing.unit, field="result",
        action=reverse("housing:determine_several"), where=reverse("housing:determinations"),
        said=_("已写入 %(n)s 套的认定"),
    )  # fmt: skip
    return asked.respond(
        request, legality.Listing.picked(request, rows, scope=scope), form,
        lambda unit: (unit.short_address, services.why_not_determined(unit)),
        lambda keys: services.determine_several(
            dwelling_ids=keys, finding=services.Finding(**form.cleaned_data), by=scope,
            at=timezone.now(),
        ),
        (services.UnableToDetermine,),
    )  # fmt: skip


@require_POST
@needs(Capability.RUN_CAMPAIGNS)
def receive(request: PortalRequest) -> HttpResponse:
    """Note that the departments signed for the chosen referrals on a day."""
    scope, today = request.scope, timezone.localdate()
    posted = request.POST if is_agreed(request) else None
    form = ReceiptForm(posted, initial={"received_on": today})
    asked = BulkForm(
        title=_("登记选中的抄告已签收"), verb=_("登记签收"), unit=ReferralList.unit,
        action=reverse("housing:receive_referrals"), where=reverse("housing:referrals"),
        said=_("已登记签收 %(n)s 件"), field="received_on",
    )  # fmt: skip
    return asked.respond(
        request, ReferralList.picked(request, Referral.objects.in_scope(scope)), form,
        lambda row: (row.number, services.why_not_received(row)),
        lambda keys: services.receive_referrals(
            referral_ids=keys, received_on=form.cleaned_data["received_on"], by=scope,
            at=timezone.now(),
        ),
        (services.UnableToRectify,),
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
