"""Transfers between committees: the list of either side, one request, and the words on it."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.prepared import Prepared, counted
from portal.orgs.scope import Scope, level_of
from portal.ui import formats
from portal.ui.cells import BulkAction, SavedView
from residents import services
from residents.categories import (
    POPULATION_CATEGORIES,
    RELATIONS,
    RESIDENCE_REASONS,
    VERIFICATION_METHODS,
)
from residents.filters import TransferFilter
from residents.forms import AnswerForm, DecisionForm
from residents.models import Residence, Transfer
from residents.request_tables import TRANSFER_TONES, TransferList
from residents.transfers import undecided, within
from residents.views.requests import act_on, note_look, show_list, show_request

Form = AnswerForm | DecisionForm


class Listing(TransferList):
    filterset_class = TransferFilter


@require_GET
@needs(Capability.VIEW_REGISTER)
def transfers(request: PortalRequest) -> HttpResponse:
    """Requests of either side, with the tabs that tell what waits for whom."""
    scope, today = request.scope, timezone.localdate()
    rows, views = Transfer.objects.in_scope(scope), lambda: _views(scope, today)
    answers = scope.level == "committee" and scope.may(Capability.EDIT_RESIDENTS)
    bulk = [BulkAction(_("同意移交…"), reverse("residents:agree_transfers"), dialog=True)] * answers
    listing = Listing(request, rows, views=views, day=today, scope=scope, bulk=bulk)
    return show_list(request, listing)


def _views(scope: Scope, today: date) -> list[SavedView]:
    """The tabs; what is open is counted for all of them in one pass."""
    (counts,) = _open_transfers.rows(scope, day=today)
    open_ones = "&state=asked&state=disputed"
    views = [
        SavedView(_("全部"), ""),
        SavedView(_("转入"), f"side=in{open_ones}", counts["arriving"]),
        SavedView(_("转出"), f"side=out{open_ones}", counts["leaving"]),
    ]
    if scope.may(Capability.DECIDE_TRANSFERS):
        views.append(SavedView(_("待裁定"), "side=decide", counts["undecided"]))
    return views


@Prepared
def _open_transfers(scope: Scope, *, day: date) -> QuerySet[Transfer, dict[str, int]]:
    """How many open requests come in, go out and wait for a decision."""
    return counted(
        Transfer.objects.in_scope(scope).open(), arriving=within("committee", scope),
        leaving=within("holder", scope), undecided=undecided(scope, day),
    )  # fmt: skip


@require_GET
@needs(Capability.VIEW_REGISTER)
def transfer(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One request: what the one side saw and, for the other, what the register holds."""
    found = get_in_scope(Transfer.objects.all(), request.scope, pk=pk)
    note_look(request, "residents.transfer_viewed", found)
    return _show(request, found)


def _show(
    request: PortalRequest, found: Transfer, *, form: Form | None = None, refusal: str = ""
) -> HttpResponse:
    scope, today = request.scope, timezone.localdate()
    names = services.unit_names({found.committee_id, found.holder_id})
    may_edit = scope.may(Capability.EDIT_RESIDENTS)
    answers = may_edit and found.state == Transfer.State.ASKED and scope.covers(found.holder_id)
    decides = (
        scope.may(Capability.DECIDE_TRANSFERS) and scope.unit == found.decider_id
        and found.waits_for_decision(today)
    )  # fmt: skip
    held = _held(found, scope)
    above = _("区人口办") if level_of(found.decider_id) == "district" else _("街道（镇）人口办")
    answer_form = form if isinstance(form, AnswerForm) else AnswerForm()
    decision_form = form if isinstance(form, DecisionForm) else DecisionForm()
    return show_request(
        request, "residents/transfer.html", found, form=form, refusal=refusal,
        heading=found.name, tone=TRANSFER_TONES[Transfer.State(found.state)],
        asking=names[found.committee_id], holding=names[found.holder_id],
        fields=_compared(found, held), held=held, decider=above,
        late=found.waits_for_decision(today), answer_form=answer_form if answers else None,
        decision_form=decision_form if decides else None,
        may_withdraw=may_edit and found.is_open and scope.covers(found.committee_id),
        crumbs=[
            {"title": _("移交"), "url": reverse("residents:transfers")}, {"title": found.name},
        ],
    )  # fmt: skip


def _held(found: Transfer, scope: Scope) -> Residence | None:
    """The registration that is asked for, for those who may see it."""
    rows = (
        Residence.objects.in_scope(scope)
        .select_related("dwelling")
        .filter(resident_id=found.resident_id, committee_id=found.holder_id, is_primary=True)
    )
    return rows.exclude(status=Residence.Status.VOID).order_by("-begin_on", "-id").first()


def _compared(found: Transfer, held: Residence | None) -> list[dict[str, Any]]:
    """Field by field: what was told at the new door, and what is registered."""
    reasons, relations = RESIDENCE_REASONS, RELATIONS
    pairs: list[tuple[str, Any, Any]] = [
        (_("姓名"), found.name, held and held.name),
        (_("证件号码"), found.id_mask, held and held.id_mask),
        (_("人口类别"), POPULATION_CATEGORIES.title(found.category),
         held and POPULATION_CATEGORIES.title(held.category)),
        (_("地址"), found.address, held and held.dwelling.address),
        (_("入住日期"), formats.day(found.moved_on), held and formats.day(held.begin_on)),
        (_("与户主关系"), found.relation and relations.title(found.relation),
         held and held.relation and relations.title(held.relation)),
        (_("居住事由"), found.residence_reason and reasons.title(found.residence_reason),
         held and held.reason and reasons.title(held.reason)),
        (_("最近核实"), formats.day(found.seen_on), held and formats.day(held.verified_on)),
        (_("核实方式"), VERIFICATION_METHODS.title(found.method),
         held and VERIFICATION_METHODS.title(held.verified_method)),
    ]  # fmt: skip
    return [
        {"label": label, "asked": asked, "held": old, "differs": held and asked != old}
        for label, asked, old in pairs
    ]


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def answer(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The holder agrees, and the person moves at once; or objects with a reason."""
    found = get_in_scope(Transfer.objects.all(), request.scope, pk=pk)
    form, agreed = AnswerForm(request.POST), request.POST.get("agreed") == "1"

    def act() -> Transfer:
        return services.answer_transfer(
            transfer_id=pk, agreed=agreed, answer=form.cleaned_data["answer"], by=request.scope,
            at=timezone.now(),
        )  # fmt: skip

    said = _("已同意移交 %(name)s")
    if not agreed:
        said = _("已答复不同意移交 %(name)s，由上级裁定")
    return _done(request, found, form, act, said)


@require_POST
@needs(Capability.DECIDE_TRANSFERS)
def decide(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The level above decides where the person is registered."""
    found = get_in_scope(Transfer.objects.all(), request.scope, pk=pk)
    form, granted = DecisionForm(request.POST), request.POST.get("granted") == "1"

    def act() -> Transfer:
        return services.decide_transfer(
            transfer_id=pk, granted=granted, decision=form.cleaned_data["decision"],
            by=request.scope, at=timezone.now(),
        )  # fmt: skip

    said = _("已裁定移交 %(name)s") if granted else _("已裁定不移交 %(name)s")
    return _done(request, found, form, act, said)


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def withdraw(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The asking side takes its request back."""
    found = get_in_scope(Transfer.objects.all(), request.scope, pk=pk)

    def act() -> Transfer:
        return services.withdraw_transfer(transfer_id=pk, by=request.scope, at=timezone.now())

    return _done(request, found, None, act, _("已撤回 %(name)s 的移交申请"))


def _done(
    request: PortalRequest, found: Transfer, form: Form | None, act: Callable[[], Transfer],
    said: str,
) -> HttpResponse:  # fmt: skip
    """Act, and go back to the list."""

    def show(*, form: Any = None, refusal: str = "") -> HttpResponse:
        found.refresh_from_db()
        return _show(request, found, form=form, refusal=refusal)

    return act_on(
        request, act, form=form, where=reverse("residents:transfers"),
        said=said % {"name": found.name}, show=show,
    )  # fmt: skip
