"""Requests for correction: asked from a person's page, listed, decided, printed, delivered.

Paper: domain §3.37.
"""

import uuid
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.prepared import Prepared, counted
from portal.orgs.scope import Scope
from portal.ui.cells import BulkAction, SavedView
from portal.ui.pages import done, page
from residents import services
from residents.corrections import CorrectionQuerySet
from residents.filters import CorrectionFilter
from residents.forms import CorrectionAnswerForm, CorrectionForm, DeliveryForm
from residents.models import CorrectionRequest, Residence, Resident
from residents.request_tables import CORRECTION_TONES, CorrectionList
from residents.views.requests import act_on, note_look, show_list, show_request, take_down

State, Kind = CorrectionRequest.State, CorrectionRequest.Kind
Form = CorrectionAnswerForm | DeliveryForm


class Listing(CorrectionList):
    filterset_class = CorrectionFilter


@require_GET
@needs(Capability.VIEW_REGISTER)
def corrections(request: PortalRequest) -> HttpResponse:
    """All requests of the acting unit."""
    scope, today = request.scope, timezone.localdate()
    rows = CorrectionRequest.objects.in_scope(scope).defer("sealed")
    acts = scope.may(Capability.EDIT_RESIDENTS)
    bulk = [
        BulkAction(_("登记送达…"), reverse("residents:deliver_corrections"), dialog=True)
    ] * acts
    views = partial(_views, scope, today)
    listing = Listing(request, rows, views=views, day=today, scope=scope, bulk=bulk)
    return show_list(request, listing)


def _views(scope: Scope, today: date) -> list[SavedView]:
    """The tabs, counted in one pass."""
    (counts,) = _unanswered.rows(scope, day=today)
    return [
        SavedView(_("全部"), ""),
        SavedView(_("待答复"), "state=received", counts["received"]),
        SavedView(_("待送达"), "state=decided", counts["decided"]),
        SavedView(_("已超期"), "overdue=1", counts["overdue"]),
    ]


@Prepared
def _unanswered(scope: Scope, *, day: date) -> QuerySet[CorrectionRequest, dict[str, int]]:
    """How many requests wait for the answer, are late with it, and wait for its delivery."""
    waits = CorrectionQuerySet.still_open
    return counted(
        CorrectionRequest.objects.in_scope(scope).unanswered(), received=waits,
        decided=Q(state=State.DECIDED), overdue=waits & Q(due_on__lt=day),
    )  # fmt: skip


@needs(Capability.EDIT_RESIDENTS)
def ask(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take down what a person asks about themselves."""
    resident = get_in_scope(Resident.objects.all(), request.scope, pk=pk)
    initial = {
        "received_on": timezone.localdate(), "requester": "self", "kind": "correct",
        "check_method": "document",
    }  # fmt: skip
    form = CorrectionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            row = services.receive_correction(
                resident_id=pk, asked=services.Asked(**form.cleaned_data), by=request.scope,
                at=timezone.now(),
            )  # fmt: skip
            return reverse("residents:correction", args=[row.pk])

        if url := take_down(request, form, act):
            return done(request, url, _("已登记申请，请按期答复"))
    return page(request, "residents/ask_correction.html", {"form": form, "resident": resident})


@require_GET
@needs(Capability.VIEW_REGISTER)
def correction(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One request: what was asked, what the register shows, what was answered."""
    found = _correction(request, pk)
    note_look(request, "residents.correction_viewed", found)
    return _show(request, found)


def _correction(request: PortalRequest, pk: uuid.UUID) -> CorrectionRequest:
    rows = CorrectionRequest.objects.select_related("resident", "committee__parent")
    return get_in_scope(rows, request.scope, pk=pk)


def _show(
    request: PortalRequest, found: CorrectionRequest, *, form: Form | None = None, refusal: str = ""
) -> HttpResponse:
    today, told = timezone.localdate(), services.correction_words(found)
    acts = request.scope.may(Capability.EDIT_RESIDENTS)
    answer_form = delivery_form = None
    if acts and found.state == State.RECEIVED:
        answer_form = form or _answer_form(found, initial={"value": told["wanted"]})
    elif acts and found.state == State.DECIDED:
        delivery_form = form or DeliveryForm(initial={"delivered_on": today})
    return show_request(
        request, "residents/correction.html", found, form=form, refusal=refusal,
        heading=found.name, tone=CORRECTION_TONES[State(found.state)], told=told,
        field=services.FIELDS.get(found.field, ""),
        unit=services.unit_title(found.committee),
        late=found.state == State.RECEIVED and found.due_on < today,
        answer_form=answer_form, delivery_form=delivery_form,
        version=services.version_of(found.resident, _episode(request, found)),
        crumbs=[
            {"title": _("更正申请"), "url": reverse("residents:corrections")},
            {"title": found.name},
        ],
    )  # fmt: skip


def _answer_form(found: CorrectionRequest, *args: Any, **kwargs: Any) -> CorrectionAnswerForm:
    takes_value = found.kind in (Kind.CORRECT, Kind.COMPLETE)
    return CorrectionAnswerForm(*args, takes_value=takes_value, **kwargs)


def _episode(request: PortalRequest, found: CorrectionRequest) -> Residence | None:
    """The episode that a change goes with: the open one, as `update_resident` takes it."""
    rows = Residence.objects.in_scope(request.scope).open().filter(resident_id=found.resident_id)
    return rows.order_by("-is_primary", "begin_on").first()


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def decide(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Answer in writing; granted, the register is changed at once."""
    found = _correction(request, pk)
    form, granted = _answer_form(found, request.POST), request.POST.get("granted") == "1"

    def act() -> None:
        try:
            services.decide_correction(
                request_id=pk, granted=granted, answer=form.cleaned_data["answer"],
                value=form.cleaned_data.get("value", ""), version=request.POST.get("version", ""),
                by=request.scope, at=timezone.now(),
            )  # fmt: skip
        except services.UnableToSave as why:  # the register does not take the value
            raise services.UnableToFollowUp(str(why), "value") from why
        except services.StaleVersion as stale:
            text = _("%(who)s 刚改过这个人的信息，请重新打开核对") % {"who": stale.changed_by}
            raise services.UnableToFollowUp(text) from stale

    said = _("已同意，登记已更正，请打印答复送达") if granted else _("已答复，请打印送达")
    return _done(request, found, form, act, said)


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def deliver(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Note that the answer was handed over."""
    found, form = _correction(request, pk), DeliveryForm(request.POST)

    def act() -> None:
        services.deliver_correction(
            request_id=pk, delivered_on=form.cleaned_data["delivered_on"], by=request.scope,
            at=timezone.now(),
        )  # fmt: skip

    return _done(request, found, form, act, _("已登记送达"))


@require_GET
@needs(Capability.VIEW_REGISTER)
def letter(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The written answer, for the printer: what was asked, decided and why, and how to appeal."""
    found = _correction(request, pk)
    if found.state == State.RECEIVED:
        raise Http404
    note_look(request, "residents.correction_viewed", found)
    context = {
        "row": found, "told": services.correction_words(found),
        "field": services.FIELDS.get(found.field, ""),
        "unit": services.unit_title(found.committee),
    }  # fmt: skip
    return page(request, "residents/correction_letter.html", context)


def _done(
    request: PortalRequest, found: CorrectionRequest, form: Form, act: Callable[[], None], said: str
) -> HttpResponse:  # fmt: skip
    """Act, and show the request again."""

    def show(*, form: Any = None, refusal: str = "") -> HttpResponse:
        return _show(request, _correction(request, found.pk), form=form, refusal=refusal)

    where = reverse("residents:correction", args=[found.pk])
    return act_on(request, act, form=form, where=where, said=said, show=show)
