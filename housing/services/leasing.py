"""Leases: registered, corrected, filed, renewed, ended, taken back (S-84).

Every act locks the dwelling first, so that two leases of all of it never run at once. The
dwelling's `leased_until` follows in the same transaction.
"""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from housing.leases import Lease
from housing.models import DwellingUnit
from housing.services.changing import _locked_dwelling
from housing.services.errors import StaleVersion, UnableToLease
from housing.services.following import tell_followers
from housing.terms import RULE, excludes, overlap, problems_of
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on

#: What a registration tells, and a correction may change.
TERMS = (
    "kind", "rooms", "room_count", "landlord_kind", "landlord", "lessee", "intermediary",
    "contract_no", "starts_on", "ends_on", "persons_declared", "safety_signed", "filing_no",
    "filed_on",
)  # fmt: skip
State = Lease.State
Limits = Mapping[str, int]


@transaction.atomic
def register_lease(
    *, dwelling_id: uuid.UUID, terms: Mapping[str, Any], by: Scope, at: datetime
) -> Lease:
    """Register a lease of a dwelling.

    :param terms: by field, those of `TERMS`
    :raises UnableToLease: terms that a rule refuses, a dwelling off the frame, or a lease of all
        of it that runs at the same time
    :raises NotAllowed: `by` may not edit housing of this committee
    """
    dwelling = _to_let(dwelling_id, by)
    return _enter(dwelling, terms, "housing.lease_registered", by, at)


@transaction.atomic
def change_lease(
    *, lease_id: uuid.UUID, changes: Mapping[str, Any], version: int, by: Scope, at: datetime
) -> Lease:
    """Correct a standing lease that was read at `version`; what does not differ is not written.

    :raises StaleVersion: somebody saved other values of these fields meanwhile
    :raises UnableToLease: as `register_lease`, or the lease stands no longer
    """
    dwelling, lease = _standing(lease_id, by)
    diff = {
        name: [getattr(lease, name), value]
        for name, value in changes.items()
        if name in TERMS and getattr(lease, name) != value
    }
    if not diff:
        return lease
    if lease.version != version:
        raise StaleVersion(
            mine={name: new for name, (_old, new) in diff.items()},
            theirs={name: old for name, (old, _new) in diff.items()},
            version=lease.version, changed_by=lease.updated_by, changed_at=lease.updated_at,
        )  # fmt: skip
    for name, (_old, new) in diff.items():
        setattr(lease, name, new)
    _check(dwelling, lease, at, apart_from=[lease.pk, lease.renews_id])
    lease.file_by = _file_by(lease.starts_on, _limits(at))
    _save(lease, [*diff, "file_by"], by, at)
    _tell("housing.lease_changed", lease, by, at, changes=diff)
    return lease


@transaction.atomic
def file_lease(
    *, lease_id: uuid.UUID, filing_no: str, filed_on: date, by: Scope, at: datetime
) -> Lease:
    """Write down that a lease has been filed (备案).

    :raises UnableToLease: filed already, no number, or a day to come
    """
    _dwelling, lease = _standing(lease_id, by)
    if lease.filed_on is not None:
        raise UnableToLease("这份租赁已备案，要改备案号请用“更正”", "filing_no")
    if not filing_no.strip():
        raise UnableToLease("填写备案号", "filing_no")
    if filed_on > timezone.localdate(at):
        raise UnableToLease("备案日期晚于今天", "filed_on")
    lease.filing_no, lease.filed_on = filing_no.strip(), filed_on
    _save(lease, ["filing_no", "filed_on"], by, at)
    _tell("housing.lease_filed", lease, by, at, changes={"filing_no": ["", lease.filing_no]})
    return lease


@transaction.atomic
def renew_lease(*, lease_id: uuid.UUID, terms: Mapping[str, Any], by: Scope, at: datetime) -> Lease:
    """Register the lease that follows on this one, which is done with.

    :raises UnableToLease: the new one begins before the old one has ended, or as `register_lease`
    """
    dwelling, old = _standing(lease_id, by)
    if terms["starts_on"] <= old.ends_on:
        raise UnableToLease(f"续租应从原租期后一天起，不早于 {old.ends_on + _DAY}", "starts_on")
    old.state = State.RENEWED
    _save(old, ["state"], by, at)
    return _enter(dwelling, terms, "housing.lease_renewed", by, at, renews=old)


@transaction.atomic
def end_lease(
    *, lease_id: uuid.UUID, ended_on: date, reason: str, by: Scope, at: datetime
) -> Lease:
    """End a lease: the lessee has moved out, at its last day or before.

    :raises UnableToLease: a day before it began or to come
    """
    _dwelling, lease = _standing(lease_id, by)
    if ended_on < lease.starts_on:
        raise UnableToLease("终止日期早于起租日期", "ended_on")
    if ended_on > timezone.localdate(at):
        raise UnableToLease("终止日期晚于今天，到时再办理", "ended_on")
    lease.state, lease.ended_on, lease.end_reason = State.ENDED, ended_on, reason.strip()[:200]
    _save(lease, ["state", "ended_on", "end_reason"], by, at)
    _tell("housing.lease_ended", lease, by, at, changes={"ended_on": [None, ended_on]},
          reason=reason)  # fmt: skip
    return lease


@transaction.atomic
def void_lease(*, lease_id: uuid.UUID, reason: str, by: Scope, at: datetime) -> Lease:
    """Take back a lease that was entered by mistake; the one that it renewed stands again.

    :raises UnableToLease: no reason, or it has been filed: then it was real and is to be ended
    """
    _dwelling, lease = _standing(lease_id, by)
    if lease.filed_on is not None:
        raise UnableToLease("已备案的租赁不能当作误登撤销，退租请用“终止”", "reason")
    if not reason.strip():
        raise UnableToLease("写明撤销的事由", "reason")
    before, lease.renews = lease.renews, None  # it may be renewed again, by the right one
    lease.state, lease.end_reason = State.VOID, reason.strip()[:200]
    _save(lease, ["state", "end_reason", "renews"], by, at)
    if before is not None:
        before.state = State.ACTIVE
        _save(before, ["state"], by, at)
    _tell("housing.lease_voided", lease, by, at, changes={}, reason=reason)
    return lease


_DAY = timedelta(days=1)


def _enter(
    dwelling: DwellingUnit, terms: Mapping[str, Any], action: str, by: Scope, at: datetime,
    renews: Lease | None = None,
) -> Lease:  # fmt: skip
    lease = Lease(
        committee_id=dwelling.committee_id, dwelling=dwelling, address=dwelling.address,
        renews=renews, created_at=at, created_by=by.user_name, updated_at=at,
        updated_by=by.user_name, **{name: terms[name] for name in TERMS if name in terms},
    )  # fmt: skip
    _check(dwelling, lease, at, apart_from=[])
    lease.file_by = _file_by(lease.starts_on, _limits(at))
    lease.save(force_insert=True)
    _follow(dwelling.pk, by, at)
    told = {name: ["", getattr(lease, name)] for name in ("kind", "starts_on", "ends_on")}
    _tell(action, lease, by, at, changes=told)
    return lease


def _check(
    dwelling: DwellingUnit, lease: Lease, at: datetime, *, apart_from: list[uuid.UUID | None]
) -> None:
    """:raises UnableToLease: the first thing that is wrong with the lease as it is to stand"""
    terms = {name: getattr(lease, name) for name in TERMS}
    for name in ("landlord", "lessee"):
        if not str(terms[name]).strip():
            raise UnableToLease("填写姓名或单位名称", name)
    for name, sentence in problems_of(terms, timezone.localdate(at), _limits(at)):
        raise UnableToLease(sentence, name)
    period = (lease.starts_on, lease.ends_on)
    others = Lease.objects.standing().filter(dwelling=dwelling)
    for other in others.exclude(pk__in=[pk for pk in apart_from if pk]).order_by("pk"):
        if excludes(lease.kind, other.kind) and overlap(period, (other.starts_on, other.ends_on)):
            there = f"{other.get_kind_display()}（{other.starts_on} 至 {other.ends_on}）"
            raise UnableToLease(f"这套房屋已登记{there}，先终止或续租那一份", "starts_on")


def _limits(at: datetime) -> Limits:
    return rule_on(RULE, timezone.localdate(at)).parameters


def _file_by(starts_on: date, limits: Limits) -> date:
    return starts_on + timedelta(days=limits["filing_days"])


def _to_let(dwelling_id: uuid.UUID, by: Scope) -> DwellingUnit:
    dwelling = _locked_dwelling(dwelling_id=dwelling_id, by=by)
    require(by, Capability.EDIT_HOUSING, dwelling.committee_id)
    if dwelling.status != DwellingUnit.Status.ACTIVE:
        raise UnableToLease("这套房屋已不在册，不能登记租赁")
    return dwelling


def _standing(lease_id: uuid.UUID, by: Scope) -> tuple[DwellingUnit, Lease]:
    """The dwelling, locked, and its lease as it stands now.

    :raises UnableToLease: it has been renewed, ended or taken back
    """
    found = Lease.objects.in_scope(by).only("dwelling_id").get(pk=lease_id)
    dwelling = _locked_dwelling(dwelling_id=found.dwelling_id, by=by)
    require(by, Capability.EDIT_HOUSING, dwelling.committee_id)
    lease = Lease.objects.select_for_update().get(pk=lease_id)
    if not lease.is_standing:
        raise UnableToLease(f"这份租赁{lease.get_state_display()}，不能再办理")
    return dwelling, lease


def _save(lease: Lease, columns: list[str], by: Scope, at: datetime) -> None:
    lease.version += 1
    lease.updated_at, lease.updated_by = at, by.user_name
    lease.save(update_fields=[*columns, "version", "updated_at", "updated_by"])
    _follow(lease.dwelling_id, by, at)


def _follow(dwelling_id: uuid.UUID, by: Scope, at: datetime) -> None:
    """Set until when the dwelling is let; no new version: nobody's form goes stale by it."""
    until = Lease.objects.standing().filter(dwelling=dwelling_id).aggregate(last=Max("ends_on"))
    DwellingUnit.objects.filter(pk=dwelling_id).update(leased_until=until["last"])
    tell_followers(dwelling_ids=[dwelling_id], by=by, at=at)


def _tell(
    action: str, lease: Lease, by: Scope, at: datetime, *, changes: dict[str, Any],
    reason: str = "",
) -> None:  # fmt: skip
    record(
        action, by=by, at=at, target=lease, committee=lease.committee_id, changes=changes,
        reason=reason,
    )  # fmt: skip
