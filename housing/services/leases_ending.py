"""Leases whose last day has come or comes soon, several at a time: renewed alike, or ended."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from housing.leases import Lease
from housing.services.errors import UnableToLease
from housing.services.leasing import TERMS, end_lease, renew_lease
from housing.terms import NOTICE_DAYS, years_after
from portal.jobs.many import Done, for_each
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope

_DAY = timedelta(days=1)


def renewal_terms(lease: Lease, years: int) -> dict[str, Any]:
    """The terms of the lease that follows on this one: the same, without contract and filing."""
    begins = lease.ends_on + _DAY
    return {name: getattr(lease, name) for name in TERMS} | {
        "starts_on": begins, "ends_on": years_after(begins, years) - _DAY,
        "filing_no": "", "filed_on": None, "contract_no": "",
    }  # fmt: skip


@transaction.atomic
def renew_leases(
    *, lease_ids: Iterable[uuid.UUID], years: int, by: Scope, at: datetime
) -> Done:  # fmt: skip
    """Renew several leases on their own terms, from the day after their last; others are left.

    :raises NotAllowed: `by` edits no housing
    """
    today = timezone.localdate(at)
    rows = [row for row in _chosen(lease_ids, by) if not why_not_renewed(row, today)]
    terms = {row.pk: renewal_terms(row, years) for row in rows}
    return for_each(
        terms,
        lambda key: renew_lease(lease_id=key, terms=terms[key], by=by, at=at),
        (UnableToLease,),
    )


@transaction.atomic
def end_leases_at_term(
    *, lease_ids: Iterable[uuid.UUID], reason: str, by: Scope, at: datetime
) -> Done:  # fmt: skip
    """End several leases whose term is over, each at its last day; others are left.

    :raises NotAllowed: `by` edits no housing
    """
    today = timezone.localdate(at)
    rows = [row for row in _chosen(lease_ids, by) if not why_not_ended(row, today)]
    days = {row.pk: row.ends_on for row in rows}
    return for_each(
        days,
        lambda key: end_lease(lease_id=key, ended_on=days[key], reason=reason, by=by, at=at),
        (UnableToLease,),
    )


def why_not_renewed(lease: Lease, today: date) -> str:
    """Why a lease stays as it is when many are renewed; blank when it is."""
    if not lease.is_standing:
        return str(lease.get_state_display())
    if lease.ends_on > today + timedelta(days=NOTICE_DAYS):
        return f"离到期还有 {NOTICE_DAYS} 天以上"
    return ""


def why_not_ended(lease: Lease, today: date) -> str:
    """Why a lease stays as it is when many are ended at their last day; blank when it is."""
    if not lease.is_standing:
        return str(lease.get_state_display())
    return "租期未满，提前退租请逐份办理" if lease.ends_on > today else ""


def _chosen(lease_ids: Iterable[uuid.UUID], by: Scope) -> list[Lease]:
    require(by, Capability.EDIT_HOUSING)
    return list(Lease.objects.in_scope(by).filter(pk__in=list(lease_ids)).order_by("pk"))
