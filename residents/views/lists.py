"""The resident list and the district's table by street."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from housing.models import Building
from portal.audit.record import record
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.ui.cells import SavedView
from portal.ui.listing import CONTROL_NAMES
from portal.ui.pages import page
from residents.categories import POPULATION_CATEGORIES
from residents.completeness import BY_KEY, years_before
from residents.filters import ResidenceFilter
from residents.models import Residence
from residents.querysets import ACTUAL_CATEGORIES
from residents.tables import ResidentList
from residents.views import may_register


class Register(ResidentList):
    """The list with its conditions."""

    filterset_class = ResidenceFilter


@require_GET
@needs(Capability.VIEW_REGISTER)
def residents(request: PortalRequest) -> HttpResponse:
    """Actual population under the acting unit; the district first sees it by street."""
    scope = request.scope
    if scope.level == "district" and not set(request.GET) - set(CONTROL_NAMES):
        return _by_street(request)
    listing = listing_of(request)
    record(
        "register.list_viewed", by=scope, at=timezone.now(),
        target=("residents.residence", "list"),
        subjects=[row.resident_id for row in listing.page.rows],
        changes={"list": "实有人口", "filter": listing.query},
    )  # fmt: skip
    context = {
        "may_register": may_register(request),
        "may_export": scope.may(Capability.EXPORT_MASKED),
        "unit": _chosen_unit(request),
    }
    return listing.respond("residents/residents.html", context)


def listing_of(request: PortalRequest) -> Register:
    """The list of this request."""
    scope = request.scope
    rows = Residence.objects.in_scope(scope)
    today = timezone.localdate()
    buildings = Building.objects.in_scope(scope).existing().in_walking_order()
    return Register(
        request,
        rows,
        views=_views(request) if request.method == "GET" and scope.level != "district" else (),
        day=today,
        may_reveal=scope.may(Capability.REVEAL_IDENTITY),
        may_add=may_register(request),
        filter_context={
            "day": today, "scope": scope,
            "buildings": buildings if scope.level == "committee" else Building.objects.none(),
        },
    )  # fmt: skip


def _views(request: PortalRequest) -> list[SavedView]:
    """The tabs above the chips, counted in one pass."""
    today = timezone.localdate()
    old = years_before(today, 80)
    conditions = {
        "nonlocal": Q(category="20", due_on__lt=today),
        "separated": Q(category="12"),
        "old": Q(birth_date__lte=old),
        "phoneless": BY_KEY["phone"].missing(today),
        "overdue": Q(due_on__lt=today),
    }
    counted = (
        Residence.objects.in_scope(request.scope)
        .actual()
        .aggregate(all=Count("id"), **{key: Count("id", filter=q) for key, q in conditions.items()})
    )
    titles = {
        "all": (_("全部"), ""),
        "nonlocal": (_("来沪人员 · 待核实"), "category=20&overdue=1"),
        "overdue": (_("核实超期"), "overdue=1"),
        "separated": (_("人在户不在"), "category=12"),
        "old": (_("80 岁以上"), "age=80"),
        "phoneless": (_("缺手机号"), "lacks=phone"),
    }
    return [SavedView(title, query, counted[key]) for key, (title, query) in titles.items()]


def _chosen_unit(request: PortalRequest) -> OrgUnit | None:
    """The unit that the address narrows to, if it lies in scope."""
    asked = request.GET.get("unit", "")
    if not asked.isdecimal() or not request.scope.covers(int(asked)):
        return None
    return OrgUnit.objects.filter(code=int(asked)).first()


def _by_street(request: PortalRequest) -> HttpResponse:
    """Streets by category: the district chooses a unit before it sees anybody."""
    counted = (
        Residence.objects.in_scope(request.scope)
        .actual()
        .values("street_id", "category")
        .annotate(people=Count("id"))
        .order_by()
    )
    found: dict[int, dict[str, int]] = {}
    for row in counted:
        found.setdefault(row["street_id"], {})[row["category"]] = row["people"]
    here = reverse("residents:list")
    streets = OrgUnit.objects.under(request.scope.unit).streets().order_by("code")
    rows: list[dict[str, Any]] = [
        {
            "name": street.name, "url": f"{here}?unit={street.code}",
            "counts": [found.get(street.code, {}).get(code, 0) for code in ACTUAL_CATEGORIES],
            "total": sum(found.get(street.code, {}).values()),
        }
        for street in streets
    ]  # fmt: skip
    sums = [sum(row["counts"][place] for row in rows) for place in range(len(ACTUAL_CATEGORIES))]
    context = {
        "rows": rows, "sums": sums, "total": sum(sums),
        "titles": [POPULATION_CATEGORIES.title(code) for code in ACTUAL_CATEGORIES],
    }  # fmt: skip
    return page(request, "residents/by_street.html", context)
