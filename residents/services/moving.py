"""Episodes end with a day and a reason; a move is an end and a beginning in one transaction.

Paper: S-09.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from housing import services as housing
from housing.models import DwellingUnit
from portal.audit.record import event, record, record_many
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import update_rows
from residents.categories import DELETION_REASONS
from residents.models import CollectionTask, Household, Residence, Resident
from residents.services.changing import today_of, version_of
from residents.services.counters import refresh_dwellings
from residents.services.enrolment import Visit, enrol
from residents.services.errors import (
    StaleVersion,
    UnableToDeregister,
    UnableToMove,
    refused_by_database,
)
from residents.services.joining import Newcomer
from residents.services.settling import note_work

MOVED_AWAY, DIED = "01", "02"
#: Registered twice or by mistake: such an episode never was, so it is void instead of ended.
NEVER_WAS = frozenset({"04", "05"})
Ending = tuple[Residence, date, str]


@transaction.atomic(savepoint=False)
def end_episodes(*, endings: Sequence[Ending], by: Scope, at: datetime, note: str = "") -> None:
    """End open episodes, each on its day and for its reason; counters are the caller's."""
    for residence, ended_on, reason in endings:
        residence.end_on = max(ended_on, residence.begin_on)
        residence.end_reason = reason
        residence.cancelled_on = timezone.localdate(at)
        residence.status = (
            Residence.Status.VOID if reason in NEVER_WAS else Residence.Status.ENDED
        ).value
        residence.version += 1
    update_rows(
        [row for row, _, _ in endings],
        ["end_on", "end_reason", "cancelled_on", "status", "version"],
    )
    record_many(
        event(
            "residents.deregistered", by=by, at=at,
            target=(Resident._meta.label_lower, row.resident_id), committee=row.committee_id,
            subjects=[row.resident_id], reason=note,
            changes={"address": row.short_address, "end_on": row.end_on,
                     "reason": DELETION_REASONS.title(reason)},
        )
        for row, _, reason in endings
    )  # fmt: skip
    rows = [row for row, _, _ in endings]
    note_work(
        kind=CollectionTask.Kind.CANCEL, by=by, at=at,
        dwellings=[row.dwelling_id for row in rows], residences=[row.pk for row in rows],
    )  # fmt: skip


@transaction.atomic
def deregister(
    *, residence_id: Any, ended_on: date, reason: str, version: str, by: Scope, at: datetime,
    note: str = "",
) -> Residence:  # fmt: skip
    """End an episode; a death ends all of the person's episodes and is noted on the person.

    :param reason: a code of 注销原因
    :raises UnableToDeregister: unknown reason, a day out of order, or ended already
    :raises StaleVersion: somebody saved in between
    :raises NotAllowed: `by` may not edit residents there
    """
    residence = _locked(residence_id, by)
    require(by, Capability.EDIT_RESIDENTS, residence.committee_id)
    check_end(residence, ended_on, reason, timezone.localdate(at))
    _check_version(residence, version)
    rows = [residence]
    if reason == DIED:
        rows += _others_open(residence, by)
        residence.resident.vital_status = Resident.Vital.DECEASED.value
    end_episodes(endings=[(row, ended_on, reason) for row in rows], by=by, at=at, note=note)
    _touch(residence.resident, by, at)
    refresh_dwellings(dwellings={row.dwelling_id for row in rows}, by=by, at=at)
    return residence


def move_resident(
    *, residence_id: Any, dwelling_id: Any, moved_on: date, version: str, by: Scope,
    at: datetime, method: str = "V1", note: str = "",
) -> Residence:  # fmt: skip
    """End an episode and begin one at another dwelling of this scope, both or neither.

    A move to another committee takes the person's record there.

    :raises UnableToMove: the same dwelling, no dwelling in sight, or a day out of order
    :raises StaleVersion: somebody saved in between
    """
    try:
        with transaction.atomic():
            old = _locked(residence_id, by)
            require(by, Capability.EDIT_RESIDENTS, old.committee_id)
            dwelling = _target(old, dwelling_id, by)
            require(by, Capability.EDIT_RESIDENTS, dwelling.committee_id)
            _check_version(old, version)
            today = timezone.localdate(at)
            if not old.begin_on <= moved_on <= today:
                raise UnableToMove(f"搬迁日期应在 {old.begin_on} 至 {today} 之间")
            return _move(old, dwelling, moved_on, method, note, by, at)
    except IntegrityError as error:
        raise UnableToMove(refused_by_database(error).problem.message) from error


def _move(
    old: Residence, dwelling: DwellingUnit, moved_on: date, method: str, note: str, by: Scope,
    at: datetime,
) -> Residence:  # fmt: skip
    return relocate(
        resident=old.resident, old=old, dwelling=dwelling, visit=Visit(method, today_of(at)),
        episode={"category": old.category, "begin_on": moved_on, "reason": old.reason,
                 "tenancy_role": old.tenancy_role, "relation": old.relation},
        is_primary=old.is_primary, note=note, by=by, at=at,
    )  # fmt: skip


@transaction.atomic(savepoint=False)
def relocate(
    *, resident: Resident, old: Residence | None, dwelling: DwellingUnit, visit: Visit,
    episode: Mapping[str, Any], is_primary: bool, by: Scope, at: datetime, note: str = "",
    household: Household | None = None,
) -> Residence:  # fmt: skip
    """End `old`, if there is one, and begin an episode at `dwelling`; rights are the caller's.

    A primary episode takes the person's record to the dwelling's committee.

    :param episode: category, first day, reason, role and relation of the new episode
    :param household: which one there they join; the dwelling's own unless told
    """
    if old is not None:
        end_episodes(endings=[(old, episode["begin_on"], MOVED_AWAY)], by=by, at=at, note=note)
    if is_primary:
        resident.committee_id = dwelling.committee_id
        resident.category = episode["category"]
    _touch(resident, by, at)
    (fresh,) = enrol(
        newcomers=[
            Newcomer(row=None, dwelling=dwelling, person={}, resident=resident, episode=episode,
                     is_primary=is_primary, household=household)
        ],
        visit=visit, by=by, at=at,
    )  # fmt: skip
    record(
        "residents.moved", by=by, at=at, target=resident, committee=dwelling.committee_id,
        subjects=[resident.pk], reason=note,
        changes={"address": (old.short_address if old else "", fresh.short_address),
                 "moved_on": episode["begin_on"]},
    )  # fmt: skip
    left = {old.dwelling_id} if old else set()
    refresh_dwellings(dwellings={dwelling.pk, *left}, by=by, at=at)
    housing.record_occupancy(
        dwelling_id=dwelling.pk, checked_on=visit.on, method=visit.method, by=by, at=at
    )
    return fresh


def _locked(residence_id: Any, by: Scope) -> Residence:
    return (
        Residence.objects.in_scope(by)
        .select_related("resident")
        .select_for_update(of=("self", "resident"))
        .get(pk=residence_id)
    )


def _target(old: Residence, dwelling_id: Any, by: Scope) -> DwellingUnit:
    if old.status != Residence.Status.ACTIVE:
        raise UnableToMove("这段居住登记已经结束")
    if str(dwelling_id) == str(old.dwelling_id):
        raise UnableToMove("新住址与现住址相同")
    dwelling = DwellingUnit.objects.in_scope(by).active().filter(pk=dwelling_id).first()
    if dwelling is None:
        raise UnableToMove("没有找到这套房屋，请从列表中选择")
    return dwelling


def check_end(residence: Residence, ended_on: date, reason: str, today: date) -> None:
    if residence.status != Residence.Status.ACTIVE:
        raise UnableToDeregister("这段居住登记已经结束")
    if reason not in DELETION_REASONS:
        raise UnableToDeregister("请选择注销原因")
    if ended_on > today:
        raise UnableToDeregister(f"离开日期 {ended_on} 晚于今天")
    if ended_on < residence.begin_on and reason not in NEVER_WAS:
        raise UnableToDeregister(f"离开日期不能早于入住日期 {residence.begin_on}")


def _check_version(residence: Residence, version: str) -> None:
    resident = residence.resident
    if version != version_of(resident, residence):
        raise StaleVersion([], resident.updated_by, resident.updated_at)


def _others_open(residence: Residence, by: Scope) -> list[Residence]:
    rows = Residence.objects.in_scope(by).open().select_for_update()
    return list(rows.filter(resident_id=residence.resident_id).exclude(pk=residence.pk))


def _touch(resident: Resident, by: Scope, at: datetime) -> None:
    resident.version += 1
    resident.updated_at, resident.updated_by = at, by.user_name
    touched = (
        "committee_id", "category", "vital_status", "version", "updated_at", "updated_by",
    )  # fmt: skip
    resident.save(update_fields=touched)
