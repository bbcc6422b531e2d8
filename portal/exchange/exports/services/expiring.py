"""What the clock removes: files past their time, requests that nobody decided, broken work."""

from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.audit.record import record
from portal.exchange.exports.services.making import forget_parts
from portal.exchange.models import ExportRequest, ExportState
from portal.jobs.models import JobState
from portal.orgs.scope import Scope

OVER = (JobState.FAILED, JobState.CANCELLED)


@transaction.atomic
def expire(*, by: Scope, at: datetime) -> int:
    """Delete files whose time is over and close what came to nothing; returns how many."""
    rows = ExportRequest.objects.in_scope(by).select_for_update(of=("self",), skip_locked=True)
    gone = list(rows.filter(state=ExportState.READY, expires_at__lte=at))
    for export in gone:
        default_storage.delete(export.stored_file)
        export.state, export.stored_file = ExportState.EXPIRED, ""
        export.save(update_fields=["state", "stored_file"])
        record("exchange.export_expired", by=by, at=at, target=export,
               committee=export.committee_id)  # fmt: skip
    broken = list(rows.filter(state=ExportState.MAKING, job__state__in=OVER).select_related("job"))
    for export in broken:
        forget_parts(export)
        export.state = ExportState.FAILED
        export.outcome = (export.job.error if export.job else "") or _("生成已停止")
        export.save(update_fields=["state", "outcome"])
    late = rows.filter(state=ExportState.WAITING, due_on__lt=timezone.localdate(at))
    lapsed = late.update(state=ExportState.LAPSED, outcome=_("逾期没有审批"))
    return len(gone) + len(broken) + lapsed
