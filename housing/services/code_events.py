"""Carrying out what the street agreed to: codes given, put right, split, merged, retired (S-81).

The right to do it is `code_requests.decide_code_request`'s to check; these functions check the
facts. No number is given twice: the events keep every one that ever was, in the whole district.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from housing.models import Building, DwellingUnit, HouseCodeEvent
from housing.rooms import floor_of
from housing.services.changing import leave_frame
from housing.services.errors import UnableToCode, UnableToRegister
from housing.services.making import NewDwelling, make_dwellings
from housing.services.registering import door_at, read_room
from portal.orgs.scope import Scope

Status = DwellingUnit.Status
Kind = HouseCodeEvent.Kind
MOST_PARTS = 20


def rooms_in(text: str) -> list[str]:
    """Room numbers from a line such as `1203A、1203B`, each once, in the order told."""
    parts = (part.removesuffix("室") for part in re.split(r"[\s,，、;；]+", text.strip()))
    return list(dict.fromkeys(part for part in parts if part))


def check_empty(dwelling: DwellingUnit) -> None:
    """:raises UnableToCode: somebody is registered there"""
    if dwelling.occupants:
        raise UnableToCode(
            f"{dwelling.short_address} 还有 {dwelling.occupants} 人在住，先办理迁出或注销", "rooms"
        )


def parts_of(dwelling: DwellingUnit, rooms: str) -> list[NewDwelling]:
    """The dwellings that one is to be split into.

    :raises UnableToCode: fewer than two rooms, unreadable ones, or one that the building has
    """
    check_empty(dwelling)
    names = rooms_in(rooms)
    if not 2 <= len(names) <= MOST_PARTS:
        raise UnableToCode(f"写出拆分后的室号，2 到 {MOST_PARTS} 个，如 1203A、1203B", "rooms")
    building = Building.objects.select_related("plate").get(pk=dwelling.building_id)
    parts = []
    for name in names:
        try:
            address = read_room(building, name)
        except UnableToRegister as wrong:
            raise UnableToCode(f"看不懂室号「{name}」，写成 1203A 这样", "rooms") from wrong
        parts.append(
            NewDwelling(
                address=address, floor=floor_of(address.room, address.floor) or dwelling.floor,
                tenure=dwelling.tenure, design_use=dwelling.design_use,
                owner_name=dwelling.owner_name,
            )
        )  # fmt: skip
    known = building.dwellings.filter(room_no__in=[part.room_no for part in parts])
    if taken := list(known.values_list("room_no", flat=True)):
        raise UnableToCode(f"这一幢已有室号 {'、'.join(taken)}", "rooms")
    return parts


def split(
    dwelling: DwellingUnit, rooms: str, reason: str, by: Scope, at: datetime
) -> list[DwellingUnit]:
    """Split a dwelling that nobody lives in; its code is retired, the parts get their own.

    :raises UnableToCode: as `parts_of`, or a part's number has been given before
    """
    parts = parts_of(dwelling, rooms)
    building = Building.objects.select_related("plate").get(pk=dwelling.building_id)
    leave_frame(
        dwelling=dwelling, status=Status.SPLIT, kind=Kind.SPLIT, reason=reason, by=by, at=at
    )
    made = make_dwellings(
        rows=parts, buildings={door_at(building): building}, committee=building.committee_id,
        codes="internal", by=by, at=at,
    )  # fmt: skip
    fresh = [unit for unit in made if unit is not None]
    if len(fresh) < len(parts):
        raise UnableToCode("拆分后的室号或编码以前用过，请换一个室号", "rooms")
    return fresh


def others_of(dwelling: DwellingUnit, rooms: str) -> Sequence[DwellingUnit]:
    """The dwellings that are to be merged into one.

    :raises UnableToCode: none, one that the building does not have, or one with people in it
    """
    names = [name for name in rooms_in(rooms) if name != dwelling.room_no]
    if not names:
        raise UnableToCode("写出并入这一套的室号，如 1204", "rooms")
    found = list(
        DwellingUnit.objects.filter(
            building=dwelling.building_id, room_no__in=names, status=Status.ACTIVE
        ).order_by("pk")
    )
    if missing := set(names) - {each.room_no for each in found}:
        raise UnableToCode(f"这一幢没有在册的 {'、'.join(sorted(missing))} 室", "rooms")
    for other in found:
        check_empty(other)
    return found


@transaction.atomic
def merge(*, dwelling: DwellingUnit, rooms: str, reason: str, by: Scope, at: datetime) -> int:
    """Merge other dwellings of the building into this one, which keeps its number and its code.

    :returns: how many were merged into it
    :raises UnableToCode: as `others_of`
    """
    found = [other.pk for other in others_of(dwelling, rooms)]
    others = list(DwellingUnit.objects.select_for_update().filter(pk__in=found).order_by("pk"))
    for other in others:
        check_empty(other)  # as it stands now that nobody can move in
        leave_frame(
            dwelling=other, status=Status.MERGED, kind=Kind.MERGE, reason=reason, by=by, at=at
        )
    return len(others)


def retire(dwelling: DwellingUnit, reason: str, by: Scope, at: datetime) -> None:
    """Take a dwelling that is no more off the frame; its code is never given again.

    :raises UnableToCode: people live in it
    """
    check_empty(dwelling)
    leave_frame(
        dwelling=dwelling, status=Status.DEMOLISHED, kind=Kind.RETIRE, reason=reason, by=by, at=at
    )
