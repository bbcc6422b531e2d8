"""Invented plates, buildings and dwellings of a committee."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from housing.addresses import Address
from housing.codes import make_internal_code, make_provisional_code
from housing.counting import count_key
from portal.demo.chance import Dice, Weighted
from portal.orgs.records import new_key

ROADS = (
    "梧影路", "槐荫路", "栖云路", "望澄路", "听竹路", "兰汀路", "枫桥里路", "沁园路", "晴川里路",
    "云锦路", "桐溪路", "沐春路", "银杏里路", "汇泉路", "澄园路", "碧川里路", "锦棠路", "清荷路",
    "金穗里路", "朗月路",
)  # fmt: skip
#: storeys and dwellings per floor, with how often such a building stands
SHAPES = Weighted((((6, 4), 50), ((6, 6), 20), ((11, 4), 15), ((14, 4), 10), ((18, 6), 5)))
OCCUPANCY = Weighted((("1", 60), ("2", 26), ("3", 4), ("4", 7), ("5", 1), ("9", 2)))
TENURE = Weighted((("1", 45), ("2", 40), ("3", 12), ("9", 3)))
ESTATES = ("新村", "花园", "家园", "苑", "公寓")
LANES_APART = 20
COMPANIES = ("沪西物业", "新惠物业", "普康物业", "")
LOW = 6  # storeys; higher ones are not built of brick
LATER = 41  # one dwelling of so many got its final code in the last months
MONTHS_BACK = 89  # days
ROOMS = Weighted(((1, 25), (2, 55), (3, 20)))


@dataclass
class Home:
    """A dwelling before it becomes a row; `people` fill it later."""

    id: str
    committee: int
    building: str
    floor: int
    position: int
    room: str
    address: str
    short: str
    key: str
    code: str
    code_state: str
    occupancy: str
    tenure: str
    area: Decimal
    rooms: int
    occupants: int = 0
    verified_on: date | None = None
    checked_on: date | None = None
    method: str = ""
    by: str = ""
    owner: str = ""
    #: who rents it, where somebody lives in it for rent
    lessee: str = ""
    leased_until: date | None = None
    legality: str = "9"
    #: whether its lease ended long ago
    overstayed: bool = False


@dataclass
class Committee:
    """All housing of one committee, as the register began with it (`at`)."""

    at: datetime
    estates: list[dict[str, Any]] = field(default_factory=list)
    plates: list[dict[str, Any]] = field(default_factory=list)
    buildings: list[dict[str, Any]] = field(default_factory=list)
    homes: list[Home] = field(default_factory=list)


OLD_HOUSES = 16
HALF_A_BUILDING = 17  # dwellings: the last one makes a committee as often too large as too small


def build(
    code: int,
    index: int,
    wanted: int,
    random: Dice,
    *,
    tall_first: bool,
    old_lane: bool,
    at: datetime,
) -> Committee:
    """About `wanted` dwellings on one lane of an invented road.

    :param index: number of the committee in the demonstration; makes road and lane unique
    :param tall_first: begin with a building of 18 floors by 6, as on the board's picture
    :param old_lane: begin with a lane of old houses besides
    """
    found = Committee(at)
    road, lane = ROADS[index % len(ROADS)], str(88 + index * LANES_APART)
    number = 0
    if old_lane:
        for house in range(1, OLD_HOUSES + 1):
            _raise_house(found, code, road, str(int(lane) + 9), str(house), random)
    while not number or len(found.homes) + HALF_A_BUILDING < wanted:
        number += 1
        shape = (18, 6) if tall_first and number == 1 else SHAPES.pick(random)
        _raise_building(found, code, road, lane, str(number), shape, random)
    return found


def _raise_building(
    found: Committee, code: int, road: str, lane: str, number: str, shape: tuple[int, int],
    random: Dice,
) -> None:  # fmt: skip
    storeys, across = shape
    building_id = _place_building(
        found, code, Address(road, lane=lane, number=number), f"{int(number):04d}",
        storeys, random.randint(1982, 2012), storeys * across,
    )  # fmt: skip
    for floor in range(1, storeys + 1):
        for position in range(1, across + 1):
            room = f"{floor}{position:02d}"
            found.homes.append(
                _home(code, building_id, road, lane, number, floor, position, room, random,
                      len(found.homes))
            )  # fmt: skip


def _raise_house(
    found: Committee, code: int, road: str, lane: str, number: str, random: Dice
) -> None:
    """An old house on the ground: one dwelling, or a front room and a back room without numbers."""
    rooms = ("前客堂", "后间") if random.random() < 0.3 else ("1",)
    building_id = _place_building(
        found, code, Address(road, lane=lane, number=number), f"{7000 + int(number)}",
        1, random.randint(1928, 1956), len(rooms),
    )  # fmt: skip
    for position, room in enumerate(rooms, start=1):
        home = _home(code, building_id, road, lane, number, 1, position, room, random,
                     len(found.homes))  # fmt: skip
        if room == "1":
            home.code = make_internal_code(code, str(7000 + int(number)), room)
            home.code_state = "final"
        home.area, home.rooms = Decimal(random.randint(11, 34)), 1
        home.tenure = "3"
        found.homes.append(home)


def _place_building(
    found: Committee, code: int, place: Address, block: str, storeys: int, built: int,
    dwellings: int,
) -> str:  # fmt: skip
    plate_id, building_id = new_key(), new_key()
    estate = _estate(found, code, place, built)
    found.plates.append({
        "id": plate_id, "committee_id": code, "road": place.road, "lane": place.lane,
        "number": place.number, "address": place.normalised(),
    })  # fmt: skip
    found.buildings.append({
        "id": building_id, "committee_id": code, "plate_id": plate_id,
        "name": f"{place.road}{place.lane}弄 {place.number}号", "short_name": f"{place.number}号",
        "sort_key": place.sort_key(), "code_block": block, "storeys": storeys,
        "built_year": built, "dwelling_count": dwellings,
        "structure": "3" if storeys <= LOW else "2", "estate_id": estate["id"],
        "estate_name": estate["name"],
    })  # fmt: skip
    return building_id


def _estate(found: Committee, code: int, place: Address, built: int) -> dict[str, Any]:
    """The estate of a lane, which grows by the years of its buildings."""
    lane = int(place.lane or place.number)
    turn = lane // LANES_APART + lane % 2  # an old lane beside it is another estate
    name = f"{place.road.removesuffix('路')}{ESTATES[turn % len(ESTATES)]}"
    known = next((each for each in found.estates if each["name"] == name), None)
    if known is None:
        known = {
            "id": new_key(), "committee_id": code, "name": name, "sort_key": count_key(name),
            "source": "S7",
            "property_company": COMPANIES[turn % len(COMPANIES)],
            "owners_committee": "1" if lane % 3 else "0", "built_from": built, "built_to": None,
            "updated_at": found.at, "updated_by": "期初导入",
        }  # fmt: skip
        found.estates.append(known)
    last = max(known["built_to"] or known["built_from"], built)
    known["built_from"] = min(known["built_from"], built)
    known["built_to"] = last if last > known["built_from"] else None
    return known


def _home(
    code: int, building: str, road: str, lane: str, number: str, floor: int, position: int,
    room: str, random: Dice, sequence: int,
) -> Home:  # fmt: skip
    place = Address(road, lane=lane, number=number, room=room)
    chance = random.random()
    if not room.isdigit():  # a room that no house code can name
        house_code, state = make_provisional_code(code, sequence + 1), "provisional"
    elif chance < 0.965:  # the rest are the code clerk's to-do
        house_code, state = make_internal_code(code, number, room), "final"
    elif chance < 0.99:
        house_code, state = make_provisional_code(code, sequence + 1), "provisional"
    else:
        house_code, state = "", "none"
    rooms = ROOMS.pick(random)
    return Home(
        id=new_key(), committee=code, building=building, floor=floor, position=position,
        room=room, address=place.normalised(), short=place.short(), key=place.sort_key(),
        code=house_code, code_state=state, occupancy=OCCUPANCY.pick(random),
        tenure=TENURE.pick(random), rooms=rooms,
        area=Decimal(rooms * 24 + random.randint(2, 22)) + Decimal(random.randint(0, 9)) / 10,
    )  # fmt: skip


def dwelling_rows(homes: list[Home], at: datetime) -> Iterator[dict[str, Any]]:
    """The dwellings as rows, once their people are known."""
    for home in homes:
        yield {
            "id": home.id, "committee_id": home.committee, "building_id": home.building,
            "floor": home.floor, "position": home.position, "room_no": home.room,
            "address": home.address, "short_address": home.short, "address_key": home.key,
            "house_code": home.code, "code_state": home.code_state, "tenure": home.tenure,
            "occupancy": home.occupancy, "occupancy_checked_on": home.checked_on,
            "floor_area": home.area, "design_rooms": home.rooms, "legality": home.legality,
            "leased_until": home.leased_until, "owner_name": home.owner,
            "occupants": home.occupants,
            "households": 1 if home.occupants else 0, "verified_on": home.verified_on,
            "verified_by": home.by, "verified_method": home.method,
            "created_at": at - timedelta(days=700), "created_by": "期初导入",
            "updated_at": at, "updated_by": home.by,
        }  # fmt: skip


def code_events(homes: list[Home], at: datetime) -> Iterator[dict[str, Any]]:
    """How the dwellings came to their codes: most when the register was begun, one of `LATER`
    with a provisional code, in whose place the final one came in the last months."""
    for number, home in enumerate(homes, start=1):
        if not home.code:
            continue
        begun = {
            "id": new_key(), "committee_id": home.committee, "dwelling_id": home.id,
            "kind": "assign", "old_code": "", "new_code": home.code, "reason": "期初赋码",
            "by_name": "期初导入", "at": at - timedelta(days=700),
        }  # fmt: skip
        if number % LATER or home.code_state != "final":
            yield begun
            continue
        first = make_provisional_code(home.committee, len(homes) + number)
        yield begun | {"new_code": first}
        yield begun | {
            "id": new_key(), "old_code": first, "reason": "补赋正式码",
            "at": at - timedelta(days=3 + number % MONTHS_BACK),
        }  # fmt: skip
