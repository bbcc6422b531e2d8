"""Plates and buildings: the frame on which dwellings hang (S-80, domain §3.7, §3.8)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from housing.addresses import Address
from housing.models import AddressPlate, Building
from housing.services.numbering import code_blocks, hold_numbers
from portal.audit.record import event, record_many
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import insert_rows


def door_of(address: Address) -> Address:
    """The building's own address: without staircase, floor and room."""
    return replace(address, unit_no="", floor="", room="")


def may_enter(by: Scope, committee: int) -> None:
    """Housing is entered on pages by those who edit it, from files by those who import.

    :raises NotAllowed: neither, or `committee` lies outside `by`'s units
    """
    files = by.may(Capability.IMPORT_FILES)
    require(by, Capability.IMPORT_FILES if files else Capability.EDIT_HOUSING, committee)


def building_name(door: Address) -> tuple[str, str]:
    """Full and short name: `棠浦路988弄 6号` and `6号`."""
    short = door.short()
    front = replace(door, number="", building_no="").plate()
    return (f"{front} {short}" if door.lane or door.sub_lane else f"{front}{short}"), short


@transaction.atomic
def ensure_buildings(
    *,
    doors: Iterable[Address],
    committee: int,
    by: Scope,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
) -> tuple[dict[Address, Building], set[Address]]:
    """The committee's building at each door; those not yet registered are, with their plates.

    :param facts: columns of the new buildings (`estate`, `use`, `built_year`, `storeys`)
    :returns: buildings by door, and the doors that were new. A door whose plate belongs to
        another committee is in neither.
    """
    may_enter(by, committee)
    wanted = {door.plate(): door for door in map(door_of, doors)}
    plates = _plates(wanted.values(), committee)
    known = {
        (building.plate_id, building.building_no): building
        for building in Building.objects.filter(
            committee_id=committee, plate__in=list(plates.values())
        )
    }
    missing = [
        door
        for door in wanted.values()
        if (plate := plates.get(_plate_text(door))) and (plate.pk, door.building_no) not in known
    ]
    fresh = _new_buildings(missing, plates, committee, facts or {})
    record_many(
        event("housing.building_registered", by=by, at=at, target=building, committee=committee)
        for building in fresh
    )
    known |= {(building.plate_id, building.building_no): building for building in fresh}
    found = {
        door: known[plates[_plate_text(door)].pk, door.building_no]
        for door in wanted.values()
        if _plate_text(door) in plates
    }
    return found, set(missing)


def _plate_text(door: Address) -> str:
    return replace(door, building_no="").plate()


def _plates(doors: Iterable[Address], committee: int) -> dict[str, AddressPlate]:
    """The committee's plates by text, made where they are missing.

    A plate is one in the whole district; one that hangs in another committee stays there, and
    this committee does not get it.
    """
    texts = {_plate_text(door): door for door in doors}
    mine = AddressPlate.objects.filter(committee_id=committee, address__in=list(texts))
    found = {plate.address: plate for plate in mine}
    missing = [
        AddressPlate(
            committee_id=committee, road=door.road, lane=door.lane, sub_lane=door.sub_lane,
            number=door.number, address=text,
        )
        for text, door in texts.items()
        if text not in found
    ]  # fmt: skip
    if missing:
        insert_rows(missing, ignore_conflicts=True)
        found = {plate.address: plate for plate in mine.all()}
    return found


def _new_buildings(
    doors: list[Address],
    plates: Mapping[str, AddressPlate],
    committee: int,
    facts: Mapping[str, Any],
) -> list[Building]:
    if not doors:
        return []
    hold_numbers(committee)
    blocks = code_blocks(committee, (door.number or door.building_no for door in doors))
    made = []
    for door, block in zip(doors, blocks, strict=True):
        name, short = building_name(door)
        made.append(
            Building(
                committee_id=committee, plate=plates[_plate_text(door)],
                building_no=door.building_no, name=name, short_name=short,
                sort_key=door.sort_key(), code_block=block,
                **{"estate": door.estate, **facts},
            )
        )  # fmt: skip
    insert_rows(made)
    return made
