"""Who sleeps in which room of a dwelling, and the test that follows from it (S-77, §2.8)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from housing import services as housing
from housing.group_rental import RoomUse
from housing.models import DwellingUnit, GroupRentalTest, Room
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from residents.kinship import Sleeper, all_linked
from residents.models import Residence, RoomPlace
from residents.querysets import ACTUAL_CATEGORIES
from residents.services.errors import UnableToMove


@transaction.atomic
def place_people(
    *, dwelling_id: UUID, places: Mapping[UUID, UUID | None], by: Scope, at: datetime
) -> int:
    """Write down in which room each of a dwelling's people sleeps; None: nobody says.

    :param places: rooms by residence episode; people who are not named stay where they are
    :returns: how many were put elsewhere
    :raises UnableToMove: somebody or a room is no longer of this dwelling
    :raises NotAllowed: `by` does not register people there
    """
    dwelling = DwellingUnit.objects.in_scope(by).select_for_update().get(pk=dwelling_id)
    require(by, Capability.EDIT_RESIDENTS, dwelling.committee_id)
    rooms = set(Room.objects.standing().filter(dwelling=dwelling).values_list("pk", flat=True))
    people = {row.pk: row for row in people_at(dwelling.pk, by)}
    if places.keys() - people.keys():
        raise UnableToMove("有人已不住在这套房屋，请刷新后再填")
    if {room for room in places.values() if room} - rooms:
        raise UnableToMove("有的房间已撤销，请刷新后再填")
    known = dict(
        RoomPlace.objects.filter(residence__in=people).values_list("residence_id", "room_id")
    )
    changed = {key: room for key, room in places.items() if known.get(key) != room}
    if not changed:
        return 0
    RoomPlace.objects.filter(residence__in=changed).delete()
    RoomPlace.objects.bulk_create(
        RoomPlace(committee_id=dwelling.committee_id, residence_id=key, room_id=room)
        for key, room in changed.items()
        if room
    )
    record(
        "residents.rooms_told", by=by, at=at, target=dwelling, committee=dwelling.committee_id,
        subjects=[people[key].resident_id for key in changed], changes={"people": len(changed)},
    )  # fmt: skip
    examine_dwellings([dwelling.pk], by=by, at=at)
    return len(changed)


def examine_dwellings(dwellings: Collection[UUID], *, by: Scope, at: datetime) -> None:
    """Test again those of the dwellings whose rooms are known; of the others there is no test."""
    rooms: dict[UUID, list[Room]] = {}
    known = Room.objects.in_scope(by).standing().filter(dwelling__in=list(dwellings))
    for room in known.order_by("dwelling_id", "label", "id"):
        rooms.setdefault(room.dwelling_id, []).append(room)
    tested = GroupRentalTest.objects.in_scope(by).filter(dwelling__in=list(dwellings))
    for key in sorted({*rooms, *tested.values_list("dwelling_id", flat=True)}):
        uses, unplaced = _uses(rooms.get(key, []), key, by)
        housing.store_rental_test(dwelling_id=key, rooms=uses, unplaced=unplaced, by=by, at=at)


def _uses(rooms: list[Room], dwelling: UUID, by: Scope) -> tuple[list[RoomUse], int]:
    """The rooms with who sleeps in them, and how many sleep nobody knows where."""
    sleeping: dict[UUID, list[Sleeper]] = {room.pk: [] for room in rooms}
    unplaced = 0
    for row in people_at(dwelling, by):
        place = getattr(row, "room_place", None)
        if place is None or place.room_id not in sleeping:
            unplaced += 1
            continue
        sleeping[place.room_id].append(
            Sleeper(row.resident_id, row.household_id, row.relation, row.resident.guardian_id)
        )
    uses = [
        RoomUse(
            room.label, room.use, room.usable_area, len(sleeping[room.pk]),
            all_linked(sleeping[room.pk]), room.by_bed,
        )
        for room in rooms
    ]  # fmt: skip
    return uses, unplaced


def people_at(dwelling: UUID, by: Scope) -> list[Residence]:
    """The open episodes of those who live at a dwelling, each with its room where it is told."""
    rows = Residence.objects.in_scope(by).open().filter(dwelling=dwelling)
    rows = rows.filter(category__in=ACTUAL_CATEGORIES)
    return list(
        rows.select_related("room_place", "resident").order_by("household_id", "relation", "id")
    )
