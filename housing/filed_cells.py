"""What the cells of a file of dwellings say, one at a time (D-12)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from housing.codes import BUILDING_USES, OCCUPANCY_STATUSES, TENURES
from housing.services import read_final_code
from portal.exchange.codesets import CodeSet

SETS: dict[str, CodeSet] = {
    "tenure": TENURES, "occupancy": OCCUPANCY_STATUSES, "use": BUILDING_USES,
}  # fmt: skip
_AREA = re.compile(r"([0-9]{1,4}(?:\.[0-9]+)?)(?:M2|平方米|平米|平方)?")
_ROOMS = re.compile(r"([0-9]{1,2})[室间房]?")
_FLOOR = re.compile(r"(-?[0-9]{1,3})[层楼]?")


class Unreadable(ValueError):
    """A cell that says nothing of its kind; the sentence tells how to mend it."""


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


def _area(text: str) -> Decimal:
    found = _AREA.fullmatch(_squeezed(text))
    if found is None:
        raise Unreadable(f"面积「{text}」不是数字，写成 62.4")
    area = Decimal(found[1]).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if not 0 < area <= 2000:
        raise Unreadable("建筑面积应大于 0、不超过 2000 m²")
    return area


def _rooms(text: str) -> int:
    found = _ROOMS.fullmatch(_squeezed(text))
    if found is None or int(found[1]) > 20:
        raise Unreadable(f"居室数「{text}」应为 0 到 20 的整数")
    return int(found[1])


def _floor(text: str) -> int:
    found = _FLOOR.fullmatch(_squeezed(text))
    if found is None or not -5 <= int(found[1]) <= 150:
        raise Unreadable(f"层「{text}」应为 150 以内的整数")
    return int(found[1])


def _note(text: str) -> str:
    if len(text) > 200:
        raise Unreadable(f"备注最多 200 字，多了 {len(text) - 200} 字")
    return text


READERS: Mapping[str, Callable[[str], Any]] = {
    "floor": _floor,
    "floor_area": _area,
    "design_rooms": _rooms,
    "note": _note,
    "house_code": read_final_code,
    **{name: codes.parse for name, codes in SETS.items()},
}
