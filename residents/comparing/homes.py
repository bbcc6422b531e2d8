"""A partner's list of dwellings: by the house code first, then by the address."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from housing.addresses import Address, AddressError, parse_address
from housing.codes import HouseCodeError
from housing.exchange import COLUMNS
from housing.filed_cells import READERS, SETS, Unreadable
from housing.models import DwellingUnit
from portal import vault
from portal.exchange.codesets import CodeError
from portal.exchange.comparisons.kinds import ComparedRow, Difference, Ours, Shown
from portal.exchange.comparisons.models import Result
from portal.exchange.kinds import ImportField, Problem, RawRow
from portal.exchange.mapping import DWELLING_FIELDS
from portal.orgs.scope import Scope
from residents import services

FIELDS = ("house_code", "address", "tenure", "floor_area", "design_rooms", "occupancy")
VALUES = ("tenure", "floor_area", "design_rooms", "occupancy")


@dataclass
class _Row:
    """A row while it is held against the register."""

    raw: RawRow
    code: str = ""
    address: Address | None = None
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_bad(self) -> bool:
        return not self.code and self.address is None

    @property
    def subject(self) -> str:
        place = self.address.normalised() if self.address else self.code
        return vault.blind_index(f"dwelling|{place}").hex()


class DwellingComparison:
    """One dwelling a row."""

    key = "dwellings"
    title = _("房屋")
    unit = _("套")
    named_by = "address"
    register = "dwellings"
    fields: Sequence[ImportField] = tuple(
        ImportField(
            known.key, known.title, known.synonyms, known.key == "house_code",
            parts=("address",) if known.key == "house_code" else (),
        )
        for known in DWELLING_FIELDS
        if known.key in FIELDS
    )  # fmt: skip

    def compare(self, rows: Sequence[RawRow], *, by: Scope, today: date) -> list[ComparedRow]:
        """One query for a chunk."""
        read = [_read(raw) for raw in rows]
        addresses = [row.address.normalised() for row in read if row.address]
        found = (
            DwellingUnit.objects.in_scope(by)
            .active()
            .filter(
                Q(house_code__in=[row.code for row in read if row.code]) | Q(address__in=addresses)
            )
        )
        by_code = {unit.house_code: unit for unit in found if unit.house_code}
        by_address = {unit.address: unit for unit in found}
        return [_answer(row, by_code, by_address, by) for row in read]

    def ours(self, rows: "QuerySet[Any]", met: "QuerySet[Any]") -> "QuerySet[Any]":
        """Dwellings of the list that no row spoke of."""
        return rows.filter(~Exists(met.filter(target_id=OuterRef("pk"))))

    def records(self, rows: "QuerySet[Any]") -> list[Ours]:
        found = rows.order_by("committee_id", "address_key", "id")
        return [Ours(*each) for each in found.values_list("committee_id", "pk", "pk")]

    def shown(self, keys: Sequence[uuid.UUID], by: Scope) -> dict[uuid.UUID, Shown]:
        """Dwellings by key, by their address and code."""
        rows = DwellingUnit.objects.in_scope(by).filter(pk__in=keys)
        return {
            row.pk: Shown(
                row.short_address, row.house_code, row.address,
                reverse("housing:dwelling", args=[row.pk]),
            )
            for row in rows
        }  # fmt: skip

    def tell(self, difference: Difference, *, by: Scope, at: datetime) -> uuid.UUID:
        return services.tell_of_difference(difference=difference, subject="dwelling", by=by, at=at)


def _read(raw: RawRow) -> _Row:
    row = _Row(raw)
    if text := raw.text("address"):
        try:
            row.address = parse_address(text)
        except AddressError as wrong:
            row.problems.append(Problem("address", wrong.message_zh))
    for name in (*VALUES, "house_code"):
        if not (text := raw.text(name)):
            continue
        try:
            value = READERS[name](text)
        except (CodeError, HouseCodeError) as wrong:
            row.problems.append(Problem(name, wrong.message_zh))
        except Unreadable as wrong:
            row.problems.append(Problem(name, str(wrong)))
        else:
            if name == "house_code":
                row.code = value
            else:
                row.values[name] = value
    if row.is_bad and not row.problems:
        row.problems.append(Problem("house_code", "编码和地址都没有填写，无法比对"))
    return row


def _answer(
    row: _Row, by_code: Mapping[str, DwellingUnit], by_address: Mapping[str, DwellingUnit],
    by: Scope,
) -> ComparedRow:  # fmt: skip
    if row.is_bad:
        return ComparedRow(row.raw.line, Result.BAD, problems=tuple(row.problems))
    unit = by_code.get(row.code) if row.code else None
    matched_by = "code" if unit else "address"
    if unit is None and row.address is not None:
        unit = by_address.get(row.address.normalised())
    problems = tuple(row.problems)
    if unit is None:
        return ComparedRow(
            row.raw.line, Result.ONLY_THERE, subject=row.subject, problems=problems,
            committee=by.unit if by.level == "committee" else None,
        )  # fmt: skip
    changes = _changes(row, unit)
    return ComparedRow(
        row.raw.line, Result.DIFFERS if changes else Result.SAME, subject=row.subject,
        matched_by=matched_by, committee=unit.committee_id, target_id=unit.pk, place_id=unit.pk,
        changes=changes, problems=problems,
    )  # fmt: skip


def _changes(row: _Row, unit: DwellingUnit) -> dict[str, tuple[str, str]]:
    """Ours and theirs of what the list tells otherwise."""
    found = {}
    for name, theirs in row.values.items():
        ours = getattr(unit, COLUMNS[name])
        if ours != theirs:
            found[name] = (_words(name, ours), _words(name, theirs))
    if row.code and row.code != unit.house_code:
        found["house_code"] = (unit.house_code or "—", row.code)
    if row.address is not None and row.address.normalised() != unit.address:
        found["address"] = (unit.short_address, row.address.short())
    return found


def _words(name: str, value: Any) -> str:
    if value in (None, ""):
        return "—"
    return SETS[name].title(value) if name in SETS else str(value)
