"""Several people who left at once: a dormitory that was cleared, a site that was closed.

Paper: S-21.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.jobs.many import Done
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rows import update_rows
from residents.models import Residence, Resident
from residents.services.counters import refresh_dwellings
from residents.services.errors import UnableToDeregister
from residents.services.moving import check_end, end_episodes

#: Reasons that several people share. A death or a double record is one person's, to be looked at.
SHARED_REASONS = ("01", "03", "06", "99")


@transaction.atomic
def deregister_several(
    *, residence_ids: Iterable[Any], ended_on: date, reason: str, by: Scope, at: datetime,
    note: str = "",
) -> Done:  # fmt: skip
    """End the episodes of several people on one day and for one reason; others are left and told.

    :param reason: a code of 注销原因, one of `SHARED_REASONS`
    :raises UnableToDeregister: a day to come, or a reason that is one person's own
    :raises NotAllowed: `by` edits no residents
    """
    require(by, Capability.EDIT_RESIDENTS)
    today, done = timezone.localdate(at), Done()
    if reason not in SHARED_REASONS:
        raise UnableToDeregister("这个原因请逐人办理")
    if ended_on > today:
        raise UnableToDeregister("离开日期不能晚于今天")
    leaving = []
    for residence in _locked(residence_ids, by):
        require(by, Capability.EDIT_RESIDENTS, residence.committee_id)
        try:
            check_end(residence, ended_on, reason, today)
        except UnableToDeregister as why:
            done.refused.append(f"{residence.name}：{why}")
        else:
            leaving.append(residence)
    end_episodes(endings=[(row, ended_on, reason) for row in leaving], by=by, at=at, note=note)
    _touch(leaving, by, at)
    refresh_dwellings(dwellings={row.dwelling_id for row in leaving}, by=by, at=at)
    done.count = len(leaving)
    return done


def why_not_deregistered(residence: Residence) -> str:
    """Why somebody stays as they are when several leave; blank when the episode is ended."""
    if residence.status != Residence.Status.ACTIVE:
        return str(residence.get_status_display())
    return ""


def _locked(residence_ids: Iterable[Any], by: Scope) -> list[Residence]:
    """The chosen episodes still open, in the order in which every writer locks them."""
    rows = Residence.objects.in_scope(by).open().select_related("resident")
    chosen = rows.filter(pk__in=list(residence_ids)).order_by("pk")
    return list(chosen.select_for_update(of=("self", "resident")))


def _touch(leaving: Iterable[Residence], by: Scope, at: datetime) -> None:
    """The people are as of now; whoever has one of them open is told."""
    people: dict[Any, Resident] = {}
    for row in leaving:
        people.setdefault(row.resident_id, row.resident)
    for person in people.values():
        person.version += 1
        person.updated_at, person.updated_by = at, by.user_name
    update_rows(list(people.values()), ["version", "updated_at", "updated_by"])
