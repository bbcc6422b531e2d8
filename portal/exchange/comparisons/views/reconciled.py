"""The list behind the reconciliation (M-35). Paper: S-115."""

from django.db.models import BooleanField, Exists, OuterRef, Value
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.exchange.comparisons.models import ComparisonRun, Reconciliation
from portal.exchange.comparisons.tables import ReconciliationList
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability


@require_GET
@needs(Capability.VIEW_DASHBOARD)
def reconciled(request: PortalRequest) -> HttpResponse:
    """What the reconciliation counts today, unit by unit; the comparison itself where one may."""
    scope = request.scope
    runs = ComparisonRun.objects.in_scope(scope).filter(pk=OuterRef("run_id"))
    rows = Reconciliation.objects.in_scope(scope).counted(timezone.localdate())
    may_open = (
        Exists(runs) if scope.may(Capability.COMPARE_LISTS)
        else Value(value=False, output_field=BooleanField())
    )  # fmt: skip
    rows = rows.annotate(may_open=may_open).select_related("committee")
    listing = ReconciliationList(request, rows, filter_context={"scope": scope})
    return listing.respond("ui/list_page.html", {"may_export": False})
