"""The resident list, the district's table by street, and files out of the list."""

import io
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing.models import Building
from portal.audit.record import record
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.records import new_id
from portal.ui.cells import SavedView
from portal.ui.exports import Watermark, batches, write_csv, write_xlsx
from portal.ui.listing import CONTROL_NAMES
from portal.ui.pages import page, private
from residents.categories import POPULATION_CATEGORIES
from residents.completeness import BY_KEY, years_before
from residents.filters import ResidenceFilter
from residents.models import Residence
from residents.querysets import ACTUAL_CATEGORIES
from residents.tables import ResidentList
from residents.views import may_register

MOST_ROWS = 50_000
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


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
        changes={"list": "实有人口", "filter": listing.query},
    )  # fmt: skip
    context = {
        "may_register": may_register(request),
        "may_export": scope.may(Capability.EXPORT_MASKED),
        "unit": _chosen_unit(request),
    }
    return listing.respond("residents/residents.html", context)


def listing_of(request: PortalRequest) -> Register:
    """The list of this request, for the page and for its export."""
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


@require_POST
@needs(Capability.EXPORT_MASKED)
def export_residents(request: PortalRequest) -> HttpResponse:
    """The filtered list as CSV or XLSX, masked, up to 50,000 rows.

    Conditions are those of the address, as on the page; a purpose must be given.
    """
    purpose = request.POST.get("purpose", "").strip()[:32]
    listing = listing_of(request)
    if not purpose:
        context = {"reason": _("导出前请写明用途")}
        return page(request, "residents/export_refused.html", context, status=422)
    kind = request.POST.get("format", "xlsx")
    kind = kind if kind in KINDS else "xlsx"
    found = _exported(listing)
    at, scope = timezone.now(), request.scope
    number = f"EX-{timezone.localtime(at):%Y%m%d}-{str(new_id())[-6:].upper()}"
    mark = Watermark(
        number, scope.unit_name, f"{scope.user_name} {scope.staff_no}".strip(), at, purpose
    )
    out = io.BytesIO()
    if kind == "csv":
        count = write_csv(out, listing.shown, found, mark)
    else:
        count = write_xlsx(out, listing.shown, found, mark, title=_("实有人口"))
    record(
        "exchange.exported", by=scope, at=at, target=("residents.residence", number),
        purpose=purpose, subjects=[row.resident_id for row in found],
        changes={"rows": count, "filter": listing.query, "format": kind,
                 "columns": [column.key for column in listing.shown]},
    )  # fmt: skip
    response = HttpResponse(out.getvalue(), content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="{number}.{kind}"'
    return private(response)


def _exported(listing: Register) -> list[Any]:
    """The rows in the list's order, dressed as on the page."""
    column, descending = listing.order
    fields = [*(column.sort_fields if column else ()), "pk"]
    rows = listing.filtered.order_by(*(f"-{name}" if descending else name for name in fields))
    found = list(rows[:MOST_ROWS])
    for batch in batches(found, 1000):
        listing.dress(batch)
    return found
