"""Several issues given to one person at once, after telling which stay as they are and why.

Paper: S-67.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.quality import services
from portal.quality.forms import AssignForm
from portal.quality.models import DataQualityIssue
from portal.quality.tables import IssueList
from portal.quality.views.lists import filter_context
from portal.ui.bulk import AGREED, MOST_AT_ONCE, Outlook, carried, outlook
from portal.ui.pages import UNPROCESSABLE, done, page


@require_POST
@needs(Capability.MANAGE_ISSUES)
def assign(request: PortalRequest) -> HttpResponse:
    """Tell which of the chosen issues would be given and which not; then give them."""
    scope = request.scope
    rows = DataQualityIssue.objects.in_scope(scope)
    chosen = IssueList.picked(request, rows, **filter_context(scope))
    seen = _outlook(chosen)
    agreed = bool(request.POST.get(AGREED))
    menders = {} if seen.too_many else _menders(chosen)
    form = AssignForm(request.POST if agreed else None, menders=menders)
    if not menders and seen.changed:
        seen = Outlook(0, seen.kept)
        return _ask(request, seen, form, nobody=True)
    if not agreed or seen.too_many or not form.is_valid():
        return _ask(request, seen, form)
    given: list[int] = []

    def act() -> None:
        given.append(services.assign_issues(
            issue_ids=chosen.values_list("pk", flat=True),
            mender_id=form.cleaned_data["mender"], by=scope, at=timezone.now(),
        ))  # fmt: skip

    try:
        where = act_once(request, act, where=reverse("quality:list"))
    except services.UnableToSettle as why:
        put_at_field(form, "mender", why)
        return _ask(request, seen, form)
    said = _("已派发 %(n)s 项") % {"n": given[0]} if given else _("已派发")
    return done(request, where, said)


def _outlook(chosen: "QuerySet[Any, Any]") -> Outlook:
    count = chosen.order_by().count()
    if count > MOST_AT_ONCE:
        return Outlook(0, (), too_many=count)
    return outlook(
        (f"{issue.subject} {issue.place}".strip(), services.why_not_assigned(issue))
        for issue in chosen
    )


def _menders(chosen: "QuerySet[Any, Any]") -> dict[int, str]:
    """Those who mend all of the issues that would be given."""
    places = {services.place_of(each) for each in chosen if not services.why_not_assigned(each)}
    return services.menders_of(places, timezone.localdate())


def _ask(
    request: PortalRequest, seen: Outlook, form: AssignForm, *, nobody: bool = False
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": _("派发选中的问题"), "verb": _("派发"), "unit": IssueList.unit, "outlook": seen,
        "carried": carried(request), "form": form, "most": MOST_AT_ONCE,
        "action": reverse("quality:assign_many"),
        "trouble": _("没有人能改全部选中的问题，请按居（村）委和对象分开派发") if nobody else "",
    }  # fmt: skip
    agreed = form.is_bound
    return page(request, "ui/bulk.html", context, status=UNPROCESSABLE if agreed else 200)
