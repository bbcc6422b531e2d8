"""Dwellings: the list, one dwelling, its correction, its code."""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from housing import dwelling_reads as reads
from housing import services
from housing.codes import BUILDING_USES, OCCUPANCY_STATUSES, TENURES
from housing.cycles import days_since
from housing.filters import DwellingFilter, filter_context
from housing.forms import DwellingForm, NewDwellingForm
from housing.models import Building, DwellingUnit
from housing.tables import DwellingList, legality
from housing.views import (
    Yardstick,
    form_context,
    in_building,
    may_edit,
    put_errors,
    yardstick,
)
from housing.views.conflicts import both_versions, chosen, version_of
from housing.views.rental import rental_of
from portal.audit.record import record
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui import formats
from portal.ui.cells import BulkAction, SavedView
from portal.ui.idempotency import key_of
from portal.ui.listing import FEW
from portal.ui.pages import done, page

CHOICES = {
    "occupancy": OCCUPANCY_STATUSES.title,
    "tenure": TENURES.title,
    "design_use": BUILDING_USES.title,
    "actual_use": BUILDING_USES.title,
    "status": lambda value: str(dict(DwellingUnit.Status.choices).get(value, value)),
}
VIEWS = (
    SavedView(gettext_lazy("全部"), ""),
    SavedView(gettext_lazy("核实超期"), "verification=overdue"),
    SavedView(gettext_lazy("居住状态未核实"), "occupancy_check=overdue"),
    SavedView(gettext_lazy("无正式码"), "code=missing"),
    SavedView(gettext_lazy("出租"), "occupancy=2"),
    SavedView(gettext_lazy("空置"), "occupancy=4"),
)


class FilteredDwellings(DwellingList):
    """The list with its conditions."""

    filterset_class = DwellingFilter


@require_GET
@needs(Capability.VIEW_REGISTER)
def dwellings(request: PortalRequest) -> HttpResponse:
    """Actual housing under the acting unit, in address order."""
    FilteredDwellings.announce(request, request.scope.unit)
    measure = yardstick()
    listing = listing_of(request, measure)
    return listing.respond(
        "housing/dwellings.html",
        {
            "may_edit": may_edit(request),
            "may_export": request.scope.may(Capability.EXPORT_MASKED),
        },
    )


def listing_of(request: PortalRequest, measure: Yardstick) -> DwellingList:
    """The list of this request."""
    scope = request.scope
    return FilteredDwellings(
        request,
        DwellingUnit.objects.in_scope(scope).defer(*FilteredDwellings.unread),
        day=measure.day,
        cycles=measure.cycles,
        scope=scope,
        may_add=may_edit(request),
        views=VIEWS,
        bulk=_bulk(scope),
        most_counted=None if scope.level == "committee" else FEW,
        counts_in_order=scope.level == "street",
        kept_of=scope.unit,
        filter_context=filter_context(scope, measure.day),
    )


def _bulk(scope: Scope) -> list[BulkAction]:
    """What may be noted of several homes at once by who visits, or asked for by who gives tasks."""
    visits = [
        BulkAction(_("核实无变化…"), reverse("residents:verify_several"), dialog=True),
        BulkAction(_("登记空置…"), reverse("residents:vacant_several"), dialog=True),
    ]
    tasks = [
        BulkAction(_("布置核实…"), reverse("residents:ask_verify"), dialog=True),
        BulkAction(_("布置登记…"), reverse("residents:ask_register"), dialog=True),
    ]
    gives = scope.level == "committee" and scope.may(Capability.ASSIGN_TASKS)
    return visits * scope.may(Capability.VERIFY) + tasks * gives


@require_GET
@needs(Capability.VIEW_REGISTER)
def dwelling(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One dwelling with its facts, its open problems and the life of its code."""
    scope = request.scope
    unit = reads.dwellings.first(scope, dwelling=pk)
    if unit is None:
        raise Http404
    measure = yardstick()
    record(
        "housing.viewed", by=scope, at=timezone.now(), target=unit,
        committee=unit.committee_id,
    )  # fmt: skip
    context = {
        "dwelling": unit,
        "titles": {name: title(getattr(unit, name)) for name, title in CHOICES.items()},
        "legality": legality(unit),
        "days": days_since(unit.verified_on, measure.day),
        "cycle": measure.cycles.get(unit.occupancy, measure.cycles["9"]),
        "issues": issues_of(unit, scope),
        "leases": reads.leases.rows(scope, dwelling=pk),
        "today": measure.day,
        "determinations": reads.determinations.rows(scope, dwelling=pk),
        "asked": reads.code_requests.first(scope, dwelling=pk),
        "events": reads.code_events.rows(scope, dwelling=pk),
        "may_edit": may_edit(request),
        "may_enter": scope.may(Capability.EDIT_RESIDENTS),
        "may_give": scope.may(Capability.ASSIGN_TASKS),
        "may_confirm": scope.may(Capability.CONFIRM_GROUP_RENTAL),
        "may_inspect": scope.may(Capability.RUN_CAMPAIGNS),
    }
    return page(request, "housing/dwelling.html", context | rental_of(unit, scope))


def issues_of(unit: DwellingUnit, scope: Scope) -> list[dict[str, Any]]:
    """Open problems at the dwelling, the gravest first."""
    from portal.quality.registry import quality_rules

    rules = quality_rules()
    rows = reads.issues.rows(scope, dwelling=unit.pk)
    return sorted(
        (
            {"issue": row, "title": rules[row.rule].title if row.rule in rules else row.rule}
            for row in rows
        ),
        key=lambda found: ("must", "should", "note").index(found["issue"].severity),
    )


@needs(Capability.EDIT_HOUSING)
def add_dwelling(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One more dwelling in a building."""
    building = get_in_scope(Building.objects.all(), request.scope, pk=pk)
    form = NewDwellingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            url = once(
                key=key_of(request), user_id=request.scope.user_id or 0, at=timezone.now(),
                act=lambda: _register(building, form, request.scope),
            )  # fmt: skip
        except services.UnableToRegister as error:
            put_errors(form, error)
        else:
            return done(request, url, _("已新增房屋"))
    context = form_context(form, _("新增房屋"), in_building(building), facts=building.name)
    return page(request, "housing/form_page.html", context)


def _register(building: Building, form: NewDwellingForm, scope: Scope) -> str:
    unit = services.register_dwelling(
        building_id=building.pk, by=scope, at=timezone.now(), **form.cleaned_data
    )
    return f"{reverse('housing:board', args=[building.pk])}?dwelling={unit.pk}"


@needs(Capability.EDIT_HOUSING)
def edit_dwelling(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct a dwelling; a lost race shows both versions and asks field by field."""
    unit = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    initial = {name: getattr(unit, name) for name in services.EDITABLE}
    form = DwellingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.update_dwelling(
                dwelling_id=pk, changes=chosen(request, form), version=version_of(request, unit),
                by=request.scope, at=timezone.now(),
            )  # fmt: skip
        except services.StaleVersion as stale:
            action = reverse("housing:edit_dwelling", args=[pk])
            return both_versions(request, unit, form, stale, action=action, shown=_shown)
        except services.UnableToUpdate as error:
            put_errors(form, error)
        else:
            return done(request, reverse("housing:dwelling", args=[pk]), _("已保存"))
    above = [
        (_("实有房屋"), reverse("housing:list")),
        (unit.short_address, reverse("housing:dwelling", args=[pk])),
    ]
    context = form_context(
        form, _("修改房屋"), above, facts=unit.address, version=unit.version
    )  # fmt: skip
    return page(request, "housing/form_page.html", context)


def _shown(name: str, value: Any) -> str:
    if name in CHOICES:
        return CHOICES[name](value)
    return formats.DASH if value in (None, "") else str(value)
