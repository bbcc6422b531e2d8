"""A partner's list of people: by the number first, then by name and birth inside the unit."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from housing.addresses import Address, AddressError, parse_address
from housing.models import DwellingUnit
from portal import vault
from portal.exchange.comparisons.kinds import ComparedRow, Difference, Ours, Shown
from portal.exchange.comparisons.models import Result
from portal.exchange.kinds import ImportField, Mask, Problem, RawRow
from portal.exchange.mapping import RESIDENT_FIELDS
from portal.exchange.masking import masked, scrubbed
from portal.orgs.scope import Scope
from residents import services
from residents.identity import mask_birth
from residents.intake import CODED, Known, Reading, read_person
from residents.models import Residence
from residents.services import Bare, Found

#: Fields that a list may bring, and how their cells are shown.
FIELDS: dict[str, Mask] = {
    "name": "", "document_number": "identity", "document_kind": "", "birth_date": "birth",
    "sex": "", "address": "", "phone": "phone", "category": "", "employer": "",
}  # fmt: skip
#: Without these a row cannot be compared at all; what is wrong elsewhere is only told.
KEYS = {"name", "document_number", "document_kind", "birth_date"}
COMPARED = ("name", "sex", "birth_date", "category")


@dataclass
class _Row:
    """A row while it is held against the register."""

    raw: RawRow
    reading: Reading = field(default_factory=Reading)
    document: Bare | None = None
    address: Address | None = None
    home: tuple[uuid.UUID, int, str] | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.reading.person.get("name") or self.raw.text("name"))

    @property
    def block(self) -> tuple[str, date] | None:
        person = self.reading.person
        if "name" in person and person.get("birth_date"):
            return person["name"], person["birth_date"]
        return None

    @property
    def is_bad(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)


class PeopleComparison:
    """One person a row."""

    key = "people"
    title = _("人口")
    unit = _("人")
    named_by = "name"
    register = "residents"
    fields: Sequence[ImportField] = tuple(
        ImportField(
            known.key, known.title, known.synonyms, known.key in ("name", "document_number"),
            mask=FIELDS[known.key],
            parts=("birth_date",) if known.key == "document_number" else (),
        )
        for known in RESIDENT_FIELDS
        if known.key in FIELDS
    )  # fmt: skip

    def compare(self, rows: Sequence[RawRow], *, by: Scope, today: date) -> list[ComparedRow]:
        """Five queries for a chunk: holders with their episodes, namesakes, homes."""
        read = [_read(raw, today) for raw in rows]
        fit = [row for row in read if not row.is_bad]
        holders = services.find_holders([row.document for row in fit if row.document], by=by)
        open_rows = [row for row in fit if not (row.document and row.document.index in holders)]
        namesakes = _namesakes(open_rows, by)
        _find_homes(fit, by)
        return [_answer(row, holders, namesakes, by) for row in read]

    def ours(self, rows: "QuerySet[Any]", met: "QuerySet[Any]") -> "QuerySet[Any]":
        """People of the list whom no row spoke of, each once."""
        return rows.filter(~Exists(met.filter(target_id=OuterRef("resident_id"))))

    def records(self, rows: "QuerySet[Any]") -> list[Ours]:
        found = rows.order_by("committee_id", "address_key", "id")
        return [Ours(*each) for each in found.values_list("committee_id", "resident_id",
                                                          "dwelling_id")]  # fmt: skip

    def shown(self, keys: Sequence[uuid.UUID], by: Scope) -> dict[uuid.UUID, Shown]:
        """People by key, where they live or lived last."""
        rows = Residence.objects.in_scope(by).filter(resident_id__in=keys)
        return {
            row.resident_id: Shown(
                row.name, row.id_mask, row.short_address,
                reverse("residents:person", args=[row.resident_id]),
            )
            for row in rows.order_by("-status", "is_primary", "begin_on")  # the last one counts
        }  # fmt: skip

    def tell(self, difference: Difference, *, by: Scope, at: datetime) -> uuid.UUID:
        return services.tell_of_difference(difference=difference, subject="person", by=by, at=at)


def _read(raw: RawRow, today: date) -> _Row:
    """A row through the register's own rules; what is wrong beside the keys is left out."""
    told = {
        key: text for key, cell in raw.cells.items()
        if key in FIELDS and key != "address" and (text := cell.text.strip())
    }  # fmt: skip
    numeric = frozenset(key for key, cell in raw.cells.items() if cell.numeric)
    row = _Row(raw)
    row.reading = read_person(
        told, today=today, allow_synthetic=settings.SYNTHETIC_DATA, required=("name",),
        numeric=numeric, known=Known(),
    )  # fmt: skip
    row.problems = [
        Problem(each.field, each.message, each.how, "error" if each.field in KEYS else "warning")
        for each in row.reading.errors
    ]
    if not row.is_bad and row.reading.document is None and row.block is None:
        row.problems.append(
            Problem("document_number", "证件号和出生日期都没有填写，无法比对",
                    "补上证件号，或姓名和出生日期")
        )  # fmt: skip
    if row.reading.document:
        row.document = services.bare_document(row.reading.document)
    if text := raw.text("address"):
        try:
            row.address = parse_address(text)
        except AddressError as wrong:
            row.problems.append(Problem("address", wrong.message_zh, severity="warning"))
    return row


def _namesakes(rows: Sequence[_Row], by: Scope) -> dict[tuple[str, date], list[Residence]]:
    """Primary open episodes of people with a name and birth date of these rows."""
    wanted = {row.block for row in rows if row.block}
    if not wanted:
        return {}
    found = Residence.objects.in_scope(by).open().filter(
        is_primary=True, name__in={name for name, _birth in wanted},
        birth_date__in={birth for _name, birth in wanted},
    )  # fmt: skip
    by_block: dict[tuple[str, date], list[Residence]] = {}
    for episode in found.select_related("resident"):
        by_block.setdefault((episode.name, episode.birth_date), []).append(episode)
    return by_block


def _find_homes(rows: Sequence[_Row], by: Scope) -> None:
    """The dwellings that the rows' addresses name, in one query."""
    wanted = {row.address.normalised() for row in rows if row.address}
    if not wanted:
        return
    homes = DwellingUnit.objects.in_scope(by).active().filter(address__in=wanted)
    known = {
        address: (key, committee, short)
        for address, key, committee, short in homes.values_list(
            "address", "pk", "committee_id", "short_address"
        )
    }
    for row in rows:
        row.home = known.get(row.address.normalised()) if row.address else None


def _answer(
    row: _Row, holders: Mapping[bytes, Found],
    namesakes: Mapping[tuple[str, date], list[Residence]], by: Scope,
) -> ComparedRow:  # fmt: skip
    if row.is_bad:
        return ComparedRow(row.raw.line, Result.BAD, problems=tuple(row.problems))
    holder = holders.get(row.document.index) if row.document else None
    if holder is not None and holder.resident is None:
        return _found(row, Result.ELSEWHERE, "number")
    if holder is not None and holder.residences:
        episode = _nearest(holder.residences, row)
        return _compared(row, episode, "number", holder.resident)
    block = row.block
    alike = namesakes.get(block, []) if holder is None and block else []
    if len(alike) == 1 and _is_the_same(row, alike[0]):
        return _compared(row, alike[0], "birth", alike[0].resident)
    committee = row.home[1] if row.home else by.unit if by.level == "committee" else None
    return _found(row, Result.ONLY_THERE, "", committee=committee)


def _nearest(episodes: Sequence[Residence], row: _Row) -> Residence:
    """The episode at the row's address, else the primary one, else any."""
    here = row.home[0] if row.home else None
    return min(episodes, key=lambda each: (each.dwelling_id != here, not each.is_primary))


def _is_the_same(row: _Row, episode: Residence) -> bool:
    """Two numbers for one name and birth are two people, unless they live at one door."""
    if row.document is None or not episode.id_mask:
        return True
    return row.home is not None and row.home[0] == episode.dwelling_id


def _found(
    row: _Row, result: Result, matched_by: str, committee: int | None = None
) -> ComparedRow:  # fmt: skip
    return ComparedRow(
        row.raw.line, result, subject=_subject(row), matched_by=matched_by, committee=committee,
        place_id=row.home[0] if row.home else None, problems=tuple(row.problems),
    )  # fmt: skip


def _subject(row: _Row) -> str:
    if row.document:
        return row.document.index.hex()
    name, birth = row.block or (row.name, "")
    return vault.blind_index(f"person|{name}|{birth}").hex()


def _compared(row: _Row, episode: Residence, matched_by: str, resident: Any) -> ComparedRow:
    changes = _changes(row, episode, resident)
    if matched_by == "birth" and row.document and episode.id_mask != row.document.mask:
        changes["document_number"] = (episode.id_mask, row.document.mask)
    return ComparedRow(
        row.raw.line, Result.DIFFERS if changes else Result.SAME, subject=_subject(row),
        matched_by=matched_by, committee=episode.committee_id, target_id=episode.resident_id,
        place_id=episode.dwelling_id, changes=changes, problems=tuple(row.problems),
    )  # fmt: skip


def _changes(row: _Row, episode: Residence, resident: Any) -> dict[str, tuple[str, str]]:
    """Ours and theirs of what the list tells otherwise, masked."""
    person, found = row.reading.person, {}
    for name in COMPARED:
        theirs, ours = person.get(name), getattr(episode, name)
        if theirs not in (None, "") and theirs != ours and name in row.raw.cells:
            found[name] = (_words(name, ours), _words(name, theirs))
    phone = services.bare_phone(row.reading.phone) if row.reading.phone else None
    if phone is not None and not phone.is_of(resident.phone_index):
        found["phone"] = (resident.phone_mask or "—", phone.mask)
    employer = person.get("employer_name")
    if employer and employer != resident.employer_name:
        found["employer"] = (resident.employer_name or "—", scrubbed(employer))
    if row.address is not None and (row.home is None or row.home[0] != episode.dwelling_id):
        found["address"] = (episode.short_address, masked(row.raw.text("address"), ""))
    return found


def _words(name: str, value: Any) -> str:
    if name == "birth_date":
        return mask_birth(value)
    return CODED[name].title(value) if name in CODED else scrubbed(str(value))
