"""What people do with a case: each POST is one service, refusals come back with the page."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from permits import services
from permits.forms import CompleteForm, IssueForm, ReceiveForm, RefuseForm, ReviewForm
from permits.models import EligibilityCheck, PermitApplication
from permits.views.sheet import show
from portal.accounts.fresh import needs_fresh
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page

UNPROCESSABLE = 422
#: Acts at the window that need nothing but a sentence at the most.
PLAIN: dict[str, Callable[..., Any]] = {
    "transfer": services.transfer,
    "make": services.make,
    "collect": services.collect,
}
TOLD: dict[str, str] = {
    "transfer": "已移送审查", "make": "已送制证", "collect": "已发证", "withdraw": "已撤回",
    "reconsider": "已受理复议申请",
}  # fmt: skip


@needs(Capability.RECEIVE_PERMITS)
def receive(request: PortalRequest) -> HttpResponse:
    """Take an application at the window."""
    form = ReceiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            url = once(
                key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(),
                act=lambda: _received(request, form),
            )  # fmt: skip
        except services.UnableToReceive as why:
            form.add_error(why.field if why.field in form.fields else None, str(why))
        else:
            return done(request, url)
    return page(request, "permits/receive.html", {"form": form})


def _received(request: PortalRequest, form: ReceiveForm) -> str:
    told, at = form.cleaned_data, timezone.now()
    episode = services.find_applicant(number=told["number"], by=request.scope, at=at)
    case = services.receive(
        residence_id=episode.pk, kind=told["kind"], reason=told["reason"],
        received=told["received"], by=request.scope, at=at,
    )  # fmt: skip
    return reverse("permits:case", args=[case.pk])


@needs(Capability.RECEIVE_PERMITS)
@require_POST
def complete(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take what the notice asked for."""
    case = _case(request, pk)
    form = CompleteForm(request.POST, missing=case.missing_items)
    if not form.is_valid():
        return show(request, case, complete_form=form)
    return _do(
        request, case, _("已受理"), services.complete, received=form.cleaned_data["received"]
    )


@needs(Capability.RECEIVE_PERMITS)
@require_POST
def move(request: PortalRequest, pk: uuid.UUID, act: str) -> HttpResponse:
    """One of the window's plain acts."""
    case = _case(request, pk)
    words = request.POST.get("words", "")[:200]
    if act == "withdraw":
        return _do(request, case, _(TOLD[act]), services.withdraw, reason=words)
    if act == "reconsider":
        return _do(request, case, _(TOLD[act]), services.reconsider, ground=words)
    if act not in PLAIN:
        raise Http404
    return _do(request, case, _(TOLD[act]), PLAIN[act])


@needs(Capability.RECEIVE_PERMITS)
@require_POST
def issue(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Register the card with its number."""
    case = _case(request, pk)
    form = IssueForm(request.POST)
    if not form.is_valid():
        return show(request, case, issue_form=form)
    told = form.cleaned_data
    return _do(
        request, case, _("已登记制发，可通知领证"), services.issue,
        {"issue_form": form}, number=told["number"], issued_on=told["issued_on"],
    )  # fmt: skip


@needs(Capability.REVIEW_PERMITS)
@require_POST
def review(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep what was found of the conditions; with `result`, conclude the review."""
    case = _case(request, pk)
    checks = EligibilityCheck.objects.filter(case=case).order_by("condition")
    form = ReviewForm(request.POST, checks=checks)
    if not form.is_valid():
        return show(request, case, review_form=form)
    result = request.POST.get("result", "")
    told = _("已报送审批") if result else _("已暂存")
    return _do(
        request, case, told, _examine_and_conclude, {"review_form": form},
        findings=form.findings(), result=result, opinion=form.cleaned_data["opinion"],
    )  # fmt: skip


def _examine_and_conclude(
    *, case_id: uuid.UUID, findings: Any, result: str, opinion: str, **who: Any
) -> None:
    services.examine(case_id=case_id, findings=findings, **who)
    if result in PermitApplication.Review.values:
        services.review(case_id=case_id, result=result, opinion=opinion, **who)


@needs(Capability.DECIDE_PERMITS)
@require_POST
@needs_fresh("审批居住证件")
def decide(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Approve, or refuse with reason and remedy."""
    case = _case(request, pk)
    if request.POST.get("approve") == "1":
        return _do(request, case, _("已批准"), services.decide, approve=True)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return show(request, case, refuse_form=form)
    return _do(
        request, case, _("已不予办理"), services.decide, {"refuse_form": form}, approve=False,
        **form.cleaned_data,
    )  # fmt: skip


def _case(request: PortalRequest, pk: uuid.UUID) -> PermitApplication:
    return get_in_scope(PermitApplication.objects.all(), request.scope, pk=pk)


def _do(
    request: PortalRequest,
    case: PermitApplication,
    told: str,
    act: Callable[..., Any],
    forms: dict[str, Any] | None = None,
    **values: Any,
) -> HttpResponse:
    """Do one act and go back to the case; a refusal shows the page with its sentence, unchanged."""
    try:
        with transaction.atomic():
            act(case_id=case.pk, by=request.scope, at=timezone.now(), **values)
    except services.UnableToMove as why:
        case.refresh_from_db()
        response = show(request, case, problem=str(why), **(forms or {}))
        response.status_code = UNPROCESSABLE
        return response
    return done(request, reverse("permits:case", args=[case.pk]), told)
