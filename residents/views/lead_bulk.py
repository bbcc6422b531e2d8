"""Several leads given to one person, or ended, at once.

Paper: S-64.
"""

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.jobs.bulk import BulkForm, is_agreed
from portal.jobs.many import Done
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from residents import services
from residents.forms import FindingForm, GiveForm
from residents.models import Lead
from residents.views.leads import Listing


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def give(request: PortalRequest) -> HttpResponse:
    """Tell which of the chosen leads would be given out and which not; then give them."""
    scope, today = request.scope, timezone.localdate()
    rows = Lead.objects.in_scope(scope).defer("sealed")
    handlers = services.handlers_of(scope.unit, today)
    form = GiveForm(request.POST if is_agreed(request) else None, handlers=handlers)
    asked = BulkForm(
        title=_("分办选中的线索"), verb=_("分办"), unit=Listing.unit, field="assigned",
        action=reverse("residents:give_leads"), where=reverse("residents:leads"),
        said=_("已分办 %(n)s 条，请按期上门"),
    )  # fmt: skip
    return asked.respond(
        request, Listing.picked(request, rows, day=today, scope=scope), form,
        lambda lead: (lead.place or _("已清除"), services.why_not_given(lead)),
        lambda keys: Done(services.triage_leads(
            lead_ids=keys, assigned_id=form.cleaned_data["assigned"], by=scope, at=timezone.now()
        )),
        (services.UnableToFollowUp,),
    )  # fmt: skip


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def dismiss(request: PortalRequest) -> HttpResponse:
    """End the chosen leads that came to nothing, or that were told twice."""
    scope, today = request.scope, timezone.localdate()
    rows = Lead.objects.in_scope(scope).defer("sealed")
    form = FindingForm(request.POST if is_agreed(request) else None, state=Lead.State.SUBMITTED)
    asked = BulkForm(
        title=_("结案选中的线索"), verb=_("结案"), unit=Listing.unit, field="finding",
        action=reverse("residents:dismiss_leads"), where=reverse("residents:leads"),
        said=_("已结案 %(n)s 条"),
    )  # fmt: skip
    return asked.respond(
        request, Listing.picked(request, rows, day=today, scope=scope), form,
        lambda lead: (lead.place or _("已清除"), services.why_not_dismissed(lead)),
        lambda keys: services.dismiss_leads(
            lead_ids=keys, by=scope, at=timezone.now(), **form.cleaned_data
        ),
        (services.UnableToFollowUp,),
    )  # fmt: skip
