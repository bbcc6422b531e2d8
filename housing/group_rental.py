"""Whether a dwelling is let by groups (群租): five criteria over its rooms (domain §2.8).

Plain Python; the figures are those of the rule set `group_rental`. The answer is about a dwelling
and never about a person. What is not known is "cannot say" and suspects nobody; what is suspected
is confirmed by an authorised officer after a visit of two, or not at all.

Paper: S-77.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

RULE = "group_rental"
CLEAR, SUSPECTED, UNKNOWN = "clear", "suspected", "unknown"
#: What a room was built for; the first two are designed for living in.
USES: tuple[tuple[str, str], ...] = (
    ("bedroom", "卧室"), ("living", "起居室"), ("kitchen", "厨房"), ("bath", "卫生间"),
    ("balcony", "阳台"), ("storage", "贮藏室"), ("partition", "隔出的小间"),
)  # fmt: skip
FOR_LIVING = frozenset({"bedroom", "living"})
PARTITION = "partition"
YES, NO = "yes", "no"
USE_TITLES = dict(USES)
TITLES = {
    "G1": "住宅小区内开设集体宿舍",
    "G2": "分割居室或按床位出租",
    "G3": "厨房、卫生间、阳台、贮藏室住人",
    "G4": "人均居住面积不足",
    "G5": "一间居住人数过多",
}


@dataclass(frozen=True, slots=True)
class RoomUse:
    """A room and who sleeps in it.

    :param area: usable area in m²; None where nobody has measured it
    :param people: how many of those registered here are known to sleep in it
    :param linked: whether a duty of support or upbringing links them all; None: cannot say
    :param by_bed: `yes`, `no`, or blank where nobody knows
    """

    label: str
    use: str
    area: Decimal | None = None
    people: int = 0
    linked: bool | None = None
    by_bed: str = ""

    @property
    def title(self) -> str:
        return f"{self.label}（{USE_TITLES[self.use]}）"


@dataclass(frozen=True, slots=True)
class Letting:
    """What is known of how a dwelling is lived in.

    :param design_use: what it was designed for (`BUILDING_USES`)
    :param dormitory: whether it is let as a dormitory; None where no lease tells
    :param unplaced: people registered here of whom nobody knows in which room they sleep
    """

    rooms: Sequence[RoomUse]
    design_use: str = "10"
    dormitory: bool | None = False
    unplaced: int = 0


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion: met, not met, or None for "cannot say", with what it was read from."""

    key: str
    met: bool | None
    inputs: tuple[str, ...]

    @property
    def title(self) -> str:
        return TITLES[self.key]


def examine(letting: Letting, limits: Mapping[str, Any]) -> list[Criterion]:
    """The five criteria in order.

    :param limits: parameters of the rule: `least_area` in m² a person, `most_people` a room,
        `not_for_living` uses of rooms, `dormitory_in` uses of dwellings
    """
    return [
        _dormitory(letting, limits["dormitory_in"]), _split(letting),
        _not_for_living(letting, limits["not_for_living"]),
        _area(letting, Decimal(str(limits["least_area"]))),
        _crowd(letting, int(limits["most_people"])),
    ]  # fmt: skip


def verdict(criteria: Sequence[Criterion]) -> str:
    """Suspected where one criterion is met; clear only where every one is known not to be."""
    met = [each.met for each in criteria]
    if True in met:
        return SUSPECTED
    return UNKNOWN if None in met else CLEAR


def _dormitory(letting: Letting, homes: Sequence[str]) -> Criterion:
    if letting.design_use not in homes:
        return Criterion("G1", False, ("房屋设计用途不是居住",))
    words = {True: "登记为集体宿舍的租赁在租", False: "没有登记为集体宿舍的租赁",
             None: "出租房屋没有租赁登记"}  # fmt: skip
    return Criterion("G1", letting.dormitory, (words[letting.dormitory],))


def _split(letting: Letting) -> Criterion:
    split = [room for room in letting.rooms if room.use == PARTITION]
    beds = [room for room in letting.rooms if room.by_bed == YES]
    if split or beds:
        return Criterion(
            "G2", True,
            tuple(f"{room.title}由居室隔出" for room in split)
            + tuple(f"{room.title}按床位出租" for room in beds),
        )  # fmt: skip
    untold = [room for room in letting.rooms if not room.by_bed and room.use in FOR_LIVING]
    if untold or not letting.rooms:
        return Criterion("G2", None, tuple(_untold(letting, untold, "是否按床位出租")))
    return Criterion("G2", False, ("没有隔出的小间，没有按床位出租",))


def _not_for_living(letting: Letting, uses: Sequence[str]) -> Criterion:
    lived_in = [r for r in letting.rooms if r.use in uses and r.people]
    if lived_in:
        return Criterion("G3", True, tuple(f"{r.title}住 {r.people} 人" for r in lived_in))
    return _known(letting, "G3", "没有人住在这些部位")


def _area(letting: Letting, least: Decimal) -> Criterion:
    rooms = [room for room in letting.rooms if room.use in FOR_LIVING and room.people]
    measured = [(room, room.area / room.people) for room in rooms if room.area is not None]
    small = [(room, each) for room, each in measured if each < least]
    if small:
        return Criterion("G4", True, tuple(_per_head(room, each, least) for room, each in small))
    if unmeasured := [room for room in rooms if room.area is None]:
        return Criterion("G4", None, tuple(_untold(letting, unmeasured, "使用面积")))
    told = "；".join(_per_head(room, each, least) for room, each in measured)
    return _known(letting, "G4", told or "没有人居住")


def _per_head(room: RoomUse, each: Decimal, least: Decimal) -> str:
    compared = "不足" if each < least else "不低于"
    return (
        f"{room.title} {room.area} m² 住 {room.people} 人，"
        f"人均 {each:.2f} m²，{compared} {least} m²"
    )


def _crowd(letting: Letting, most: int) -> Criterion:
    many = [room for room in letting.rooms if room.people > most]
    over = [room for room in many if room.linked is False]
    if over:
        return Criterion(
            "G5", True,
            tuple(f"{room.title}住 {room.people} 人，不全是赡养、抚养、扶养关系" for room in over),
        )  # fmt: skip
    if unsure := [room for room in many if room.linked is None]:
        return Criterion("G5", None, tuple(_untold(letting, unsure, "居住人员之间的关系")))
    families = "；".join(f"{room.title}住 {room.people} 人，是一家人" for room in many)
    return _known(letting, "G5", families or f"每间不超过 {most} 人")


def _known(letting: Letting, key: str, told: str) -> Criterion:
    """Not met, unless people of whom no room is known might change that."""
    if letting.unplaced or not letting.rooms:
        return Criterion(key, None, tuple(_untold(letting, [], "")))
    return Criterion(key, False, (told,))


def _untold(letting: Letting, rooms: Sequence[RoomUse], what: str) -> Iterator[str]:
    if not letting.rooms:
        yield "还没有登记房间"
    for room in rooms:
        yield f"{room.title}的{what}没有登记"
    if letting.unplaced:
        yield f"还有 {letting.unplaced} 人没有登记住哪一间"
