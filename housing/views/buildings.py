"""Buildings: those of a committee, totals above it, and adding one."""

import uuid
from functools import partial
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from housing import services
from housing.estates import EstateQuerySet
from housing.filters import BuildingFilter
from housing.forms import BuildingFactsForm, BuildingForm, suggest
from housing.models import Building, DwellingUnit, Estate
from housing.tables import NOTHING, BuildingList
from housing.views import (
    Yardstick,
    form_context,
    in_building,
    may_edit,
    put_errors,
    yardstick,
)
from housing.views.planning import is_agreed, left_out, planned
from portal import kept
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope, level_of, parent_of
from portal.ui.cells import Share
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page

#: What the address may say of a new building beforehand.
ASKED = {"committee": "unit", "estate": "estate"}


class Listing(BuildingList):
    """The list with its conditions."""

    filterset_class = BuildingFilter


@require_GET
@needs(Capability.VIEW_REGISTER)
def buildings(request: PortalRequest) -> HttpResponse:
    """A committee's buildings; above a committee, the totals of the units one level below."""
    unit = chosen_unit(request)
    measure = yardstick()
    crumbs = _crumbs(request.scope, unit)
    if level_of(unit.code) != "committee":
        context = {"unit": unit, "crumbs": crumbs, "target": measure.target,
                   "rows": _below(request.scope, unit, measure)}  # fmt: skip
        return page(request, "housing/building_totals.html", context)
    totals_key = kept.dwellings_of(unit.code, measure.day)
    kept.expect(totals_key)
    listing = Listing(
        request,
        Building.objects.in_scope(request.scope).under(unit.code).existing()
        .select_related("estate"),
        day=measure.day, cycles=measure.cycles, target=measure.target,
        may_add=may_edit(request), kept_of=unit.code,
        filter_context={"scope": request.scope, "estates": _estates_of(unit.code)},
    )  # fmt: skip
    totals = kept.fact(totals_key, partial(_totals, request.scope, unit.code, measure))
    context = {
        "unit": unit, "crumbs": crumbs, "totals": totals, "target": measure.target,
        "fresh": Share(totals["fresh"], totals["dwellings"], measure.target),
        "may_edit": may_edit(request),
    }  # fmt: skip
    return listing.respond("housing/buildings.html", context)


def _totals(scope: Scope, unit: int, measure: Yardstick) -> dict[str, int]:
    """What the dwellings of a committee come to."""
    rows = DwellingUnit.objects.in_scope(scope).under(unit).active()
    return rows.aggregate(**DwellingUnit.objects.totals(measure.day, measure.cycles))


def _estates_of(unit: int) -> EstateQuerySet:
    """The standing estates of a unit by name."""
    return Estate.objects.standing().under(unit).in_order()


def chosen_unit(request: PortalRequest) -> OrgUnit:
    """The unit asked for in the address, the acting one without; 404 outside the scope."""
    asked = request.GET.get("unit", "")
    code = int(asked) if asked.isdecimal() else request.scope.unit
    if not request.scope.covers(code):
        raise Http404
    try:
        return OrgUnit.objects.get(code=code)
    except OrgUnit.DoesNotExist as none:
        raise Http404 from none


def _crumbs(scope: Scope, unit: OrgUnit) -> list[dict[str, Any]]:
    """From the acting unit down to the one shown; none where they are the same."""
    if unit.code == scope.unit:
        return []
    codes = [scope.unit]
    above = parent_of(unit.code)
    if above is not None and above != scope.unit:
        codes.append(above)
    names = dict(OrgUnit.objects.filter(code__in=codes).values_list("code", "name"))
    here = reverse("housing:buildings")
    return [
        *({"title": names[code], "url": f"{here}?unit={code}"} for code in codes),
        {"title": unit.name},
    ]


def _below(scope: Scope, unit: OrgUnit, measure: Yardstick) -> list[dict[str, Any]]:
    """Totals of the units right below, those without a building too; up to a minute old."""
    standing, stats = kept.fact(
        kept.housing_below(unit.code, measure.day), partial(_parts, scope, unit.code, measure)
    )
    below = OrgUnit.objects.filter(parent_id=unit.code).on(measure.day).order_by("code")
    found = []
    for child in below:
        row = stats.get(child.code, NOTHING)
        fresh = Share(row["fresh"], row["dwellings"], measure.target)
        found.append({"unit": child, "buildings": standing.get(child.code, 0), "stats": row,
                      "fresh": fresh})  # fmt: skip
    return found


def _parts(scope: Scope, unit: int, measure: Yardstick) -> tuple[dict[int, int], dict[int, Any]]:
    """Of each unit right below: its buildings, and what its dwellings come to."""
    column = "street_id" if level_of(unit) == "district" else "committee_id"
    standing = Building.objects.in_scope(scope).under(unit).existing().order_by()
    dwellings = DwellingUnit.objects.in_scope(scope).under(unit).active().order_by()
    totals = DwellingUnit.objects.totals(measure.day, measure.cycles)
    return (
        dict(standing.values_list(column).annotate(count=Count("pk"))),
        {row.pop(column): row for row in dwellings.values(column).annotate(**totals)},
    )


@needs(Capability.EDIT_HOUSING)
def add_building(request: PortalRequest) -> HttpResponse:
    """A building with its plate, and its rooms in the same act, seen as a grid before."""
    initial = {name: request.GET.get(key, "") for name, key in ASKED.items()}
    form = BuildingForm(request.POST or None, scope=request.scope, initial=initial)
    suggest(form, _names_of(request.scope.unit))
    plan = None
    if request.method == "POST" and form.is_valid():
        plan = planned(request, form, ())
        if not form.errors and (plan is None or is_agreed(request, plan)):
            try:
                url = once(
                    key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(),
                    act=lambda: _register(form, request),
                )  # fmt: skip
            except services.UnableToRegister as error:
                put_errors(form, error)
            else:
                return done(request, url, _("已新增楼栋"))
    return page(request, "housing/add_building.html", {"form": form, "plan": plan})


def _register(form: BuildingForm, request: PortalRequest) -> str:
    values, scope = form.cleaned_data, request.scope
    committee = values["committee"].code if "committee" in values else scope.unit
    building = services.register_building(
        committee=committee, address=values["address"], estate=values["estate"],
        use=values["use"], built_year=values["built_year"], block=form.block(left_out(request)),
        tenure=values["tenure"], codes=values["codes"], by=scope, at=timezone.now(),
    )  # fmt: skip
    return reverse("housing:board", args=[building.pk])


def _names_of(unit: int) -> list[str]:
    """What the estates of a unit are called; only a committee's are few enough to choose from."""
    if level_of(unit) != "committee":
        return []
    return list(_estates_of(unit).values_list("name", flat=True))


@needs(Capability.EDIT_HOUSING)
def edit_building(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct a building; its address stays."""
    rows = Building.objects.select_related("estate")
    building = get_in_scope(rows, request.scope, pk=pk)
    initial = {name: getattr(building, name) for name in services.BUILDING_FACTS}
    form = BuildingFactsForm(
        request.POST or None, initial=initial | {"estate": building.estate_name}
    )
    suggest(form, _names_of(building.committee_id))
    told = form.leave_to(building.estate)
    if request.method == "POST" and form.is_valid():
        asked = request.POST.get("version", "")
        try:
            services.update_building(
                building_id=pk, changes=form.cleaned_data, by=request.scope, at=timezone.now(),
                version=int(asked) if asked.isdecimal() else 0,
            )  # fmt: skip
        except services.UnableToUpdate as error:
            put_errors(form, error)
        else:
            return done(request, reverse("housing:board", args=[pk]), _("已保存"))
    hint = _("门牌就是地址，不在这里改；门牌调整的，联系街道办理")
    if told:
        hint = _("%(facts)s由小区“%(name)s”统一登记，到小区页面修改。%(hint)s") % {
            "facts": "、".join(told), "name": building.estate_name, "hint": hint,
        }  # fmt: skip
    context = form_context(
        form, _("修改楼栋"), in_building(building), facts=building.name, version=building.version,
        hint=hint,
    )  # fmt: skip
    return page(request, "housing/form_page.html", context)
