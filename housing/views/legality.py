"""The housing department's pages: dwellings without the people in them, and what was found."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from housing import services
from housing.codes import BUILDING_USES, TENURES
from housing.filters import LegalityFilter
from housing.forms import FindingForm, ObjectionForm
from housing.models import DwellingUnit, LegalityDetermination
from housing.tables import LegalityList, legality
from housing.views import act_once, put_errors, tell_viewed
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.cells import BulkAction, SavedView
from portal.ui.listing import FEW
from portal.ui.pages import done, page

VIEWS = (
    SavedView(gettext_lazy("全部"), ""),
    SavedView(gettext_lazy("未认定"), "legality=9"),
    SavedView(gettext_lazy("认定中"), "legality=5"),
    SavedView(gettext_lazy("合法"), "legality=1"),
    SavedView(gettext_lazy("认定有问题"), "legality=2&legality=3&legality=4"),
)


class Listing(LegalityList):
    filterset_class = LegalityFilter


@require_GET
@needs(Capability.DETERMINE_LEGALITY)
def determinations(request: PortalRequest) -> HttpResponse:
    """Dwellings of the district and what was found of each."""
    scope = request.scope
    listing = Listing(
        request, DwellingUnit.objects.in_scope(scope).active(), views=VIEWS, most_counted=FEW,
        bulk=[BulkAction(_("写入认定…"), reverse("housing:determine_several"), dialog=True)],
        filter_context={"scope": scope},
    )  # fmt: skip
    return listing.respond("housing/determinations.html")


@needs(Capability.DETERMINE_LEGALITY)
def determine(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One dwelling: its facts, the findings so far, and a new one."""
    unit = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        finding = services.Finding(**form.cleaned_data)

        def act() -> str:
            services.determine_legality(
                dwelling_id=pk, finding=finding, by=request.scope, at=timezone.now()
            )
            return reverse("housing:determine", args=[pk])

        try:
            url = act_once(request, act)
        except services.UnableToDetermine as error:
            put_errors(form, error)
        else:
            return done(request, url, _("已写入认定"))
    tell_viewed(request, unit)
    return _show(request, unit, form=form)


def _show(request: PortalRequest, unit: DwellingUnit, **forms: Any) -> HttpResponse:
    found = list(unit.determinations.order_by("-at", "-id")[:20])
    context = {
        "dwelling": unit, "determinations": found, "legality": legality(unit),
        "uses": (BUILDING_USES.title(unit.design_use), BUILDING_USES.title(unit.actual_use)),
        "tenure": TENURES.title(unit.tenure), "form": FindingForm(), "latest": found[:1],
        "objection_form": ObjectionForm() if found else None,
        "crumbs": [
            {"title": _("合法性认定"), "url": reverse("housing:determinations")},
            {"title": unit.short_address},
        ],
    }  # fmt: skip
    return page(request, "housing/determine.html", context | forms)


@require_POST
@needs(Capability.DETERMINE_LEGALITY)
def object_to(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """An objection to a finding, with what was answered."""
    rows = LegalityDetermination.objects.select_related("dwelling")
    found = get_in_scope(rows, request.scope, pk=pk)
    form = ObjectionForm(request.POST)
    if form.is_valid():
        try:
            services.note_objection(
                determination_id=pk, by=request.scope, at=timezone.now(), **form.cleaned_data
            )
        except services.UnableToDetermine as error:
            put_errors(form, error)
        else:
            url = reverse("housing:determine", args=[found.dwelling_id])
            return done(request, url, _("已记录异议"))
    return _show(request, found.dwelling, objection_form=form)
