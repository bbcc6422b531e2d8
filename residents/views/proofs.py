"""Residence proofs: asked from a person's page, listed, issued by another, printed, revoked.

Paper: S-85, domain §3.19.
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
from portal.ui.cells import SavedView
from portal.ui.pages import done, page
from residents import services
from residents.filters import ProofFilter
from residents.models import ResidenceProof, Resident
from residents.proof_forms import ProofForm, ProofReasonForm
from residents.proofs import ProofQuerySet
from residents.request_tables import PROOF_TONES, ProofList
from residents.views.requests import act_on, note_look, show_list, show_request, take_down

State = ResidenceProof.State
#: Both forms ask for a reason; what was posted to one does not show in the other.
REFUSE, REVOKE = "refuse", "revoke"


class Listing(ProofList):
    filterset_class = ProofFilter


@require_GET
@needs(Capability.VIEW_REGISTER)
def proofs(request: PortalRequest) -> HttpResponse:
    """All proofs of the acting unit."""
    scope, today = request.scope, timezone.localdate()
    rows = ResidenceProof.objects.in_scope(scope)
    listing = Listing(request, rows, views=partial(_views, scope, today), day=today, scope=scope)
    return show_list(request, listing)


def _views(scope: Scope, today: date) -> list[SavedView]:
    """The tabs, counted in one pass over what waits or holds."""
    (counts,) = _standing.rows(scope, day=today)
    return [
        SavedView(_("全部"), ""),
        SavedView(_("待签发"), "state=asked", counts["waiting"]),
        SavedView(_("有效"), "holds=1", counts["holding"]),
        SavedView(_("已过期"), "holds=0"),
        SavedView(_("不予开具"), "state=refused"),
        SavedView(_("已撤销"), "state=revoked"),
    ]


@Prepared
def _standing(scope: Scope, *, day: date) -> QuerySet[ResidenceProof, dict[str, int]]:
    """How many proofs wait to be issued, and how many hold."""
    waits, holds = ProofQuerySet.still_open, Q(state=State.ISSUED, valid_until__gte=day)
    rows = ResidenceProof.objects.in_scope(scope).filter(waits | holds)
    return counted(rows, waiting=waits, holding=holds)


@needs(Capability.EDIT_RESIDENTS)
def ask(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Write down what was checked of somebody who needs a proof."""
    resident = get_in_scope(Resident.objects.all(), request.scope, pk=pk)
    kinds = services.proof_kinds(timezone.localdate())
    initial = {"facts": [ResidenceProof.Fact.EPISODE]}
    form = ProofForm(request.POST or None, initial=initial, kinds=kinds)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            row = services.ask_proof(
                resident_id=pk, asked=services.ProofAsked(**form.cleaned_data), by=request.scope,
                at=timezone.now(),
            )  # fmt: skip
            return reverse("residents:proof", args=[row.pk])

        if url := take_down(request, form, act):
            return done(request, url, _("已登记，请由另一人签发"))
    return page(request, "residents/ask_proof.html", {"form": form, "resident": resident})


@require_GET
@needs(Capability.VIEW_REGISTER)
def proof(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One proof: what it says, what was checked, who signed."""
    found = _proof(request, pk)
    note_look(request, "residents.proof_viewed", found)
    return _show(request, found)


def _proof(request: PortalRequest, pk: uuid.UUID) -> ResidenceProof:
    rows = ResidenceProof.objects.select_related("committee__parent")
    return get_in_scope(rows, request.scope, pk=pk)


def _show(
    request: PortalRequest, found: ResidenceProof, *, form: Any = None, refusal: str = "",
    act: str = "",
) -> HttpResponse:  # fmt: skip
    scope, today = request.scope, timezone.localdate()
    may_sign = scope.may(Capability.ISSUE_PROOFS)
    signs = may_sign and found.is_open and found.asked_by_id != scope.user_id
    revokes = may_sign and found.state == State.ISSUED
    over = found.valid_until is not None and found.valid_until < today
    lives_here = Resident.objects.in_scope(scope).filter(pk=found.resident_id).exists()
    return show_request(
        request, "residents/proof.html", found, form=form, refusal=refusal, heading=found.name,
        tone="" if over else PROOF_TONES[State(found.state)],
        unit=services.unit_title(found.committee), over=over, lives_here=lives_here,
        late=found.is_open and found.due_on < today, signs=signs,
        refusal_form=(form if act == REFUSE else ProofReasonForm()) if signs else None,
        revocation_form=(form if act == REVOKE else ProofReasonForm()) if revokes else None,
        crumbs=[
            {"title": _("住所证明"), "url": reverse("residents:proofs")}, {"title": found.name},
        ],
    )  # fmt: skip


@require_POST
@needs(Capability.ISSUE_PROOFS)
def issue(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Sign what somebody else has verified."""
    found = _proof(request, pk)

    def act() -> None:
        services.issue_proof(proof_id=pk, by=request.scope, at=timezone.now())

    return _done(request, found, None, act, _("已签发，请打印盖章"))


@require_POST
@needs(Capability.ISSUE_PROOFS)
def refuse(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Not give it, with the reason."""
    return _ended(request, pk, services.refuse_proof, _("已登记不予开具"), REFUSE)


@require_POST
@needs(Capability.ISSUE_PROOFS)
def revoke(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take it back, with the reason."""
    return _ended(request, pk, services.revoke_proof, _("已撤销，请收回原件"), REVOKE)


def _ended(
    request: PortalRequest, pk: uuid.UUID, end: Callable[..., Any], said: str, which: str
) -> HttpResponse:
    found, form = _proof(request, pk), ProofReasonForm(request.POST)

    def act() -> None:
        end(
            proof_id=pk, reason=form.cleaned_data["reason"], by=request.scope, at=timezone.now()
        )  # fmt: skip

    return _done(request, found, form, act, said, which)


def _done(
    request: PortalRequest, found: ResidenceProof, form: ProofReasonForm | None,
    act: Callable[[], None], said: str, which: str = "",
) -> HttpResponse:  # fmt: skip
    def show(*, form: Any = None, refusal: str = "") -> HttpResponse:
        return _show(request, _proof(request, found.pk), form=form, refusal=refusal, act=which)

    where = reverse("residents:proof", args=[found.pk])
    return act_on(request, act, form=form, where=where, said=said, show=show)


@require_GET
@needs(Capability.VIEW_REGISTER)
def letter(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The proof for the printer; one that does not hold is not printed."""
    found = _proof(request, pk)
    holds = ResidenceProof.objects.in_scope(request.scope).valid_on(timezone.localdate())
    if not holds.filter(pk=pk).exists():
        raise Http404
    note_look(request, "residents.proof_viewed", found)
    context = {"row": found, "unit": services.unit_title(found.committee)}
    return page(request, "residents/proof_letter.html", context)
