"""The monthly list of house-code exceptions: which month, how far it has been put right (S-81)."""

from datetime import date
from typing import Any

from django.db.models import Sum
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from housing.code_lists import CodeExceptionList, month_title, months_of
from housing.models import CodeCheck, CodeException
from portal.exchange.exports.kinds import may_export
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.cells import SavedView
from portal.ui.listing import FEW

#: How many months stand above the list; the condition 月份 has the others.
MONTHS_SHOWN = 6


@require_GET
@needs(Capability.VIEW_REGISTER)
def code_exceptions(request: PortalRequest) -> HttpResponse:
    """The lines of a month under the acting unit, each with what has become of it."""
    scope = request.scope
    months = months_of(scope)
    rows = CodeException.objects.in_scope(scope).published()
    listing = CodeExceptionList(
        request, rows.select_related("committee", "dwelling", "request"), months=months,
        scope=scope,
        views=[
            SavedView(month_title(month), f"month={month:%Y-%m}" if place else "")
            for place, month in enumerate(months[:MONTHS_SHOWN])
        ],
        most_counted=None if scope.level == "committee" else FEW,
    )  # fmt: skip
    context: dict[str, Any] = {"may_export": may_export(scope, listing.key)}
    if months:
        context |= {"check": _check(request, _chosen(request, months))}
    return listing.respond("housing/code_exceptions.html", context)


def _chosen(request: PortalRequest, months: list[date]) -> date:
    """The month that the address asks for; the latest where it asks for none that there is."""
    asked = request.GET.get("month", "")
    return next((each for each in months if f"{each:%Y-%m}" == asked), months[0])


def _check(request: PortalRequest, month: date) -> dict[str, Any]:
    """What the month's lists of the acting unit come to."""
    checks = CodeCheck.objects.in_scope(request.scope).published().filter(month=month)
    sums = checks.aggregate(dwellings=Sum("dwellings"), exceptions=Sum("exceptions"))
    return {"title": month_title(month), **sums}
