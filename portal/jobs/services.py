"""Asking for work, claiming it chunk by chunk, and ending it: the ledger's only writers (D-9)."""

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.jobs.ledger import Handler, handlers
from portal.jobs.models import ChunkState, IdempotencyKey, Job, JobChunk, JobState, RowOutcome
from portal.orgs import posts
from portal.orgs.access import require
from portal.orgs.acting import acting
from portal.orgs.capabilities import Capability
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.records import new_id
from portal.orgs.scope import Scope

log = logging.getLogger("portal.jobs")
ATTEMPTS = 3
RING_AGAIN_AFTER = timedelta(seconds=20)


class UnableToCancel(Exception):
    """The job is over already."""


@transaction.atomic
def ask(
    *,
    kind: str,
    title: str,
    key: str,
    params: dict[str, Any],
    chunks: Sequence[dict[str, Any]],
    by: Scope,
    at: datetime,
    committee: int | None = None,
) -> Job:
    """Write a job and its chunks; Celery is rung when this transaction commits.

    Asking twice with the same kind and key gives the same job. `committee` is the unit that the
    job belongs to, the acting unit unless told.
    """
    unit = committee or by.unit
    found = Job.objects.filter(kind=kind, key=key).first()
    if found:
        return found
    job = Job.objects.create(
        kind=kind, key=key, title=title[:120], params=params, committee_id=unit,
        requested_by=by.user_id, acting=by.appointment_id, created_at=at,
        chunk_count=len(chunks),
    )  # fmt: skip
    JobChunk.objects.bulk_create(
        JobChunk(job=job, committee_id=unit, seq=seq, params=chunk)
        for seq, chunk in enumerate(chunks)
    )
    transaction.on_commit(partial(ring, job.pk, unit))
    return job


def ring(job_id: uuid.UUID, unit: int) -> None:
    """Tell a worker; a dead Redis costs nothing, since the reaper rings again."""
    from kombu.exceptions import OperationalError

    from portal.jobs.tasks import run

    try:
        run.apply_async(kwargs={"job_id": str(job_id), "unit": unit}, retry=False)
    except OperationalError:
        log.warning("broker not reachable, the reaper will ring job %s again", job_id)


def work(job_id: uuid.UUID, unit: int | None = None) -> None:
    """Do all of a job's open chunks, one transaction each, then close it.

    Safe to call any number of times, from any number of workers at once.
    """
    scope = _scope_of(job_id, unit)
    if scope is None:
        return
    while _work_one(job_id, scope):
        pass
    _close(job_id, scope)


def _scope_of(job_id: uuid.UUID, unit: int | None) -> Scope | None:
    """The requester's scope as of now; a post that has ended ends its jobs too."""
    district = OrgUnit.objects.get(parent=None)
    with acting(posts.system_scope(unit or district.code, district.name)):
        job = Job.objects.filter(pk=job_id).first()
        if job is None or not job.is_open:
            return None
        if job.acting is None:
            office = OrgUnit.objects.get(pk=job.committee_id)
            return posts.system_scope(office.code, office.name)
        post = Appointment.objects.select_related("user", "unit").filter(pk=job.acting).first()
        ended = post is None or (post.ends_on and post.ends_on < timezone.localdate())
        if ended or not post.user.is_active:  # type: ignore[union-attr]
            _fail(job, "申请人的岗位已结束")
            return None
        assert post is not None
        return posts.scope_of(post, post.user, request_id=f"job-{job.pk}")


def _work_one(job_id: uuid.UUID, scope: Scope) -> bool:
    """Claim and do one chunk; False when none is left (or another worker holds the last)."""
    try:
        with acting(scope):
            job = Job.objects.get(pk=job_id)
            if not job.is_open:
                return False
            chunk = (
                JobChunk.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(job_id=job_id, state=ChunkState.TODO)
                .order_by("seq")
                .first()
            )
            if chunk is None:
                return False
            _start(job)
            _handler(job).chunk(job, chunk, scope, timezone.now())
            chunk.state, chunk.done_at = ChunkState.DONE, timezone.now()
            chunk.save(update_fields=["state", "done_at"])
        _count_progress(job_id, scope)
    except Exception as error:
        log.exception("chunk of job %s failed", job_id)
        return _remember_failure(job_id, scope, error)
    return True


def _start(job: Job) -> None:
    Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(
        state=JobState.RUNNING, started_at=timezone.now()
    )


def _count_progress(job_id: uuid.UUID, scope: Scope) -> None:
    """Progress in a transaction of its own, so that workers do not queue behind a chunk."""
    with acting(scope):
        done = JobChunk.objects.filter(job_id=job_id, state=ChunkState.DONE).count()
        Job.objects.filter(pk=job_id).update(chunks_done=done)


def _remember_failure(job_id: uuid.UUID, scope: Scope, error: Exception) -> bool:
    """Count the attempt on the chunk that failed; after the last one the job fails as a whole.

    False when there is no chunk to count it on: the job is gone or out of sight, so that trying
    again would never end.
    """
    with acting(scope):
        chunk = (
            JobChunk.objects.select_for_update()
            .filter(job_id=job_id, state=ChunkState.TODO)
            .order_by("seq")
            .first()
        )
        if chunk is None:
            return False
        chunk.attempts += 1
        chunk.error = f"{type(error).__name__}"
        if chunk.attempts >= ATTEMPTS:
            chunk.state = ChunkState.FAILED
            _fail(Job.objects.get(pk=job_id), f"第 {chunk.seq + 1} 块未能完成，问题编号 {job_id}")
        chunk.save(update_fields=["attempts", "error", "state"])
        return True


def _fail(job: Job, why: str) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=JobState.FAILED, error=why, finished_at=timezone.now()
    )


def _close(job_id: uuid.UUID, scope: Scope) -> None:
    with acting(scope):
        job = Job.objects.select_for_update().get(pk=job_id)
        if not job.is_open or job.chunks.exclude(state=ChunkState.DONE).exists():
            return
        job.result = _handler(job).finish(job, scope, timezone.now())
        job.state, job.finished_at = JobState.DONE, timezone.now()
        job.chunks_done = job.chunk_count
        job.save(update_fields=["result", "state", "finished_at", "chunks_done"])


def _handler(job: Job) -> Handler:
    return handlers()[job.kind]


def record_outcomes(job: Job, results: Sequence[Any]) -> None:
    """Outcomes of rows, in the transaction that did them; `results` are `RowResult`s."""
    RowOutcome.objects.bulk_create(
        [
            RowOutcome(
                id=new_id(), job=job, committee_id=job.committee_id, line=result.line,
                outcome=result.outcome, target_id=result.target_id,
                message=result.message[:300], before=result.before,
            )
            for result in results
        ],
        batch_size=1000,
    )  # fmt: skip


@transaction.atomic
def cancel(*, job_id: uuid.UUID, by: Scope, at: datetime) -> Job:
    """Stop a job after the chunk in hand; whole chunks stay done.

    :raises UnableToCancel: it is over
    :raises NotAllowed: it is not the requester's own
    """
    job = Job.objects.in_scope(by).select_for_update().get(pk=job_id)
    if job.requested_by != by.user_id:
        require(by, Capability.VIEW_OPERATION, job.committee_id)
    if not job.is_open:
        raise UnableToCancel("这项任务已经结束")
    job.state, job.finished_at = JobState.CANCELLED, at
    job.save(update_fields=["state", "finished_at"])
    return job


def ring_unfinished(now: datetime) -> int:
    """Ring again for jobs that nobody has touched lately; returns how many."""
    district = OrgUnit.objects.get(parent=None)
    with acting(posts.system_scope(district.code, district.name)):
        waiting = list(
            Job.objects.filter(
                state__in=[JobState.WAITING, JobState.RUNNING],
                created_at__lt=now - RING_AGAIN_AFTER,
            ).values_list("pk", "committee_id")
        )
    for job_id, unit in waiting:
        ring(job_id, unit)
    return len(waiting)


def once(*, key: uuid.UUID | None, user_id: int, at: datetime, act: Callable[[], str]) -> str:
    """Do `act` once per form key and return the URL that it led to; a second press gets the same.

    The key is inserted before the act: a second press that comes meanwhile waits for the first to
    commit, then finds where it led. If `act` raises, the key goes with it and may be used again.
    """
    if key is None:
        return act()
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(key=key, user_id=user_id, created_at=at)
    except IntegrityError:
        return IdempotencyKey.objects.get(key=key, user_id=user_id).result_url
    try:
        row.result_url = act()
    except Exception:
        row.delete()
        raise
    row.save(update_fields=["result_url"])
    return row.result_url
