"""Staging is emptied by rule: files and rows go seven days after their end."""

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from portal.audit.record import record
from portal.exchange.models import ImportBatch, ImportRow
from portal.orgs.scope import Scope

KEPT_DAYS = 7


@transaction.atomic
def purge_closed(*, by: Scope, at: datetime) -> int:
    """Remove files and staged rows of batches that ended, or were left lying, seven days ago.

    The batch itself stays with its counts. Returns how many were emptied.
    """
    before = at - timedelta(days=KEPT_DAYS)
    old = (
        ImportBatch.objects.in_scope(by)
        .select_for_update(of=("self",))
        .exclude(stored_file="")
        .filter(Q(finished_at__lt=before) | Q(finished_at=None, uploaded_at__lt=before))
        .exclude(undo_job__state__in=["waiting", "running"])
        .exclude(apply_job__state__in=["waiting", "running"])
    )
    count = 0
    for batch in old:
        ImportRow.objects.filter(batch=batch).delete()
        default_storage.delete(batch.stored_file)
        batch.stored_file = ""
        batch.save(update_fields=["stored_file"])
        record("exchange.purged", by=by, at=at, target=batch, committee=batch.committee_id)
        count += 1
    return count
