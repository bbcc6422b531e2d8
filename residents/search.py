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

from django.db.models import Q, QuerySet
from django.utils import timezone

from housing.addresses import AddressError, parse_address
from housing.codes import OCCUPANCY_STATUSES, normalise_house_code
from housing.models import DwellingUnit
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui.words import gettext as _
from residents.categories import POPULATION_CATEGORIES, RELATIONS, SEXES
from residents.identity import age_on, normalise_number
from residents.models import Residence, Resident
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


People = Callable[[], "QuerySet[Residence]"]
Homes = Callable[[], "QuerySet[DwellingUnit]"]


@dataclass(frozen=True)
class _Plan:
    """What to look for; `by_number` makes the search an event."""

    read_as: str
    people: People | None = None
    homes: Homes | None = None
    by_number: str = ""


def search(text: str, *, by: Scope, at: datetime, limit: int = 5) -> SearchResult:
    """People and dwellings that the text may mean, at most `limit` of each.

    :raises NotAllowed: `by` may not look into the register
    """
    require(by, Capability.VIEW_REGISTER)
    words = unicodedata.normalize("NFKC", text).strip()
    if len(words) < SHORTEST:
        return SearchResult(_("至少输入 2 个字"))
    plan = _plan(words, by)
    result = SearchResult(plan.read_as)
    if plan.people:
        today = timezone.localdate(at)
        rows = plan.people().order_by("name_key", "id")[:limit]
        result.people = [_person(row, today) for row in rows]
    if plan.homes:
        homes = plan.homes().active().order_by("address_key", "id")[:limit]  # type: ignore[attr-defined]
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
    homes = _at_room(room["room"], by) if room else _at_address(words, by)
    return list(homes.filter(status="active").order_by("address_key", "id")[:limit])


def _plan(words: str, by: Scope) -> _Plan:
    """How the words are read, the surest reading first."""
    compact = normalise_number(words)
    if _CITIZEN.fullmatch(compact):
        return _Plan(_("证件号码"), lambda: _with_number(compact, by), by_number="document")
    if _MOBILE.fullmatch(compact.replace("-", "")):
        return _Plan(_("手机号"), lambda: _with_phone(compact, by), by_number="phone")
    code = normalise_house_code(words)
    if _HOUSE_CODE.fullmatch(code):
        homes = DwellingUnit.objects.in_scope(by).coded_like(code)
        return _Plan(_("房屋编码"), homes=lambda: homes)
    if _TAIL.fullmatch(compact):
        return _Plan(
            _("证件号末四位或室号"), lambda: _rows(by).with_tail(compact),
            lambda: _at_room(compact, by), by_number="tail",
        )  # fmt: skip
    if mixed := _MIXED.fullmatch(words):
        return _mixed(mixed["who"], mixed["room"].removesuffix("室"), by)
    if room := _ROOM.fullmatch(words):
        return _Plan(_("室号"), homes=lambda: _at_room(room["room"], by))
    if _ADDRESS_WORDS.search(words):
        return _Plan(_("地址"), lambda: _living_at(words, by), lambda: _at_address(words, by))
    if _LETTERS.fullmatch(words):
        return _Plan(_("拼音"), lambda: _spelled(words.lower(), by))
    if _HAN.search(words):
        return _Plan(_("姓名"), lambda: _rows(by).named(words), lambda: _at_road(words, by))
    return _Plan(_("没有看懂，可输入姓名、拼音首字母、证件号末四位、地址或房屋编码"))


def _rows(by: Scope) -> Any:
    return Residence.objects.in_scope(by)


def _with_number(number: str, by: Scope) -> "QuerySet[Residence]":
    found: QuerySet[Residence] = (
        _rows(by)
        .open()
        .filter(resident__identities__blind_index__in=document_indexes(CITIZEN_ID, number))
    )
    return found


def _with_phone(phone: str, by: Scope) -> "QuerySet[Residence]":
    people = Resident.objects.in_scope(by).filter(
        phone_index__in=phone_indexes(phone.replace("-", ""))
    )
    found: QuerySet[Residence] = _rows(by).open().filter(resident__in=people)
    return found


def _spelled(letters: str, by: Scope) -> "QuerySet[Residence]":
    """Initials (wjg) or the whole spelling (wangjianguo); short words are initials first."""
    initials: QuerySet[Residence] = _rows(by).with_initials(letters)
    if initials.exists():
        return initials
    spelled: QuerySet[Residence] = _rows(by).spelled(letters)
    return spelled


def _mixed(who: str, room: str, by: Scope) -> _Plan:
    """`wjg 1203`, `王建国1203`: somebody at a room."""
    is_pinyin = _LETTERS.fullmatch(who) is not None

    def people() -> "QuerySet[Residence]":
        rows = _rows(by)
        named = rows.with_initials(who.lower()) if is_pinyin else rows.named(who)
        found: QuerySet[Residence] = named.filter(dwelling__room_no=room)
        return found

    read_as = _("拼音首字母 + 室号") if is_pinyin else _("姓名 + 室号")
    if not is_pinyin:
        return _Plan(read_as, people, lambda: _at_road(who, by).filter(room_no=room))
    return _Plan(read_as, people)


def _at_room(room: str, by: Scope) -> "QuerySet[DwellingUnit]":
    return DwellingUnit.objects.in_scope(by).filter(room_no=room)


def _at_address(words: str, by: Scope) -> "QuerySet[DwellingUnit]":
    """Dwellings of `6号1203`, `988弄6号`, `棠浦路988弄6号1203室`, `6-1203`."""
    homes = DwellingUnit.objects.in_scope(by)
    plain = "".join(words.split()).upper().replace("－", "-")
    for pattern in (_LANE, _DOOR):
        if found := pattern.fullmatch(plain):
            return homes.filter(_conditions(found.groupdict()))
    try:
        address = parse_address(plain, room_required=False)
    except AddressError:
        return homes.filter(address__starts_with=plain)
    return homes.filter(address__starts_with=address.normalised())


def _conditions(parts: dict[str, str | None]) -> Q:
    wanted = Q()
    for part, column in (
        ("lane", "building__plate__lane"), ("number", "building__plate__number"),
        ("room", "room_no"),
    ):  # fmt: skip
        if parts.get(part):
            wanted &= Q((column, parts[part]))
    return wanted


def _living_at(words: str, by: Scope) -> "QuerySet[Residence]":
    homes = _at_address(words, by).values("pk")
    found: QuerySet[Residence] = _rows(by).open().filter(dwelling__in=homes)
    return found


def _at_road(words: str, by: Scope) -> "QuerySet[DwellingUnit]":
    """Dwellings whose address begins so."""
    return DwellingUnit.objects.in_scope(by).filter(address__starts_with=words)


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
