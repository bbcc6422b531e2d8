"""The building board (ui.md 8.3) and what is done from it."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from housing import services
from housing.board import BoardFacts, build_board
from housing.codes import TENURES
from housing.forms import BlockForm
from housing.models import Building, DwellingUnit
from housing.tables import legality
from housing.views import may_edit, put_errors, yardstick
from housing.views.planning import is_agreed, left_out, planned
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.quality.models import DataQualityIssue
from portal.ui.addresses import NOWHERE, for_each
from portal.ui.idempotency import key_of
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
        "may_give": request.scope.may(Capability.ASSIGN_TASKS),
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
    """The wizard: floors by rooms, shown as a grid before they are built."""
    building = get_in_scope(Building.objects.all(), request.scope, pk=pk)
    form = BlockForm(request.POST or None, initial={"last_floor": building.storeys})
    plan = None
    if request.method == "POST" and form.is_valid():
        known = set(building.dwellings.values_list("room_no", flat=True))
        plan = planned(request, form, known)
        if plan and is_agreed(request, plan):
            made: list[int] = []
            url = reverse("housing:board", args=[pk])

            def act() -> str:
                made.append(_build(request, building, form))
                return url

            try:
                once(
                    key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(),
                    act=act,
                )  # fmt: skip
            except services.UnableToRegister as error:
                put_errors(form, error)
            else:
                text = (
                    _("已新增 %(count)d 套房屋") % {"count": made[0]} if made else _("房间已生成")
                )
                return done(request, url, text)
    context = {"form": form, "building": building, "plan": plan}
    return page(request, "housing/add_rooms.html", context)


def _build(request: PortalRequest, building: Building, form: BlockForm) -> int:
    block = form.block(left_out(request))
    assert block is not None
    return services.add_rooms(
        building_id=building.pk, block=block, tenure=form.cleaned_data["tenure"],
        codes=form.cleaned_data["codes"], by=request.scope, at=timezone.now(),
    )  # fmt: skip


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
