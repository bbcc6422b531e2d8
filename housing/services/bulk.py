"""Many dwellings at once, for files: entered, changed, taken back (D-12)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from housing.models import AddressPlate, Building, DwellingUnit, HouseCodeEvent, Source
from housing.services.estates import withdraw_estates
from housing.services.following import tell_followers
from housing.services.frame import door_of, ensure_buildings
from housing.services.making import NewDwelling, count_again, make_dwellings
from portal.audit.record import event, record_many
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import insert_rows, update_rows

#: What other areas repeat of a dwelling.
COPIED = {"occupancy", "house_code"}
#: What a file may change of a dwelling that is known.
FILED = (
    "floor", "tenure", "floor_area", "design_rooms", "occupancy", "design_use", "note",
    "house_code",
)  # fmt: skip


@dataclass(frozen=True)
class Entered:
    """A dwelling that was entered, and its building if that was new too; both None: refused."""

    dwelling: DwellingUnit | None
    new_building_id: uuid.UUID | None = None


@transaction.atomic
def register_dwellings(
    *, rows: Sequence[NewDwelling], committee: int, by: Scope, at: datetime,
    source: str = Source.LEDGER,
) -> list[Entered]:  # fmt: skip
    """Enter the rows with plates and buildings that are missing, each with a provisional code.

    A row that brings a final code keeps it. A row whose door belongs to another committee, or
    whose code is in use, is refused alone.
    """
    require(by, Capability.IMPORT_FILES, committee)
    require(by, Capability.EDIT_HOUSING, committee)
    doors = [door_of(row.address) for row in rows]
    buildings, fresh = ensure_buildings(
        doors=doors, committee=committee, by=by, at=at, source=source
    )
    here = [row for row, door in zip(rows, doors, strict=True) if door in buildings]
    made = iter(
        make_dwellings(
            rows=here, buildings=buildings, committee=committee, codes="provisional",
            source=source, by=by, at=at,
        )
    )  # fmt: skip
    found = []
    for door in doors:
        unit = next(made) if door in buildings else None
        new_building = buildings[door].pk if unit is not None and door in fresh else None
        found.append(Entered(unit, new_building))
    return found


@dataclass(frozen=True)
class DwellingChange:
    """New values of some filed columns of one dwelling."""

    dwelling_id: uuid.UUID
    values: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def change_dwellings(
    *, changes: Sequence[DwellingChange], committee: int, by: Scope, at: datetime, reason: str
) -> dict[uuid.UUID, dict[str, Any]]:
    """Change many dwellings of a committee in one pass.

    :returns: by dwelling, the values before and the `version` after; what did not differ is absent
    """
    require(by, Capability.IMPORT_FILES, committee)
    require(by, Capability.EDIT_HOUSING, committee)
    wanted = {change.dwelling_id: change.values for change in changes}
    rows = DwellingUnit.objects.select_for_update().filter(
        committee_id=committee, pk__in=list(wanted)
    )
    before: dict[uuid.UUID, dict[str, Any]] = {}
    changed = []
    for dwelling in rows.order_by("pk"):
        old = _set_filed(dwelling, wanted[dwelling.pk], by, at)
        if old:
            before[dwelling.pk] = {**old, "version": dwelling.version}
            changed.append(dwelling)
    columns = [*FILED, "code_state", "version", "updated_at", "updated_by"]
    update_rows(changed, columns)
    _remember(changed, before, by, at, reason)
    return before


def _set_filed(
    dwelling: DwellingUnit, values: Mapping[str, Any], by: Scope, at: datetime
) -> dict[str, Any]:
    """Set what differs; gives the old values."""
    old = {
        name: getattr(dwelling, name)
        for name, value in values.items()
        if name in FILED and getattr(dwelling, name) != value
    }
    if not old:
        return old
    if "house_code" in old:
        old["code_state"] = dwelling.code_state
        dwelling.code_state = values.get("code_state", DwellingUnit.CodeState.FINAL)
    for name in old.keys() - {"code_state"}:
        setattr(dwelling, name, values[name])
    dwelling.version += 1
    dwelling.updated_at, dwelling.updated_by = at, by.user_name
    return old


def _remember(
    changed: Sequence[DwellingUnit],
    before: Mapping[uuid.UUID, Mapping[str, Any]],
    by: Scope,
    at: datetime,
    reason: str,
) -> None:
    recoded = [unit for unit in changed if "house_code" in before[unit.pk]]
    had = set(
        HouseCodeEvent.objects.filter(
            dwelling__in=[unit.pk for unit in recoded],
            new_code__in=[unit.house_code for unit in recoded],
        ).values_list("dwelling_id", "new_code")
    ) if recoded else set()  # fmt: skip
    insert_rows(
        HouseCodeEvent(
            committee_id=unit.committee_id, dwelling=unit,
            kind=HouseCodeEvent.Kind.RESTORE if (unit.pk, unit.house_code) in had
            else _coding(before[unit.pk]),
            old_code=before[unit.pk]["house_code"], new_code=unit.house_code,
            reason=reason[:200], by_name=by.user_name, at=at,
        )
        for unit in recoded
    )  # fmt: skip
    followed = [unit.pk for unit in changed if unit.occupants and COPIED & before[unit.pk].keys()]
    tell_followers(dwelling_ids=followed, by=by, at=at)
    record_many(
        event("housing.updated", by=by, at=at, target=unit, committee=unit.committee_id,
              reason=reason,
              changes={name: [old, getattr(unit, name)]
                       for name, old in before[unit.pk].items() if name != "version"})
        for unit in changed
    )  # fmt: skip


def _coding(before: Mapping[str, Any]) -> HouseCodeEvent.Kind:
    """A final code in place of a provisional one is given, in place of another one corrected."""
    final = before["code_state"] == DwellingUnit.CodeState.FINAL
    return HouseCodeEvent.Kind.CORRECT if final else HouseCodeEvent.Kind.ASSIGN


@transaction.atomic
def withdraw_dwellings(
    *, dwelling_ids: Sequence[uuid.UUID], new_building_ids: Sequence[uuid.UUID], committee: int,
    by: Scope, at: datetime, reason: str,
) -> set[uuid.UUID]:  # fmt: skip
    """Take back dwellings that were entered by mistake and that nobody has touched since.

    :param new_building_ids: buildings entered with them; those left empty go too
    :returns: the dwellings taken back
    """
    require(by, Capability.IMPORT_FILES, committee)
    require(by, Capability.EDIT_HOUSING, committee)
    untouched = list(
        DwellingUnit.objects.select_for_update()
        .filter(
            committee_id=committee, pk__in=list(dwelling_ids), version=1, occupants=0,
            households=0, verified_on=None,
        )
        .order_by("pk")
    )  # fmt: skip
    gone = _delete(untouched)
    record_many(
        event("housing.withdrawn", by=by, at=at, target=unit, committee=committee, reason=reason)
        for unit in gone
    )
    count_again(building_ids={unit.building_id for unit in gone}, by=by, at=at)
    estates = _delete_empty(new_building_ids, committee)
    withdraw_estates(estate_ids=estates, by=by, at=at)
    return {unit.pk for unit in gone}


def _delete(units: Sequence[DwellingUnit]) -> list[DwellingUnit]:
    """Delete all at once, or one by one when something hangs on one of them."""
    try:
        with transaction.atomic():
            ids = [unit.pk for unit in units]
            # the numbers that they had stay taken
            HouseCodeEvent.objects.filter(dwelling__in=ids).update(dwelling=None)
            DwellingUnit.objects.filter(pk__in=ids).delete()
    except IntegrityError:
        if len(units) == 1:
            return []
        return [unit for each in units for unit in _delete([each])]
    return list(units)


def _delete_empty(building_ids: Sequence[uuid.UUID], committee: int) -> list[uuid.UUID]:
    """Delete buildings without dwellings, with plates left bare; returns their estates."""
    empty = Building.objects.filter(
        committee_id=committee, pk__in=list(building_ids), dwellings=None, version=1
    )
    plates = list(empty.values_list("plate", flat=True))
    estates = list(empty.exclude(estate=None).values_list("estate", flat=True).distinct())
    Building.objects.filter(pk__in=list(empty.values_list("pk", flat=True))).delete()
    AddressPlate.objects.filter(pk__in=plates, buildings=None).delete()
    return estates
