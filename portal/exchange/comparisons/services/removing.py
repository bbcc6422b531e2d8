"""A partner's rows go when their time of keeping is over; what was done with them stays."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portal.audit.record import record
from portal.exchange.comparisons.models import ComparisonRow, ComparisonRun, RunState
from portal.orgs.scope import Scope


@transaction.atomic
def purge_runs(*, by: Scope, at: datetime) -> int:
    """Delete the rows of runs past their day, and of lists that nobody went on with; how many."""
    rows = ComparisonRun.objects.in_scope(by).select_for_update(of=("self",))
    old = rows.filter(emptied_at=None, kept_until__lt=timezone.localdate(at))
    count = 0
    for run in old.exclude(job__state__in=["waiting", "running"]):
        ComparisonRow.objects.filter(run=run).delete()
        run.emptied_at = at
        if run.state != RunState.DONE:
            run.state, run.finished_at = RunState.CANCELLED, at
        run.save(update_fields=["emptied_at", "state", "finished_at"])
        record("exchange.list_purged", by=by, at=at, target=run, committee=run.committee_id)
        count += 1
    return count
