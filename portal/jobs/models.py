"""The ledger of work: what was asked, in chunks, with an outcome per row (D-9)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.orgs.records import CommitteeRecord, ScopedQuerySet, new_id


class JobState(models.TextChoices):
    WAITING = "waiting", "等待"
    RUNNING = "running", "进行中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


class ChunkState(models.TextChoices):
    TODO = "todo", "待办"
    DONE = "done", "完成"
    FAILED = "failed", "失败"


class Job(CommitteeRecord):
    """One piece of background work, written in the transaction that asks for it.

    `committee` is the unit in whose scope the job runs (a committee, street or the district);
    `acting` is the appointment whose rights the worker takes on, none for clockwork.
    """

    kind = models.CharField("类别", max_length=40)
    title = models.CharField("内容", max_length=120)
    key = models.CharField("幂等键", max_length=80)
    state = models.CharField("状态", max_length=12, choices=JobState, default=JobState.WAITING)
    params = models.JSONField("参数", default=dict)
    result = models.JSONField("结果", default=dict)
    error = models.CharField("失败原因", max_length=300, blank=True)
    requested_by = models.BigIntegerField("申请人", null=True)
    acting = models.BigIntegerField("岗位", null=True)
    created_at = models.DateTimeField("申请时间")
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    chunk_count = models.IntegerField("分块", default=0)
    chunks_done = models.IntegerField("完成分块", default=0)
    file = models.CharField("结果文件", max_length=200, blank=True)

    objects = ScopedQuerySet["Job"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"params", "result"}
        plain: ClassVar[set[str]] = {
            "kind", "title", "key", "state", "error", "requested_by", "acting", "created_at",
            "started_at", "finished_at", "chunk_count", "chunks_done", "file",
        }  # fmt: skip

    class Meta:
        verbose_name = "后台任务"
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="jobs_job_asked_once"),
            models.CheckConstraint(
                condition=Q(chunks_done__gte=0, chunks_done__lte=models.F("chunk_count")),
                name="jobs_job_progress_within_chunks",
            ),
        ]
        indexes = [
            # own jobs, newest first
            models.Index(fields=["committee", "-created_at"], name="jobs_by_unit"),
            # what the reaper rings again
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["waiting", "running"]),
                name="jobs_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in {JobState.WAITING, JobState.RUNNING}

    @property
    def percent(self) -> int:
        """Progress as 0–100; a job without chunks jumps from 0 to 100."""
        if self.state == JobState.DONE:
            return 100
        return self.chunks_done * 100 // self.chunk_count if self.chunk_count else 0


class JobChunk(CommitteeRecord):
    """A part of a job that is done in one transaction, by whoever claims its row first."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="chunks", db_index=False)
    seq = models.IntegerField()
    state = models.CharField(max_length=8, choices=ChunkState, default=ChunkState.TODO)
    params = models.JSONField(default=dict)
    attempts = models.IntegerField(default=0)
    #: how often a worker took it in hand; more than attempts where workers died of it
    starts = models.IntegerField(default=0, db_default=0)
    error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet["JobChunk"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"params"}
        plain: ClassVar[set[str]] = {
            "job_id", "seq", "state", "attempts", "starts", "error", "done_at",
        }  # fmt: skip

    class Meta:
        verbose_name = "任务分块"
        constraints = [models.UniqueConstraint(fields=["job", "seq"], name="jobs_chunk_order")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.seq}"


class RowOutcome(CommitteeRecord):
    """What became of one row of a file; written in the transaction that did it."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="outcomes", db_index=False)
    line = models.IntegerField("行")
    outcome = models.CharField("结果", max_length=24)
    target_id = models.UUIDField("记录", null=True)
    message = models.CharField("说明", max_length=300, blank=True)
    before = models.JSONField("原值", default=dict)

    objects = ScopedQuerySet["RowOutcome"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"before"}
        plain: ClassVar[set[str]] = {"job_id", "line", "outcome", "target_id", "message"}

    class Meta:
        verbose_name = "逐行结果"
        constraints = [models.UniqueConstraint(fields=["job", "line"], name="jobs_outcome_once")]

    def __str__(self) -> str:
        return f"{self.line} {self.outcome}"


class Tick(models.Model):
    """That a piece of clockwork was done for the moment when it was due: once, whoever ticked."""

    schedule = models.CharField(max_length=40)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"id", "schedule", "due_at", "done_at"}

    class Meta:
        verbose_name = "定时任务"
        constraints = [
            models.UniqueConstraint(fields=["schedule", "due_at"], name="jobs_tick_done_once")
        ]

    def __str__(self) -> str:
        return f"{self.schedule} {self.due_at:%Y-%m-%d %H:%M:%S}"


class IdempotencyKey(models.Model):
    """A form's hidden key and where its act led: a second press leads there too."""

    key = models.UUIDField(primary_key=True, default=new_id)
    user_id = models.BigIntegerField()
    result_url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"key", "user_id", "result_url", "created_at"}

    class Meta:
        verbose_name = "幂等键"

    def __str__(self) -> str:
        return str(self.key)
