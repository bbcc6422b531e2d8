"""A file on its way into the register: the batch, its staged rows, remembered columns (D-12).

What a row holds is sealed: cells as sent, problems, and differences to the register lie in one
ciphertext bound to the row, so that no number, name or address is plain in the database (D-6).
Plain are only the words that pages and chunks ask by: line, verdict, outcome, blind index.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.jobs.models import Job
from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class BatchState(models.TextChoices):
    RECEIVED = "received", "待对应列"
    MAPPED = "mapped", "检查中"
    CHECKED = "checked", "待导入"
    APPLYING = "applying", "导入中"
    STOPPED = "stopped", "已停止"
    DONE = "done", "完成"
    CANCELLED = "cancelled", "已放弃"
    UNDONE = "undone", "已撤销"


class ImportBatch(CommitteeRecord):
    """One uploaded file and how far it has come. `committee` is the one whose register it fills.

    `mapping` names a field per column (None: not imported), `counts` rows by action after the
    check, `outcomes` rows by outcome after applying, `effect` totals of the register before and
    after. The file itself lies encrypted under `stored_file` until it is purged.
    """

    number = models.CharField("批次", max_length=24)
    kind = models.CharField("内容", max_length=40)
    file_name = models.CharField("文件", max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.IntegerField("字节")
    encoding = models.CharField("编码", max_length=12, blank=True)
    sheet = models.CharField("工作表", max_length=80, blank=True)
    sheets = models.JSONField(default=list)
    header_row = models.IntegerField("表头行", default=1)
    headers = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    state = models.CharField("状态", max_length=12, choices=BatchState, default=BatchState.RECEIVED)
    row_count = models.IntegerField("行数", default=0)
    counts = models.JSONField(default=dict)
    outcomes = models.JSONField(default=dict)
    effect = models.JSONField(default=dict)
    check_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    apply_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    undo_job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    same_as = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    uploaded_by = models.BigIntegerField("经办人编号", null=True)
    uploaded_name = models.CharField("经办人", max_length=80)
    uploaded_at = models.DateTimeField("上传时间")
    applied_at = models.DateTimeField("开始导入", null=True)
    finished_at = models.DateTimeField("结束", null=True)
    stored_file = models.CharField(max_length=120, blank=True)

    objects = ScopedQuerySet["ImportBatch"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"file_name", "headers"}
        plain: ClassVar[set[str]] = {
            "number", "kind", "sha256", "size", "encoding", "sheet", "sheets", "header_row",
            "notes", "mapping", "state", "row_count", "counts", "outcomes", "effect",
            "check_job_id", "apply_job_id", "undo_job_id", "same_as_id", "uploaded_by",
            "uploaded_name", "uploaded_at", "applied_at", "finished_at", "stored_file",
        }  # fmt: skip

    class Meta:
        verbose_name = "导入批次"
        indexes = [
            # recent files of a committee; the same file again
            models.Index(fields=["committee", "-uploaded_at"], name="exchange_recent"),
            models.Index(fields=["street_id", "-uploaded_at"], name="exchange_recent_street"),
            models.Index(fields=["committee", "sha256"], name="exchange_same_file"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_over(self) -> bool:
        """Whether the file can no longer be imported from here."""
        return self.state in {BatchState.DONE, BatchState.CANCELLED, BatchState.UNDONE}


class ImportRow(CommitteeRecord):
    """One staged row. `verdict` is the kind's own word, `action` what will be done with it.

    They differ for duplicates within the file, and for rows that the clerk leaves out.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", db_index=False)
    line = models.IntegerField("行")
    key_id = models.CharField(max_length=8)
    sealed = models.BinaryField()
    verdict = models.CharField(max_length=20, blank=True)
    action = models.CharField(max_length=20, blank=True)
    identity = models.CharField(max_length=64, blank=True)
    duplicate_of = models.IntegerField(null=True)
    warned = models.BooleanField(default=False)
    skipped = models.BooleanField(default=False)
    mended = models.BooleanField(default=False)
    outcome = models.CharField("结果", max_length=20, blank=True)
    target_id = models.UUIDField("记录", null=True)

    objects = ScopedQuerySet["ImportRow"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"sealed", "identity", "target_id"}
        plain: ClassVar[set[str]] = {
            "batch_id", "line", "key_id", "verdict", "action", "duplicate_of", "warned",
            "skipped", "mended", "outcome",
        }  # fmt: skip

    class Meta:
        verbose_name = "导入行"
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="exchange_row_once")]
        indexes = [
            # the preview's chips, in the file's order
            models.Index(fields=["batch", "action", "line"], name="exchange_rows_by_action"),
            # duplicates within the whole file
            models.Index(
                fields=["batch", "identity", "line"],
                condition=~Q(identity=""),
                name="exchange_rows_by_identity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.line}"


class ColumnMapping(CommitteeRecord):
    """How a committee's columns were mapped last time, by the fingerprint of their names."""

    kind = models.CharField("内容", max_length=40)
    fingerprint = models.CharField(max_length=64)
    fields_by_header = models.JSONField("对应", default=dict)
    used_at = models.DateTimeField("最近使用")

    objects = ScopedQuerySet["ColumnMapping"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"kind", "fingerprint", "fields_by_header", "used_at"}

    class Meta:
        verbose_name = "列对应方案"
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "kind", "fingerprint"], name="exchange_mapping_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fingerprint[:8]}"
