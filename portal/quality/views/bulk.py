"""Several issues given to one person or pressed for at once, after telling which stay and why.

Paper: S-67.
"""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.jobs.bulk import BulkForm, Rows, is_agreed, outlook_of
from portal.jobs.many import Done
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality import services
from portal.quality.forms import AssignForm
from portal.quality.models import DataQualityIssue
from portal.quality.tables import IssueList
from portal.quality.views.lists import filter_context
from portal.ui.bulk import Outlook
from portal.ui.forms import PortalForm


@require_POST
@needs(Capability.MANAGE_ISSUES)
def assign(request: PortalRequest) -> HttpResponse:
    """Tell which of the chosen issues would be given and which not; then give them."""
    scope = request.scope
    rows = DataQualityIssue.objects.in_scope(scope)
    chosen = IssueList.picked(request, rows, **filter_context(scope))
    asked = BulkForm(
        title=_("派发选中的问题"), verb=_("派发"), unit=IssueList.unit, field="mender",
        action=reverse("quality:assign_many"), where=reverse("quality:list"),
        said=_("已派发 %(n)s 项"),
    )  # fmt: skip
    seen = outlook_of(chosen, _judged)
    menders = {} if seen.too_many else _menders(chosen, scope)
    form = AssignForm(request.POST if is_agreed(request) else None, menders=menders)
    if not menders and seen.changed:
        nobody = _("没有人能改全部选中的问题，请按居（村）委和对象分开派发")
        return asked.ask(request, Outlook(0, seen.kept), form, trouble=nobody)
    return asked.respond(
        request, chosen, form, _judged,
        lambda keys: Done(services.assign_issues(
            issue_ids=keys, mender_id=form.cleaned_data["mender"], by=scope, at=timezone.now()
        )),
        (services.UnableToSettle,),
    )  # fmt: skip


@require_POST
@needs(Capability.MANAGE_ISSUES)
def remind(request: PortalRequest) -> HttpResponse:
    """Tell which of the chosen issues are late and would be pressed for; then press for them."""
    scope, at = request.scope, timezone.now()
    rows = DataQualityIssue.objects.in_scope(scope)
    chosen = IssueList.picked(request, rows, **filter_context(scope))
    asked = BulkForm(
        title=_("催办超期的问题"), verb=_("催办"), unit=IssueList.unit,
        action=reverse("quality:remind_many"), where=reverse("quality:list"),
        said=_("已催办 %(n)s 项，责任人的待办里会写明"),
    )  # fmt: skip
    form = PortalForm(request.POST if is_agreed(request) else None)
    return asked.respond(
        request, chosen, form,
        lambda issue: (called(issue), services.why_not_reminded(issue, at)),
        lambda keys: Done(services.remind_issues(issue_ids=keys, by=scope, at=at)),
    )  # fmt: skip


def _judged(issue: Any) -> tuple[str, str]:
    return called(issue), services.why_not_assigned(issue)


def called(issue: DataQualityIssue) -> str:
    """How the dialog names an issue."""
    return f"{issue.subject} {issue.place}".strip()


def _menders(chosen: Rows, by: Scope) -> dict[int, str]:
    """Whom `by` may give all of the issues that would be given."""
    places = {services.place_of(each) for each in chosen if not services.why_not_assigned(each)}
    return services.menders_of(places, timezone.localdate(), by)
