"""Discovery leads: the list, one lead and its steps, and the way from it into the register.

Paper: S-64.
"""

import uuid
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing.models import DwellingUnit
from portal import kept
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui.cells import BulkAction, SavedView
from residents import services
from residents.filters import LeadFilter
from residents.forms import FindingForm, FinishForm, TriageForm
from residents.leads import LeadQuerySet
from residents.models import Lead, Residence, Resident
from residents.request_tables import LEAD_TONES, LeadList
from residents.search import find_dwellings
from residents.views.requests import act_on, note_look, show_list, show_request

Form = TriageForm | FindingForm | FinishForm
State = Lead.State
#: What still has a step to come.
WAITING = (State.SUBMITTED, State.TRIAGED, State.CONFIRMED)
#: Dwellings of a committee with the same house and room number, in different lanes.
MOST_MEANT = 20


class Listing(LeadList):
    filterset_class = LeadFilter


@require_GET
@needs(Capability.VIEW_REGISTER)
def leads(request: PortalRequest) -> HttpResponse:
    """All leads of the acting unit, with the tabs that tell what waits."""
    scope, today = request.scope, timezone.localdate()
    rows = Lead.objects.in_scope(scope).defer("sealed")
    kept.expect(_tabs(scope, today))
    gives = scope.level == "committee" and scope.may(Capability.EDIT_RESIDENTS)
    listing = Listing(
        request, rows, views=lambda: _views(rows, scope, today), day=today, scope=scope,
        kept_of=scope.unit,
        bulk=[
            BulkAction(_("分办…"), reverse("residents:give_leads"), dialog=True),
            BulkAction(_("结案…"), reverse("residents:dismiss_leads"), dialog=True),
        ]
        * gives,
    )  # fmt: skip
    context = {
        "may_submit": scope.may(Capability.SUBMIT_LEADS),
        "may_issue": scope.may(Capability.EDIT_RESIDENTS),
    }
    return show_list(request, listing, "residents/leads.html", context)


def _views(rows: LeadQuerySet, scope: Scope, today: date) -> list[SavedView]:
    """The tabs, each with its number; the numbers are kept while the unit does nothing."""
    counts = kept.fact(_tabs(scope, today), partial(_counted, rows, scope, today))
    views = [SavedView(_("全部"), "")]
    views += [
        SavedView(str(state.label), f"state={state.value}", counts[state.value])
        for state in WAITING
    ]
    views.append(SavedView(_("已超期"), "overdue=1", counts["overdue"]))
    if scope.level == "committee" and scope.may(Capability.EDIT_RESIDENTS):
        views.append(SavedView(_("由我承办"), "mine=1", counts["mine"]))
    return views


def _tabs(scope: Scope, today: date) -> kept.Key:
    return kept.tabs_of(Listing.key, scope.unit, today, scope.user_id)


def _counted(rows: LeadQuerySet, scope: Scope, today: date) -> dict[str, int]:
    """How many stand under each tab, in one pass over what is open."""
    return rows.open().aggregate(
        overdue=Count("pk", filter=Q(due_on__lt=today)),
        mine=Count("pk", filter=Q(assigned_id=scope.user_id or 0)),
        **{state.value: Count("pk", filter=Q(state=state)) for state in WAITING},
    )


@require_GET
@needs(Capability.VIEW_REGISTER)
def lead(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One lead: what was told, what is to be done next, what came of it."""
    found = _lead(request, pk)
    note_look(request, "residents.lead_viewed", found)
    return _show(request, found)


def _lead(request: PortalRequest, pk: uuid.UUID) -> Lead:
    rows = Lead.objects.select_related("dwelling", "building", "committee__parent")
    return get_in_scope(rows, request.scope, pk=pk)


def _show(
    request: PortalRequest, found: Lead, *, form: Form | None = None, refusal: str = ""
) -> HttpResponse:
    scope, today = request.scope, timezone.localdate()
    acts = scope.may(Capability.EDIT_RESIDENTS) and found.is_open
    return show_request(
        request, "residents/lead.html", found, form=form, refusal=refusal,
        heading=found.place or _("（地点已清除）"), tone=LEAD_TONES[State(found.state)],
        told=services.lead_words(found), unit=services.unit_title(found.committee),
        late=found.is_open and found.due_on < today, acts=acts,
        may_edit_housing=scope.may(Capability.EDIT_HOUSING),
        people=_people(found, scope) if acts and found.state != State.SUBMITTED else [],
        registered=_registered(found, scope),
        crumbs=[
            {"title": _("发现线索"), "url": reverse("residents:leads")}, {"title": found.place},
        ],
        **(_forms(found, form, today, scope) if acts else {}),
    )  # fmt: skip


def _forms(found: Lead, form: Form | None, today: date, scope: Scope) -> dict[str, Any]:
    """The forms of the steps that may follow, one of them as it was typed."""
    forms: dict[str, Any] = {}
    if found.state in (State.SUBMITTED, State.TRIAGED):
        initial = {
            "assigned": found.assigned_id, "priority": found.priority,
            "place": _probable(found, scope),
        }  # fmt: skip
        handlers = services.handlers_of(found.committee_id, today)
        forms["triage_form"] = TriageForm(initial=initial, handlers=handlers, prefix="triage")
        visited = {"visited_on": today if found.state == State.TRIAGED else None}
        forms["finding_form"] = FindingForm(initial=visited, state=found.state, prefix="finding")
    elif found.state == State.CONFIRMED:
        forms["finish_form"] = FinishForm(
            initial={"place": _probable(found, scope)}, prefix="finish"
        )
    if form is not None:
        forms[f"{form.prefix}_form"] = form
    return forms


def _probable(found: Lead, scope: Scope) -> str:
    """The dwelling that is known, or that the words can only mean; blank for any doubt."""
    if found.dwelling:
        return str(found.dwelling.address)
    homes = find_dwellings(found.place, by=scope, limit=MOST_MEANT)
    here = [home for home in homes if found.building_id in (None, home.building_id)]
    return str(here[0].address) if len(here) == 1 else ""


def _people(found: Lead, scope: Scope) -> list[Any]:
    """Who is registered at the lead's dwelling, to be changed or deregistered from here."""
    if found.dwelling_id is None:
        return []
    rows = Residence.objects.in_scope(scope).open().filter(dwelling_id=found.dwelling_id)
    return list(rows.order_by("id")[:60])


def _registered(found: Lead, scope: Scope) -> Resident | None:
    """The person whose record came of it, for those who may see them now."""
    if found.record_id is None:
        return None
    return Resident.objects.in_scope(scope).filter(pk=found.record_id).first()


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def triage(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Give the lead to somebody of its committee."""
    found = _lead(request, pk)
    handlers = services.handlers_of(found.committee_id, timezone.localdate())
    form = TriageForm(request.POST, handlers=handlers, prefix="triage")

    def act() -> Lead:
        told = form.cleaned_data
        return services.triage_lead(
            lead_id=pk, assigned_id=told["assigned"], priority=told["priority"],
            dwelling_id=dwelling_meant(told["place"], request.scope), by=request.scope,
            at=timezone.now(),
        )  # fmt: skip

    return _done(request, found, form, act, _("已分办，请按期上门"))


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def finding(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Note what was found."""
    found = _lead(request, pk)
    form = FindingForm(request.POST, state=found.state, prefix="finding")

    def act() -> Lead:
        return services.note_finding(
            lead_id=pk, **form.cleaned_data, by=request.scope, at=timezone.now()
        )

    return _done(request, found, form, act, _("已记录核实情况"))


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def finish(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """End a confirmed lead by the dwelling whose record shows it."""
    found = _lead(request, pk)
    form = FinishForm(request.POST, prefix="finish")

    def act() -> Lead:
        dwelling = dwelling_meant(form.cleaned_data["place"], request.scope)
        return services.finish_lead(
            lead_id=pk, dwelling_id=dwelling, by=request.scope, at=timezone.now()
        )

    return _done(request, found, form, act, _("线索已办结"))


def dwelling_meant(text: str, scope: Scope) -> uuid.UUID | None:
    """The one dwelling in scope that an address means; None where nothing was typed.

    :raises UnableToFollowUp: none or several, at the field `place`
    """
    if not text.strip():
        return None
    homes: list[DwellingUnit] = find_dwellings(text, by=scope, limit=2)
    if not homes:
        raise services.UnableToFollowUp(_("没有找到这套房屋，请核对地址或先登记房屋"), "place")
    if len(homes) > 1:
        raise services.UnableToFollowUp(_("符合的房屋不止一套，请写明弄、号和室"), "place")
    return homes[0].pk


def _done(
    request: PortalRequest, found: Lead, form: Form, act: Callable[[], Lead], said: str
) -> HttpResponse:  # fmt: skip
    """Act, and show the lead again."""

    def show(*, form: Any = None, refusal: str = "") -> HttpResponse:
        return _show(request, _lead(request, found.pk), form=form, refusal=refusal)

    where = reverse("residents:lead", args=[found.pk])
    return act_on(request, act, form=form, where=where, said=said, show=show)
