"""Addresses as Shanghai writes them: road, lane, sub-lane, number, building, unit, floor, room.

One reading for the register, the files and the search: `棠浦路988弄6号1203室`, whether a committee
writes it so, or `6#1203`, `988-6-1203`, or in full-width digits. Order: district → street or town
→ road → lane → sub-lane → number → building → unit → floor → room (domain §3.7).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache

_HAN = "\u4e00-\u9fff"
_MARK = "甲乙丙丁戊己庚辛临"
_DISTRICTS = (
    "黄浦|徐汇|长宁|静安|普陀|虹口|杨浦|闵行|宝山|嘉定|浦东新|浦东|金山|松江|青浦|奉贤|崇明|闸北"
)
_INVISIBLE = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_DASHES = re.compile(r"[\u2010-\u2015\u2212\u30fc/~_]+")
_PREFIX = re.compile(
    f"(?:中国)?(?:上海市|上海(?=[{_HAN}]{{2,}}))?(?:(?:{_DISTRICTS})区)?"
    f"(?:[{_HAN}]{{2,6}}街道(?:办事处)?|[{_HAN}]{{2,3}}镇(?=[{_HAN}]+?(?:路|街|道|巷|里|村|宅)))?"
    f"(?:[{_HAN}]{{2,8}}(?:居委会|居民区|村委会|居民委员会|村民委员会))?"
)
_ROAD = re.compile(f"[{_HAN}]*?(?=[{_MARK}]?[0-9]|[A-Z][0-9]*[座幢栋]|$)")
_ESTATE = re.compile(f"\\(?([{_HAN}]{{2,12}})\\)?(?=[{_MARK}]?[0-9A-Z])")
_TOKEN = re.compile(
    f"-?(?P<range>[0-9]+-[0-9]+)(?=[号#])|-?(?P<no>[{_MARK}]?[0-9]+[A-Z{_MARK}]?|[A-Z][0-9]*"
    f"|[底一二三四五六七八九十]+(?=[层楼]))(?=[{_HAN}#])"
)
_UNITS = {
    "弄": "lane",
    "支弄": "sub_lane",
    "号": "number",
    "支号": "number",
    "#": "number",
    "号楼": "building_no",
    "#楼": "building_no",
    "幢": "building_no",
    "栋": "building_no",
    "座": "building_no",
    "单元": "unit_no",
    "门": "unit_no",
    "层": "floor",
    "楼": "floor",
    "室": "room",
}
_UNIT = re.compile("|".join(sorted(_UNITS, key=len, reverse=True)))
_ORDER = ("lane", "sub_lane", "number", "building_no", "unit_no", "floor", "room")
_RANK = {part: rank for rank, part in enumerate(_ORDER)}
_JOINED = re.compile(r"[0-9]+[A-Z]?(?:-[0-9A-Z]+){0,2}|[A-Z][0-9]+[A-Z]?")
_ROOM_WORDS = re.compile(f"[{_HAN}0-9A-Z-]{{1,12}}")
_PLAIN_ROOM = re.compile(r"[0-9A-Z-]+")
_DIGITS = re.compile(r"[0-9]+")
#: The usual form of a register, read at once; anything else goes through the parts.
_COMMON = re.compile(
    "((?!上海)[\u4e00-\u5339\u533b-\u9546\u9548-\u9fff]{1,4}路)"
    "(?:([1-9][0-9]*)弄)?([1-9][0-9]*)号([1-9][0-9]*)室?"
)
_LEADING_ZEROS = re.compile(f"^([{_MARK}A-Z]?)0+(?=[0-9])")
_EXAMPLE = "请写成「棠浦路988弄6号1203室」这样的形式"


class AddressError(ValueError):
    """An address that cannot be read; `message_zh` for the clerk."""

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.code = code
        self.message_zh = message_zh


@dataclass(frozen=True, slots=True)
class Address:
    """One address in parts, each without its unit word; "" where it has no such part.

    The estate's name is kept for reading only: it does not tell two addresses apart.
    """

    road: str
    lane: str = ""
    sub_lane: str = ""
    number: str = ""
    building_no: str = ""
    unit_no: str = ""
    floor: str = ""
    room: str = ""
    estate: str = field(default="", compare=False)

    def plate(self) -> str:
        """Full text of the address plate, without unit, floor and room."""
        return self.road + "".join(
            value + word
            for value, word in (
                (self.lane, "弄"),
                (self.sub_lane, "支弄"),
                (self.number, "号"),
                (self.building_no, "幢"),
            )
            if value
        )

    def normalised(self) -> str:
        """Full text, the same for every way of writing the address.

        The floor is told only where the room's number does not tell it (底层前间).
        """
        return self.plate() + (f"{self.unit_no}单元" if self.unit_no else "") + self._room_text()

    def short(self) -> str:
        """Inside its lane: `6号 1203室`."""
        door = "".join(
            value + word
            for value, word in (
                (self.number, "号"),
                (self.building_no, "幢"),
                (self.unit_no, "单元"),
            )
            if value
        )
        return f"{door} {self._room_text()}".strip()

    def sort_key(self) -> str:
        """Text that sorts 2号 before 10号 and 201 before 1003, by code point."""
        parts = (self.road, *(getattr(self, part) for part in _ORDER))
        return " ".join(map(sortable, parts))

    def without_room(self) -> Address:
        """The address of the door, shared by all its dwellings."""
        return replace(self, floor="", room="")

    def _room_text(self) -> str:
        if not self.room:
            return f"{self.floor}层" if self.floor else ""
        if _PLAIN_ROOM.fullmatch(self.room):
            return f"{self.room}室"
        return (f"{self.floor}层" if self.floor else "") + self.room


@lru_cache(maxsize=8192)
def sortable(part: str) -> str:
    """The text with its numbers filled up to six places, so that 2 sorts before 10."""
    return _DIGITS.sub(_padded, part)


def _padded(digits: re.Match[str]) -> str:
    return digits.group().zfill(6)


def parse_address(
    text: str, *, road: str = "", lane: str = "", room_required: bool = True
) -> Address:
    """An address from one line of text.

    :param road: taken where the text begins with a lane or number (`6号1203室`).
    :param lane: taken where the text names neither road nor lane.
    :param room_required: False where a door is enough.
    :raises AddressError: missing parts or words that no address has.
    """
    if common := _COMMON.fullmatch(text):
        return Address(common[1], common[2] or "", number=common[3], room=common[4])
    line = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).upper())
    if not line:
        raise AddressError("missing", "地址未填写")
    found_road, rest = _split_road(line)
    parts, rest = _tokens(rest)
    _add_rest(parts, rest)
    if not found_road:
        parts.setdefault("lane", lane)
    return _finish(found_road or road, parts, room_required)


def address_of(
    road: str,
    lane: str = "",
    number: str = "",
    room: str = "",
    *,
    building_no: str = "",
    unit_no: str = "",
) -> Address:
    """An address from the columns of a table, with or without the unit words (`988弄` or `988`).

    :raises AddressError: like :func:`parse_address`.
    """
    words = (
        _with_unit(lane, "弄"),
        _with_unit(number, "号"),
        _with_unit(building_no, "幢"),
        _with_unit(unit_no, "单元"),
        room,
    )
    return parse_address(road + "".join(words))


def _with_unit(value: str, unit: str) -> str:
    plain = value.strip()
    return plain if not plain or _UNIT.search(plain) else plain + unit


def _split_road(line: str) -> tuple[str, str]:
    """The road's name and what follows it; city, district, street and committee fall away."""
    prefix = _PREFIX.match(line)
    tail = line[prefix.end() :] if prefix else line
    found = _ROAD.match(tail)
    if found is None:
        return "", tail
    return found.group(), tail[found.end() :]


def _tokens(rest: str) -> tuple[dict[str, str], str]:
    """Parts that carry a unit word, and the text that is left.

    :raises AddressError: parts in the wrong order or twice.
    """
    parts: dict[str, str] = {}
    estate_may_follow, last_rank, place = False, -1, 0
    while place < len(rest):
        if estate_may_follow and (estate := _ESTATE.match(rest, place)):
            parts["estate"], place = estate[1], estate.end()
        estate_may_follow = False
        token = _TOKEN.match(rest, place)
        unit = _UNIT.match(rest, token.end()) if token else None
        if token is None or unit is None:
            break
        part = _UNITS[unit.group()]
        value = token["range"] or token["no"]
        if part == "floor" and value[0].isascii() and value[0].isalpha():
            part = "building_no"  # A楼
        if _RANK[part] <= last_rank:
            raise AddressError("order", f"看不懂地址中的「{rest[place : unit.end()]}」，{_EXAMPLE}")
        _take(parts, part, value)
        estate_may_follow, last_rank, place = part == "lane", _RANK[part], unit.end()
    return parts, rest[place:]


def _take(parts: dict[str, str], part: str, value: str) -> None:
    """Keep a part; `988-6号` is a lane and a number, `6-8号` one plate of two numbers."""
    first, dash, second = value.partition("-")
    if dash and "lane" not in parts and int(second) <= int(first):
        parts["lane"], parts["number"] = first, second
    else:
        parts[part] = value


def _add_rest(parts: dict[str, str], rest: str) -> None:
    """The parts that are told without unit words: `6-1203`, `988-6-1203`, `1203`.

    :raises AddressError: words that no address has.
    """
    left = rest.strip("-")
    if not left:
        return
    if "room" in parts:
        raise AddressError("words", f"看不懂地址中的「{left}」，{_EXAMPLE}")
    if left[-1] in "室房" and len(left) > 1:
        left = left[:-1]
    if _JOINED.fullmatch(left):
        _spread(parts, left)
    elif "number" not in parts and "building_no" not in parts:
        raise AddressError("number", f"地址缺少门牌号，{_EXAMPLE}")
    elif _ROOM_WORDS.fullmatch(left) and not (set(left) & set("弄号幢栋路")):
        parts["room"] = left
    else:
        raise AddressError("words", f"看不懂地址中的「{left}」，{_EXAMPLE}")


def _spread(parts: dict[str, str], joined: str) -> None:
    """Numbers joined by dashes, given to the parts that are still missing."""
    numbers = joined.split("-")
    has_door = "number" in parts or "building_no" in parts
    if has_door and len(numbers) == 2 and (len(numbers[0]) > 2 or len(numbers[1]) < 3):
        parts["room"] = joined  # 1203-2, a room that was divided
        return
    if has_door:
        names: tuple[str, ...] = ("building_no", "unit_no", "room")[-len(numbers) :]
    elif len(numbers) == 3:
        names = ("number", "unit_no", "room") if "lane" in parts else ("lane", "number", "room")
    else:
        names = ("number", "room")[: len(numbers)]
        if len(numbers) == 1:
            raise AddressError("number", f"地址缺少门牌号，{_EXAMPLE}")
    for name, number in zip(names, numbers, strict=True):
        if name in parts:
            raise AddressError("words", f"看不懂地址中的「{joined}」，{_EXAMPLE}")
        parts[name] = number


def _finish(road: str, parts: dict[str, str], room_required: bool) -> Address:
    if not road:
        raise AddressError("road", f"地址缺少路名，{_EXAMPLE}")
    if not (parts.get("number") or parts.get("building_no")):
        raise AddressError("number", f"地址缺少门牌号，{_EXAMPLE}")
    if room_required and not parts.get("room"):
        raise AddressError("room", f"地址缺少室号，{_EXAMPLE}")
    if _PLAIN_ROOM.fullmatch(parts.get("room", "")):
        parts.pop("floor", None)  # the room's number tells it
    return Address(road, **{part: _LEADING_ZEROS.sub(r"\1", text) for part, text in parts.items()})
