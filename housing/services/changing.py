"""Changing what is known of a dwelling: corrections, occupancy, counters (S-80)."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from housing.addresses import AddressError, parse_address
from housing.codes import OCCUPANCY_STATUSES
from housing.models import DwellingUnit, HouseCodeEvent
from housing.rooms import floor_of, position_of
from housing.services.errors import StaleVersion, UnableToUpdate, sentence_of
from housing.services.following import tell_followers
from housing.services.making import count_again, room_no_of
from portal.audit.record import record
from portal.orgs.access import NotAllowed, require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import update_rows

Values = dict[str, Any]
Status = DwellingUnit.Status
#: What other areas repeat of a dwelling or conclude from.
COPIED = {"room_no", "occupancy", "design_use"}
#: What a correction may change; codes have acts of their own, legality is the housing office's.
EDITABLE = (
    "room_no", "floor", "design_use", "actual_use", "floor_area", "design_rooms", "tenure",
    "occupancy", "owner_name", "note", "status",
)  # fmt: skip


@transaction.atomic
def update_dwelling(
    *,
    dwelling_id: uuid.UUID,
    changes: Mapping[str, Any],
    version: int,
    by: Scope,
    at: datetime,
    reason: str = "",
) -> DwellingUnit:
    """Correct a dwelling that was read at `version`; what does not differ is not written.

    :raises StaleVersion: somebody saved other values of these fields meanwhile
    :raises UnableToUpdate: a value that the register refuses, or a dwelling with people in it
        that is to leave the frame
    :raises NotAllowed: `by` may not edit housing of this committee
    """
    dwelling = _locked_dwelling(dwelling_id=dwelling_id, by=by)
    require(by, Capability.EDIT_HOUSING, dwelling.committee_id)
    wanted = {name: value for name, value in changes.items() if name in EDITABLE}
    diff = {
        name: (getattr(dwelling, name), value)
        for name, value in wanted.items()
        if getattr(dwelling, name) != value
    }
    if not diff:
        return dwelling
    if dwelling.version != version:
        raise StaleVersion(
            mine={name: new for name, (_old, new) in diff.items()},
            theirs={name: old for name, (old, _new) in diff.items()},
            version=dwelling.version, changed_by=dwelling.updated_by,
            changed_at=dwelling.updated_at,
        )  # fmt: skip
    _check_status(dwelling, diff)
    _apply(dwelling, diff, by, at)
    if diff.keys() & COPIED:
        tell_followers(dwelling_ids=[dwelling.pk], by=by, at=at)
    record(
        "housing.updated", by=by, at=at, target=dwelling, committee=dwelling.committee_id,
        changes={name: list(pair) for name, pair in diff.items()}, reason=reason,
    )  # fmt: skip
    if "status" in diff:
        _leave_or_join(dwelling, by, at)
    return dwelling


def _check_status(dwelling: DwellingUnit, diff: Mapping[str, Any]) -> None:
    """:raises UnableToUpdate: a status that goes with the house code, which two people decide on"""
    if "status" in diff and not set(diff["status"]) <= {Status.ACTIVE, Status.NON_RESIDENTIAL}:
        raise UnableToUpdate("拆除、拆分、合并随房屋编码申请办理，由街道审批", "status")


def _apply(
    dwelling: DwellingUnit, diff: dict[str, tuple[Any, Any]], by: Scope, at: datetime
) -> None:
    for name, (_old, new) in diff.items():
        setattr(dwelling, name, new)
    touched = set(diff)
    if "room_no" in diff:
        touched |= _readdress(dwelling, keep_floor="floor" in diff)
    if "occupancy" in diff:
        dwelling.occupancy_checked_on = timezone.localdate(at)
        touched.add("occupancy_checked_on")
    if dwelling.status != DwellingUnit.Status.ACTIVE and "status" in diff and dwelling.occupants:
        raise UnableToUpdate(f"还有 {dwelling.occupants} 人在住，先办理迁出或注销", "status")
    dwelling.version += 1
    dwelling.updated_at, dwelling.updated_by = at, by.user_name
    try:
        with transaction.atomic():
            dwelling.save(update_fields=[*touched, "version", "updated_at", "updated_by"])
    except IntegrityError as refusal:
        raise UnableToUpdate(*sentence_of(refusal)) from refusal


def _readdress(dwelling: DwellingUnit, *, keep_floor: bool) -> set[str]:
    """Work out everything that follows from the room's number; gives the columns touched."""
    try:
        now = parse_address(dwelling.address)
        room = dwelling.room_no.removeprefix(f"{now.unit_no}-") if now.unit_no else dwelling.room_no
        again = parse_address(replace(now, floor="", room="").normalised() + room)
    except AddressError as wrong:
        raise UnableToUpdate("看不懂室号，写成 1203", "room_no") from wrong
    dwelling.room_no = room_no_of(again)
    dwelling.address, dwelling.short_address = again.normalised(), again.short()
    dwelling.address_key, dwelling.position = again.sort_key(), position_of(dwelling.room_no)
    if not keep_floor:
        dwelling.floor = floor_of(again.room, again.floor)
    return {"room_no", "address", "short_address", "address_key", "position", "floor"}


def _leave_or_join(dwelling: DwellingUnit, by: Scope, at: datetime) -> None:
    """The building's count, and the code of a dwelling that leaves the frame or comes back."""
    leaves = dwelling.status != Status.ACTIVE
    if dwelling.house_code:
        kind = HouseCodeEvent.Kind.RETIRE if leaves else HouseCodeEvent.Kind.RESTORE
        _tell_code(dwelling, kind, str(dwelling.get_status_display()), by, at)
    count_again(building_ids=[dwelling.building_id], by=by, at=at)


@transaction.atomic
def leave_frame(
    *, dwelling: DwellingUnit, status: str, kind: HouseCodeEvent.Kind, reason: str, by: Scope,
    at: datetime,
) -> None:  # fmt: skip
    """Take a locked dwelling that nobody lives in off the frame, with its code's event.

    Part of an act that the street agreed to (`code_events`).
    """
    before, dwelling.status = dwelling.status, status
    dwelling.version += 1
    dwelling.updated_at, dwelling.updated_by = at, by.user_name
    dwelling.save(update_fields=["status", "version", "updated_at", "updated_by"])
    _tell_code(dwelling, kind, reason, by, at)
    record(
        "housing.updated", by=by, at=at, target=dwelling, committee=dwelling.committee_id,
        changes={"status": [before, status]}, reason=reason,
    )  # fmt: skip
    count_again(building_ids=[dwelling.building_id], by=by, at=at)


def _tell_code(
    dwelling: DwellingUnit, kind: HouseCodeEvent.Kind, reason: str, by: Scope, at: datetime
) -> None:
    restored = kind == HouseCodeEvent.Kind.RESTORE
    HouseCodeEvent.objects.bulk_create([
        HouseCodeEvent(
            committee_id=dwelling.committee_id, dwelling=dwelling, kind=kind,
            old_code="" if restored else dwelling.house_code,
            new_code=dwelling.house_code if restored else "", reason=reason[:200],
            by_name=by.user_name, at=at,
        )
    ])  # fmt: skip


def given_before(code: str, dwelling_id: uuid.UUID) -> bool:
    """Whether this very dwelling has had the code: then it is restored, not given anew."""
    return HouseCodeEvent.objects.filter(dwelling=dwelling_id, new_code=code).exists()


@transaction.atomic
def record_occupancy(
    *,
    dwelling_id: uuid.UUID,
    checked_on: date,
    method: str,
    by: Scope,
    at: datetime,
    occupancy: str | None = None,
) -> DwellingUnit:
    """Write down a contact that told who lives here: the status (None: as it was) and its day.

    An earlier contact that is told late never takes the place of a later one.

    :raises UnableToUpdate: a day to come, or no such status
    """
    dwelling = _locked_dwelling(dwelling_id=dwelling_id, by=by)
    _may_visit(by, dwelling.committee_id)
    if checked_on > timezone.localdate(at):
        raise UnableToUpdate("核实日期晚于今天", "checked_on")
    if occupancy is not None and occupancy not in OCCUPANCY_STATUSES:
        raise UnableToUpdate("请选择居住状态", "occupancy")
    diff: dict[str, list[Any]] = {}
    if occupancy is not None and occupancy != dwelling.occupancy:
        diff["occupancy"] = [dwelling.occupancy, occupancy]
        dwelling.occupancy = occupancy
        dwelling.version += 1
        dwelling.updated_at, dwelling.updated_by = at, by.user_name
    if dwelling.verified_on is None or checked_on >= dwelling.verified_on:
        dwelling.verified_by, dwelling.verified_method = by.user_name, method
    for column in ("occupancy_checked_on", "verified_on"):
        latest = max(checked_on, getattr(dwelling, column) or checked_on)
        if latest != getattr(dwelling, column):
            diff[column] = [getattr(dwelling, column), latest]
            setattr(dwelling, column, latest)
    dwelling.save(
        update_fields=[
            "occupancy", "version", "updated_at", "updated_by", "occupancy_checked_on",
            "verified_on", "verified_by", "verified_method",
        ]
    )  # fmt: skip
    record(
        "housing.verified", by=by, at=at, target=dwelling, committee=dwelling.committee_id,
        changes={**diff, "method": method},
    )  # fmt: skip
    return dwelling


@dataclass(frozen=True)
class OccupancyCounters:
    """What the episodes of a dwelling (`id`) say of it: people and households."""

    id: uuid.UUID
    occupants: int
    households: int


@transaction.atomic(savepoint=False)
def set_occupancy_counters(
    *, counters: Sequence[OccupancyCounters], by: Scope, at: datetime
) -> None:
    """Set the derived columns of dwellings, inside the act that changed their episodes.

    They follow from rows that have events of their own: no event here, and no new version, so
    that nobody's form goes stale when a neighbour is registered.

    :raises NotAllowed: `by` registers nobody in one of these committees
    """
    found = dict(
        DwellingUnit.objects.in_scope(by)
        .select_for_update()
        .filter(pk__in=[counter.id for counter in counters])
        .order_by("pk")
        .values_list("pk", "committee_id")
    )
    for committee in set(found.values()):
        _may_visit(by, committee)
    update_rows(
        [counter for counter in counters if counter.id in found], ["occupants", "households"],
        model=DwellingUnit,
    )  # fmt: skip


def _locked_dwelling(*, dwelling_id: uuid.UUID, by: Scope) -> DwellingUnit:
    """The dwelling's row, locked until the transaction ends.

    :raises DwellingUnit.DoesNotExist: absent, or outside `by`'s units
    """
    return DwellingUnit.objects.in_scope(by).select_for_update().get(pk=dwelling_id)


def _may_visit(by: Scope, committee: int) -> None:
    """Whoever registers or verifies people may also say who lives where."""
    if not (by.may(Capability.VERIFY) or by.may(Capability.EDIT_RESIDENTS)):
        require(by, Capability.VERIFY, committee)
    if not by.covers(committee):
        raise NotAllowed("该单位不在你的管辖范围内")
