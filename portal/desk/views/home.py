"""The first page of each post, and its to-do list."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing.models import DwellingUnit
from portal.desk.inbox import first_of, inbox
from portal.desk.inbox_rows import drawn
from portal.desk.progress import expect_strip, strip
from portal.orgs.access import PortalRequest, get_in_scope, needs, signed_in
from portal.orgs.capabilities import TITLES, Capability
from portal.orgs.roles import ROLES
from portal.orgs.scope import Scope
from portal.ui import formats
from portal.ui.pages import done, page, private, toast, wants_fragment
from residents import services as residents

MOST_BUILDINGS = 16
ROWS = 10  # of the to-do list on the first page, so that a screen of 900 pixels holds them
ROOM = 50  # rows of the to-do list on its own page, as of any list
LONGEST = 7  # digits of a place in the list
NOON, EVENING = 12, 18


@signed_in
@require_GET
def home(request: PortalRequest) -> HttpResponse:
    """Whatever the acting post begins its day with."""
    scope: Scope | None = request.scope
    if scope is None:
        return page(request, "desk/start.html", {"role": None})
    if scope.level == "committee" and scope.may(Capability.VIEW_REGISTER):
        return _clerk(request, scope)
    if elsewhere := _first_page(scope):
        return redirect(elsewhere)
    role = ROLES.get(scope.role)
    may = [_(title) for key, title in TITLES.items() if scope.may(key)]
    context = _inbox(request, scope, most=10)
    if wants_fragment(request):
        return page(request, "desk/inbox.html", context)
    return page(request, "desk/start.html", context | {"role": role, "may": may})


def _first_page(scope: Scope) -> str:
    """Where posts above a committee begin; blank for those that have no page of their own."""
    if scope.may(Capability.VIEW_DASHBOARD):
        return reverse("metrics:district" if scope.level == "district" else "metrics:street")
    if scope.may(Capability.DETERMINE_LEGALITY):
        return reverse("housing:determinations")
    if scope.may(Capability.VIEW_AUDIT):
        return reverse("desk:audit")
    if scope.may(Capability.CHECK_SAMPLES):
        return reverse("residents:spot_sheet")
    if scope.may(Capability.SUBMIT_LEADS):
        return reverse("residents:report_lead")
    return ""


def _clerk(request: PortalRequest, scope: Scope) -> HttpResponse:
    now = timezone.localtime()
    expect_strip(scope, now.date())
    context = _inbox(request, scope, most=ROWS, room=ROWS, fold=True)
    if wants_fragment(request):
        return page(request, "desk/inbox.html", context)
    shown = strip(scope, MOST_BUILDINGS)
    context |= {
        "today": now.date(),
        "day": formats.long_day(now.date()),
        "greeting": _greeting(now.hour),
        "strip": shown,
        "tiles": shown.drawn,
        "board_url": reverse("housing:buildings"),
        "entry_url": _address("residents:entry_start")
        if scope.may(Capability.EDIT_RESIDENTS)
        else "",
        "panel_url": reverse("metrics:committee_panel")
        if scope.may(Capability.VIEW_DASHBOARD)
        else "",
        "drafts_url": _address("residents:drafts") if scope.may(Capability.EDIT_RESIDENTS) else "",
        "may_import": scope.may(Capability.IMPORT_FILES),
    }
    return page(request, "desk/home.html", context)


@needs(Capability.VIEW_QUALITY)
@require_GET
def todo(request: PortalRequest) -> HttpResponse:
    """The whole to-do list of the acting post."""
    context = _inbox(request, request.scope, most=ROOM, room=ROOM)
    if wants_fragment(request):
        return page(request, "desk/inbox.html", context)
    return page(request, "desk/todo.html", context)


@needs(Capability.VERIFY)
@require_POST
def verify(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Note from the inbox that a dwelling was looked at and nothing changed."""
    dwelling = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    method = request.POST.get("method", "")
    try:
        verified = residents.verify_dwelling(
            dwelling_id=dwelling.pk, method=method, by=request.scope, at=timezone.now()
        )
    except residents.UnableToVerify as why:
        if not wants_fragment(request):
            return done(request, reverse("desk:todo"), str(why))
        response = toast(private(HttpResponse()), str(why), error=True)
        response["HX-Reswap"] = "none"
        return response
    text = _("%(place)s 已核实，%(n)d 人无变化") % {
        "place": dwelling.short_address, "n": len(verified),
    }  # fmt: skip
    if not wants_fragment(request):
        return done(request, reverse("desk:todo"), text)
    return toast(private(HttpResponse()), text)


def _inbox(
    request: PortalRequest, scope: Scope, *, most: int, room: int = 0, fold: bool = False
) -> dict[str, Any]:
    kind, opened = request.GET.get("type", ""), request.GET.get("group", "")
    after = request.GET.get("after", "")
    today = timezone.localdate()
    found = inbox(
        scope, today, kind=kind, opened=opened,
        start=int(after) if after.isdecimal() and len(after) < LONGEST else 0, most=most,
        room=room, fold=fold,
    )  # fmt: skip
    known = {tab.key for tab in found.tabs}
    current, csrf = first_of(found.groups), get_token(request)
    return {
        "inbox": found,
        "kind": kind if kind in known else "",
        "groups": [
            (group, drawn(group.items, current=current, today=today, csrf=csrf))
            for group in found.groups
        ],
        "here": request.path,
    }


def _greeting(hour: int) -> str:
    if hour < NOON:
        return _("早上好")
    return _("下午好") if hour < EVENING else _("晚上好")


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
