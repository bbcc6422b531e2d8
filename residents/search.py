"""One field for everything: what was typed decides what is looked for (ui.md 8.2).

Numbers are matched by blind index or by their last four characters, names by a prefix that an
index serves, dwellings by room, address or code. Everything stays inside the scope; every search
by number is an event.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from housing.addresses import AddressError, parse_address
from housing.codes import OCCUPANCY_STATUSES, normalise_house_code
from housing.models import DwellingUnit
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.prepared import Prepared
from portal.orgs.scope import Scope
from portal.ui.words import gettext as _
from residents.categories import POPULATION_CATEGORIES, RELATIONS, SEXES
from residents.identity import age_on, normalise_number
from residents.models import Identity, Residence, Resident
from residents.services import document_indexes, phone_indexes

SHORTEST = 2
CITIZEN_ID = "111"
_HAN = re.compile(r"[\u3007\u3400-\u9fff\U00020000-\U000323af]")
_CITIZEN = re.compile(r"[0-9]{17}[0-9X]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_TAIL = re.compile(r"[0-9]{3}[0-9X]")
_LETTERS = re.compile(r"[A-Za-z]+")
_HOUSE_CODE = re.compile(
    r"(?:P-)?[0-9]{12}-[0-9A-Z]{4,9}(?:-[0-9A-Z]{4,8})?|[0-9]{9}[0-9*]{12}[0-9]{5}"
)
_ADDRESS_WORDS = re.compile(r"[弄号#幢栋室路街巷]|^[0-9]+[-－][0-9]+")
_LANE = re.compile(r"(?P<lane>[0-9]+)弄(?:(?P<number>[0-9]+)[号#]?)?(?P<room>[0-9A-Z]+)?室?")
_DOOR = re.compile(r"(?P<number>[0-9]+[A-Z]?)(?:号|#|-)(?P<room>[0-9A-Z]+)室?")
_ROOM = re.compile(r"(?P<room>[0-9]{3,4}[A-Z]?)室?")
_MIXED = re.compile(r"(?P<who>[A-Za-z]+|[\u3400-\u9fff]{1,8}?)\s*(?P<room>[0-9]{3,4}室?)")


@dataclass(frozen=True)
class Person:
    """Somebody found, with the number masked."""

    resident_id: UUID
    name: str
    facts: str
    id_mask: str
    address: str
    relation: str


@dataclass(frozen=True)
class Dwelling:
    """A dwelling found."""

    dwelling_id: UUID
    building_id: UUID
    address: str
    house_code: str
    facts: str


@dataclass
class SearchResult:
    """What was found, and how the words were read (`识别为：…`)."""

    read_as: str
    people: list[Person] = field(default_factory=list)
    dwellings: list[Dwelling] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.people or self.dwellings)


Find = Callable[..., "QuerySet[Any]"]


@dataclass(frozen=True)
class _Look:
    """A condition on people or homes of a scope, and the words that it is given."""

    find: Find
    words: dict[str, Any]


@dataclass(frozen=True)
class _Plan:
    """What to look for; `by_number` makes the search an event.

    Of several ways to look for people the first that finds somebody counts.
    """

    read_as: str
    people: tuple[_Look, ...] = ()
    homes: _Look | None = None
    by_number: str = ""


def search(text: str, *, by: Scope, at: datetime, limit: int = 5) -> SearchResult:
    """People and dwellings that the text may mean, at most `limit` of each.

    :raises NotAllowed: `by` may not look into the register
    """
    require(by, Capability.VIEW_REGISTER)
    words = unicodedata.normalize("NFKC", text).strip()
    if len(words) < SHORTEST:
        return SearchResult(_("至少输入 2 个字"))
    plan = _plan(words)
    result = SearchResult(plan.read_as)
    today = timezone.localdate(at)
    for look in plan.people:
        people = _people.rows(by, look.find, limit, **look.words)
        result.people = [_person(row, today) for row in people]
        if people:
            break
    if plan.homes:
        homes = _homes.rows(by, plan.homes.find, limit, **plan.homes.words)
        result.dwellings = [_dwelling(row) for row in homes]
    if plan.by_number:
        record(
            "residents.searched", by=by, at=at,
            subjects=[person.resident_id for person in result.people],
            changes={"by": plan.by_number, "found": len(result.people)},
        )  # fmt: skip
    return result


def find_dwellings(text: str, *, by: Scope, limit: int) -> list[DwellingUnit]:
    """Dwellings in scope that an address as typed may mean, in address order."""
    words = unicodedata.normalize("NFKC", text).strip()
    room = _ROOM.fullmatch(words)
    homes = _at_room(by, room=room["room"]) if room else _at_address(by, **_address(words))
    return list(homes.filter(status="active").order_by("address_key", "id")[:limit])


@Prepared
def _people(scope: Scope, find: Find, limit: int, **words: Any) -> "QuerySet[Residence]":
    """People found, in the order of their names, with what is told of them."""
    rows = find(scope, **words).order_by("name_key", "id").only(
        "resident_id", "name", "sex", "birth_date", "category", "id_mask", "short_address",
        "relation",
    )  # fmt: skip
    return rows[:limit]


@Prepared
def _homes(scope: Scope, find: Find, limit: int, **words: Any) -> "QuerySet[DwellingUnit]":
    """Dwellings found, in the order of their addresses, with what is told of them."""
    rows: QuerySet[DwellingUnit] = find(scope, **words).filter(status="active")
    shown = rows.order_by("address_key", "id").only(
        "building_id", "address", "house_code", "occupancy", "occupants", "owner_name"
    )
    return shown[:limit]


def _plan(words: str) -> _Plan:
    """How the words are read, the surest reading first."""
    compact = normalise_number(words)
    if _CITIZEN.fullmatch(compact):
        number = _numbered(_with_number, document_indexes(CITIZEN_ID, compact))
        return _Plan(_("证件号码"), number, by_number="document")
    phone = compact.replace("-", "")
    if _MOBILE.fullmatch(phone):
        return _Plan(_("手机号"), _numbered(_with_phone, phone_indexes(phone)), by_number="phone")
    code = normalise_house_code(words)
    if _HOUSE_CODE.fullmatch(code):
        return _Plan(_("房屋编码"), homes=_Look(_coded, {"code": code}))
    if _TAIL.fullmatch(compact):
        return _Plan(
            _("证件号末四位或室号"), (_Look(_with_tail, {"tail": compact}),),
            _Look(_at_room, {"room": compact}), by_number="tail",
        )  # fmt: skip
    if mixed := _MIXED.fullmatch(words):
        return _mixed(mixed["who"], mixed["room"].removesuffix("室"))
    if room := _ROOM.fullmatch(words):
        return _Plan(_("室号"), homes=_Look(_at_room, {"room": room["room"]}))
    if _ADDRESS_WORDS.search(words):
        place = _address(words)
        return _Plan(_("地址"), (_Look(_living_at, place),), _Look(_at_address, place))
    if _LETTERS.fullmatch(words):  # wjg, or wangjianguo: short words are initials first
        letters = {"letters": words.lower()}
        return _Plan(_("拼音"), (_Look(_with_initials, letters), _Look(_spelled, letters)))
    if _HAN.search(words):
        begins = {"begins": words}
        return _Plan(_("姓名"), (_Look(_named, begins),), _Look(_at_road, begins))
    return _Plan(_("没有看懂，可输入姓名、拼音首字母、证件号末四位、地址或房屋编码"))


def _numbered(find: Find, indexes: list[bytes]) -> tuple[_Look, ...]:
    """Looking for a number under every index that it may stand under."""
    return (_Look(find, {f"index{place}": index for place, index in enumerate(indexes)}),)


def _mixed(who: str, room: str) -> _Plan:
    """`wjg 1203`, `王建国1203`: somebody at a room."""
    if _LETTERS.fullmatch(who):
        found = {"letters": who.lower(), "room": room}
        return _Plan(_("拼音首字母 + 室号"), (_Look(_with_initials, found),))
    found = {"begins": who, "room": room}
    return _Plan(_("姓名 + 室号"), (_Look(_named, found),), _Look(_at_road, found))


# --- people -----------------------------------------------------------------------------------


def _rows(by: Scope) -> Any:
    return Residence.objects.in_scope(by)


def _with_number(by: Scope, **indexes: bytes) -> "QuerySet[Residence]":
    held = Identity.objects.in_scope(by).filter(blind_index__in=list(indexes.values()))
    found: QuerySet[Residence] = _rows(by).open().filter(resident__in=held.values("resident"))
    return found


def _with_phone(by: Scope, **indexes: bytes) -> "QuerySet[Residence]":
    people = Resident.objects.in_scope(by).filter(phone_index__in=list(indexes.values()))
    found: QuerySet[Residence] = _rows(by).open().filter(resident__in=people.values("pk"))
    return found


def _with_tail(by: Scope, *, tail: str) -> "QuerySet[Residence]":
    found: QuerySet[Residence] = _rows(by).with_tail(tail)
    return found


def _with_initials(by: Scope, *, letters: str, **room: str) -> "QuerySet[Residence]":
    found: QuerySet[Residence] = _rows(by).with_initials(letters)
    return _in_room(found, **room)


def _spelled(by: Scope, *, letters: str) -> "QuerySet[Residence]":
    found: QuerySet[Residence] = _rows(by).spelled(letters)
    return found


def _named(by: Scope, *, begins: str, **room: str) -> "QuerySet[Residence]":
    found: QuerySet[Residence] = _rows(by).named(begins)
    return _in_room(found, **room)


def _in_room(rows: "QuerySet[Residence]", **room: str) -> "QuerySet[Residence]":
    return rows.filter(dwelling__room_no=room["room"]) if room else rows


def _living_at(by: Scope, **place: str) -> "QuerySet[Residence]":
    homes = _at_address(by, **place).values("pk")
    found: QuerySet[Residence] = _rows(by).open().filter(dwelling__in=homes)
    return found


# --- dwellings --------------------------------------------------------------------------------


def _coded(by: Scope, *, code: str) -> "QuerySet[DwellingUnit]":
    return DwellingUnit.objects.in_scope(by).coded_like(code)


def _at_room(by: Scope, *, room: str) -> "QuerySet[DwellingUnit]":
    return DwellingUnit.objects.in_scope(by).filter(room_no=room)


def _at_road(by: Scope, *, begins: str, **room: str) -> "QuerySet[DwellingUnit]":
    """Dwellings whose address begins so."""
    return _at_address(by, begins=begins, **room)


#: What an address as typed may tell, by the column that holds it.
_PARTS = {
    "begins": "address__starts_with", "lane": "building__plate__lane",
    "number": "building__plate__number", "room": "room_no",
}  # fmt: skip


def _at_address(by: Scope, **place: str) -> "QuerySet[DwellingUnit]":
    """Dwellings at a place as `_address` reads it."""
    wanted = {_PARTS[part]: word for part, word in place.items()}
    return DwellingUnit.objects.in_scope(by).filter(**wanted)


def _address(words: str) -> dict[str, str]:
    """What `6号1203`, `988弄6号`, `棠浦路988弄6号1203室`, `6-1203` tell of a place."""
    plain = "".join(words.split()).upper().replace("－", "-")
    for pattern in (_LANE, _DOOR):
        if found := pattern.fullmatch(plain):
            return {part: word for part, word in found.groupdict().items() if word}
    try:
        return {"begins": parse_address(plain, room_required=False).normalised()}
    except AddressError:
        return {"begins": plain}


def _person(row: Residence, today: Any) -> Person:
    facts = [
        SEXES.title(row.sex),
        _("%(age)d 岁") % {"age": age_on(row.birth_date, today)},
        POPULATION_CATEGORIES.title(row.category),
    ]
    return Person(
        row.resident_id, row.name, " ".join(facts), row.id_mask, row.short_address,
        RELATIONS.title(row.relation) if row.relation else "",
    )  # fmt: skip


def _dwelling(row: DwellingUnit) -> Dwelling:
    facts: Iterable[str] = (
        OCCUPANCY_STATUSES.title(row.occupancy),
        _("在住 %(count)d 人") % {"count": row.occupants},
        _("产权人 %(name)s") % {"name": row.owner_name} if row.owner_name else "",
    )
    return Dwelling(
        row.pk, row.building_id, row.address, row.house_code, " · ".join(f for f in facts if f)
    )
