"""Forgetting: sheets go ninety days after publication, or at once with a round that is given up.

Paper: S-69, S-70.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from portal.orgs.scope import Scope
from residents.models import SpotItem, SpotPerson, SpotPlace, SpotRound
from residents.services.changing import today_of
from residents.services.errors import UnableToCheck
from residents.services.spotchecks.planning import go_on, locked, told
from residents.spotchecks.courses import SHEETS_KEPT_DAYS, may_follow

LONGEST_REASON = 200


@transaction.atomic
def purge_sheets(*, by: Scope, at: datetime) -> int:
    """Erase names, places and records of rounds published long ago; returns how many rounds."""
    before = today_of(at) - timedelta(days=SHEETS_KEPT_DAYS)
    rows = list(SpotRound.objects.in_scope(by).select_for_update().worn(before))
    for row in rows:
        _erase(row, at)
        row.save(update_fields=["purged_at", "frame"])
        told("purged", row, by, at)
    return len(rows)


def _erase(row: SpotRound, at: datetime) -> None:
    SpotPerson.objects.filter(item__round=row).update(
        name="", sex="", born=None, tail="", category="", since="", phone="", record_id=None,
        verdicts=[],
    )  # fmt: skip
    SpotItem.objects.filter(round=row).update(
        place="", name="", residence_id=None, visits=[], field_checks={}, outcome="",
        verifier="", post_id=None, post_unit=None,
    )  # fmt: skip
    SpotPlace.objects.filter(round=row).update(place="", verifier="", post_id=None)
    row.purged_at, row.frame = at, b""


@transaction.atomic
def cancel_round(*, round_id: Any, reason: str, by: Scope, at: datetime) -> SpotRound:
    """Give up a round before its sheets are given out; what was drawn is erased, the reason stays.

    Once somebody may have called at a door a round is finished and published, whatever it found.

    :raises UnableToCheck: in the field or behind it, or no reason
    """
    row = locked(round_id=round_id, by=by, at=at)
    if not may_follow(row.state, "cancelled"):
        raise UnableToCheck("抽查表已经下发，不能取消；请做完并公布，没去到的按未联系上计")
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise UnableToCheck(f"请写明取消的原因，{LONGEST_REASON} 字以内", "reason")
    go_on(row, "cancelled")
    if row.drawn_at is not None:
        _erase(row, at)
    row.cancelled_at, row.cancelled_by, row.cancel_reason = at, by.user_name, reason
    row.save()
    if row.extends is not None:  # it can be extended anew
        row.extends.state = "published"
        row.extends.save(update_fields=["state"])
    told("cancelled", row, by, at, {"reason": reason})
    return row
