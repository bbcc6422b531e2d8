"""Estates for buildings that were registered without one, and taking that back (S-80, D-12)."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from housing.estates import SHARED_FACTS, Estate, estate_name_of
from housing.models import Building, Source
from housing.services.estates import estates_named, withdraw_estates
from housing.services.numbering import hold_numbers
from portal.audit.record import event, record_many
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import update_rows

COLUMNS = ["estate", "estate_name", *SHARED_FACTS, "version"]


@dataclass(frozen=True)
class Placed:
    """A building that was put into an estate.

    `version` is the building's after the act: who finds another one knows that somebody came
    after. `left` are the facts that the building told itself and its estate tells now.
    """

    building_id: uuid.UUID
    version: int
    left: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def give_estates(
    *, names: Mapping[uuid.UUID, str], committee: int, by: Scope, at: datetime, reason: str
) -> dict[uuid.UUID, Placed]:
    """Put buildings that have no estate into those of these names, which are made where missing.

    A building that has an estate stays in it: a file moves nobody's house.

    :param names: by building, as `estate_name_of` writes them
    :returns: by building, those that were put somewhere
    :raises NotAllowed: `by` may not bring files or edit housing of this committee
    """
    _may_place(by, committee)
    if not names:
        return {}
    hold_numbers(committee)
    rows = Building.objects.select_for_update().filter(
        committee_id=committee, pk__in=list(names), estate=None
    )
    bare = [
        each for each in rows.order_by("pk")
        if names[each.pk] and estate_name_of(each.estate_name) in {"", names[each.pk]}
    ]  # fmt: skip
    estates = estates_named(
        names={names[each.pk] for each in bare}, committee=committee, by=by, at=at,
        source=Source.LEDGER,
    )  # fmt: skip
    diffs = {each.pk: _put(each, estates[names[each.pk]]) for each in bare}
    _write(bare, diffs, committee, by, at, reason)
    return {
        each.pk: Placed(each.pk, each.version, {
            fact: pair[0] for fact, pair in diffs[each.pk].items() if fact in SHARED_FACTS
        })
        for each in bare
    }  # fmt: skip


@transaction.atomic
def take_estates_back(
    *, placed: Iterable[Placed], committee: int, by: Scope, at: datetime, reason: str
) -> set[uuid.UUID]:
    """Leave buildings without an estate again, with what they told themselves.

    Estates that only the file named and that nobody has touched go with the last of them.

    :returns: the buildings; one that somebody changed since stays where it is
    :raises NotAllowed: `by` may not bring files or edit housing of this committee
    """
    _may_place(by, committee)
    wanted = {each.building_id: each for each in placed}
    if not wanted:
        return set()
    hold_numbers(committee)
    same = Q()
    for each in wanted.values():
        same |= Q(pk=each.building_id, version=each.version)
    rows = Building.objects.select_for_update().filter(same, committee_id=committee)
    held = list(rows.exclude(estate=None).order_by("pk"))
    left = {each.estate_id for each in held}
    diffs = {each.pk: _take_out(each, wanted[each.pk].left) for each in held}
    _write(held, diffs, committee, by, at, reason)
    withdraw_estates(estate_ids=filter(None, left), by=by, at=at)
    return set(diffs)


def _may_place(by: Scope, committee: int) -> None:
    require(by, Capability.IMPORT_FILES, committee)
    require(by, Capability.EDIT_HOUSING, committee)


def _put(building: Building, estate: Estate) -> dict[str, list[str]]:
    """Into the estate, which tells from now on what it tells of all; returns what differs."""
    diff = {"estate": [building.estate_name, estate.name]}
    building.estate, building.estate_name = estate, estate.name
    for fact in SHARED_FACTS:
        if getattr(estate, fact) and getattr(building, fact):
            diff[fact] = [getattr(building, fact), ""]
            setattr(building, fact, "")
    return diff


def _take_out(building: Building, left: Mapping[str, str]) -> dict[str, list[str]]:
    """Out of its estate, telling again what it had left to it; returns what differs."""
    diff = {"estate": [building.estate_name, ""]}
    building.estate, building.estate_name = None, ""
    for fact, value in left.items():
        diff[fact] = [getattr(building, fact), value]
        setattr(building, fact, value)
    return diff


def _write(
    buildings: list[Building], diffs: Mapping[uuid.UUID, Mapping[str, Any]], committee: int,
    by: Scope, at: datetime, reason: str,
) -> None:  # fmt: skip
    for building in buildings:
        building.version += 1
    update_rows(buildings, COLUMNS)
    record_many(
        event("housing.building_updated", by=by, at=at, target=building, committee=committee,
              reason=reason, changes=diffs[building.pk])
        for building in buildings
    )  # fmt: skip
