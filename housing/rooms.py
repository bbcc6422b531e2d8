"""Room numbers as buildings carry them: floor, place on the floor, and whole blocks of rooms."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

LARGEST_BLOCK = 2000
_NUMBERED = re.compile(r"([0-9]{1,3})([0-9]{2})[A-Z]?")
_FLOOR_WORDS = {word: place for place, word in enumerate("底一二三四五六七八九十")}


class BlockError(ValueError):
    """A block of rooms that cannot be built; `field` says where, `message_zh` why."""

    def __init__(self, field: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.field = field
        self.message_zh = message_zh


@dataclass(frozen=True, slots=True)
class RoomPlace:
    """One room of a block: `1203` on floor 12, third on its floor; `2-1203` behind entrance 2."""

    floor: int
    position: int
    number: str
    entrance: str = ""

    @property
    def room_no(self) -> str:
        """The room inside its building, with the entrance where there are several."""
        return f"{self.entrance}-{self.number}" if self.entrance else self.number


@dataclass(frozen=True, slots=True)
class RoomBlock:
    """Floors by rooms: `first_floor` to `last_floor`, `per_floor` each behind every entrance.

    :param skipped: floors that the building does not have
    :param places: numbers on the floor that it does not have (no 1204 where 4 is among them)
    :param left_out: single rooms, as `room_no` names them
    """

    first_floor: int
    last_floor: int
    per_floor: int
    skipped: frozenset[int] = frozenset()
    entrances: int = 1
    places: frozenset[int] = frozenset()
    left_out: frozenset[str] = frozenset()

    def rooms(self) -> list[RoomPlace]:
        """Every room of the block, numbered floor then place in two digits.

        :raises BlockError: floors in the wrong order, nothing left, or more rooms than a building
            has
        """
        found = [place for place in self.whole() if place.room_no not in self.left_out]
        if not found:
            raise BlockError("per_floor", "没有一套要建，至少留一套")
        return found

    def whole(self) -> list[RoomPlace]:
        """The rooms of the block, those left out as well.

        :raises BlockError: as `rooms`
        """
        self._check()
        entrances = [str(n) for n in range(1, self.entrances + 1)] if self.entrances > 1 else [""]
        return [
            RoomPlace(floor, place, f"{floor}{place:02d}", entrance)
            for floor in range(self.first_floor, self.last_floor + 1)
            if floor not in self.skipped
            for entrance in entrances
            for place in self._numbers()
        ]

    @property
    def mark(self) -> str:
        """What the block is like, single rooms aside: two blocks with one mark look the same."""
        skipped, places = sorted(self.skipped), sorted(self.places)
        return (
            f"{self.first_floor}-{self.last_floor}x{self.per_floor}x{self.entrances}"
            f" {skipped} {places}"
        )

    def _numbers(self) -> list[int]:
        """Places on a floor: as many as asked for, without those that the building skips."""
        numbers = [place for place in range(1, 100) if place not in self.places]
        return numbers[: self.per_floor]

    def _check(self) -> None:
        if not 1 <= self.first_floor <= 150:
            raise BlockError("first_floor", "起始层应在 1 到 150 之间")
        if not self.first_floor <= self.last_floor <= 150:
            raise BlockError("last_floor", f"顶层应在 {self.first_floor} 到 150 之间")
        if not 1 <= self.per_floor <= 99:
            raise BlockError("per_floor", "每层套数应在 1 到 99 之间")
        if not 1 <= self.entrances <= 20:
            raise BlockError("entrances", "单元数应在 1 到 20 之间")
        if len(self._numbers()) < self.per_floor:
            raise BlockError("places", "去掉这些室号尾数后，两位顺序号不够每层套数")
        total = (self.last_floor - self.first_floor + 1) * self.per_floor * self.entrances
        if total > LARGEST_BLOCK:
            raise BlockError("per_floor", f"一次最多生成 {LARGEST_BLOCK} 套，这里是 {total} 套")
        if self.skipped >= set(range(self.first_floor, self.last_floor + 1)):
            raise BlockError("skipped", "每一层都跳过了，没有可生成的房间")


@dataclass(frozen=True, slots=True)
class PlannedRoom:
    """A room as the preview shows it: there already (`kept`), `left_out`, or to be built."""

    room_no: str
    kept: bool
    left_out: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What a block would do to a building, floor by floor from the top."""

    floors: list[tuple[int, list[PlannedRoom]]]
    mark: str
    #: rooms that the building has and the block does not speak of
    others: int

    @property
    def fresh(self) -> int:
        return sum(not (room.kept or room.left_out) for _n, rooms in self.floors for room in rooms)

    @property
    def kept(self) -> int:
        return sum(room.kept for _n, rooms in self.floors for room in rooms)


def plan_of(block: RoomBlock, known: Collection[str]) -> Plan:
    """The block laid over the rooms that a building has; those stay as they are.

    :param known: their `room_no`
    :raises BlockError: a block that cannot be built
    """
    floors: dict[int, list[PlannedRoom]] = {}
    wanted = block.whole()
    for place in wanted:
        kept = place.room_no in known
        left_out = not kept and place.room_no in block.left_out
        floors.setdefault(place.floor, []).append(PlannedRoom(place.room_no, kept, left_out))
    others = len(set(known) - {place.room_no for place in wanted})
    return Plan(sorted(floors.items(), reverse=True), block.mark, others)


def read_numbers(text: str, field: str, what: str, example: str) -> frozenset[int]:
    """Numbers from a line such as `4、13,14` or `13-14`.

    :raises BlockError: at `field`: words that are no `what`
    """
    found: set[int] = set()
    for part in re.split(r"[\s,，、;；]+", text.strip()):
        if not part:
            continue
        read = re.fullmatch(r"([0-9]{1,3})(?:\s*[-–—~至]\s*([0-9]{1,3}))?\s*[层楼]?", part)
        if read is None:
            raise BlockError(field, f"「{part}」不是{what}，写成 {example} 这样")
        first, last = int(read[1]), int(read[2] or read[1])
        found.update(range(min(first, last), max(first, last) + 1))
    return frozenset(found)


def read_floors(text: str) -> frozenset[int]:
    """Floors that a building does not have; :raises BlockError: words that are no floors"""
    return read_numbers(text, "skipped", "楼层", "4、13、14")


def read_places(text: str) -> frozenset[int]:
    """Numbers on the floor that it does not have; :raises BlockError: words that are none"""
    return read_numbers(text, "places", "室号尾数", "04、13")


def floor_of(room_no: str, floor_text: str = "") -> int:
    """The floor that a room tells: 1203 and 1203-2 → 12, 底层前间 → 1; 1 where nothing tells it.

    :param floor_text: the floor as the address writes it, where it does
    """
    if found := _NUMBERED.fullmatch(room_no.partition("-")[0]):
        return int(found[1])
    if floor_text.isdigit():
        return int(floor_text)
    return max(_FLOOR_WORDS.get(floor_text[:1], 1), 1)


def position_of(room_no: str) -> int:
    """The place on its floor that a room number tells: 1203 → 3; 0 where it does not (2-301)."""
    found = _NUMBERED.fullmatch(room_no)
    return int(found[2]) if found else 0
