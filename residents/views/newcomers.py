"""Newcomers: who was not welcomed yet, the sheet to print, and that it was handed over (S-117)."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from portal.audit.record import record
from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.rules.services import rule_on
from portal.ui.pages import UNPROCESSABLE, done, page
from residents import services
from residents.forms import WelcomeForm
from residents.models import NewcomerService, Residence, Resident
from residents.newcomers import RULE, late_since, newcomers, not_welcomed

MOST_SHOWN = 200


@require_GET
@needs(Capability.EDIT_RESIDENTS)
def waiting(request: PortalRequest) -> HttpResponse:
    """Who registered of late and has no sheet yet, the longest waiting first."""
    scope, today = request.scope, timezone.localdate()
    days = rule_on(RULE, today)["inform_days"]
    here = Residence.objects.in_scope(scope)
    rows: list[Any] = list(
        not_welcomed(here, today).order_by("registered_on", "id")[: MOST_SHOWN + 1]
    )
    record(
        "register.list_viewed", by=scope, at=timezone.now(), target=("residents.residence", "list"),
        subjects=[row.resident_id for row in rows[:MOST_SHOWN]],
        changes={"list": _("来沪人员告知")},
    )  # fmt: skip
    for row in rows:
        row.waits = (today - row.registered_on).days
        row.is_late = row.waits > days
    due = newcomers(here, today).filter(late_since(today, days))
    due_count, missed = (
        due.count(),
        not_welcomed(here, today).filter(late_since(today, days)).count(),
    )
    context = {
        "rows": rows[:MOST_SHOWN], "is_more": len(rows) > MOST_SHOWN, "most": MOST_SHOWN,
        "days": days, "due_count": due_count, "missed": missed,
        "share": (due_count - missed) * 100 / due_count if due_count else None,
    }  # fmt: skip
    return page(request, "residents/newcomers.html", context)


@needs(Capability.EDIT_RESIDENTS)
def welcome(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Note that the sheet was handed over, and how."""
    resident = get_in_scope(Resident.objects.all(), request.scope, pk=pk)
    given = NewcomerService.objects.in_scope(request.scope).filter(resident=resident).first()
    initial = {"handed_on": timezone.localdate(), "form": "paper", "language": "zh"}
    form, refusal = WelcomeForm(request.POST or None, initial=initial), ""
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            services.welcome_newcomer(
                resident_id=pk, by=request.scope, at=timezone.now(), **form.cleaned_data
            )

        where = reverse("residents:newcomers")
        try:
            act_once(request, act, where=where)
        except services.UnableToFollowUp as why:
            if not put_at_field(form, why.field, why):
                refusal = str(why)
        else:
            return done(request, where, _("已登记告知 %(name)s") % {"name": resident.name})
    status = UNPROCESSABLE if refusal or form.errors else 200
    context = {"resident": resident, "given": given, "form": form, "refusal": refusal}
    return page(request, "residents/welcome.html", context, status=status)


@require_GET
@needs(Capability.EDIT_RESIDENTS)
def sheet(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The welcome sheet in two languages, for the printer; the words are the rule's."""
    resident = get_in_scope(Resident.objects.select_related("committee"), request.scope, pk=pk)
    record(
        "residents.newcomer_sheet_printed", by=request.scope, at=timezone.now(), target=resident,
        committee=resident.committee_id, subjects=[resident.pk],
    )  # fmt: skip
    rule = rule_on(RULE, timezone.localdate())
    context = {
        "resident": resident, "edition": rule["edition"], "label": rule.label,
        "parts": rule["sections"], "hours": rule["hours"], "office": resident.committee.name,
    }  # fmt: skip
    return page(request, "residents/welcome_sheet.html", context)
