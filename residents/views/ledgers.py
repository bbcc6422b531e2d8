"""The electronic ledger (电子台账, S-114): by building, by household, on screen and on paper."""

import uuid

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from housing.models import Building, DwellingUnit
from housing.views import yardstick
from housing.views.board import siblings
from housing.views.buildings import chosen_unit
from portal.audit.record import record
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import level_of
from portal.ui.pages import page
from residents.ledger_rows import building_rows, count_cells, dwelling_rows
from residents.ledgers import building_lines, dwelling_lines, sums
from residents.models import Residence


@require_GET
@needs(Capability.VIEW_REGISTER)
def by_building(request: PortalRequest, form: str = "") -> HttpResponse:
    """A line for each building of a committee; above a committee one is chosen first.

    :param form: `print` for the sheet
    """
    scope, unit = request.scope, chosen_unit(request)
    if level_of(unit.code) != "committee":
        return HttpResponseRedirect(f"{reverse('housing:buildings')}?unit={unit.code}")
    measure = yardstick()
    lines = building_lines(
        Building.objects.in_scope(scope).under(unit.code),
        DwellingUnit.objects.in_scope(scope).under(unit.code),
        Residence.objects.in_scope(scope).under(unit.code)
        .filter(dwelling__committee_id=unit.code),
        measure.day, measure.cycles,
    )  # fmt: skip
    if form:
        record(
            "register.ledger_printed", by=scope, at=timezone.now(),
            target=("housing.building", "list"), committee=unit.code,
        )  # fmt: skip
    total = sums(lines)
    query = f"unit={unit.code}" if scope.level != "committee" else ""
    context = {
        "unit": unit, "lines": lines, "sums": total, "day": measure.day,
        "rows": building_rows(lines, links=not form), "total": count_cells(total),
        "file": {"key": "ledger_buildings", "query": query},
        "may_export": scope.may(Capability.EXPORT_MASKED),
    }  # fmt: skip
    template = "residents/ledger_printed.html" if form else "residents/ledger.html"
    return page(request, template, context)


@require_GET
@needs(Capability.VIEW_REGISTER)
def by_household(request: PortalRequest, pk: uuid.UUID, form: str = "") -> HttpResponse:
    """Who lives in a building, dwelling by dwelling and household by household, masked."""
    scope = request.scope
    building = get_in_scope(Building.objects.select_related("committee"), scope, pk=pk)
    lines = dwelling_lines(
        DwellingUnit.objects.in_scope(scope).filter(building=building),
        Residence.objects.in_scope(scope).under(building.committee_id),
    )
    people = [row for line in lines for home in line.homes for row in home.people]
    record(
        "register.ledger_printed" if form else "register.list_viewed", by=scope,
        at=timezone.now(), target=building, committee=building.committee_id,
        subjects=[row.resident_id for row in people],
        changes={"list": "电子台账（按户）"},
    )  # fmt: skip
    context = {
        "building": building, "lines": lines, "rows": dwelling_rows(lines, links=not form),
        "day": timezone.localdate(),
        "households": sum(len(line.homes) for line in lines), "people": len(people),
        "empty": sum(not line.homes for line in lines), "siblings": siblings(building),
        "file": {"key": "ledger", "query": f"building={pk}"},
        # above a committee buildings cannot be chosen: the file is asked for from the list
        "may_export": scope.may(Capability.EXPORT_MASKED) and scope.level == "committee",
    }  # fmt: skip
    template = "residents/ledger_homes_printed.html" if form else "residents/ledger_homes.html"
    return page(request, template, context)
