"""What housing calls when a dwelling changes, so that episodes repeat the present facts (D-5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from housing.models import DwellingUnit
from portal.orgs.scope import Scope
from portal.rows import update_rows
from portal.rules.services import rule_on
from residents.cycles import due_on
from residents.discovery import CAMPAIGN
from residents.models import Residence
from residents.services.changing import today_of
from residents.services.copies import dwelling_copies
from residents.services.leading import LeadTold, submit_lead
from residents.services.rooming import examine_dwellings

COLUMNS = ("address_key", "short_address", "occupancy", "code_final", "due_on")


@transaction.atomic(savepoint=False)
def dwellings_changed(*, dwelling_ids: Sequence[UUID], by: Scope, at: datetime) -> None:
    """Renew the copies on open episodes of these dwellings, the due day by their occupancy, and the
    tests of their rooms.

    Named in `DWELLING_FOLLOWERS`; part of the act on the dwelling, so it needs no event.
    """
    cycle = rule_on("verification_cycle", today_of(at)).parameters
    rows: list[Residence] = list(
        Residence.objects.in_scope(by)
        .open()
        .filter(dwelling_id__in=list(dwelling_ids))
        .select_related("dwelling")
        .select_for_update(of=("self",))
    )
    for row in rows:
        fresh: dict[str, Any] = dwelling_copies(row.dwelling)
        for name, value in fresh.items():
            setattr(row, name, value)
        row.due_on = due_on(row.verified_on, row.occupancy, row.category, cycle)
    update_rows(rows, COLUMNS)
    examine_dwellings(dwelling_ids, by=by, at=at)


def change_found(*, dwelling: DwellingUnit, kind: str, text: str, by: Scope, at: datetime) -> None:
    """A visit found somebody not registered, or registered and gone: a lead of its committee.

    Called by housing inside the act that wrote the finding down.
    """
    told = LeadTold(kind=kind, place=dwelling.address, text=text, channel=CAMPAIGN)
    submit_lead(told=told, by=by, at=at, dwelling_id=dwelling.pk)
