"""The rooms of a dwelling, written down as one sheet (S-77, domain §3.9)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from housing.dwelling_rooms import Room
from housing.group_rental import USE_TITLES
from housing.models import DwellingUnit
from housing.services.changing import _locked_dwelling
from housing.services.errors import UnableToUpdate
from housing.services.following import tell_followers
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope

LARGEST = 500
FIELDS = ("label", "use", "usable_area", "by_bed")


@dataclass(frozen=True)
class RoomTold:
    """One line of the sheet; `id` is None for a room that is new."""

    label: str
    use: str
    usable_area: Decimal | None = None
    by_bed: str = ""
    id: uuid.UUID | None = None


class UnfitRoom(UnableToUpdate):
    """A line of the sheet that cannot stand; `line` counts from 0."""

    def __init__(self, message: str, field: str, line: int) -> None:
        super().__init__(message, field)
        self.line = line


@transaction.atomic
def save_rooms(
    *, dwelling_id: uuid.UUID, rooms: Sequence[RoomTold], version: int, by: Scope, at: datetime
) -> DwellingUnit:
    """Make the rooms of a dwelling those of the sheet; rooms that are not on it are closed.

    :param version: the dwelling's, when the sheet was opened
    :raises UnfitRoom: a line that cannot stand
    :raises UnableToUpdate: off the frame, or somebody changed the dwelling meanwhile
    :raises NotAllowed: `by` may not edit housing of this committee
    """
    dwelling = _locked_dwelling(dwelling_id=dwelling_id, by=by)
    require(by, Capability.EDIT_HOUSING, dwelling.committee_id)
    if dwelling.status != DwellingUnit.Status.ACTIVE:
        raise UnableToUpdate("这套房屋已不在册")
    _check(rooms)
    held = {room.pk: room for room in Room.objects.standing().filter(dwelling=dwelling)}
    if {told.id for told in rooms if told.id} - held.keys() or dwelling.version != version:
        raise UnableToUpdate(
            f"{dwelling.updated_by or '同事'}刚改过这套房屋，请核对后再保存一次", "version"
        )
    changes = _write(dwelling, rooms, held, at)
    if not changes:
        return dwelling
    dwelling.version += 1
    dwelling.updated_at, dwelling.updated_by = at, by.user_name
    dwelling.save(update_fields=["version", "updated_at", "updated_by"])
    record(
        "housing.rooms_saved", by=by, at=at, target=dwelling, committee=dwelling.committee_id,
        changes=changes,
    )  # fmt: skip
    tell_followers(dwelling_ids=[dwelling.pk], by=by, at=at)
    return dwelling


def _check(rooms: Sequence[RoomTold]) -> None:
    seen: set[str] = set()
    for line, told in enumerate(rooms):
        label = told.label.strip()
        if not label:
            raise UnfitRoom("写明是哪一间，如 朝南大间", "label", line)
        if label in seen:
            raise UnfitRoom("这套房屋已有同名的房间", "label", line)
        if told.use not in USE_TITLES:
            raise UnfitRoom("请选择原设计用途", "use", line)
        if told.by_bed not in {"", *Room.Beds.values}:
            raise UnfitRoom("请选择是否按床位出租", "by_bed", line)
        if told.usable_area is not None and not 0 < told.usable_area <= LARGEST:
            raise UnfitRoom(f"使用面积应大于 0、不超过 {LARGEST} m²", "usable_area", line)
        seen.add(label)


def _write(
    dwelling: DwellingUnit, rooms: Sequence[RoomTold], held: dict[uuid.UUID, Room], at: datetime
) -> dict[str, list[str]]:
    """Close, change and add; says for each room what it was and what it is.

    Closed first and renamed through a blank name, so that two rooms may change names.
    """
    told = {room.id: room for room in rooms if room.id}
    changes: dict[str, list[str]] = {}
    for key, room in held.items():
        if key not in told:
            room.closed_on = timezone.localdate(at)
            room.save(update_fields=["closed_on"])
            changes[room.label] = [_words(room), ""]
    renamed = [room for room in held.values() if room.pk in told and _differs(room, told[room.pk])]
    for room in renamed:
        Room.objects.filter(pk=room.pk).update(label=f"~{room.pk.hex[-12:]}")
    for room in renamed:
        before = _words(room)
        for name in FIELDS:
            setattr(room, name, _value(told[room.pk], name))
        room.save(update_fields=list(FIELDS))
        changes[room.label] = [before, _words(room)]
    for line in rooms:
        if line.id is None:
            room = Room(committee_id=dwelling.committee_id, dwelling=dwelling)
            for name in FIELDS:
                setattr(room, name, _value(line, name))
            room.save(force_insert=True)
            changes[room.label] = ["", _words(room)]
    return changes


def _value(told: RoomTold, name: str) -> object:
    value = getattr(told, name)
    return value.strip() if name == "label" else value


def _differs(room: Room, told: RoomTold) -> bool:
    return any(getattr(room, name) != _value(told, name) for name in FIELDS)


def _words(room: Room) -> str:
    area = "" if room.usable_area is None else f" {room.usable_area} m²"
    return f"{room.label} {USE_TITLES[room.use]}{area} {room.get_by_bed_display()}".strip()
