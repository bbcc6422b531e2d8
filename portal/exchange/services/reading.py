"""A large file is read by a worker; what the sandbox refuses then is told on the file's page."""

from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction

from portal.audit.record import record
from portal.exchange.containers import FileRefused
from portal.exchange.models import BatchState, ImportBatch
from portal.exchange.services.receiving import (
    count_refused,
    received,
    stored_content,
    tables_of,
    take_table,
)
from portal.exchange.services.state import kind_of
from portal.jobs.models import Job, JobChunk
from portal.orgs.scope import Scope


@transaction.atomic
def read_file(*, job: Job, chunk: JobChunk, by: Scope, at: datetime) -> None:
    """Read the stored file in the sandbox and stage its rows, or refuse it."""
    batch = ImportBatch.objects.filter(
        pk=job.params["batch"], read_job_id=job.pk, state=BatchState.READING
    ).first()
    if batch is None:  # given up meanwhile
        return
    try:
        with tables_of(stored_content(batch), batch.file_name, kind_of(batch)) as table:
            take_table(batch, table)
    except FileRefused as refusal:
        _refuse(batch, refusal, by=by, at=at)
    else:
        received(batch, by=by, at=at)


def _refuse(batch: ImportBatch, refusal: FileRefused, *, by: Scope, at: datetime) -> None:
    count_refused(by, at)
    default_storage.delete(batch.stored_file)
    batch.state, batch.finished_at, batch.stored_file = BatchState.REFUSED, at, ""
    batch.notes = [refusal.message_zh]
    batch.save(update_fields=["state", "finished_at", "stored_file", "notes"])
    record(
        "exchange.file_refused", by=by, at=at, target=batch, committee=batch.committee_id,
        result="refused", reason=refusal.message_zh,
        changes={"rule": refusal.code, "size": batch.size},
    )  # fmt: skip


def finish_read(*, job: Job, by: Scope, at: datetime) -> dict[str, Any]:
    """Nothing is left to do: the file's page goes on from its state."""
    return {}
