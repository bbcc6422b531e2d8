"""Entering dwellings, set-based: pages, wizard and files all come here."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from django.db import transaction
from django.db.models import Count, Max, Q

from housing.addresses import Address
from housing.models import Building, DwellingUnit, HouseCodeEvent, Source
from housing.rooms import position_of
from housing.services.frame import door_of, may_enter
from housing.services.numbering import hold_numbers, internal_code, provisional_codes
from portal.audit.record import event, record_many
from portal.orgs.scope import Scope
from portal.rows import insert_rows, update_rows

#: `internal`: committee-building-room, final; `provisional`: the dwelling waits for its code.
CodeIssue = Literal["internal", "provisional"]


@dataclass(frozen=True)
class NewDwelling:
    """One dwelling to enter; areas in m², codes of `housing.codes`.

    `house_code` is a final code that was given elsewhere; blank lets the register give one.
    """

    address: Address
    floor: int
    tenure: str = "9"
    occupancy: str = "9"
    floor_area: Decimal | None = None
    design_rooms: int | None = None
    design_use: str = "10"
    house_code: str = ""
    owner_name: str = ""
    note: str = ""
    occupancy_checked_on: date | None = None

    @property
    def room_no(self) -> str:
        return room_no_of(self.address)


def room_no_of(address: Address) -> str:
    """The room inside its building: with the floor where the name needs it (底层前间), with the
    staircase where the building has several (2-301)."""
    room = f"{address.floor}层{address.room}" if address.floor else address.room
    return f"{address.unit_no}-{room}" if address.unit_no else room


@transaction.atomic
def make_dwellings(
    *,
    rows: Sequence[NewDwelling],
    buildings: Mapping[Address, Building],
    committee: int,
    codes: CodeIssue,
    source: str = Source.VISIT,
    by: Scope,
    at: datetime,
) -> list[DwellingUnit | None]:
    """Enter the rows and give them codes; None for a row that a constraint of the register refused.

    :param buildings: by door, those of `ensure_buildings`; every row's door is among them
    """
    may_enter(by, committee)
    hold_numbers(committee)
    units = [_unit(row, buildings[door_of(row.address)], source, by, at) for row in rows]
    _give_codes(units, buildings.values(), committee, codes)
    insert_rows(units, ignore_conflicts=True)
    kept = set(
        DwellingUnit.objects.filter(pk__in=[unit.pk for unit in units]).values_list("pk", flat=True)
    )
    entered = _with_codes([unit for unit in units if unit.pk in kept], by, at)
    kept = {unit.pk for unit in entered}
    record_many(
        event("housing.registered", by=by, at=at, target=unit, committee=committee,
              changes={"house_code": ["", unit.house_code], "tenure": ["", unit.tenure],
                       "occupancy": ["", unit.occupancy]})
        for unit in entered
    )  # fmt: skip
    count_again(building_ids={unit.building_id for unit in entered}, by=by, at=at)
    return [unit if unit.pk in kept else None for unit in units]


@transaction.atomic
def count_again(*, building_ids: Iterable[uuid.UUID], by: Scope, at: datetime) -> None:
    """Set the counted columns of buildings after dwellings came or went (part of another act)."""
    standing = Q(dwellings__status="active")
    buildings = Building.objects.filter(pk__in=list(building_ids))
    changed = [
        Building(pk=pk, dwelling_count=count, storeys=max(storeys, top or 1))
        for pk, storeys, count, top in buildings.annotate(
            active=Count("dwellings", filter=standing),
            top=Max("dwellings__floor", filter=standing),
        ).values_list("pk", "storeys", "active", "top")
    ]
    update_rows(changed, ["dwelling_count", "storeys"])


def _unit(
    row: NewDwelling, building: Building, source: str, by: Scope, at: datetime
) -> DwellingUnit:
    return DwellingUnit(
        committee_id=building.committee_id, building=building, floor=row.floor,
        position=position_of(row.room_no), room_no=row.room_no, address=row.address.normalised(),
        short_address=row.address.short(), address_key=row.address.sort_key(),
        house_code=row.house_code, design_use=row.design_use, actual_use=row.design_use,
        floor_area=row.floor_area, design_rooms=row.design_rooms, tenure=row.tenure,
        occupancy=row.occupancy, occupancy_checked_on=row.occupancy_checked_on,
        owner_name=row.owner_name, note=row.note, source=source, created_at=at,
        created_by=by.user_name, updated_at=at, updated_by=by.user_name,
    )  # fmt: skip


def _give_codes(
    units: Sequence[DwellingUnit], buildings: Iterable[Building], committee: int, codes: CodeIssue
) -> None:
    """A code for every unit that brings none, and the state that goes with it."""
    blocks = {building.pk: building.code_block for building in buildings}
    if codes == "internal":
        for unit in units:
            block = blocks[unit.building_id]
            unit.house_code = unit.house_code or internal_code(committee, block, unit.room_no)
    waiting = [unit for unit in units if not unit.house_code]
    for unit in units:
        unit.code_state = DwellingUnit.CodeState.FINAL
    for unit, code in zip(waiting, provisional_codes(committee, len(waiting)), strict=True):
        unit.house_code, unit.code_state = code, DwellingUnit.CodeState.PROVISIONAL


def _with_codes(units: list[DwellingUnit], by: Scope, at: datetime) -> list[DwellingUnit]:
    """Write down the codes given; a unit whose number was another's before goes again."""
    events = [_given(unit, by, at) for unit in units]
    insert_rows(events, ignore_conflicts=True)
    given = set(
        HouseCodeEvent.objects.filter(pk__in=[event.pk for event in events]).values_list(
            "dwelling_id", flat=True
        )
    )
    DwellingUnit.objects.filter(pk__in=[unit.pk for unit in units if unit.pk not in given]).delete()
    return [unit for unit in units if unit.pk in given]


def _given(unit: DwellingUnit, by: Scope, at: datetime) -> HouseCodeEvent:
    return HouseCodeEvent(
        committee_id=unit.committee_id, dwelling=unit, kind=HouseCodeEvent.Kind.ASSIGN,
        new_code=unit.house_code, reason="新增房屋", by_name=by.user_name, at=at,
    )  # fmt: skip
