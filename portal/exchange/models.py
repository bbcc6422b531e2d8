"""A file on its way into the register: the batch, its staged rows, remembered columns (D-12).

What a row holds is sealed: cells as sent, problems, and differences to the register lie in one
ciphertext bound to the row, so that no number, name or address is plain in the database (D-6).
Plain are only the words that pages and chunks ask by: line, verdict, outcome, blind index.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from portal.exchange.comparisons.models import ComparedDifference as ComparedDifference
from portal.exchange.comparisons.models import ComparisonRow as ComparisonRow
from portal.exchange.comparisons.models import ComparisonRun as ComparisonRun
from portal.exchange.comparisons.models import DataUseScenario as DataUseScenario
from portal.exchange.comparisons.models import Reconciliation as Reconciliation
from portal.exchange.filling.models import BlankForm as BlankForm
from portal.jobs.models import Job
from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class BatchState(models.TextChoices):
    READING = "reading", "读取中"
    REFUSED = "refused", "未接收"
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
    # without constraint and index: both would have to wait for everybody at work to be made
    read_job = models.ForeignKey(
        Job, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
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
            "read_job_id", "check_job_id", "apply_job_id", "undo_job_id", "same_as_id",
            "uploaded_by", "uploaded_name", "uploaded_at", "applied_at", "finished_at",
            "stored_file",
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
        over = {BatchState.DONE, BatchState.CANCELLED, BatchState.UNDONE, BatchState.REFUSED}
        return self.state in over


class ImportRow(CommitteeRecord):
    """One staged row. `verdict` is the kind's own word, `action` what will be done with it.

    `sealed` are the cells as they were sent or corrected; `told` is what the check said of them,
    sealed too, empty where it had nothing to say.

    They differ for duplicates within the file, and for rows that the clerk leaves out.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="rows", db_index=False)
    line = models.IntegerField("行")
    key_id = models.CharField(max_length=8)
    sealed = models.BinaryField()
    told = models.BinaryField(default=b"", db_default=b"")
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
        personal: ClassVar[set[str]] = {"sealed", "told", "identity", "target_id"}
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


class ExportState(models.TextChoices):
    WAITING = "waiting", "待审批"
    MAKING = "making", "生成中"
    READY = "ready", "可下载"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "逾期未批"
    FAILED = "failed", "未生成"
    EXPIRED = "expired", "已过期"


class ExportRequest(CommitteeRecord):
    """One file out of the register: who asked for what and why, and what became of it.

    `committee` is the unit that the asker acted for (a committee, street or the district).
    `query` and `conditions` are the list's, as an address and in words; `tier` and `approvals`
    were decided by the rule of the day. With a `form` the file is that form, filled in. It lies
    encrypted under `stored_file` until it expires; `link` opens it once and is then exchanged.
    """

    number = models.CharField("编号", max_length=24, unique=True)
    kind = models.CharField("内容", max_length=40)
    query = models.CharField("条件（地址）", max_length=1000, blank=True)
    conditions = models.JSONField("条件", default=list)
    columns = models.JSONField("列", default=list)
    file_format = models.CharField("格式", max_length=4, choices=[("xlsx", "XLSX"), ("csv", "CSV")])
    # without constraint and index: both would have to wait for everybody at work to be made
    form = models.ForeignKey(
        BlankForm, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    form_title = models.CharField("来表", max_length=120, blank=True, db_default="")
    purpose = models.CharField("用途", max_length=60)
    reason = models.CharField("理由", max_length=200, blank=True)
    as_of = models.DateField("截至")
    tier = models.PositiveSmallIntegerField("档次")
    approvals = models.PositiveSmallIntegerField("须同意人数", default=0)
    asked_rows = models.IntegerField("申请时条数")
    most_rows = models.IntegerField("最多条数")
    rule = models.CharField("规则", max_length=40)
    state = models.CharField(
        "状态", max_length=10, choices=ExportState, default=ExportState.WAITING
    )
    requested_by = models.BigIntegerField("申请人编号")
    requested_name = models.CharField("申请人", max_length=80)
    appointment = models.BigIntegerField("申请时的岗位", null=True)
    unit_name = models.CharField("申请单位", max_length=80)
    asked_at = models.DateTimeField("申请时间")
    due_on = models.DateField("审批期限")
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    file_rows = models.IntegerField("条数", null=True)
    size = models.BigIntegerField("字节", null=True)
    stored_file = models.CharField(max_length=120, blank=True)
    ready_at = models.DateTimeField("生成时间", null=True)
    expires_at = models.DateTimeField("到期", null=True)
    link = models.UUIDField(default=uuid.uuid4)
    downloads = models.PositiveSmallIntegerField("下载次数", default=0)
    outcome = models.CharField("说明", max_length=200, blank=True)

    objects = ScopedQuerySet["ExportRequest"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"query", "conditions", "reason", "form_title"}
        plain: ClassVar[set[str]] = {
            "number", "kind", "columns", "file_format", "form_id", "purpose", "as_of", "tier",
            "approvals", "asked_rows", "most_rows", "rule", "state", "requested_by",
            "requested_name", "appointment", "unit_name", "asked_at", "due_on", "job_id",
            "file_rows", "size", "stored_file", "ready_at", "expires_at", "link", "downloads",
            "outcome",
        }  # fmt: skip

    class Meta:
        verbose_name = "导出"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="ready")
                | Q(expires_at__isnull=False, file_rows__isnull=False, size__isnull=False),
                name="exchange_export_ready_with_file",
                violation_error_message="可下载的导出应有文件、条数和到期时间",
            ),
            models.CheckConstraint(
                condition=Q(file_rows=None) | Q(file_rows__lte=F("most_rows")),
                name="exchange_export_within_tier",
                violation_error_message="文件条数超过同意的条数",
            ),
        ]
        indexes = [
            # one's own exports, newest first; the sum of the last day
            models.Index(fields=["requested_by", "-asked_at"], name="exchange_exports_of"),
            # what waits for an approver of a street or of the district
            models.Index(
                fields=["street_id", "due_on"], condition=Q(state="waiting"),
                name="exchange_exports_waiting",
            ),
            # what the clock removes
            models.Index(
                fields=["expires_at"], condition=Q(state="ready"), name="exchange_exports_expiring"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number


class ExportDecision(CommitteeRecord):
    """What one approver said, once; never the one who asked (held by the database)."""

    request = models.ForeignKey(ExportRequest, models.CASCADE, related_name="decisions")
    asker = models.BigIntegerField("申请人编号")
    approver = models.BigIntegerField("审批人编号")
    approver_name = models.CharField("审批人", max_length=80)
    role_title = models.CharField("岗位", max_length=40)
    unit_name = models.CharField("单位", max_length=80)
    agreed = models.BooleanField("同意")
    reason = models.CharField("意见", max_length=200, blank=True)
    at = models.DateTimeField("时间")

    objects = ScopedQuerySet["ExportDecision"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"reason"}
        plain: ClassVar[set[str]] = {
            "request_id", "asker", "approver", "approver_name", "role_title", "unit_name",
            "agreed", "at",
        }  # fmt: skip

    class Meta:
        verbose_name = "导出审批"
        constraints = [
            models.UniqueConstraint(
                fields=["request", "approver"], name="exchange_decided_once_each"
            ),
            models.CheckConstraint(
                condition=~Q(approver=F("asker")),
                name="exchange_nobody_approves_own",
                violation_error_message="不能审批自己的导出",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.approver_name}"


class ExportPart(CommitteeRecord):
    """Whose rows a part of a file holds, kept after the file is gone.

    `people` are the 16 bytes of each resident's key, one after the other: a person who asks where
    their data went is told of files as well.
    """

    request = models.ForeignKey(ExportRequest, models.CASCADE, related_name="parts", db_index=False)
    seq = models.IntegerField("序号")
    rows = models.IntegerField("条数")
    people = models.BinaryField("涉及人员")

    objects = ScopedQuerySet["ExportPart"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"people"}
        plain: ClassVar[set[str]] = {"request_id", "seq", "rows"}

    class Meta:
        verbose_name = "导出分段"
        constraints = [
            models.UniqueConstraint(fields=["request", "seq"], name="exchange_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.seq}"
