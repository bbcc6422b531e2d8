"""Visits with a phone: the shell, what it holds today, and each answer (ui.md 8.13)."""

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing.models import DwellingUnit
from portal.audit.record import record
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import key_of
from portal.ui.pages import private
from residents import services
from residents.answers import UnreadableAnswerError, read_answer
from residents.categories import DELETION_REASONS
from residents.door import Buildings, day_list, how_fresh, stops
from residents.entry_drawers import COMMON_RELATIONS
from residents.models import Residence
from residents.shell import VISITS
from residents.views.phone import (
    CONFLICT,
    MALFORMED,
    TAKEN,
    at_rows,
    keys_of,
    refused,
    show_shell,
    show_worker,
)
from residents.words import DOOR_WORDS


@require_GET
@needs(Capability.VERIFY)
def shell(request: PortalRequest) -> HttpResponse:
    """The phone's pages, without anybody's data: they fill themselves."""
    return show_shell(
        request, VISITS, "residents/door.html", DOOR_WORDS,
        reasons=DELETION_REASONS.choices(), relations=COMMON_RELATIONS,
    )  # fmt: skip


@require_GET
@needs(Capability.VERIFY)
def worker(request: PortalRequest) -> HttpResponse:
    """The script that keeps the shell on the phone; its address bounds what it serves."""
    return show_worker(VISITS)


@require_GET
@needs(Capability.VERIFY)
def keys(request: PortalRequest) -> HttpResponse:
    """What the phone's keys are derived from; asking also tells whether the session lives."""
    return private(JsonResponse(keys_of(request, VISITS)))


@require_GET
@needs(Capability.VERIFY)
def today(request: PortalRequest) -> HttpResponse:
    """Today's dwellings in walking order, with the keys to keep them; told in the trail."""
    scope, day = request.scope, timezone.localdate()
    buildings = _own_buildings(request, day)
    found = day_list(scope, day, buildings)
    fresh, people = how_fresh(scope, day, buildings)
    taken = [member["id"] for each in found for member in each["members"]]
    record(
        "register.list_taken", by=scope, at=timezone.now(), target=("residents.residence", "door"),
        subjects=Residence.objects.in_scope(scope).people_of(taken),
        changes={"dwellings": len(found), "people": len(taken)},
    )  # fmt: skip
    return private(
        JsonResponse(
            keys_of(request, VISITS)
            | {
                "stops": found, "people": people, "fresh": fresh,
                "patch": buildings is not None, "unit": scope.unit_name,
                "name": scope.user_name, "role": scope.role_title,
            }
        )
    )  # fmt: skip


@require_POST
@needs(Capability.VERIFY)
def answer(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take one answer once for its key, and tell the dwelling as it is now."""
    dwelling = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    key, at = key_of(request), timezone.now()
    if key is None:
        return refused(_("这一户缺少编号，请重新填写"), MALFORMED)

    def act() -> str:
        said = read_answer(request.POST)
        services.take_answer(dwelling_id=dwelling.pk, answer=said, by=request.scope, at=at)
        return TAKEN

    try:
        once(key=key, user_id=request.scope.user_id or 0, at=at, act=act)
    except (UnreadableAnswerError, services.UnableToVerify) as why:
        return refused(str(why))
    except services.UnableToSave as why:
        return refused(str(why), problems=at_rows(why.problems))
    except services.StaleVersion as stale:
        return _both_versions(request, dwelling, stale)
    return private(JsonResponse({TAKEN: str(key), "stop": _stop(request, dwelling)}))


def _own_buildings(request: PortalRequest, day: date) -> Buildings:
    found: Buildings = import_string(settings.OWN_BUILDINGS)(request.scope, day)
    return found


def _stop(request: PortalRequest, dwelling: DwellingUnit) -> dict[str, Any]:
    rows = DwellingUnit.objects.in_scope(request.scope).select_related("building")
    return stops(rows.filter(pk=dwelling.pk), request.scope, timezone.localdate(), {})[0]


def _both_versions(
    request: PortalRequest, dwelling: DwellingUnit, stale: services.StaleVersion
) -> HttpResponse:
    """What differs, and the household as it is now: with its versions the answer is told again."""
    at = timezone.localtime(stale.changed_at) if stale.changed_at else None
    return private(
        JsonResponse(
            {
                "detail": str(stale), "by": stale.changed_by, "at": f"{at:%H:%M}" if at else "",
                "fields": [
                    {"row": str(each.row), "who": each.who, "label": each.label,
                     "mine": each.mine, "theirs": each.theirs}
                    for each in stale.conflicts
                ],
                "stop": _stop(request, dwelling),
            },
            status=CONFLICT,
        )
    )  # fmt: skip
