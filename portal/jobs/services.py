"""Asking for work, claiming it chunk by chunk, and ending it: the ledger's only writers (D-9)."""

import logging
import random
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal import kept
from portal.jobs.clock import Clockwork, clockwork
from portal.jobs.ledger import Handler, handlers
from portal.jobs.models import (
    ChunkState,
    IdempotencyKey,
    Job,
    JobChunk,
    JobState,
    RowOutcome,
    Tick,
)
from portal.orgs import posts
from portal.orgs.access import require
from portal.orgs.acting import acting
from portal.orgs.capabilities import Capability
from portal.orgs.limits import allow_work
from portal.orgs.models import Appointment, OrgUnit
from portal.orgs.scope import Scope
from portal.outages import BELL_FAULTS, Trouble, trouble_of
from portal.rows import insert_rows, insert_values

log = logging.getLogger("portal.jobs")
ATTEMPTS = 3
STARTS = 30  # a chunk that was begun so often and never ended kills its workers
TICKS_KEPT = timedelta(days=7)
PAUSE = 0.1  # seconds after a lost race, doubled each time, with jitter
#: Somebody waits for the page that rings; a worker is more patient with its queue.
BELL_PATIENCE = {"socket_timeout": 2, "socket_connect_timeout": 2}
RING_AGAIN_AFTER = timedelta(seconds=2 * settings.TICK_SECONDS)


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
    insert_rows(
        JobChunk(job=job, committee_id=unit, seq=seq, params=chunk)
        for seq, chunk in enumerate(chunks)
    )
    kept.changed(kept.work_of(by.user_id))
    hands = min(len(chunks), handlers()[kind].hands)
    transaction.on_commit(partial(_ring_for, hands, job.pk, unit))
    return job


def _ring_for(hands: int, job_id: uuid.UUID, unit: int) -> None:
    """Call as many workers as may work at this job at once, while Redis answers."""
    for _ in range(max(hands, 1)):
        if not ring(job_id, unit):
            break


def ring(job_id: uuid.UUID, unit: int) -> bool:
    """Tell a worker; a dead, silent or full Redis costs nothing, since the reaper rings again."""
    from portal.jobs.tasks import run

    told = {"job_id": str(job_id), "unit": unit}
    try:
        with current_app.connection_for_write(transport_options=BELL_PATIENCE) as line:
            producer = current_app.amqp.Producer(line, auto_declare=False)
            run.apply_async(kwargs=told, producer=producer, retry=False)
    except BELL_FAULTS as error:
        name = type(error).__name__
        log.warning("%s: the reaper will ring job %s again", name, job_id)
        return False
    return True


def work(job_id: uuid.UUID, unit: int | None = None, *, seconds: float | None = None) -> bool:
    """Do a job's open chunks, one transaction each, then close it.

    Safe to call any number of times, from any number of workers at once.

    :param seconds: stop after the chunk that ends later than this, so that others have their turn
    :returns: False when it stopped so; whoever called rings again
    """
    ends = None if seconds is None else time.monotonic() + seconds
    try:
        scope = _scope_of(job_id, unit)
        if scope is None:
            return True
        while _work_one(job_id, scope):
            if ends is not None and time.monotonic() > ends:
                return False
        _close(job_id, scope)
    except (DatabaseError, InterfaceError) as error:
        if trouble_of(error) is not Trouble.AWAY:
            raise
        log.warning("the database is away, the reaper will ring job %s again", job_id)
    return True


def _scope_of(job_id: uuid.UUID, unit: int | None) -> Scope | None:
    """The requester's scope as of now; a post that has ended ends its jobs too."""
    district = OrgUnit.objects.get(parent=None)
    with acting(posts.system_scope(unit or district.code, district.name)) as system:
        job = Job.objects.filter(pk=job_id).first()
        if job is None or not job.is_open:
            return None
        if job.acting is None:
            office = OrgUnit.objects.get(pk=job.committee_id)
            return posts.system_scope(office.code, office.name)
        post = Appointment.objects.select_related("user", "unit").filter(pk=job.acting).first()
        ended = post is None or (post.ends_on and post.ends_on < timezone.localdate())
        if ended or not post.user.is_active:  # type: ignore[union-attr]
            assert system is not None
            _fail(job, "申请人的岗位已结束", system)
            return None
        assert post is not None
        return posts.scope_of(post, post.user, request_id=f"job-{job.pk}")


def _work_one(job_id: uuid.UUID, scope: Scope) -> bool:
    """Claim and do one chunk; False when none is left (or others hold the last)."""
    chunk_id = _take_in_hand(job_id, scope)
    if chunk_id is None:
        return False
    try:
        _do(job_id, chunk_id, scope)
        _count_progress(job_id, scope)
    except Exception as error:
        trouble = trouble_of(error)
        if trouble is Trouble.AWAY:
            raise
        log.exception("chunk of job %s failed", job_id)
        return _remember_failure(chunk_id, scope, error, trouble)
    return True


def _take_in_hand(job_id: uuid.UUID, scope: Scope) -> uuid.UUID | None:
    """The first open chunk that nobody works at, its start counted before anything can go wrong.

    A worker that is killed leaves no other trace than this count.
    """
    with acting(scope):
        chunk = _open_chunks().filter(job_id=job_id).order_by("seq").first()
        job = Job.objects.filter(pk=job_id).first()
        if chunk is None or job is None or not job.is_open:
            return None
        _start(job)
        chunk.starts += 1
        if chunk.starts > STARTS:
            chunk.state = ChunkState.FAILED
            why = f"第 {chunk.seq + 1} 块反复使后台进程中止，问题编号 {job_id}"
            _fail(job, why, scope)
        chunk.save(update_fields=["starts", "state"])
        return chunk.pk if chunk.state == ChunkState.TODO else None


def _open_chunks() -> QuerySet[JobChunk]:
    return JobChunk.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=ChunkState.TODO
    )


def _do(job_id: uuid.UUID, chunk_id: uuid.UUID, scope: Scope) -> None:
    """One chunk in one transaction; nothing if another worker was faster."""
    with acting(scope):
        job = Job.objects.get(pk=job_id)
        chunk = _open_chunks().filter(pk=chunk_id).first()
        if chunk is None or not job.is_open:
            return
        allow_work(clockwork=job.acting is None)
        _handler(job).chunk(job, chunk, scope, timezone.now())
        chunk.state, chunk.done_at = ChunkState.DONE, timezone.now()
        chunk.save(update_fields=["state", "done_at"])


def _start(job: Job) -> None:
    Job.objects.filter(pk=job.pk, state=JobState.WAITING).update(
        state=JobState.RUNNING, started_at=timezone.now()
    )


def _count_progress(job_id: uuid.UUID, scope: Scope) -> None:
    """Progress in a transaction of its own, so that workers do not queue behind a chunk."""
    with acting(scope):
        done = JobChunk.objects.filter(job_id=job_id, state=ChunkState.DONE).count()
        Job.objects.filter(pk=job_id).update(chunks_done=done)


def _remember_failure(
    chunk_id: uuid.UUID, scope: Scope, error: Exception, trouble: Trouble | None
) -> bool:
    """Count the attempt on the chunk; after the last one the job fails as a whole.

    A lost race is tried again after a moment. False when there is no chunk to count it on: the
    job is gone or out of sight, so that trying again would never end.
    """
    with acting(scope):
        allow_work(clockwork=scope.user_id is None)
        chunk = (
            JobChunk.objects.select_for_update()
            .filter(pk=chunk_id, state=ChunkState.TODO)
            .select_related("job")
            .first()
        )
        if chunk is None:
            return False
        chunk.attempts += 1
        chunk.error = f"{type(error).__name__}"
        if chunk.attempts >= ATTEMPTS:
            chunk.state = ChunkState.FAILED
            why = _SENTENCES[trouble] % {"n": chunk.seq + 1, "job": chunk.job_id}
            _fail(chunk.job, why, scope)
        chunk.save(update_fields=["attempts", "error", "state"])
    if trouble is Trouble.RACE:
        time.sleep(PAUSE * 2**chunk.attempts * random.uniform(0.5, 1.5))  # noqa: S311  jitter
    return True


_SENTENCES: dict[Trouble | None, str] = {
    None: "第 %(n)d 块未能完成，问题编号 %(job)s",
    Trouble.RACE: "第 %(n)d 块多次遇到他人同时修改同一批记录，请稍后再试，问题编号 %(job)s",
    Trouble.SLOW: "第 %(n)d 块没有在限定时间内完成，请稍后再试，问题编号 %(job)s",
}


def _fail(job: Job, why: str, by: Scope) -> None:
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, error=why, finished_at=now)
    kept.changed(kept.work_of(job.requested_by))
    if told := _handler(job).failed:
        told(job, by, now)


def _close(job_id: uuid.UUID, scope: Scope) -> None:
    """End a job after its last chunk; one that cannot be ended fails instead of trying for ever."""
    try:
        _finish(job_id, scope)
    except Exception as error:
        if trouble_of(error) is not None:
            raise
        log.exception("job %s could not be ended", job_id)
        with acting(scope):
            _fail(Job.objects.get(pk=job_id), f"收尾时出错，问题编号 {job_id}", scope)


def _finish(job_id: uuid.UUID, scope: Scope) -> None:
    with acting(scope):
        allow_work(clockwork=scope.user_id is None)
        job = Job.objects.select_for_update().get(pk=job_id)
        if not job.is_open or job.chunks.exclude(state=ChunkState.DONE).exists():
            return
        job.result = _handler(job).finish(job, scope, timezone.now())
        job.state, job.finished_at = JobState.DONE, timezone.now()
        job.chunks_done = job.chunk_count
        job.save(update_fields=["result", "state", "finished_at", "chunks_done"])
        kept.changed(kept.work_of(job.requested_by))


def _handler(job: Job) -> Handler:
    return handlers()[job.kind]


def record_outcomes(job: Job, results: Sequence[Any]) -> None:
    """Outcomes of rows, in the transaction that did them; `results` are `RowResult`s."""
    insert_values(
        RowOutcome,
        (
            {
                "job_id": job.pk, "committee_id": job.committee_id, "line": result.line,
                "outcome": result.outcome, "target_id": result.target_id,
                "message": result.message[:300], "before": result.before,
            }
            for result in results
        ),
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
    kept.changed(kept.work_of(job.requested_by))
    return job


def ring_unfinished(now: datetime) -> int:
    """Ring again for jobs that are not over, until Redis does not take it; returns how many."""
    district = OrgUnit.objects.get(parent=None)
    with acting(posts.system_scope(district.code, district.name)):
        waiting = list(
            Job.objects.filter(
                state__in=[JobState.WAITING, JobState.RUNNING],
                created_at__lt=now - RING_AGAIN_AFTER,
            ).values_list("pk", "committee_id")
        )
    for place, (job_id, unit) in enumerate(waiting):
        if not ring(job_id, unit):
            return place
    return len(waiting)


def tick(now: datetime) -> list[str]:
    """Do each piece of clockwork that is due and not done yet; returns the names of those done.

    Any number of clocks may tick, early, late or twice: a moment is done once, in the transaction
    that says so. What fails is left undone and tried at the next tick.
    """
    try:
        return [name for name, piece in clockwork().items() if _done_now(name, piece, now)]
    except (DatabaseError, InterfaceError) as error:
        if trouble_of(error) is not Trouble.AWAY:
            raise
        log.warning("the database is away, the next tick tries again")
        return []


def _done_now(name: str, piece: Clockwork, now: datetime) -> bool:
    try:
        with transaction.atomic():
            return _do_once(name, piece, now)
    except Exception as error:
        if trouble_of(error) is Trouble.AWAY:
            raise
        log.exception("clockwork %s failed, the next tick tries again", name)
        return False


def _do_once(name: str, piece: Clockwork, now: datetime) -> bool:
    """One clock at a time for each name; the others go on instead of waiting."""
    due = piece.due(now)
    if Tick.objects.filter(schedule=name, due_at=due).exists() or not _my_turn(name):
        return False
    _, fresh = Tick.objects.get_or_create(schedule=name, due_at=due, defaults={"done_at": now})
    if fresh:
        allow_work(clockwork=True)
        current_app.tasks[piece.task]()
        Tick.objects.filter(schedule=name, due_at__lt=due - TICKS_KEPT).delete()
    return fresh


def _my_turn(name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])


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
