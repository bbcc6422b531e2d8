"""What a comparison is asked for, holds for a while, and leaves behind (domain §3.34).

A scenario says for what purpose and on what basis a partner's list may be used at all (S-112). A
run's rows are the partner's cells and what differs, in ciphertext; they go after their time of
keeping. The run with its counts stays, as does what became a lead.
"""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q

from portal.jobs.models import Job
from portal.orgs.records import CommitteeRecord, ScopedQuerySet, new_id


class Partner(models.TextChoices):
    """Who sends lists; the value is stored."""

    POPULATION = "population", "市实有人口信息系统"
    HRSS = "hrss", "人力资源社会保障"
    HOUSING = "housing", "住房保障和房屋管理"
    CIVIL = "civil", "民政"
    EDUCATION = "education", "教育（学校）"
    PLATFORM = "platform", "居（村）委综合管理信息平台"
    LEDGER = "ledger", "其他电子台账"


class ScenarioQuerySet(models.QuerySet["DataUseScenario"]):
    def on(self, day: date) -> Self:
        """Scenarios in force on that day."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=day))

    def for_role(self, role: str) -> Self:
        return self.filter(roles__contains=[role])


class DataUseScenario(models.Model):
    """A registered use of other offices' data: purpose, basis, fields, roles, retention (S-112).

    Set by the district for all units; it holds nothing about anybody. `fields` are the only ones
    that a list may be read for, `kept_days` is how long its rows stay.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    title = models.CharField("名称", max_length=60)
    partner = models.CharField("来源单位", max_length=12, choices=Partner)
    kind = models.CharField("比对内容", max_length=20)
    purpose = models.CharField("用途", max_length=120)
    basis = models.CharField("依据", max_length=200)
    fields = ArrayField(models.CharField(max_length=40), verbose_name="可用字段")
    roles = ArrayField(models.CharField(max_length=40), verbose_name="可用岗位")
    kept_days = models.PositiveSmallIntegerField("保存天数")
    registered_by = models.CharField("登记人", max_length=80)
    registered_at = models.DateTimeField("登记时间")
    closed_on = models.DateField("停用日期", null=True, blank=True)
    closed_by = models.CharField("停用人", max_length=80, blank=True)

    objects = ScenarioQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "title", "partner", "kind", "purpose", "basis", "fields", "roles", "kept_days",
            "registered_by", "registered_at", "closed_on", "closed_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "数据使用场景"
        constraints = [
            models.UniqueConstraint(
                fields=["title"], condition=Q(closed_on=None),
                name="exchange_scenario_once",
                violation_error_message="已有同名的数据使用场景",
            ),
            models.CheckConstraint(
                condition=Q(kept_days__gte=1, kept_days__lte=90),
                name="exchange_scenario_kept_for_a_while",
                violation_error_message="保存天数应为 1 到 90",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, closed_by="")
                | (Q(closed_on__isnull=False) & ~Q(closed_by="")),
                name="exchange_scenario_closed_on_and_by",
                violation_error_message="停用日期与停用人应同时填写",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class RunState(models.TextChoices):
    RECEIVED = "received", "待对应列"
    WORKING = "working", "比对中"
    DONE = "done", "已完成"
    CANCELLED = "cancelled", "已放弃"


class Result(models.TextChoices):
    """What a comparison says of a row; the value is stored."""

    ONLY_THERE = "only_there", "仅对方有"
    ONLY_HERE = "only_here", "仅本册有"
    DIFFERS = "differs", "内容不一致"
    SAME = "same", "一致"
    ELSEWHERE = "elsewhere", "登记在外单位"
    TWICE = "twice", "名单内重复"
    BAD = "bad", "无法比对"


#: Results that the register may have to follow: each row can become a lead.
DIFFERENCES = (Result.ONLY_THERE, Result.ONLY_HERE, Result.DIFFERS)
#: Each is one record of the union of both sides; what is told twice or unreadable is none.
OF_UNION = (Result.SAME, *DIFFERENCES, Result.ELSEWHERE)
#: A comparison of longer ago says nothing of how far both sides agree (M-35).
RECONCILED_DAYS = 365


class ComparisonRun(CommitteeRecord):
    """One list held against the register. `committee` is the unit that asked, of any level.

    Title, purpose and basis of the scenario are those of the day. `query` narrows our side, as
    the address of the register's list; `counts` are rows by result, of which `only_here` may be
    more than are listed. After `kept_until` the rows are gone (`emptied_at`).
    """

    number = models.CharField("编号", max_length=24, unique=True)
    scenario = models.ForeignKey(DataUseScenario, models.PROTECT, related_name="+")
    scenario_title = models.CharField("场景", max_length=60)
    partner = models.CharField("来源单位", max_length=12, choices=Partner)
    kind = models.CharField("比对内容", max_length=20)
    purpose = models.CharField("用途", max_length=120)
    basis = models.CharField("依据", max_length=200)
    letter = models.CharField("来函文号或说明", max_length=80)
    query = models.CharField("本册范围（地址）", max_length=1000, blank=True)
    conditions = models.JSONField("本册范围", default=list)
    file_name = models.CharField("文件", max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.IntegerField("字节")
    sheet = models.CharField("工作表", max_length=80)
    header_row = models.IntegerField("表头行")
    headers = models.JSONField("列名", default=list)
    mapping = models.JSONField("对应", default=list)
    notes = models.JSONField("读取说明", default=list)
    row_count = models.IntegerField("行数")
    state = models.CharField("状态", max_length=10, choices=RunState, default=RunState.RECEIVED)
    counts = models.JSONField("结果", default=dict)
    lead_count = models.IntegerField("已转线索", default=0)
    job = models.ForeignKey(Job, models.PROTECT, null=True, related_name="+")
    asked_by = models.BigIntegerField("经办人编号")
    asked_name = models.CharField("经办人", max_length=80)
    asked_at = models.DateTimeField("上传时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    kept_until = models.DateField("保存至")
    emptied_at = models.DateTimeField("明细删除时间", null=True)

    objects = ScopedQuerySet["ComparisonRun"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"file_name", "headers", "query", "conditions"}
        plain: ClassVar[set[str]] = {
            "number", "scenario_id", "scenario_title", "partner", "kind", "purpose", "basis",
            "letter", "sha256", "size", "sheet", "header_row", "mapping", "notes", "row_count",
            "state", "counts", "lead_count", "job_id", "asked_by", "asked_name", "asked_at",
            "finished_at", "kept_until", "emptied_at",
        }  # fmt: skip

    class Meta:
        verbose_name = "比对"
        indexes = [
            # the runs of a unit, the newest first
            models.Index(fields=["committee", "-asked_at"], name="exchange_runs"),
            models.Index(fields=["street_id", "-asked_at"], name="exchange_runs_street"),
            # what the clock empties
            models.Index(
                fields=["kept_until"], condition=Q(emptied_at=None), name="exchange_runs_kept"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ComparisonRow(CommitteeRecord):
    """A row of the partner's list, or one that only the register has (no line).

    `committee` is the one concerned: that of our record, or of the address that the row names,
    else the unit that asked. `subject` is the blind index of whom or what the row speaks of.
    `fields` names what differs, without the values, which are sealed in `told`.
    """

    run = models.ForeignKey(ComparisonRun, models.CASCADE, related_name="rows", db_index=False)
    line = models.IntegerField("行", null=True)
    key_id = models.CharField(max_length=8, blank=True)
    sealed = models.BinaryField("对方内容（密文）", default=b"")
    told = models.BinaryField("差异（密文）", default=b"")
    result = models.CharField("结果", max_length=10, choices=Result, blank=True)
    matched_by = models.CharField("对上的依据", max_length=10, blank=True)
    subject = models.CharField(max_length=64, blank=True)
    fields = ArrayField(models.TextField(), default=list, verbose_name="不一致的项")
    target_id = models.UUIDField("本册记录", null=True)
    place_id = models.UUIDField("房屋", null=True)
    located = models.BooleanField("所在居（村）委已确定", default=False)
    lead_id = models.UUIDField("线索", null=True)

    objects = ScopedQuerySet["ComparisonRow"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "sealed", "told", "subject", "target_id", "place_id", "lead_id",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "run_id", "line", "key_id", "result", "matched_by", "fields", "located",
        }  # fmt: skip

    class Meta:
        verbose_name = "比对行"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "line"], condition=Q(line__isnull=False),
                name="exchange_compared_once",
            ),
        ]  # fmt: skip
        indexes = [
            # the tabs of a run, in the file's order
            models.Index(fields=["run", "result", "line", "id"], name="exchange_compared"),
            # who of our side was met, and who is told of twice
            models.Index(
                fields=["run", "target_id"],
                condition=Q(target_id__isnull=False),
                name="exchange_compared_target",
            ),
            models.Index(
                fields=["run", "subject", "line"],
                condition=~Q(subject=""),
                name="exchange_compared_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.line}"


class ComparedDifference(CommitteeRecord):
    """A difference that became a lead, kept when the rows are gone: it never becomes another one.

    `fingerprint` is a blind index of the partner, of whom it concerns and of what was told.
    """

    fingerprint = models.CharField(max_length=32)
    run = models.ForeignKey(ComparisonRun, models.PROTECT, related_name="+", db_index=False)
    lead_id = models.UUIDField("线索")
    at = models.DateTimeField("时间")

    objects = ScopedQuerySet["ComparedDifference"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"fingerprint", "lead_id"}
        plain: ClassVar[set[str]] = {"run_id", "at"}

    class Meta:
        verbose_name = "已转线索的差异"
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "fingerprint"], name="exchange_difference_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.lead_id}"


class ReconciliationQuerySet(ScopedQuerySet["Reconciliation"]):
    def counted(self, day: date) -> Self:
        """Of each unit, partner and kind the last comparison of the year that ends with `day`."""
        since = day - timedelta(days=RECONCILED_DAYS)
        same = {name: OuterRef(name) for name in ("committee_id", "partner", "kind")}
        later = Reconciliation.objects.filter(finished_on__lte=day, **same).filter(
            Q(finished_on__gt=OuterRef("finished_on"))
            | Q(finished_on=OuterRef("finished_on"), pk__gt=OuterRef("pk"))
        )
        known = self.filter(finished_on__gt=since, finished_on__lte=day)
        return known.filter(~Exists(later))


class Reconciliation(CommitteeRecord):
    """How far a partner's list and the register agreed in one unit, kept when the rows are gone.

    Of `records` in the union of both sides (`OF_UNION`) `same` were equal in both. `committee` is
    the one that the rows were of, or the unit that asked where no address told. Never changed: a
    past day counts today what it counted then (M-35).
    """

    run = models.ForeignKey(
        ComparisonRun,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name="比对",
    )
    partner = models.CharField("来源单位", max_length=12, choices=Partner)
    kind = models.CharField("比对内容", max_length=20)
    finished_on = models.DateField("完成日期")
    same = models.PositiveIntegerField("两边一致")
    records = models.PositiveIntegerField("两边并集")

    objects = ReconciliationQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "run_id", "partner", "kind", "finished_on", "same", "records",
        }  # fmt: skip

    class Meta:
        verbose_name = "对账结果"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "committee"], name="exchange_reconciled_once",
                violation_error_message="这次比对已记过这个单位的结果",
            ),
            models.CheckConstraint(
                condition=Q(same__lte=models.F("records"), records__gte=1),
                name="exchange_same_within_union",
                violation_error_message="一致的记录不能多于两边的并集，并集不能为空",
            ),
        ]  # fmt: skip
        indexes = [
            # the last one of each unit, partner and kind (M-35)
            models.Index(
                fields=["committee", "partner", "kind", "finished_on", "id"],
                name="exchange_reconciled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.same}/{self.records}"

    @property
    def share(self) -> float:
        """Which part of the union is equal, 0 to 1."""
        return self.same / self.records
