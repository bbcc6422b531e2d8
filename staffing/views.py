"""Pages of staffing: provision and patches, the roster, one collector, one patch."""

import uuid
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing.models import Building
from portal.jobs.services import once
from portal.metrics.views import unit_asked
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope, level_of
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page
from staffing import boards, services, transitions
from staffing import overview_reads as reads
from staffing import overview_rows as rows
from staffing.filters import CollectorFilter
from staffing.forms import AreaForm, CollectorForm, StatusForm, TrainingForm, put_errors
from staffing.models import Collector, CollectorStatus, WorkArea
from staffing.tables import CollectorList, status


@needs(Capability.VIEW_STAFFING)
@require_GET
def overview(request: PortalRequest) -> HttpResponse:
    """Posts against population by unit; patches and people of the chosen committee."""
    scope, today = request.scope, timezone.localdate()
    unit, chosen = unit_asked(request, None), None
    if unit.level == "committee" and scope.level != "committee" and unit.parent is not None:
        chosen, unit = unit, unit.parent
    here = replace(scope, unit=unit.pk)
    board = boards.overview(unit, here, today)
    if unit.level != "district" and board.lines:
        chosen = chosen or board.parts[board.lines[0].unit]
    committee = chosen.pk if chosen else 0
    found = reads.people.rows(here, committee=committee)
    leads = [row.pk for row in found]
    areas = reads.areas.rows(here, committee=committee, leads=leads, day=today)
    leaderless = reads.leaderless.rows(here, day=today)[0]["areas"]
    tasks = boards.tasks(board, found, leaderless, today)
    people = boards.roster(found, chosen, areas)
    may_edit = scope.may(Capability.EDIT_STAFFING)
    context: dict[str, Any] = {
        "unit": unit,
        "own": unit.pk == scope.unit,
        "board": board,
        "chosen": chosen,
        "tasks": tasks,
        "roster": people,
        "may_edit": may_edit,
    }
    drawn = {
        "lines": rows.lines(board, committee),
        "people": rows.people(people),
        "tasks": rows.tasks(tasks),
    }
    if chosen is not None:
        laid_out = [
            area for area in areas if area.committee_id == committee and area.valid_from <= today
        ]
        within = replace(scope, unit=committee)
        layout = context["layout"] = boards.layout(chosen, laid_out, board, within)
        drawn["patches"] = rows.patches(layout, board.limit, may_edit=may_edit)
    context["drawn"] = drawn
    return page(request, "staffing/overview.html", context, partial="columns")


class Roster(CollectorList):
    """The roster with its conditions."""

    filterset_class = CollectorFilter


@needs(Capability.VIEW_STAFFING)
@require_GET
def roster(request: PortalRequest) -> HttpResponse:
    """All collectors in scope."""
    rows = Collector.objects.in_scope(request.scope).select_related("committee")
    listing = Roster(
        request, rows.prefetch_related("areas"), filter_context={"scope": request.scope}
    )
    may_edit = request.scope.may(Capability.EDIT_STAFFING)
    return listing.respond("staffing/roster.html", {"may_edit": may_edit})


@needs(Capability.EDIT_STAFFING)
def add(request: PortalRequest) -> HttpResponse:
    """A new collector."""
    scope, at = request.scope, timezone.now()
    units = OrgUnit.objects.under(scope.unit).on(timezone.localdate()).committees()
    form = CollectorForm(request.POST or None, committees=units.order_by("code"),
                         initial={"since": timezone.localdate(),
                                  "committee": request.GET.get("unit")})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["committee"] = given["committee"].pk

        def act() -> str:
            made = services.add_collector(**given, by=scope, at=at)
            return reverse("staffing:collector", args=[made.pk])

        try:
            url = once(key=key_of(request), user_id=scope.user_id or 0, at=at, act=act)
        except services.UnableToStaff as why:
            put_errors(form, why)
        else:
            return done(request, url, _("采集员已新增"))
    return page(request, "staffing/add.html", {"form": form})


@needs(Capability.VIEW_STAFFING)
@require_GET
def collector(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One collector: facts, patches, what became of them, the next step."""
    return _collector(request, _get_collector(request.scope, pk))


def _get_collector(scope: Scope, pk: uuid.UUID) -> Collector:
    rows = Collector.objects.select_related("committee").prefetch_related("areas")
    found: Collector = get_in_scope(rows, scope, pk=pk)
    return found


def _collector(request: PortalRequest, row: Collector, **bound: Any) -> HttpResponse:
    steps = transitions.NEXT[row.status]
    may_edit = request.scope.may(Capability.EDIT_STAFFING)
    context: dict[str, Any] = {
        "collector": row,
        "status": status(row),
        "areas": [area for area in row.areas.all() if area.valid_to is None],
        "events": [
            {"at": f"{event.on:%Y-%m-%d}", "title": event.get_new_status_display(),
             "text": "　".join(filter(None, [event.reason, event.by_name])), "tone": "brand"}
            for event in row.status_events.order_by("-on", "-at")
        ],
        "status_form": None,
        "training_form": None,
    }  # fmt: skip
    if may_edit and steps:
        context["status_form"] = StatusForm(
            initial={"on": timezone.localdate(), "version": row.version, "to": steps[0]},
            steps=steps,
        )
    if may_edit and row.status != CollectorStatus.LEFT:
        context["training_form"] = TrainingForm(
            initial={"trained_on": row.trained_on, "signed_on": row.confidentiality_signed_on}
        )
    return page(request, "staffing/collector.html", context | bound)


@needs(Capability.EDIT_STAFFING)
@require_POST
def change_status(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The next step of a collector."""
    row = _get_collector(request.scope, pk)
    form = StatusForm(request.POST, steps=transitions.NEXT[row.status])
    if form.is_valid():
        try:
            services.change_status(
                collector_id=pk, **form.cleaned_data, by=request.scope, at=timezone.now()
            )
        except services.UnableToStaff as why:
            put_errors(form, why)
        else:
            return done(request, reverse("staffing:collector", args=[pk]), _("状态已变更"))
    return _collector(request, row, status_form=form)


@needs(Capability.EDIT_STAFFING)
@require_POST
def record_training(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Days of training and pledge."""
    row = _get_collector(request.scope, pk)
    form = TrainingForm(request.POST)
    if form.is_valid():
        try:
            services.record_training(
                collector_id=pk, **form.cleaned_data, by=request.scope, at=timezone.now()
            )
        except services.UnableToStaff as why:
            put_errors(form, why)
        else:
            return done(request, reverse("staffing:collector", args=[pk]), _("已保存"))
    return _collector(request, row, training_form=form)


@needs(Capability.EDIT_STAFFING)
def new_area(request: PortalRequest, committee: int) -> HttpResponse:
    """A new patch of a committee."""
    if not request.scope.covers(committee) or level_of(committee) != "committee":
        raise Http404
    unit: OrgUnit = get_object_or_404(OrgUnit, pk=committee)
    return _area(request, unit, None)


@needs(Capability.EDIT_STAFFING)
def area(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Change a patch."""
    found: WorkArea = get_in_scope(
        WorkArea.objects.select_related("committee"), request.scope, pk=pk
    )
    return _area(request, found.committee, found)


def _area(request: PortalRequest, unit: OrgUnit, found: WorkArea | None) -> HttpResponse:
    today, scope = timezone.localdate(), request.scope
    initial: dict[str, Any] = {"valid_from": today, "version": 0}
    if found is not None:
        held = found.area_buildings.values_list("building_id", flat=True)
        initial = {
            "code": found.code, "lead": found.lead_collector_id, "version": found.version,
            "valid_from": found.valid_from, "buildings": list(held),
        }  # fmt: skip
    form = AreaForm(
        request.POST or None,
        initial=initial,
        leads=Collector.objects.under(unit.pk).filter(status__in=transitions.AT_WORK).by_number(),
        buildings=Building.objects.under(unit.pk).existing().in_walking_order(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            _assign(request, form, unit, found)
        except services.UnableToStaff as why:
            put_errors(form, why)
        else:
            url = f"{reverse('staffing:overview')}?unit={unit.pk}"
            return done(request, url, _("片区已保存"))
    context = {"form": form, "unit": unit, "area": found, "scope": scope}
    return page(request, "staffing/area.html", context)


def _assign(request: PortalRequest, form: AreaForm, unit: OrgUnit, found: WorkArea | None) -> None:
    given, at = form.cleaned_data, timezone.now()

    def act() -> str:
        services.assign_area(
            committee=unit.pk, code=given["code"], valid_from=given["valid_from"],
            building_ids=[building.pk for building in given["buildings"]],
            lead_collector_id=given["lead"].pk if given["lead"] else None,
            area_id=found.pk if found else None, version=given["version"], by=request.scope, at=at,
        )  # fmt: skip
        return reverse("staffing:overview")

    once(key=key_of(request), user_id=request.scope.user_id or 0, at=at, act=act)
