"""Telling of a change: a form for everybody who may report, and one's own reports.

Whoever only reports (社区力量) sees these two pages and nothing of the register.

Paper: S-64.
"""

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from housing.models import DwellingUnit
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page
from residents import services
from residents.forms import LeadForm
from residents.models import Lead
from residents.views.leads import dwelling_meant

MOST_SHOWN = 50


@needs(Capability.SUBMIT_LEADS)
def report(request: PortalRequest) -> HttpResponse:
    """The form: on a phone for those who only report, at the desk for the clerk."""
    scope = request.scope
    only = not scope.may(Capability.VIEW_REGISTER)
    initial = {"kind": "new", "subject": "person", "channel": "" if only else "15"}
    initial["place"] = "" if only else _place(request)
    form = LeadForm(request.POST or None, initial=initial, reports_only=only)
    if request.method == "POST" and form.is_valid():
        try:
            url = once(
                key=key_of(request), user_id=scope.user_id or 0, at=timezone.now(),
                act=lambda: _submit(request, form, only),
            )  # fmt: skip
        except services.UnableToFollowUp as why:
            form.add_error(why.field if why.field in form.fields else None, str(why))
        else:
            said = _("已上报，居委会会去核实") if only else _("线索已登记")
            return done(request, url, said)
    context = {"form": form, "reports_only": only}
    return page(request, "residents/report_lead.html", context)


def _place(request: PortalRequest) -> str:
    """The dwelling that the address names (the door check does), as words; blank out of sight."""
    try:
        key = uuid.UUID(request.GET.get("dwelling", ""))
    except ValueError:
        return ""
    rows = DwellingUnit.objects.in_scope(request.scope).filter(pk=key)
    return rows.values_list("short_address", flat=True).first() or ""


def _submit(request: PortalRequest, form: LeadForm, only: bool) -> str:
    told = services.LeadTold(**form.cleaned_data)
    scope, at = request.scope, timezone.now()
    if only:
        services.submit_lead(told=told, by=scope, at=at)
        return reverse("residents:my_leads")
    dwelling = None
    try:
        dwelling = dwelling_meant(told.place, scope)
    except services.UnableToFollowUp:
        # a committee may note a place that the register does not know yet: that is the news
        if scope.level != "committee":
            raise
    lead = services.submit_lead(told=told, dwelling_id=dwelling, by=scope, at=at)
    return reverse("residents:lead", args=[lead.pk])


@require_GET
@needs(Capability.SUBMIT_LEADS)
def mine(request: PortalRequest) -> HttpResponse:
    """What one has reported in this post and how far it is; never what was found at whose door."""
    rows = Lead.objects.told_by(request.scope).order_by("-submitted_at", "-id")[:MOST_SHOWN]
    told = [{"lead": row, "text": services.lead_words(row)["text"]} for row in rows]
    return page(request, "residents/my_leads.html", {"told": told})
