"""Rooms of a dwelling, what they say of how it is let, and the officer's word (S-77)."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from housing import dwelling_reads as reads
from housing import services
from housing.dwelling_rooms import GroupRentalDecision, GroupRentalTest
from housing.filters import GroupRentalFilter
from housing.forms.rental import DecisionForm, RoomSheet
from housing.group_rental import TITLES
from housing.models import DwellingUnit
from housing.tables import RENTAL_TONES, GroupRentalList
from housing.views import act_once, put_errors, tell_viewed
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui.cells import SavedView
from portal.ui.listing import FEW
from portal.ui.pages import done, page

Kind = GroupRentalDecision.Kind
VIEWS = (
    SavedView(gettext_lazy("疑似"), "state=suspected"),
    SavedView(gettext_lazy("已认定"), "state=confirmed"),
    SavedView(gettext_lazy("已整改"), "state=rectified"),
    SavedView(gettext_lazy("无法判断"), "state=unknown"),
    SavedView(gettext_lazy("全部"), ""),
)


class Listing(GroupRentalList):
    filterset_class = GroupRentalFilter


def rental_of(unit: DwellingUnit, scope: Scope) -> dict[str, Any]:
    """What the page of a dwelling shows: its rooms, the test with what it read, and decisions."""
    test = reads.rental_tests.first(scope, dwelling=unit.pk)
    return {
        "rooms": reads.rooms.rows(scope, dwelling=unit.pk),
        "rental": test,
        "rental_tone": RENTAL_TONES[test.state] if test else "",
        "criteria": [each | {"title": TITLES[each["key"]]} for each in test.criteria]
        if test else [],
        "decisions": reads.rental_decisions.rows(scope, dwelling=unit.pk),
    }  # fmt: skip


@require_GET
@needs(Capability.CONFIRM_GROUP_RENTAL)
def group_rentals(request: PortalRequest) -> HttpResponse:
    """Dwellings whose rooms have been tested, the latest first; places, not people."""
    scope = request.scope
    listing = Listing(
        request, GroupRentalTest.objects.in_scope(scope).select_related("dwelling"), views=VIEWS,
        most_counted=FEW,
    )  # fmt: skip
    return listing.respond("housing/group_rentals.html")


@needs(Capability.CONFIRM_GROUP_RENTAL)
def group_rental(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One dwelling without the people in it: the criteria, and the officer's word."""
    unit = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    today = timezone.localdate()
    shown = rental_of(unit, request.scope)
    visitors = services.visitors_at(unit.committee_id, today)
    form = DecisionForm(
        request.POST or None, visitors=visitors, kinds=_kinds(shown["rental"]),
        initial={"visited_on": today},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        kind = told.pop("kind")

        def act() -> str:
            services.decide_group_rental(
                dwelling_id=pk, kind=kind, visit=services.RentalVisit(**told), by=request.scope,
                at=timezone.now(),
            )  # fmt: skip
            return reverse("housing:group_rental", args=[pk])

        try:
            url = act_once(request, act)
        except services.UnableToDetermine as error:
            put_errors(form, error)
        else:
            return done(request, url, _("已写入结论"))
    tell_viewed(request, unit)
    context = shown | {
        "dwelling": unit, "form": form,
        "crumbs": [
            {"title": _("群租认定"), "url": reverse("housing:group_rentals")},
            {"title": unit.short_address},
        ],
    }  # fmt: skip
    return page(request, "housing/group_rental.html", context)


def _kinds(test: GroupRentalTest | None) -> list[str]:
    """What may be said now: of what is confirmed that it is put right, or was none."""
    if test is not None and test.is_decided:
        return [Kind.RECTIFIED, Kind.DISMISSED]
    return [Kind.CONFIRMED, Kind.DISMISSED]


@needs(Capability.EDIT_HOUSING)
def rooms(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The rooms of a dwelling as one sheet."""
    unit = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    known = list(
        unit.room_set.standing().order_by("label", "id")
        .values("id", "label", "use", "usable_area", "by_bed")
    )  # fmt: skip
    sheet = RoomSheet(request.POST or None, initial=known, prefix="room")
    problem = ""
    if request.method == "POST" and sheet.is_valid():
        filled = [form for form in sheet if form.cleaned_data.get("label", "").strip()]
        asked = request.POST.get("version", "")
        try:
            services.save_rooms(
                dwelling_id=pk, rooms=[_told(form) for form in filled],
                version=int(asked) if asked.isdecimal() else 0, by=request.scope,
                at=timezone.now(),
            )  # fmt: skip
        except services.UnfitRoom as error:
            filled[error.line].add_error(error.field, str(error))
        except services.UnableToUpdate as error:
            problem = str(error)
        else:
            return done(request, reverse("housing:dwelling", args=[pk]), _("已保存房间"))
    context = {
        "dwelling": unit, "sheet": sheet, "problem": problem,
        "crumbs": [
            {"title": _("实有房屋"), "url": reverse("housing:list")},
            {"title": unit.short_address, "url": reverse("housing:dwelling", args=[pk])},
            {"title": _("房间")},
        ],
    }  # fmt: skip
    status = 422 if problem else 200
    return page(request, "housing/rooms.html", context, status=status)


def _told(form: Any) -> services.RoomTold:
    return services.RoomTold(**form.cleaned_data)
