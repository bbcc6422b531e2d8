"""The building board (ui.md 8.3) and what is done from it."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing import services
from housing.board import BoardFacts, build_board
from housing.codes import TENURES
from housing.forms import BlockForm
from housing.models import Building, DwellingUnit
from housing.tables import legality
from housing.views import may_edit, put_errors, yardstick
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.quality.models import DataQualityIssue
from portal.ui.addresses import NOWHERE, for_each
from portal.ui.pages import done, page

RANK = {"note": 0, "should": 1, "must": 2}


@require_GET
@needs(Capability.VIEW_REGISTER)
def board(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """A building at a glance: floors by units, coloured; the pane follows the selection."""
    building = get_in_scope(Building.objects.all(), request.scope, pk=pk)
    measure = yardstick()
    dwellings = list(
        DwellingUnit.objects.in_scope(request.scope)
        .active()
        .filter(building=building)
        .order_by("floor", "position", "address_key")
    )
    chosen = request.GET.get("dwelling", "")
    facts = BoardFacts(
        day=measure.day,
        cycles=measure.cycles,
        flags=flags_of(building),
        cell_url="?dwelling={}",
        pane_url=for_each("residents:pane"),
        selected=chosen,
    )
    built = build_board(dwellings, facts)
    selected = next((row for row in dwellings if str(row.pk) == chosen), None)
    context: dict[str, Any] = {
        "building": building,
        "board": built,
        "target": measure.target,
        "cell_url": reverse("housing:cell", args=[NOWHERE]),
        "siblings": siblings(building),
        "chosen": selected,
        "uncoded": sum(row.code_state != "final" for row in dwellings),
        "may_edit": may_edit(request),
        "form": BlockForm(initial={"last_floor": building.storeys}) if not dwellings else None,
    }
    if selected:
        context |= pane_of(selected)
    return page(request, "housing/board.html", context)


def pane_of(dwelling: DwellingUnit) -> dict[str, Any]:
    """What the pane shows until the residents' own one is there."""
    return {
        "pane_url": reverse("residents:pane", args=[dwelling.pk]),
        "tenure": TENURES.title(dwelling.tenure),
        "legality": legality(dwelling),
    }


def flags_of(building: Building) -> dict[Any, tuple[str, int]]:
    """By dwelling: the gravest open severity that the board marks, and how many are of it."""
    found: dict[Any, tuple[str, int]] = {}
    rows = DataQualityIssue.objects.open().filter(
        severity__in=["must", "should"],
        committee_id=building.committee_id,
        dwelling_id__in=building.dwellings.values("pk"),
    )
    for dwelling, severity in rows.values_list("dwelling_id", "severity"):
        worst, count = found.get(dwelling, ("note", 0))
        if RANK[severity] > RANK[worst]:
            found[dwelling] = (severity, 1)
        elif severity == worst:
            found[dwelling] = (severity, count + 1)
    return found


def siblings(building: Building) -> dict[str, Any]:
    """The committee's buildings in walking order, and those before and after this one."""
    rows = list(
        Building.objects.existing()
        .filter(committee_id=building.committee_id)
        .in_walking_order()
        .values("pk", "name", "dwelling_count")
    )
    place = next((place for place, row in enumerate(rows) if row["pk"] == building.pk), 0)
    return {
        "all": rows,
        "previous": rows[place - 1] if place else None,
        "next": rows[place + 1] if place + 1 < len(rows) else None,
    }


@needs(Capability.EDIT_HOUSING)
def add_rooms(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The wizard: floors by rooms for a building that stands without them."""
    building = get_in_scope(Building.objects.all(), request.scope, pk=pk)
    form = BlockForm(request.POST or None, initial={"last_floor": building.storeys})
    if request.method == "POST" and form.is_valid():
        block = form.block()
        assert block is not None
        try:
            count = services.add_rooms(
                building_id=pk, block=block, tenure=form.cleaned_data["tenure"],
                codes=form.cleaned_data["codes"], by=request.scope, at=timezone.now(),
            )  # fmt: skip
        except services.UnableToRegister as error:
            put_errors(form, error)
        else:
            text = _("已新增 %(count)d 套房屋") % {"count": count}
            return done(request, reverse("housing:board", args=[pk]), text)
    return page(request, "housing/add_rooms.html", {"form": form, "building": building})


@require_POST
@needs(Capability.EDIT_HOUSING)
def assign_codes(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Give every dwelling of the building that waits for its code the committee's own one."""
    try:
        coded, left = services.assign_building_codes(
            building_id=pk, by=request.scope, at=timezone.now()
        )
    except Building.DoesNotExist as none:
        raise Http404 from none
    text = _("已赋正式码 %(count)d 套") % {"count": coded}
    if left:
        text += _("，%(count)d 套室号不是数字，要逐套填写") % {"count": left}
    return done(request, reverse("housing:board", args=[pk]), text)


@require_GET
@needs(Capability.VIEW_REGISTER)
def cell(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One cell of the board anew, after something was done in its pane."""
    dwelling = get_in_scope(DwellingUnit.objects.select_related("building"), request.scope, pk=pk)
    measure = yardstick()
    facts = BoardFacts(
        day=measure.day, cycles=measure.cycles, flags=flags_of(dwelling.building),
        pane_url=for_each("residents:pane"), selected=str(pk),
    )  # fmt: skip
    built = build_board([dwelling], facts)
    return page(request, "ui/matrix_cell.html", {"cell": built.cells[0]})
