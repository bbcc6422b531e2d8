"""Estates that a file of dwellings names for buildings that stand already (D-12, S-80).

A building without an estate is put into the one that a row names. One that has an estate stays in
it, and the row says so: whether a house belongs to another estate is asked at the building, not
decided by whichever file came last.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from housing import services
from housing.addresses import Address
from housing.estates import Estate, estate_name_of
from housing.models import Building
from portal.exchange.kinds import CheckedRow, Problem, RowResult
from portal.orgs.scope import Scope

HOW = "确实登记错了的，到楼栋页面修改小区；同一个小区的两个名称，在小区页面并入"
KEPT = "这幢楼导入后有人改过，小区没有收回"


@dataclass(frozen=True)
class Filed:
    """What a row's word on the estate comes to: at most one of both."""

    #: the building that the row puts into the estate that it names
    gives: UUID | None = None
    #: that it names another estate than the building has
    note: Problem | None = None


def judge_estates(
    rows: Mapping[int, Address], *, told: Collection[int], committee: int
) -> dict[int, Filed]:
    """What becomes of the estates that rows name, by line; in one query, or two.

    The first row that names an estate for a building gives it; to later rows the building is in
    that estate.

    :param rows: addresses with the estates that they name, by line in the order of the file
    :param told: lines that name it in a column of its own. What an address says in passing is
        taken where nothing is known, and not held against what is
    """
    named = {line: door for line, door in rows.items() if estate_name_of(door.estate)}
    if not named:
        return {}
    standing = _standing(named.values(), committee)
    found: dict[int, Filed] = {}
    given: dict[UUID, str] = {}
    doubts: dict[int, tuple[str, str]] = {}
    for line, door in named.items():
        building, name = standing.get(_door(door)), estate_name_of(door.estate)
        if building is None:
            continue
        has = given.get(building.pk) or estate_name_of(building.estate_name)
        if has not in {"", name}:
            if line in told:
                doubts[line] = (name, has)
        elif building.estate_id is None and building.pk not in given:
            given[building.pk] = name
            found[line] = Filed(gives=building.pk)
    return found | _noted(doubts, committee)


def _noted(doubts: Mapping[int, tuple[str, str]], committee: int) -> dict[int, Filed]:
    """Notes of rows that name another estate, old names of the same one left out."""
    if not doubts:
        return {}
    ended = Estate.objects.filter(committee_id=committee, name__in={n for n, _ in doubts.values()})
    leads = set(ended.exclude(joined_to=None).values_list("name", "joined_to__name"))
    return {
        line: Filed(note=Problem(
            "estate", f"这幢楼登记在小区「{has}」，没有改为「{name}」", HOW, "warning"
        ))
        for line, (name, has) in doubts.items()
        if (name, has) not in leads
    }  # fmt: skip


def _standing(doors: Iterable[Address], committee: int) -> dict[tuple[str, str], Building]:
    """The committee's buildings at these doors."""
    plates = {_door(door)[0] for door in doors}
    rows = Building.objects.filter(committee_id=committee, plate__address__in=plates)
    rows = rows.select_related("plate").only(
        "plate__address", "building_no", "estate_id", "estate_name"
    )
    return {(row.plate.address, row.building_no): row for row in rows}


def _door(address: Address) -> tuple[str, str]:
    return services.plate_text(services.door_of(address)), address.building_no


def give_filed(
    rows: Sequence[CheckedRow], results: Mapping[int, RowResult], *, committee: int, by: Scope,
    at: datetime,
) -> dict[int, RowResult]:  # fmt: skip
    """Put the buildings of these rows into their estates; gives the rows' results as they are then.

    A row that was refused gives nothing. What undo needs is kept with the row that gave it.
    """
    givers = {
        row.line: UUID(row.clean["building"])
        for row in rows
        if row.clean.get("building") and results[row.line].outcome != "error"
    }
    if not givers:
        return {}
    names = {row.line: estate_name_of(row.clean["estate"]) for row in rows if row.line in givers}
    placed = services.give_estates(
        names={building: names[line] for line, building in givers.items()},
        committee=committee, by=by, at=at, reason="台账导入",
    )  # fmt: skip
    return {
        line: _given(results[line], placed[building])
        for line, building in givers.items()
        if building in placed
    }


def _given(result: RowResult, placed: services.Placed) -> RowResult:
    outcome = "update" if result.outcome == "unchanged" else result.outcome
    kept = asdict(placed) | {"building_id": str(placed.building_id)}
    return replace(result, outcome=outcome, before={**result.before, "placed": kept})


def take_filed_back(
    results: Sequence[RowResult], answers: Mapping[int, RowResult], *, committee: int, by: Scope,
    at: datetime,
) -> dict[int, RowResult]:  # fmt: skip
    """Take back the estates that these rows gave; gives what is to be told of those that stay."""
    placed = {
        result.line: _placed(result.before["placed"])
        for result in results
        if result.before.get("placed")
    }
    if not placed:
        return {}
    gone = services.take_estates_back(
        placed=placed.values(), committee=committee, by=by, at=at, reason="撤销导入"
    )
    return {
        line: replace(answers[line], outcome="error", message=KEPT)
        for line, each in placed.items()
        if each.building_id not in gone and answers[line].outcome != "error"
    }


def _placed(held: Mapping[str, Any]) -> services.Placed:
    return services.Placed(UUID(held["building_id"]), held["version"], held["left"])
