"""One act on several requests: transfers agreed to, answers handed over, appeals given out.

Paper: S-09, S-118.
"""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.jobs.bulk import BulkForm, is_agreed
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.forms import PortalForm
from residents import services
from residents.appeal_forms import AppealHandlerForm
from residents.forms import DeliveryForm
from residents.models import CorrectionRequest, ResidentAppeal, Transfer
from residents.views import appeals, corrections, transfers


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def agree(request: PortalRequest) -> HttpResponse:
    """The holder agrees to the chosen transfers, and the people move at once."""
    scope, today = request.scope, timezone.localdate()
    rows = Transfer.objects.in_scope(scope)
    asked = BulkForm(
        title=_("同意移交选中的人员"), verb=_("同意移交"), unit=transfers.Listing.unit,
        action=reverse("residents:agree_transfers"), where=reverse("residents:transfers"),
        said=_("已同意移交 %(n)s 件"),
    )  # fmt: skip
    return asked.respond(
        request, transfers.Listing.picked(request, rows, day=today, scope=scope),
        PortalForm(request.POST if is_agreed(request) else None),
        lambda row: (row.name, services.why_not_agreed(row, scope)),
        lambda keys: services.agree_transfers(transfer_ids=keys, by=scope, at=timezone.now()),
    )  # fmt: skip


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def deliver(request: PortalRequest) -> HttpResponse:
    """Note that the written answers of the chosen requests were handed over on a day."""
    scope, today = request.scope, timezone.localdate()
    rows = CorrectionRequest.objects.in_scope(scope).defer("sealed")
    posted = request.POST if is_agreed(request) else None
    form = DeliveryForm(posted, initial={"delivered_on": today})
    asked = BulkForm(
        title=_("登记选中的答复已送达"), verb=_("登记送达"), unit=corrections.Listing.unit,
        action=reverse("residents:deliver_corrections"), where=reverse("residents:corrections"),
        said=_("已登记送达 %(n)s 件"), field="delivered_on",
    )  # fmt: skip
    return asked.respond(
        request, corrections.Listing.picked(request, rows, day=today, scope=scope), form,
        lambda row: (row.name, services.why_not_delivered(row)),
        lambda keys: services.deliver_corrections(
            request_ids=keys, delivered_on=form.cleaned_data["delivered_on"], by=scope,
            at=timezone.now(),
        ),
    )  # fmt: skip


@require_POST
@needs(Capability.HANDLE_APPEALS)
def assign(request: PortalRequest) -> HttpResponse:
    """Give the chosen appeals to one person, who is not complained of in any."""
    scope, today = request.scope, timezone.localdate()
    rows = ResidentAppeal.objects.shown_to(scope).defer("sealed")
    handlers = services.handlers_at(scope.unit, today)
    form = AppealHandlerForm(request.POST if is_agreed(request) else None, handlers=handlers)
    asked = BulkForm(
        title=_("分办选中的诉求"), verb=_("分办"), unit=appeals.Listing.unit, field="handler",
        action=reverse("residents:assign_appeals"), where=reverse("residents:appeals"),
        said=_("已分办 %(n)s 件，请按期答复"),
    )  # fmt: skip
    return asked.respond(
        request, appeals.Listing.picked(request, rows, day=today, scope=scope), form,
        lambda row: (row.get_topic_display(), services.why_not_assigned(row, scope)),
        lambda keys: services.assign_appeals(
            appeal_ids=keys, handler_id=form.cleaned_data["handler"], by=scope, at=timezone.now()
        ),
        (services.UnableToFollowUp,),
    )  # fmt: skip
