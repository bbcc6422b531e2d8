"""Plates and buildings: the frame on which dwellings hang (S-80, domain §3.7, §3.8)."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from housing.addresses import Address
from housing.estates import SHARED_FACTS, estate_name_of
from housing.models import AddressPlate, Building, Source
from housing.services.errors import UnableToUpdate
from housing.services.estates import estates_named
from housing.services.numbering import code_blocks, hold_numbers
from portal.audit.record import event, record, record_many
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import insert_rows


def door_of(address: Address) -> Address:
    """The building's own address: without staircase, floor and room."""
    return replace(address, unit_no="", floor="", room="")


def may_enter(by: Scope, committee: int) -> None:
    """Housing is entered on pages and from files by those who edit it, and as the parts of a split
    by those who decide on codes.

    :raises NotAllowed: neither, or `committee` lies outside `by`'s units
    """
    decides = by.may(Capability.APPROVE_CODES)
    require(by, Capability.APPROVE_CODES if decides else Capability.EDIT_HOUSING, committee)


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
    source: str = Source.VISIT,
) -> tuple[dict[Address, Building], set[Address]]:
    """The committee's building at each door; those not yet registered are, with their plates.

    :param facts: of the new buildings: `estate` by its name, `use`, `built_year`, `storeys`
    :param source: where the name of an estate that the committee has not yet comes from
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
        if (plate := plates.get(plate_text(door))) and (plate.pk, door.building_no) not in known
    ]
    told = dict(facts or {})
    named = {door: estate_name_of(told.get("estate") or door.estate) for door in missing}
    told.pop("estate", None)
    estates = estates_named(names=named.values(), committee=committee, by=by, at=at, source=source)
    fresh = _new_buildings(missing, plates, committee, told)
    for door, building in zip(missing, fresh, strict=True):
        if estate := estates.get(named[door]):
            building.estate, building.estate_name = estate, estate.name
    insert_rows(fresh)
    record_many(
        event("housing.building_registered", by=by, at=at, target=building, committee=committee)
        for building in fresh
    )
    known |= {(building.plate_id, building.building_no): building for building in fresh}
    found = {
        door: known[plates[plate_text(door)].pk, door.building_no]
        for door in wanted.values()
        if plate_text(door) in plates
    }
    return found, set(missing)


#: What may be corrected of a building; its plate is its address and stays.
BUILDING_FACTS = (
    "estate", "use", "storeys", "built_year", "structure", "entrance_count", "property_company",
    "owners_committee", "contact", "status",
)  # fmt: skip
#: Facts that stand in a column of another name.
COLUMNS = {"estate": "estate_name"}


@transaction.atomic
def update_building(
    *, building_id: uuid.UUID, changes: Mapping[str, Any], version: int, by: Scope, at: datetime
) -> Building:
    """Correct a building that was read at `version`; what does not differ is not written.

    :param changes: values of `BUILDING_FACTS`; `estate` is a name, of which the committee gets an
        estate where it has none
    :raises UnableToUpdate: somebody saved it meanwhile, dwellings stand where it is to be
        demolished, fewer storeys than its dwellings have, or another word than its estate's on
        what the estate tells of all its buildings
    :raises NotAllowed: `by` may not edit housing of this committee
    """
    building = _locked(building_id, changes, by)
    require(by, Capability.EDIT_HOUSING, building.committee_id)
    wanted = {name: value for name, value in changes.items() if name in BUILDING_FACTS}
    if "estate" in wanted:
        wanted["estate"] = estate_name_of(wanted["estate"])
    diff = {
        name: [getattr(building, COLUMNS.get(name, name)), value]
        for name, value in wanted.items()
        if getattr(building, COLUMNS.get(name, name)) != value
        # the release before wrote the name alone
        or (name == "estate" and value and building.estate_id is None)
    }
    if not diff:
        return building
    if building.version != version:
        raise UnableToUpdate("同事刚改过这幢楼，页面已换成最新内容，请核对后再改")
    standing = building.dwellings.filter(status="active")
    if diff.get("status", ["", ""])[1] == Building.Status.DEMOLISHED and standing.exists():
        raise UnableToUpdate("还有在册房屋，先逐套办理拆除，再改楼栋", "status")
    top = standing.aggregate(top=Max("floor"))["top"] or 1
    if "storeys" in diff and diff["storeys"][1] < top:
        raise UnableToUpdate(f"第 {top} 层还有在册房屋，层数不能少于 {top}", "storeys")
    for name, (_old, new) in diff.items():
        setattr(building, COLUMNS.get(name, name), new)
    if "estate" in diff:
        _place(building, by, at)
    _leave_to_estate(building, diff)
    building.version += 1
    building.save(update_fields=["estate", "estate_name", *BUILDING_FACTS[1:], "version"])
    record(
        "housing.building_updated", by=by, at=at, target=building,
        committee=building.committee_id, changes=diff,
    )  # fmt: skip
    return building


def _locked(building_id: uuid.UUID, changes: Mapping[str, Any], by: Scope) -> Building:
    """The building's row; with a change of estate the committee's numbers, which come first."""
    rows = Building.objects.in_scope(by)
    if "estate" in changes:
        hold_numbers(rows.values_list("committee_id", flat=True).get(pk=building_id))
    return rows.select_for_update().get(pk=building_id)


def _place(building: Building, by: Scope, at: datetime) -> None:
    """Put the building into the estate of the name that it carries now."""
    name = building.estate_name
    found = estates_named(names=[name], committee=building.committee_id, by=by, at=at)
    building.estate = found.get(name)
    building.estate_name = building.estate.name if building.estate else ""


def _leave_to_estate(building: Building, diff: Mapping[str, Any]) -> None:
    """What its estate tells of all buildings is not told of this one.

    :raises UnableToUpdate: the building is to say something else
    """
    for fact in SHARED_FACTS:
        of_all = getattr(building.estate, fact) if building.estate else ""
        if not of_all:
            continue
        if fact in diff and diff[fact][1] not in {"", of_all}:
            raise UnableToUpdate(
                f"小区“{building.estate_name}”已统一登记这一项，到小区页面修改", fact
            )
        setattr(building, fact, "")


def plate_text(door: Address) -> str:
    """What the plate of a door says; the buildings of one plate are told apart by their numbers."""
    return replace(door, building_no="").plate()


def _plates(doors: Iterable[Address], committee: int) -> dict[str, AddressPlate]:
    """The committee's plates by text, made where they are missing.

    A plate is one in the whole district; one that hangs in another committee stays there, and
    this committee does not get it.
    """
    texts = {plate_text(door): door for door in doors}
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
    """The buildings of these doors in their order, not yet written."""
    if not doors:
        return []
    hold_numbers(committee)
    blocks = code_blocks(committee, (door.number or door.building_no for door in doors))
    made = []
    for door, block in zip(doors, blocks, strict=True):
        name, short = building_name(door)
        made.append(
            Building(
                committee_id=committee, plate=plates[plate_text(door)],
                building_no=door.building_no, name=name, short_name=short,
                sort_key=door.sort_key(), code_block=block, **facts,
            )
        )  # fmt: skip
    return made
