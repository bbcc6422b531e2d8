"""Forgetting: ninety days after publication the sheets are deleted, the numbers stay.

Paper: S-69, S-70.
"""

from datetime import datetime, timedelta

from django.db import transaction

from portal.orgs.scope import Scope
from residents.models import SpotItem, SpotPerson, SpotRound
from residents.services.changing import today_of
from residents.services.spotchecks.planning import told
from residents.spotchecks.courses import SHEETS_KEPT_DAYS


@transaction.atomic
def purge_sheets(*, by: Scope, at: datetime) -> int:
    """Erase names, places and records of rounds published long ago; returns how many rounds."""
    before = today_of(at) - timedelta(days=SHEETS_KEPT_DAYS)
    rows = list(SpotRound.objects.in_scope(by).select_for_update().worn(before))
    for row in rows:
        SpotPerson.objects.filter(item__round=row).update(
            name="", sex="", born=None, tail="", category="", record_id=None, verdicts=[]
        )
        SpotItem.objects.filter(round=row).update(
            place="", name="", residence_id=None, visits=[], field_checks={}, outcome="",
            verifier="", post_id=None, post_unit=None,
        )  # fmt: skip
        row.purged_at, row.frame = at, b""
        row.save(update_fields=["purged_at", "frame"])
        told("purged", row, by, at)
    return len(rows)
