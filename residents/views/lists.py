"""The resident list and the district's table by street."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from housing.filters import filter_context
from portal import kept
from portal.audit.record import record
from portal.metrics import figures
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.cells import BulkAction, SavedView
from portal.ui.listing import CONTROL_NAMES, FEW
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
    if not listing.is_asked_for_filters:
        record(
            "register.list_viewed", by=scope, at=timezone.now(),
            target=("residents.residence", "list"),
            subjects=[row.resident_id for row in listing.page.rows],
            changes={"list": "实有人口", "filter": listing.query},
        )  # fmt: skip
    context = {
        "may_register": may_register(request),
        "may_export": scope.may(Capability.EXPORT_MASKED),
        "unit": _chosen_unit(listing),
    }
    return listing.respond("residents/residents.html", context)


def listing_of(request: PortalRequest) -> Register:
    """The list of this request."""
    scope = request.scope
    rows = Residence.objects.in_scope(scope).defer(*Register.unread)
    today = timezone.localdate()
    narrow = scope.level == "committee"
    if narrow:
        kept.expect(kept.tabs_of(Register.key, scope.unit, today))
    bulk = [BulkAction(_("登记离开…"), reverse("residents:leave_several"), dialog=True)]
    return Register(
        request,
        rows,
        views=partial(_views, scope, today) if scope.level != "district" else (),
        estimate=None if narrow else partial(_people, scope),
        most_counted=None if narrow else FEW,
        counts_in_order=scope.level == "street",
        kept_of=scope.unit,
        day=today,
        scope=scope,
        may_reveal=scope.may(Capability.REVEAL_IDENTITY),
        may_add=may_register(request),
        bulk=bulk if may_register(request) else (),
        filter_context=filter_context(scope, today),
    )


def _people(scope: Scope) -> int | None:
    """Actual population under the acting unit by the last numbers."""
    grain: figures.Grain = "street_id" if scope.level == "district" else "committee_id"
    found = figures.current(scope.unit, grain, ["actual_population"]).value("actual_population")
    return None if found is None else int(found)


def _views(scope: Scope, today: date) -> list[SavedView]:
    """The tabs above the chips; a committee's are counted, in one pass."""
    conditions = {
        "nonlocal": Q(due_on__lt=today) & Q(category="20"),
        "separated": Q(category="12"),
        "old": Q(birth_date__lte=years_before(today, 80)),
        "phoneless": BY_KEY["phone"].missing(today),
        "overdue": Q(due_on__lt=today),
    }
    counted: dict[str, int] = {}
    if scope.level == "committee":
        key = kept.tabs_of(Register.key, scope.unit, today)
        counted = kept.fact(key, partial(_counted, scope, conditions))
    titles = {
        "all": (_("全部"), ""),
        "nonlocal": (_("来沪人员 · 待核实"), "category=20&overdue=1"),
        "overdue": (_("核实超期"), "overdue=1"),
        "separated": (_("人在户不在"), "category=12"),
        "old": (_("80 岁以上"), "age=80"),
        "phoneless": (_("缺手机号"), "lacks=phone"),
    }
    return [SavedView(title, query, counted.get(key)) for key, (title, query) in titles.items()]


def _counted(scope: Scope, conditions: dict[str, Q]) -> dict[str, int]:
    """Everybody of a committee, and those under each tab."""
    counts = {key: Count("id", filter=wanted) for key, wanted in conditions.items()}
    return Residence.objects.in_scope(scope).actual().aggregate(all=Count("id"), **counts)


def _chosen_unit(listing: Register) -> OrgUnit | None:
    """The unit that the address narrows to; its condition knows those in scope only."""
    if listing.filterset is None or not listing.filterset.is_valid():
        return None
    found: OrgUnit | None = listing.filterset.form.cleaned_data.get("unit")
    return found


def _by_street(request: PortalRequest) -> HttpResponse:
    """Streets by category: the district chooses a unit before it sees anybody.

    The numbers are the stored ones of the dashboards; counting a million rows takes too long.
    """
    unit = request.scope.unit
    sheet = figures.current(unit, "street_id", [f"n{code}" for code in ACTUAL_CATEGORIES])
    here = reverse("residents:list")
    streets = OrgUnit.objects.under(unit).streets().order_by("code")
    rows: list[dict[str, Any]] = [
        {
            "name": street.name, "url": f"{here}?unit={street.code}",
            "counts": (counts := _counts(sheet, street.code)), "total": _sum(counts),
        }
        for street in streets
    ]  # fmt: skip
    sums = _counts(sheet, None)
    context = {
        "rows": rows, "sums": sums, "total": _sum(sums), "measured_at": sheet.measured_at,
        "sheet": sheet,
        "titles": [POPULATION_CATEGORIES.title(code) for code in ACTUAL_CATEGORIES],
    }  # fmt: skip
    return page(request, "residents/by_street.html", context)


def _counts(sheet: figures.Sheet, street: int | None) -> list[Decimal | None]:
    """The people of each category in one street, or in all of them."""
    return [sheet.value(f"n{code}", street) for code in ACTUAL_CATEGORIES]


def _sum(counts: list[Decimal | None]) -> Decimal | None:
    known = [count for count in counts if count is not None]
    return sum(known, Decimal(0)) if known else None
