"""Drawing: the frame is written down whole, then drawn from by a seed that is written down too.

Paper: S-69, S-70.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction

from housing.models import DwellingUnit, KeyArea, KeyAreaBuilding
from portal.orgs.records import new_id
from portal.orgs.scope import Scope
from portal.rows import insert_rows
from residents.models import Residence, SpotItem, SpotRound
from residents.services.changing import today_of
from residents.services.errors import UnableToCheck
from residents.services.spotchecks.planning import check_stands, go_on, locked, told
from residents.services.spotchecks.rechecking import frame_of, settled_in
from residents.spotchecks import drawing, strata
from residents.spotchecks.drawing import Draw, Unit


@transaction.atomic
def draw_round(*, round_id: Any, by: Scope, at: datetime, seed: str = "") -> SpotRound:
    """Keep the frame, draw from it, and lay the draws aside until the day.

    :param seed: told by a public event, where one was agreed on; else 128 random bits
    :raises UnableToCheck: drawn already, nothing to draw from, or the street closed meanwhile
    """
    row = locked(round_id=round_id, by=by, at=at)
    go_on(row, "drawn")
    check_stands(row.committee_id, today_of(at))
    frame = _frame(row)
    drawn_before = _drawn_before(row)
    frame = [unit for unit in frame if unit.key not in drawn_before]
    if not frame:
        raise UnableToCheck("抽样框是空的：这个街道（镇）没有可抽的房屋或登记")
    sizes = drawing.sizes(frame)
    favour = strata.FAVOURED if row.kind == "forward" else {}
    given = drawing.allocate(sizes, row.wanted, favour)
    row.seed = seed.strip()[:64] or secrets.token_hex(16)
    row.frame, row.frame_hash = drawing.packed(frame), drawing.frame_hash(frame)
    row.design = {key: {"frame": sizes[key], "drawn": given[key]} for key in given}
    row.drawn_at, row.drawn_by = at, by.user_name
    row.save()
    _lay_aside(row, drawing.draw(frame, given, row.seed))
    told("drawn", row, by, at, {"frame_hash": row.frame_hash[:16], "seed": row.seed})
    return row


def _frame(row: SpotRound) -> list[Unit]:
    if row.rechecks is not None:
        return frame_of(row.rechecks)
    return _dwellings(row) if row.is_forward else _records(row)


def _dwellings(row: SpotRound) -> list[Unit]:
    """Every dwelling on the frame in address order, vacant ones too: never the person register."""
    rows = DwellingUnit.objects.under(row.committee_id).active().order_by("address_key", "id")
    key_areas = _in_key_areas(row) if row.plan.get("key_areas") else set()
    return [
        Unit(key, strata.of_dwelling(occupancy, in_key_area=building in key_areas))
        for key, building, occupancy in rows.values_list("id", "building_id", "occupancy").iterator(
            5000
        )
    ]


def _in_key_areas(row: SpotRound) -> set[UUID]:
    """Buildings of the street's key areas that stand: a stratum of their own (domain §4.2)."""
    rows = KeyAreaBuilding.objects.under(row.committee_id)
    standing = KeyArea.objects.under(row.committee_id).standing()
    return set(rows.filter(area__in=standing).values_list("building_id", flat=True))


def _records(row: SpotRound) -> list[Unit]:
    rows = Residence.objects.under(row.committee_id).actual().living_on(row.as_of)
    rows = rows.order_by("address_key", "id")
    return [
        Unit(key, strata.of_record(category, is_due=due_on < row.as_of))
        for key, category, due_on in rows.values_list("id", "category", "due_on").iterator(5000)
    ]


def _drawn_before(row: SpotRound) -> set[UUID]:
    """Rows that the round which this one extends has drawn already."""
    found: set[UUID] = set()
    first = row.extends
    while first is not None:
        column = "dwelling_id" if row.is_forward else "residence_id"
        found |= set(first.items.values_list(column, flat=True))
        first = first.extends
    return found


def _lay_aside(row: SpotRound, draws: list[Draw]) -> None:
    keys = [draw.unit.key for draw in draws]
    facts = _facts(row, keys)
    numbers = _numbers(row) or {key: number for number, key in enumerate(keys, 1)}
    items = []
    for draw in draws:
        number = numbers[draw.unit.key]
        dwelling, committee, place, name, residence = facts[draw.unit.key]
        items.append(
            SpotItem(
                id=new_id(), committee_id=committee, round=row, kind=row.asks, number=number,
                dwelling_id=dwelling, residence_id=residence, stratum=draw.unit.stratum,
                place=place[:160], name=name, as_of=row.as_of, opens_on=row.field_from,
                closes_on=row.field_to, weight=round(draw.weight, 4),
                asks_more=row.kind == "reverse",
            )
        )  # fmt: skip
    insert_rows(items)


def _numbers(row: SpotRound) -> dict[UUID, int]:
    """A door that is called at again keeps its number: by it both visits are compared."""
    if row.rechecks is None:
        return {}
    column = "dwelling_id" if row.is_forward else "residence_id"
    return {getattr(item, column): item.number for item in settled_in(row.rechecks)}


def _facts(row: SpotRound, keys: list[UUID]) -> dict[UUID, tuple[Any, int, str, str, Any]]:
    """Of each draw: dwelling, committee, address, and for records name and key."""
    if row.is_forward:
        homes = DwellingUnit.objects.under(row.committee_id).filter(pk__in=keys)
        return {
            key: (key, committee, address, "", None)
            for key, committee, address in homes.values_list("id", "committee_id", "address")
        }
    rows = Residence.objects.under(row.committee_id).filter(pk__in=keys)
    return {
        key: (home, committee, address, name, key)
        for key, home, committee, address, name in rows.values_list(
            "id", "dwelling_id", "committee_id", "dwelling__address", "name"
        )
    }


@dataclass(frozen=True)
class Proof:
    """What drawing a second time gave: whether frame, hash and draws are those that were kept."""

    same_frame: bool
    same_draws: bool

    @property
    def holds(self) -> bool:
        return self.same_frame and self.same_draws


def prove(row: Any) -> Proof:
    """Hash the kept frame and draw from it by the kept seed, as anybody can.

    :param row: a round as `without_frames` gives it
    """
    given = tuple((key, each["drawn"]) for key, each in row.design.items())
    kept_hash, again = _drawn_again(_KeptFrame(row), given, row.seed)
    return Proof(kept_hash == row.frame_hash, list(again) == drawn_keys(row))


class _KeptFrame:
    """A frame as it lies in the database, known by its row and the row's version; read once."""

    def __init__(self, row: Any) -> None:
        self._key = (row.pk, row.version)
        self._row = row

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _KeptFrame) and other._key == self._key

    def read(self) -> list[drawing.Unit]:
        """The rows; the round is let go, so that whoever remembers this holds no frame."""
        row, self._row = self._row, None
        kept = SpotRound.objects.values_list("frame", flat=True).get(pk=row.pk)
        return drawing.unpacked(bytes(kept))


@lru_cache(maxsize=128)
def _drawn_again(
    kept: _KeptFrame, given: tuple[tuple[str, int], ...], seed: str
) -> tuple[str, tuple[UUID, ...]]:
    """The hash of a frame and the keys drawn from it: of the same stored row always the same.

    A street's frame takes half a second to read; each look at the round asks.
    """
    frame = kept.read()
    drawn = drawing.draw(frame, dict(given), seed)
    return drawing.frame_hash(frame), tuple(draw.unit.key for draw in drawn)


def drawn_keys(row: SpotRound) -> list[UUID]:
    """The dwellings or records drawn, in the order of the frame."""
    column = "dwelling_id" if row.is_forward else "residence_id"
    return list(row.items.order_by("number").values_list(column, flat=True))
