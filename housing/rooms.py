"""Room numbers as buildings carry them: floor, place on the floor, and whole blocks of rooms."""

from __future__ import annotations

import re
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
    """One room of a block: `1203` on floor 12, third on its floor."""

    floor: int
    position: int
    room_no: str


@dataclass(frozen=True, slots=True)
class RoomBlock:
    """Floors by rooms: `first_floor` to `last_floor`, `per_floor` each, without `skipped`."""

    first_floor: int
    last_floor: int
    per_floor: int
    skipped: frozenset[int] = frozenset()

    def rooms(self) -> list[RoomPlace]:
        """Every room of the block, numbered floor then place in two digits.

        :raises BlockError: floors in the wrong order, or more rooms than a building has
        """
        self._check()
        return [
            RoomPlace(floor, place, f"{floor}{place:02d}")
            for floor in range(self.first_floor, self.last_floor + 1)
            if floor not in self.skipped
            for place in range(1, self.per_floor + 1)
        ]

    def _check(self) -> None:
        if not 1 <= self.first_floor <= 150:
            raise BlockError("first_floor", "起始层应在 1 到 150 之间")
        if not self.first_floor <= self.last_floor <= 150:
            raise BlockError("last_floor", f"顶层应在 {self.first_floor} 到 150 之间")
        if not 1 <= self.per_floor <= 99:
            raise BlockError("per_floor", "每层套数应在 1 到 99 之间")
        total = (self.last_floor - self.first_floor + 1) * self.per_floor
        if total > LARGEST_BLOCK:
            raise BlockError("per_floor", f"一次最多生成 {LARGEST_BLOCK} 套，这里是 {total} 套")
        if self.skipped >= set(range(self.first_floor, self.last_floor + 1)):
            raise BlockError("skipped", "每一层都跳过了，没有可生成的房间")


def read_floors(text: str) -> frozenset[int]:
    """Floors from a line such as `4、13,14` or `13-14`.

    :raises BlockError: words that are no floors
    """
    floors: set[int] = set()
    for part in re.split(r"[\s,，、;；]+", text.strip()):
        if not part:
            continue
        found = re.fullmatch(r"([0-9]{1,3})(?:\s*[-–—~至]\s*([0-9]{1,3}))?\s*[层楼]?", part)
        if found is None:
            raise BlockError("skipped", f"「{part}」不是楼层，写成 4、13、14 这样")
        first, last = int(found[1]), int(found[2] or found[1])
        floors.update(range(min(first, last), max(first, last) + 1))
    return frozenset(floors)


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
