"""House codes by two people: the committee asks, the street decides (S-81)."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from housing import services
from housing.filters import CodeRequestFilter
from housing.forms import CodeDecisionForm, CodeRequestForm
from housing.models import Building, DwellingUnit, HouseCodeRequest
from housing.tables import REQUEST_TONES, CodeRequestList
from housing.views import may_edit, put_errors
from portal.exchange.exports.kinds import may_export
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.cells import BulkAction, SavedView
from portal.ui.idempotency import key_of
from portal.ui.listing import FEW
from portal.ui.pages import done, page

Kind = HouseCodeRequest.Kind
UNPROCESSABLE = 422
VIEWS = (
    SavedView(gettext_lazy("待审批"), ""),
    SavedView(gettext_lazy("已同意"), "state=approved"),
    SavedView(gettext_lazy("已退回"), "state=returned"),
)


class Listing(CodeRequestList):
    filterset_class = CodeRequestFilter


@require_GET
@needs(Capability.VIEW_REGISTER)
def code_requests(request: PortalRequest) -> HttpResponse:
    """Requests under the acting unit, those due first above."""
    scope = request.scope
    listing = Listing(
        request, HouseCodeRequest.objects.in_scope(scope), views=VIEWS,
        bulk=[
            BulkAction(_("同意并办理…"), reverse("housing:approve_codes"), dialog=True),
            BulkAction(_("退回…"), reverse("housing:return_codes"), dialog=True),
        ]
        * scope.may(Capability.APPROVE_CODES),
        most_counted=None if scope.level == "committee" else FEW,
    )  # fmt: skip
    given = {"may_export": may_export(scope, listing.key)}
    return listing.respond("housing/code_requests.html", given)


@require_GET
@needs(Capability.VIEW_REGISTER)
def code_request(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One request: what is asked, by whom, and the street's word."""
    return _show(request, _request(request, pk))


def _request(request: PortalRequest, pk: uuid.UUID) -> HouseCodeRequest:
    return get_in_scope(HouseCodeRequest.objects.all(), request.scope, pk=pk)


def _show(
    request: PortalRequest, found: HouseCodeRequest, form: CodeDecisionForm | None = None,
    problem: str = "",
) -> HttpResponse:  # fmt: skip
    scope = request.scope
    decides = (
        scope.may(Capability.APPROVE_CODES) and found.waits and found.asked_by != scope.user_id
    )
    context = {
        "row": found, "heading": f"{found.get_kind_display()}　{found.place}",
        "tone": REQUEST_TONES[found.state], "refusal": problem,
        "form": (form or CodeDecisionForm()) if decides else None,
        "may_withdraw": may_edit(request) and found.waits,
        "crumbs": [
            {"title": _("房屋编码申请"), "url": reverse("housing:code_requests")},
            {"title": found.place},
        ],
    }  # fmt: skip
    status = UNPROCESSABLE if problem else 200
    return page(request, "housing/code_request.html", context, status=status)


@needs(Capability.EDIT_HOUSING)
def ask_code(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for an event of one dwelling's code; `kind` in the address says which."""
    unit = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    kinds = _kinds(unit)
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else kinds[0]
    form = CodeRequestForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        ask = services.CodeAsk(kind, **form.cleaned_data)

        def act() -> str:
            made = services.ask_code_event(
                dwelling_id=pk, ask=ask, by=request.scope, at=timezone.now()
            )
            return reverse("housing:code_request", args=[made.pk])

        try:
            url = once(
                key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(), act=act
            )
        except services.UnableToCode as error:
            put_errors(form, error)
        else:
            return done(request, url, _("已向街道提出申请"))
    context = {
        "form": form, "dwelling": unit, "kind": kind,
        "tabs": [{"key": each, "title": Kind(each).label} for each in kinds],
    }  # fmt: skip
    return page(request, "housing/ask_code.html", context)


def _kinds(unit: DwellingUnit) -> list[str]:
    """The events that may be asked for: a code is given where there is none, else put right."""
    final = unit.code_state == DwellingUnit.CodeState.FINAL
    return [Kind.CORRECT if final else Kind.ASSIGN, Kind.SPLIT, Kind.MERGE, Kind.RETIRE]


@require_POST
@needs(Capability.EDIT_HOUSING)
def ask_codes(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for final codes of every dwelling of a building that waits for one."""
    try:
        made = services.ask_building_codes(building_id=pk, by=request.scope, at=timezone.now())
    except Building.DoesNotExist as none:
        raise Http404 from none
    except services.UnableToCode as error:
        return done(request, reverse("housing:board", args=[pk]), str(error))
    return done(request, reverse("housing:code_request", args=[made.pk]), _("已向街道申请正式码"))


@require_POST
@needs(Capability.APPROVE_CODES)
def decide_code(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The street's word; agreed, it is carried out at once."""
    form = CodeDecisionForm(request.POST)
    if not form.is_valid():
        return _show(request, _request(request, pk), form)
    agreed = request.POST.get("agreed") == "1"
    told = _("已同意，已办理") if agreed else _("已退回")
    return _act(
        request, pk, told, services.decide_code_request, form, agreed=agreed,
        answer=form.cleaned_data["answer"],
    )  # fmt: skip


@require_POST
@needs(Capability.EDIT_HOUSING)
def withdraw_code(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a request back."""
    return _act(request, pk, _("已撤回"), services.withdraw_code_request)


def _act(
    request: PortalRequest, pk: uuid.UUID, told: str, act: Callable[..., Any],
    form: CodeDecisionForm | None = None, **values: Any,
) -> HttpResponse:  # fmt: skip
    """Do one act on a request; a refusal shows its page with the sentence, unchanged."""
    found = _request(request, pk)
    try:
        act(request_id=pk, by=request.scope, at=timezone.now(), **values)
    except services.UnableToCode as error:
        if form is not None and error.field in form.fields:
            form.add_error(error.field, str(error))
            return _show(request, found, form)
        return _show(request, found, form, problem=str(error))
    return done(request, reverse("housing:code_request", args=[pk]), told)
