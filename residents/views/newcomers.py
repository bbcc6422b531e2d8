"""Newcomers: who was not welcomed yet, the sheet to print, and that it was handed over (S-117)."""

import uuid
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from housing.models import Building
from portal.audit.record import record
from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.prepared import Prepared, counted
from portal.orgs.scope import Scope
from portal.rules.services import parameters_on, rule_on
from portal.ui.bulk import MOST_AT_ONCE
from portal.ui.cells import BulkAction, SavedView
from portal.ui.keeping import keeper
from portal.ui.pages import UNPROCESSABLE, done, page
from residents import services
from residents.filters import NewcomerFilter
from residents.forms import WelcomeForm
from residents.models import NewcomerService, Residence, Resident
from residents.newcomers import (
    RULE,
    due_before,
    looked_back_to,
    not_welcomed,
    registered_in,
    registered_since,
    was_told,
)
from residents.tables import NewcomerList
from residents.views.requests import show_list


class Listing(NewcomerList):
    """The list with its conditions."""

    filterset_class = NewcomerFilter


def conditions(scope: Scope, today: date) -> dict[str, Any]:
    """What the conditions of the list need to know."""
    return {"scope": scope, "day": today, "days": parameters_on(RULE, today)["inform_days"]}


@require_GET
@needs(Capability.EDIT_RESIDENTS)
def waiting(request: PortalRequest) -> HttpResponse:
    """Who registered of late and has no sheet yet, the longest waiting first."""
    scope, today = request.scope, timezone.localdate()
    keeper().expect(request, Listing.key)  # comes in one answer with the rule's days
    told = conditions(scope, today)
    (due,) = _due.rows(
        scope, since=looked_back_to(today), before=due_before(today, told["days"])
    )  # fmt: skip
    due_count, missed = due["all"], due["missed"]
    waits = not_welcomed(Residence.objects.in_scope(scope), today)
    listing = Listing(
        request, waits, day=today, days=told["days"], filter_context=told,
        views=[SavedView(_("全部"), ""), SavedView(_("超过告知期限"), "late=1", missed)],
        bulk=[
            BulkAction(_("打印告知单"), reverse("residents:welcome_sheets")),
            BulkAction(_("登记告知…"), reverse("residents:welcome_several"), dialog=True),
        ],
    )  # fmt: skip
    context = {
        "days": told["days"], "due_count": due_count, "missed": missed,
        "share": (due_count - missed) * 100 / due_count if due_count else None,
    }  # fmt: skip
    return show_list(request, listing, "residents/newcomers.html", context)


@Prepared
def _due(scope: Scope, *, since: date, before: date) -> QuerySet[Residence, dict[str, int]]:
    """Of the newcomers since a day those registered before another: all, and who was missed."""
    rows = registered_since(Residence.objects.in_scope(scope), since)
    return counted(rows.filter(registered_on__lt=before), all=Q(), missed=~Q(was_told()))


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
    return _printed(request, [resident])


@needs(Capability.EDIT_RESIDENTS)
def sheets(request: PortalRequest) -> HttpResponse:
    """The sheets of the chosen newcomers, or of those registered today in a building."""
    scope, today = request.scope, timezone.localdate()
    here = Residence.objects.in_scope(scope)
    if request.method == "POST":
        rows = Listing.picked(request, not_welcomed(here, today), **conditions(scope, today))
    else:
        rows = registered_in(here, _building(request), today)
    keys = list(rows.values_list("resident_id", flat=True)[:MOST_AT_ONCE])
    found = Resident.objects.select_related("committee").in_bulk(keys)
    people = [found[key] for key in dict.fromkeys(keys) if key in found]
    if not people:
        where = reverse("residents:newcomers")
        return done(request, where, _("没有要打印的告知单：选中的人都已告知"))
    record(
        "residents.newcomer_sheet_printed", by=scope, at=timezone.now(),
        target=("residents.resident", "list"), subjects=[each.pk for each in people],
    )  # fmt: skip
    return _printed(request, people)


def _building(request: PortalRequest) -> uuid.UUID:
    """:raises Http404: no building of this scope"""
    try:
        asked = uuid.UUID(request.GET.get("building", ""))
    except ValueError as wrong:
        raise Http404 from wrong
    found: uuid.UUID = get_in_scope(Building.objects.all(), request.scope, pk=asked).pk
    return found


def _printed(request: PortalRequest, people: list[Resident]) -> HttpResponse:
    rule = rule_on(RULE, timezone.localdate())
    context = {
        "people": people, "edition": rule["edition"], "label": rule.label,
        "parts": rule["sections"], "hours": rule["hours"],
    }  # fmt: skip
    return page(request, "residents/welcome_sheet.html", context)
