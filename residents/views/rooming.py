"""The page on which somebody says who sleeps in which room of a dwelling (S-77)."""

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from housing.models import DwellingUnit
from portal.audit.record import record
from portal.jobs.acts import act_once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import UNPROCESSABLE, done, page
from residents import services
from residents.forms import RoomPlacesForm


@needs(Capability.EDIT_RESIDENTS)
def room_places(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Everybody who lives in a dwelling, each with the room they sleep in."""
    scope = request.scope
    dwelling = get_in_scope(DwellingUnit.objects.all(), scope, pk=pk)
    people = services.people_at(pk, scope)
    rooms = list(dwelling.room_set.standing().order_by("label", "id"))
    form = RoomPlacesForm(request.POST or None, people=people, rooms=rooms)
    back, problem = reverse("housing:dwelling", args=[pk]), ""
    if request.method == "POST" and form.is_valid():

        def act() -> int:
            return services.place_people(
                dwelling_id=pk, places=form.places(), by=scope, at=timezone.now()
            )

        try:
            act_once(request, act, where=back)
        except services.UnableToMove as why:
            problem = str(why)
        else:
            return done(request, back, _("已保存住哪一间"))
    if request.method == "GET":
        record(
            "residents.viewed", by=scope, at=timezone.now(), target=dwelling,
            committee=dwelling.committee_id, subjects=[row.resident_id for row in people],
        )  # fmt: skip
    context = {
        "dwelling": dwelling, "form": form, "problem": problem,
        "crumbs": [
            {"title": _("实有房屋"), "url": reverse("housing:list")},
            {"title": dwelling.short_address, "url": back}, {"title": _("住哪一间")},
        ],
    }  # fmt: skip
    status = UNPROCESSABLE if problem else 200
    return page(request, "residents/room_places.html", context, status=status)
