"""One issue: what the rule found, what may be done about it now, and what was done.

Paper: S-68.
"""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.audit.record import record
from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.quality import services
from portal.quality.fixing import issue_url, may_fix
from portal.quality.forms import AnswerForm, ApproveForm, AskForm, AssignForm
from portal.quality.models import DataQualityIssue, IssueState
from portal.quality.registry import quality_rules
from portal.quality.standing import Standing
from portal.quality.tables import TONES
from portal.ui.forms import PortalForm
from portal.ui.pages import UNPROCESSABLE, done, page

Act = Callable[..., Any]


@require_GET
@needs(Capability.VIEW_QUALITY)
def issue(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The issue with the steps that this post may take."""
    found = _found(request, pk)
    record(
        "quality.issue_viewed", by=request.scope, at=timezone.now(), target=found,
        committee=found.committee_id,
    )  # fmt: skip
    return _show(request, found)


def _found(request: PortalRequest, pk: uuid.UUID) -> DataQualityIssue:
    rows = DataQualityIssue.objects.select_related("committee__parent")
    return get_in_scope(rows, request.scope, pk=pk)


def _show(
    request: PortalRequest, found: DataQualityIssue, *, form: PortalForm | None = None,
    refusal: str = "",
) -> HttpResponse:  # fmt: skip
    rule = quality_rules().get(found.rule)
    today, standing = timezone.localdate(), Standing(found, request.scope)
    context = {
        "row": found, "refusal": refusal, "rule": rule, "heading": found.subject,
        "tone": TONES[IssueState(found.state)],
        "late": found.is_to_mend and found.due_on < today,
        "fix_url": issue_url(found, request.scope) if found.is_open else "",
        "may_fix": may_fix(found, request.scope),
        "may": {act: standing.may(act) for act in ("withdraw", "report", "check")},
        **_forms(standing, form),
        "crumbs": [
            {"title": _("数据质量"), "url": reverse("quality:list")},
            {"title": str(rule.title) if rule else found.rule,
             "url": f"{reverse('quality:list')}?rule={found.rule}"},
            {"title": found.subject},
        ],
    }  # fmt: skip
    refused = refusal or (form is not None and form.errors)
    return page(request, "quality/issue.html", context, status=UNPROCESSABLE if refused else 200)


def _forms(standing: Standing, typed: PortalForm | None) -> dict[str, PortalForm]:
    """The forms of the steps that may follow, one of them as it was typed."""
    today = timezone.localdate()
    forms: dict[str, PortalForm] = {}
    if standing.may("assign") and (menders := standing.menders(today)):
        forms["assign"] = AssignForm(menders=menders, prefix="assign")
    if standing.may("ask"):
        forms["ask"] = AskForm(prefix="ask")
    if standing.may("approve"):
        forms["approve"] = ApproveForm(until=standing.longest(today), prefix="approve")
        forms["refuse"] = AnswerForm(prefix="refuse")
    if standing.may("send_back"):
        forms["send_back"] = AnswerForm(prefix="send_back")
    if typed is not None and typed.prefix in forms:
        forms[typed.prefix] = typed
    return {f"{act}_form": form for act, form in forms.items()}


def _step(
    request: PortalRequest, pk: uuid.UUID, service: Act, said: str, form: PortalForm | None = None,
    **renamed: str,
) -> HttpResponse:  # fmt: skip
    """Take a step once and show the issue again; a refusal shows with what was typed.

    :param renamed: arguments of the service by the form's field
    """
    found = _found(request, pk)
    if form is not None and not form.is_valid():
        return _show(request, found, form=form)

    def act() -> None:
        typed = form.cleaned_data if form is not None else {}
        told = {renamed.get(name, name): value for name, value in typed.items()}
        service(issue_id=pk, by=request.scope, at=timezone.now(), **told)

    try:
        where = act_once(request, act, where=reverse("quality:issue", args=[pk]))
    except services.UnableToSettle as why:
        if put_at_field(form, why.field, why):
            return _show(request, found, form=form)
        return _show(request, _found(request, pk), refusal=str(why))
    return done(request, where, said)


@require_POST
@needs(Capability.MANAGE_ISSUES)
def assign(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Give the issue to somebody."""
    menders = Standing(_found(request, pk), request.scope).menders(timezone.localdate())
    form = AssignForm(request.POST, menders=menders, prefix="assign")
    return _step(request, pk, services.assign_issue, _("已派发"), form, mender="mender_id")


@require_POST
@needs(Capability.VIEW_QUALITY)
def ask(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask that the record be taken for right; the service judges who may."""
    form = AskForm(request.POST, prefix="ask")
    return _step(request, pk, services.ask_exception, _("已申请，等街道（镇）审批"), form)


@require_POST
@needs(Capability.VIEW_QUALITY)
def withdraw(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take one's own request back."""
    return _step(request, pk, services.withdraw_exception, _("已撤回申请"))


@require_POST
@needs(Capability.EXCEPT_ISSUES)
def approve(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Agree with an exception until a day."""
    form = ApproveForm(request.POST, prefix="approve")
    return _step(request, pk, services.approve_exception, _("已确认无误"), form)


@require_POST
@needs(Capability.EXCEPT_ISSUES)
def refuse(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Send a request back to whoever asked."""
    form = AnswerForm(request.POST, prefix="refuse")
    return _step(request, pk, services.refuse_exception, _("已退回申请"), form)


@require_POST
@needs(Capability.MANAGE_ISSUES)
def check(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Confirm that it is mended."""
    return _step(request, pk, services.check_issue, _("已复核"))


@require_POST
@needs(Capability.MANAGE_ISSUES)
def send_back(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Say that it is not mended."""
    form = AnswerForm(request.POST, prefix="send_back")
    return _step(request, pk, services.send_back, _("已退回重改"), form)


@require_POST
@needs(Capability.VIEW_QUALITY)
def report(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Say that what was sent back is mended; the service judges who may."""
    return _step(request, pk, services.report_mended, _("已报告改完，等他人复核"))
