"""Key areas: the list, one with its targets beside the stored numbers, and its form (S-75…S-78)."""

import uuid
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing import services
from housing.course_lists import AreaList
from housing.filters import begins_with
from housing.forms.campaigns import AreaForm, EndAreaForm, ReviewForm
from housing.models import Building, DwellingUnit, KeyArea, KeyAreaBuilding
from housing.rectifying import INVERSION, RULE, TARGETS
from housing.views import act_once, put_errors
from housing.views.acting import Act, Course
from portal.exchange.exports.kinds import may_export
from portal.metrics import figures
from portal.metrics.registry import metrics
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.rules.services import rule_on
from portal.ui import formats
from portal.ui.listing import FEW
from portal.ui.pages import done, page

RATIO = "inversion_ratio"
#: Buildings of an area that its page names.
MOST_SHOWN = 200


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def areas(request: PortalRequest) -> HttpResponse:
    """Key areas under the acting unit, those due first above; committees that may be inverted."""
    scope = request.scope
    listing = AreaList(request, KeyArea.objects.in_scope(scope), most_counted=FEW)
    runs = scope.may(Capability.RUN_CAMPAIGNS)
    context = {
        "inverted": _inverted(request) if runs else [],
        "add": {"url": reverse("housing:add_area"), "title": _("列入区域")} if runs else None,
        "may_export": may_export(request.scope, listing.key),
        "hint": _("说的是地方，不是人：列入是为了先把登记做准、先把服务送到"),
    }  # fmt: skip
    return listing.respond("housing/areas.html", context)


def _inverted(request: PortalRequest) -> list[tuple[str, str]]:
    """Committees whose stored ratio (M-34) is above the rule's and that stand in no such area."""
    today = timezone.localdate()
    over = rule_on(RULE, today)["inverted_over"]
    sheet = figures.current(request.scope.unit, "committee_id", [RATIO])
    ratios = {code: sheet.value(RATIO, code) for code in sheet.figures}
    above = {code: value for code, value in ratios.items() if value is not None and value > over}
    if not above:
        return []
    held = KeyAreaBuilding.objects.in_scope(request.scope).filter(
        area__kind=INVERSION, area__until=None
    )
    known = set(held.values_list("committee_id", flat=True))
    names = OrgUnit.objects.filter(pk__in=above.keys() - known).order_by("pk")
    return [(unit.name, formats.decimal(above[unit.pk], 2)) for unit in names]


def _targets(area: KeyArea, codes: Collection[int]) -> list[dict[str, Any]]:
    """What is asked and what stands, for the committees in which its buildings lie (S-78)."""
    keys = [key for key, _title in TARGETS if key in area.targets]
    sheet = figures.current(area.committee_id, "committee_id", keys) if keys else None
    rows = []
    for key, title in TARGETS:
        if key not in area.targets or sheet is None:
            continue
        total = figures.Figure(metrics()[key])
        for code in codes:
            total += sheet.of(key, code)
        value, wanted = total.value, area.targets[key]
        rows.append({
            "title": title, "wanted": wanted, "value": value,
            "reached": None if value is None else value >= wanted,
            "why": _("还没有抽查或计算出这个数") if value is None else "",
        })  # fmt: skip
    return rows


def _stock(area: KeyArea, buildings: list[uuid.UUID], today: date) -> dict[str, int]:
    """Dwellings of the area's buildings, counted as they stand: never who lives there."""
    stale = Q(verified_on=None) | Q(verified_on__lt=today - timedelta(days=area.cycle_days))
    rows = DwellingUnit.objects.under(area.committee_id).active()
    rows = rows.filter(building__in=buildings)
    return rows.aggregate(
        dwellings=Count("pk"), stale=Count("pk", filter=stale),
        suspected=Count("pk", filter=Q(group_rental__state="suspected")),
        confirmed=Count("pk", filter=Q(group_rental__state="confirmed")),
    )  # fmt: skip


def _shown(request: PortalRequest, area: KeyArea) -> dict[str, Any]:
    today = timezone.localdate()
    held = area.area_buildings.order_by("building__sort_key", "pk")
    buildings = list(held.values_list("building_id", "committee_id", "building__name"))
    stock = _stock(area, [key for key, _code, _name in buildings], today)
    standing = area.is_standing
    cycle = _("每 %(n)d 天核查一次") % {"n": area.cycle_days}
    facts = [
        (_("类型"), area.get_kind_display()), (_("责任人"), area.owner),
        (_("列入日期"), formats.day(area.since)), (_("核查周期"), cycle),
        (_("下次核查"), formats.day(area.review_by)),
        (_("房屋"), _("%(n)s 套，其中 %(m)s 套超过周期没有核实") % {
            "n": stock["dwellings"], "m": stock["stale"]}),
        (_("群租"), _("疑似 %(n)s 套，已认定 %(m)s 套") % {
            "n": stock["suspected"], "m": stock["confirmed"]}),
        (_("落脚人数（约）"), area.people), (_("安全隐患"), area.hazards),
    ]  # fmt: skip
    course = [(_("列入"), area.owner, formats.day(area.since), "")]
    if area.reviewed_on:
        course.append((_("最近核查"), area.owner, formats.day(area.reviewed_on), ""))
    if area.until:
        told = "；".join(filter(None, (area.end_reason, area.resettlement)))
        course.append((_("撤销"), area.updated_by, formats.day(area.until), told))
    edits = standing and request.scope.may(Capability.RUN_CAMPAIGNS)
    url = reverse("housing:edit_area", args=[area.pk])
    return {
        "heading": area.name, "kind": _("重点区域"), "facts": facts, "steps": course,
        "tone": "warn" if standing else "ok",
        "targets": _targets(area, {code for _key, code, _name in buildings}),
        "buildings": [name for _key, _code, name in buildings[:MOST_SHOWN]],
        "links": [{"url": url, "title": _("修改"), "icon": "edit"}] if edits else [],
        "crumbs": [{"title": _("重点区域"), "url": reverse("housing:areas")},
                   {"title": area.name}],
    }  # fmt: skip


def _ended(_request: PortalRequest, row: Any) -> bool:
    return not row.is_standing


COURSE = Course(
    KeyArea.objects.all, "area_id", "housing:area",
    (
        Act("review", _("登记核查"), _("核查完成"), _("已登记核查"), ReviewForm,
            services.review_area, (), unless=_ended),
        Act("end", _("撤销区域"), _("撤销"), _("已撤销"), EndAreaForm, services.end_area, (),
            unless=_ended),
    ),
    _shown, "housing/area.html",
)  # fmt: skip


@require_GET
@needs(Capability.VIEW_CAMPAIGNS)
def area(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One key area."""
    return COURSE.show(request, pk)


@require_POST
@needs(Capability.RUN_CAMPAIGNS)
def area_act(request: PortalRequest, pk: uuid.UUID, act: str) -> HttpResponse:
    """One act on a key area."""
    return COURSE.act(request, pk, act)


@needs(Capability.RUN_CAMPAIGNS)
def add_area(request: PortalRequest) -> HttpResponse:
    """Enter a key area of the street."""
    return _form(request, None)


@needs(Capability.RUN_CAMPAIGNS)
def edit_area(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Change a key area."""
    return _form(request, get_in_scope(KeyArea.objects.all(), request.scope, pk=pk))


def _form(request: PortalRequest, found: KeyArea | None) -> HttpResponse:
    today = timezone.localdate()
    scope = request.scope
    if found is None:
        initial: dict[str, Any] = {
            "since": today, "cycle_days": rule_on(RULE, today)["cycle_days"]
        }  # fmt: skip
    else:
        names = found.area_buildings.order_by("building__sort_key", "pk")
        initial = AreaForm.values_of(found, list(names.values_list("building__name", flat=True)))
    owners = services.owners_at(scope.unit, today)
    form = AreaForm(request.POST or None, owners=owners, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = {
            name: value for name, value in form.cleaned_data.items()
            if name not in {"buildings", *dict(TARGETS)}
        }  # fmt: skip
        buildings, unknown = _buildings(request, form.cleaned_data["buildings"])
        asked = request.POST.get("version", "")

        def act() -> str:
            made = services.save_area(
                told=services.AreaTold(**told, buildings=buildings, targets=form.targets()),
                area_id=found.pk if found else None,
                version=int(asked) if asked.isdecimal() else 0, by=scope, at=timezone.now(),
            )  # fmt: skip
            return reverse("housing:area", args=[made.pk])

        if unknown:
            form.add_error("buildings", _("没有找到：%(n)s") % {"n": "、".join(unknown)})
        else:
            try:
                url = act_once(request, act)
            except services.UnableToRectify as why:
                put_errors(form, why)
            else:
                return done(request, url, _("已保存重点区域"))
    crumbs = [{"title": _("重点区域"), "url": reverse("housing:areas")}]
    heading = _("修改重点区域") if found else _("列入重点区域")
    context = {
        "form": form, "heading": heading, "word": _("保存"),
        "crumbs": [*crumbs, {"title": heading}],
        "version": found.version if found else None,
        "hint": _("目标不填的，不作要求"),
    }  # fmt: skip
    return page(request, "housing/form_page.html", context)


def _buildings(request: PortalRequest, lines: list[str]) -> tuple[list[uuid.UUID], list[str]]:
    """Buildings by their address; a line that ends at the lane stands for all of them."""
    chosen: list[uuid.UUID] = []
    unknown = []
    for line in lines:
        rows = Building.objects.in_scope(request.scope).existing()
        exact = list(rows.named(line).values_list("pk", flat=True)[:2])
        lane = [] if exact or not line.endswith("弄") else list(
            rows.filter(begins_with("name", line)).values_list("pk", flat=True)[:400]
        )  # fmt: skip
        if not exact and not lane:
            unknown.append(line)
        chosen += exact or lane
    return list(dict.fromkeys(chosen)), unknown
