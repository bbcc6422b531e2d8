"""The equity check: does the system serve all alike?"""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from assessment.equity import ALARMING, comparisons
from assessment.equity_rows import member_rows
from portal.metrics.views import unit_asked
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.ui.pages import page


@needs(Capability.VIEW_ASSESSMENT)
@require_GET
def equity(request: PortalRequest) -> HttpResponse:
    """Rates side by side for groups and areas; a gap asks for a look at the system."""
    unit = unit_asked(request, None)
    parts = OrgUnit.objects.filter(parent_id=unit.pk).on(timezone.localdate()).order_by("code")
    shown, sheet = comparisons(unit, list(parts))
    context = {
        "unit": unit, "sheet": sheet, "alarming": ALARMING,
        "comparisons": [(each, member_rows(each.members)) for each in shown],
        "is_known": any(each.is_known for each in shown),
        "gaps": [(each, gap) for each in shown for gap in each.gaps],
    }  # fmt: skip
    return page(request, "assessment/equity.html", context)
