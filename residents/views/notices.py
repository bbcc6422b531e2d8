"""Notices in buildings: made, printed with their code, revoked; and the form behind the code.

Paper: S-66.
"""

import uuid
from functools import lru_cache
from typing import Any

import segno
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing.models import Building
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import done, page
from residents import services
from residents.models import BuildingNotice

MOST_SHOWN = 200


@require_GET
@needs(Capability.EDIT_RESIDENTS)
def notices(request: PortalRequest) -> HttpResponse:
    """The buildings of the acting unit, each with its notice or the button that makes one."""
    text = request.GET.get("q", "").strip()
    buildings = Building.objects.in_scope(request.scope).filter(status=Building.Status.EXISTING)
    if text:
        named = Q(name__contains=text) | Q(plate__address__contains=text)
        buildings = buildings.filter(named)
    shown: list[Any] = list(buildings.order_by("sort_key", "id")[: MOST_SHOWN + 1])
    valid = BuildingNotice.objects.in_scope(request.scope).valid()
    held = {row.building_id: row for row in valid.filter(building__in=[b.pk for b in shown])}
    for building in shown:
        building.notice = held.get(building.pk)
    context = {"buildings": shown[:MOST_SHOWN], "more": len(shown) > MOST_SHOWN, "q": text}
    return page(request, "residents/notices.html", context)


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def issue(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Make a building's notice and show it ready for the printer."""
    building = get_in_scope(Building.objects.all(), request.scope, pk=pk)
    made = services.issue_notice(building_id=building.pk, by=request.scope, at=timezone.now())
    return done(request, reverse("residents:notice", args=[made.pk]))


@require_GET
@needs(Capability.EDIT_RESIDENTS)
def notice(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The sheet for the wall: one A4 page with the code and what happens to what is told."""
    rows = BuildingNotice.objects.select_related("committee").valid()
    found = get_in_scope(rows, request.scope, pk=pk)
    address = reverse("residents:declare", args=[services.notice_token(found)])
    context = {
        "notice": found, "office": found.committee.name,
        "qr": _drawn(request.build_absolute_uri(address)), "address": address,
    }  # fmt: skip
    return page(request, "residents/notice.html", context)


@lru_cache(maxsize=64)
def _drawn(address: str) -> str:
    """The code of an address, as an image; weighing its patterns takes longer than the page."""
    return segno.make(address, error="q").svg_data_uri(scale=8, border=2)


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def revoke(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Let a printed code lead nowhere any more."""
    found = get_in_scope(BuildingNotice.objects.all(), request.scope, pk=pk)
    if found.revoked_at is not None:
        raise Http404
    services.revoke_notice(notice_id=pk, by=request.scope, at=timezone.now())
    said = _("%(place)s 的告知单已停用，请把张贴的取下") % {"place": found.place}
    return done(request, reverse("residents:notices"), said)
