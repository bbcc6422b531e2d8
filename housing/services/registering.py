"""Registering buildings and dwellings on a page, one act each.

Paper: S-80, S-82.
"""

import uuid
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from housing.addresses import Address, AddressError, parse_address
from housing.codes import is_provisional, scheme_of
from housing.models import Building, DwellingUnit
from housing.rooms import BlockError, RoomBlock, RoomPlace, floor_of
from housing.services.errors import ELSEWHERE, UnableToRegister
from housing.services.frame import door_of, ensure_buildings
from housing.services.making import CodeIssue, NewDwelling, make_dwellings
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope


@transaction.atomic
def register_building(
    *,
    committee: int,
    address: str | Address,
    by: Scope,
    at: datetime,
    estate: str = "",
    use: str = "10",
    storeys: int | None = None,
    built_year: int | None = None,
    block: RoomBlock | None = None,
    tenure: str = "9",
    codes: CodeIssue = "internal",
) -> Building:
    """Register a building with its plate and, in the same act, its block of rooms.

    :param address: of the door, `棠浦路988弄6号`
    :param storeys: the block's last floor unless told
    :raises UnableToRegister: unreadable address, plate of another committee, building known, or a
        block that cannot be built
    :raises NotAllowed: `by` may not edit housing of this committee
    """
    require(by, Capability.EDIT_HOUSING, committee)
    read = read_door(address) if isinstance(address, str) else address
    door = door_of(read)
    facts = {
        "estate": estate or read.estate, "use": use, "built_year": built_year,
        "storeys": storeys or (block.last_floor if block else 1),
    }  # fmt: skip
    found, fresh = ensure_buildings(doors=[door], committee=committee, by=by, at=at, facts=facts)
    if door not in found:
        raise UnableToRegister(ELSEWHERE, "address")
    if door not in fresh:
        raise UnableToRegister("该门牌下已有这一幢", "address")
    if block is not None:
        _fill(found[door], block, tenure=tenure, codes=codes, by=by, at=at)
        found[door].refresh_from_db()
    return found[door]


@transaction.atomic
def add_rooms(
    *,
    building_id: uuid.UUID,
    block: RoomBlock,
    by: Scope,
    at: datetime,
    tenure: str = "9",
    codes: CodeIssue = "internal",
) -> int:
    """Build a block of rooms in a registered building; rooms that it has stay as they are.

    :returns: how many dwellings were entered
    :raises UnableToRegister: a block that cannot be built, or that brings no new room
    """
    building = _locked(building_id, by)
    return _fill(building, block, tenure=tenure, codes=codes, by=by, at=at)


@transaction.atomic
def register_dwelling(
    *,
    building_id: uuid.UUID,
    room_no: str,
    by: Scope,
    at: datetime,
    floor: int | None = None,
    tenure: str = "9",
    occupancy: str = "9",
    floor_area: Decimal | None = None,
    design_rooms: int | None = None,
    owner_name: str = "",
    note: str = "",
    house_code: str = "",
    codes: CodeIssue = "internal",
) -> DwellingUnit:
    """Register one dwelling in a building; an occupancy told now counts as checked today.

    :param floor: read from the room's number unless told
    :param house_code: a final code given elsewhere; blank lets the register give one
    :raises UnableToRegister: unreadable room, one that the building has, or a code in use
    """
    building = _locked(building_id, by)
    address = read_room(building, room_no)
    row = NewDwelling(
        address=address, floor=floor or floor_of(address.room, address.floor), tenure=tenure,
        occupancy=occupancy, floor_area=floor_area, design_rooms=design_rooms,
        owner_name=owner_name, note=note, house_code=_outside_code(house_code),
        occupancy_checked_on=None if occupancy == "9" else _day(at),
    )  # fmt: skip
    if building.dwellings.filter(room_no=row.room_no).exists():
        raise UnableToRegister("这一幢已有该室号", "room_no")
    (unit,) = make_dwellings(
        rows=[row], buildings={door_at(building): building}, committee=building.committee_id,
        codes=codes, by=by, at=at,
    )  # fmt: skip
    if unit is None:
        raise UnableToRegister("该房屋编码已用于另一套房屋", "house_code")
    return unit


def door_at(building: Building) -> Address:
    """The address of a building's door, from its plate."""
    plate = building.plate
    return Address(
        plate.road, plate.lane, plate.sub_lane, plate.number, building_no=building.building_no
    )


def _locked(building_id: uuid.UUID, by: Scope) -> Building:
    building = (
        Building.objects.in_scope(by)
        .select_for_update(of=("self",))
        .select_related("plate")
        .get(pk=building_id)
    )
    require(by, Capability.EDIT_HOUSING, building.committee_id)
    if building.status == Building.Status.DEMOLISHED:
        raise UnableToRegister("这幢楼已拆除，不能再登记房屋")
    return building


def _fill(
    building: Building, block: RoomBlock, *, tenure: str, codes: CodeIssue, by: Scope, at: datetime
) -> int:
    try:
        places = block.rooms()
    except BlockError as wrong:
        raise UnableToRegister(wrong.message_zh, wrong.field) from wrong
    known = set(building.dwellings.values_list("room_no", flat=True))
    rows = [_row(building, place, tenure) for place in places if place.room_no not in known]
    if not rows:
        raise UnableToRegister("这些室号都已登记，没有新增房屋", "per_floor")
    made = make_dwellings(
        rows=rows, buildings={door_at(building): building}, committee=building.committee_id,
        codes=codes, by=by, at=at,
    )  # fmt: skip
    return sum(unit is not None for unit in made)


def _row(building: Building, place: RoomPlace, tenure: str) -> NewDwelling:
    door = door_at(building)
    address = Address(
        door.road, door.lane, door.sub_lane, door.number, building_no=door.building_no,
        unit_no=place.entrance, room=place.number,
    )  # fmt: skip
    return NewDwelling(address=address, floor=place.floor, tenure=tenure)


def read_door(text: str) -> Address:
    """The address of a door as somebody typed it; :raises UnableToRegister: it cannot be read"""
    try:
        return parse_address(text, room_required=False)
    except AddressError as wrong:
        raise UnableToRegister(wrong.message_zh.replace("1203室", ""), "address") from wrong


def read_room(building: Building, room_no: str) -> Address:
    """The dwelling's address; a room may carry its staircase (`2单元301室`)."""
    front = door_at(building).plate()
    try:
        return parse_address(f"{front}{room_no}")
    except AddressError as wrong:
        raise UnableToRegister("看不懂室号，写成 1203 或 2单元301室", "room_no") from wrong


def _outside_code(code: str) -> str:
    """A code that the clerk typed; provisional ones are only ever given by the register."""
    if code and (is_provisional(code) or scheme_of(code) is None):
        raise UnableToRegister("房屋编码的格式不对，请核对原件", "house_code")
    return code


def _day(at: datetime) -> date:
    return timezone.localdate(at)
