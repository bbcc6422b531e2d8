"""Several leads given to one person at once.

Paper: S-64.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.bulk import AGREED, MOST_AT_ONCE, Outlook, carried, outlook
from portal.ui.pages import UNPROCESSABLE, done, page
from residents import services
from residents.forms import GiveForm
from residents.models import Lead
from residents.views.leads import Listing


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def give(request: PortalRequest) -> HttpResponse:
    """Tell which of the chosen leads would be given out and which not; then give them."""
    scope, today = request.scope, timezone.localdate()
    rows = Lead.objects.in_scope(scope).defer("sealed")
    chosen = Listing.picked(request, rows, day=today, scope=scope)
    handlers = services.handlers_of(scope.unit, today)
    agreed = bool(request.POST.get(AGREED))
    form = GiveForm(request.POST if agreed else None, handlers=handlers)
    seen = _outlook(chosen)
    if not agreed or seen.too_many or not form.is_valid():
        return _ask(request, seen, form, agreed)
    given: list[int] = []

    def act() -> None:
        given.append(services.triage_leads(
            lead_ids=chosen.values_list("pk", flat=True),
            assigned_id=form.cleaned_data["assigned"], by=scope, at=timezone.now(),
        ))  # fmt: skip

    try:
        where = act_once(request, act, where=reverse("residents:leads"))
    except services.UnableToFollowUp as why:
        put_at_field(form, "assigned", why)
        return _ask(request, seen, form, agreed)
    said = _("已分办 %(n)s 条，请按期上门") % {"n": given[0]} if given else _("已分办")
    return done(request, where, said)


def _outlook(chosen: "QuerySet[Any, Any]") -> Outlook:
    count = chosen.order_by().count()
    if count > MOST_AT_ONCE:
        return Outlook(0, (), too_many=count)
    return outlook((lead.place or _("已清除"), services.why_not_given(lead)) for lead in chosen)


def _ask(request: PortalRequest, seen: Outlook, form: GiveForm, agreed: bool) -> HttpResponse:
    context: dict[str, Any] = {
        "title": _("分办选中的线索"), "verb": _("分办"), "unit": Listing.unit, "outlook": seen,
        "carried": carried(request), "form": form, "most": MOST_AT_ONCE,
        "action": reverse("residents:give_leads"),
    }  # fmt: skip
    return page(request, "ui/bulk.html", context, status=UNPROCESSABLE if agreed else 200)
