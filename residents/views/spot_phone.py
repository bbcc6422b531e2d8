"""A verifier's sheet on a phone that may be without a network, blind like every sheet.

The same shell, store and keys as visits (docs/adr/0020): the sheet leaves the server on the day
only, goes with the session, and each call at a door is taken once.

Paper: S-32.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.audit.record import record
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui import formats
from portal.ui.idempotency import key_of
from portal.ui.pages import private
from residents import services
from residents.answers import UnreadableAnswerError
from residents.filters import SEXES
from residents.models import SpotItem, SpotPlace
from residents.services import spotchecks
from residents.services.spotchecks.fielding import EARLIEST_BIRTH
from residents.services.spotchecks.walking import MOST_SEEN
from residents.shell import SHEETS
from residents.spot_answers import read_call, read_place
from residents.spotchecks.besides import HUKOU
from residents.spotchecks.courses import ASKED, MOST_PEOPLE, SETTLED, WITH_PEOPLE, outcomes_of
from residents.views.phone import (
    MALFORMED,
    TAKEN,
    keys_of,
    refused,
    show_shell,
    show_worker,
)
from residents.words import SPOT_WORDS

#: Doors that leave the server for one phone at the most, as for visits.
MOST = 200


@require_GET
@needs(Capability.CHECK_SAMPLES)
def shell(request: PortalRequest) -> HttpResponse:
    """The phone's pages, without anybody's data: they fill themselves."""
    asks = {
        "outcomes": {kind: outcomes_of(kind) for kind, _title in ASKED},
        "settling": [code for kind in SETTLED.values() for code in kind], "people": WITH_PEOPLE,
        "sexes": [(code, str(title)) for code, title in SEXES], "hukou": HUKOU,
        "earliest": EARLIEST_BIRTH, "most": MOST_PEOPLE, "places": SpotPlace.What.choices,
        "most_seen": MOST_SEEN,
    }  # fmt: skip
    return show_shell(request, SHEETS, "residents/spot_phone.html", SPOT_WORDS, asks=asks)


@require_GET
@needs(Capability.CHECK_SAMPLES)
def worker(request: PortalRequest) -> HttpResponse:
    """The script that keeps the shell on the phone."""
    return show_worker(SHEETS)


@require_GET
@needs(Capability.CHECK_SAMPLES)
def keys(request: PortalRequest) -> HttpResponse:
    """What the phone's keys are derived from; asking also tells whether the session lives."""
    return private(JsonResponse(keys_of(request, SHEETS)))


@require_GET
@needs(Capability.CHECK_SAMPLES)
def today(request: PortalRequest) -> HttpResponse:
    """The sheet of the day with the keys to keep it; told in the trail."""
    scope = request.scope
    rows = SpotItem.objects.on_sheet_of(scope, timezone.localdate())
    items = list(rows.order_by("round_id", "number"))
    items.sort(key=lambda item: item.is_over)  # what is still to do is never cut off first
    items = sorted(items[:MOST], key=lambda item: (str(item.round_id), item.number))
    record(
        "residents.spot_sheet_taken", by=scope, at=timezone.now(),
        target=("residents.spotitem", "sheet"), changes={"rows": len(items)},
    )  # fmt: skip
    until = min((item.closes_on for item in items if not item.is_over), default=None)
    return private(
        JsonResponse(
            keys_of(request, SHEETS)
            | {
                "stops": [_stop(item) for item in items], "walks": _walks(items),
                "unit": scope.unit_name,
                "name": scope.user_name, "role": scope.role_title,
                "until": formats.day(until) if until else "",
            }
        )
    )  # fmt: skip


@require_POST
@needs(Capability.CHECK_SAMPLES)
def answer(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take one call once for its key, and tell the door as it is now, if it is still on the sheet.

    A call that was taken before is told so again even when the sheet has been withdrawn since.
    """
    scope, key, at = request.scope, key_of(request), timezone.now()
    if key is None:
        return refused(_("这一户缺少编号，请重新填写"), MALFORMED)

    def act() -> str:
        told = read_call(request.POST)
        spotchecks.enter_visit(
            item_id=pk, version=told.version, visit=told.visit, by=scope, at=at,
            called_at=at - told.age,
        )  # fmt: skip
        return TAKEN

    if why_not := _taken_once(key, scope, at, act):
        return why_not
    item = SpotItem.objects.on_sheet_of(scope, timezone.localdate()).filter(pk=pk).first()
    return private(JsonResponse({TAKEN: str(key), "stop": _stop(item) if item else None}))


@require_POST
@needs(Capability.CHECK_SAMPLES)
def note(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take one place that no list has, found on the way of the round `pk`, once for its key."""
    scope, key, at = request.scope, key_of(request), timezone.now()
    if key is None:
        return refused(_("这一处缺少编号，请重新填写"), MALFORMED)

    def act() -> str:
        told = read_place(request.POST)
        on_sheet = SpotItem.objects.on_sheet_of(scope, timezone.localdate(at))
        item = on_sheet.get(pk=told.near, round_id=pk, kind="forward")
        spotchecks.note_place(
            item_id=item.pk, seen=told.seen, by=scope, at=at, seen_at=at - told.age
        )
        return TAKEN

    return _taken_once(key, scope, at, act) or private(JsonResponse({TAKEN: str(key)}))


def _taken_once(
    key: uuid.UUID, scope: Scope, at: datetime, act: Callable[[], str]
) -> HttpResponse | None:
    """Do what a phone told, once for its key; why it is refused, else None.

    :raises Http404: it is not on the own sheet
    """
    try:
        once(key=key, user_id=scope.user_id or 0, at=at, act=act)
    except SpotItem.DoesNotExist as gone:
        raise Http404 from gone
    except UnreadableAnswerError as why:
        return refused(str(why))
    except services.UnableToCheck as why:
        return refused(str(why), problems=_at_row(why))
    return None


def _at_row(why: services.UnableToCheck) -> list[dict[str, str]]:
    """The person whom a refusal is about: `people-0-name` is the first one's name."""
    group, _dash, place = why.field.partition("-")
    if group != "people":
        return []
    row, _dash, field = place.partition("-")
    return [{"row": row, "field": field, "text": str(why)}]


def _walks(items: Iterable[SpotItem]) -> list[dict[str, str]]:
    """Rounds on whose way places may be noted: those whose doors stand for a list of dwellings."""
    rounds = dict.fromkeys(str(item.round_id) for item in items if item.kind == "forward")
    return [{"id": each, "kind": "walk"} for each in rounds]


def _stop(item: SpotItem) -> dict[str, Any]:
    return {
        "id": str(item.pk), "round": str(item.round_id), "kind": item.kind,
        "number": item.number, "place": item.place, "name": item.name,
        "night": formats.day(item.as_of), "version": item.version, "calls": item.calls,
        "left": len(item.left), "said": item.get_outcome_display() if item.outcome else "",
        "over": item.is_over, "more": item.asks_more,
    }  # fmt: skip
