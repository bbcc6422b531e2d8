"""The exchange's work in the background, as the ledger finds it (`JOB_HANDLER_MODULES`)."""

from datetime import datetime
from typing import Any

from portal.exchange import services
from portal.jobs.ledger import Handler
from portal.jobs.models import Job, JobChunk
from portal.orgs.scope import Scope


def _read(job: Job, chunk: JobChunk, scope: Scope, at: datetime) -> None:
    services.read_file(job=job, chunk=chunk, by=scope, at=at)


def _was_read(job: Job, scope: Scope, at: datetime) -> dict[str, Any]:
    return services.finish_read(job=job, by=scope, at=at)


def _check(job: Job, chunk: JobChunk, scope: Scope, at: datetime) -> None:
    services.check_rows(job=job, chunk=chunk, by=scope, at=at)


def _checked(job: Job, scope: Scope, at: datetime) -> dict[str, Any]:
    return services.finish_check(job=job, by=scope, at=at)


def _apply(job: Job, chunk: JobChunk, scope: Scope, at: datetime) -> None:
    services.apply_rows(job=job, chunk=chunk, by=scope, at=at)


def _applied(job: Job, scope: Scope, at: datetime) -> dict[str, Any]:
    return services.finish_apply(job=job, by=scope, at=at)


def _undo(job: Job, chunk: JobChunk, scope: Scope, at: datetime) -> None:
    services.undo_rows(job=job, chunk=chunk, by=scope, at=at)


def _undone(job: Job, scope: Scope, at: datetime) -> dict[str, Any]:
    return services.finish_undo(job=job, by=scope, at=at)


#: Chunks are rows far apart; what two of them have in common (a home, a person) is locked in the
#: order of its keys, so that two workers halve a large file's time.
HANDS = 2

HANDLERS = {
    "import.read": Handler(chunk=_read, finish=_was_read),
    "import.check": Handler(chunk=_check, finish=_checked, hands=HANDS),
    "import.apply": Handler(chunk=_apply, finish=_applied, hands=HANDS),
    "import.undo": Handler(chunk=_undo, finish=_undone),
}
