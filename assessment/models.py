"""Annual assessment (年度考核) of streets and towns (domain.md §3.35, §5).

Rows of an assessed unit carry the unit's own code as their `committee`: a street's rows are seen
by that street and by the district, by nobody else.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from assessment.work_plans import PlanState as PlanState
from assessment.work_plans import WorkPlan as WorkPlan
from assessment.work_plans import WorkPlanChange as WorkPlanChange
from assessment.work_plans import WorkPlanItem as WorkPlanItem
from portal.orgs.models import OrgUnit
from portal.orgs.records import CommitteeRecord, ScopedQuerySet, new_id


class Stage(models.TextChoices):
    """How far a cycle has come (domain.md §3.16); it only goes forward."""

    DRAFT = "draft", "编制"
    OPEN = "open", "自评"
    SELF_ASSESSED = "self_assessed", "复核"
    REVIEWED = "reviewed", "复核完成"
    PRE_PUBLISHED = "pre_published", "公示"
    APPEAL = "appeal", "申诉"
    FINAL = "final", "定稿"


class SheetState(models.TextChoices):
    """How far one unit's sheet has come."""

    AWAITING = "awaiting", "待自评"
    REVIEWING = "reviewing", "复核中"
    RETURNED = "returned", "退回补正"
    REVIEWED = "reviewed", "已复核"


class ScoreState(models.TextChoices):
    """How far one score has come; `excluded` has neither a value nor a claim."""

    NEW = "new", "待自评"
    CLAIMED = "claimed", "待复核"
    PROPOSED = "proposed", "待第二人复核"
    RETURNED = "returned", "退回补正"
    CONFIRMED = "confirmed", "已复核"
    EXCLUDED = "excluded", "不计分"


class EvidenceKind(models.TextChoices):
    """Classes of evidence (domain.md §5.5); photographs show no people."""

    NOTE = "note", "情况说明"
    MINUTES = "minutes", "会议纪要"
    BUDGET = "budget", "预算文件"
    LIST = "list", "清单"
    PHOTO = "photo", "照片"


class AssessmentCycle(models.Model):
    """One year's assessment of the units of a level, with its frozen rules and snapshot.

    `run_id` is the metric snapshot that scores are computed from; `publish_until` and
    `appeal_until` are set when those stages begin.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="组织单位")
    year = models.PositiveSmallIntegerField("年度")
    level = models.CharField(
        "对象", max_length=12, choices=[("street", "街道（镇）")], default="street"
    )
    stage = models.CharField("环节", max_length=16, choices=Stage, default=Stage.DRAFT)
    stage_since = models.DateField("本环节起始")
    opened_at = models.DateTimeField("开展时间")
    freeze_on = models.DateField("数据截止")
    self_from = models.DateField("自评开始")
    self_to = models.DateField("自评截止")
    review_to = models.DateField("复核截止")
    publish_until = models.DateField("公示截止", null=True, blank=True)
    appeal_until = models.DateField("申诉截止", null=True, blank=True)
    final_by = models.DateField("定稿期限")
    rule_label = models.CharField("规则版本", max_length=60)
    grades = models.JSONField("等次", default=list)
    run_id = models.UUIDField("快照", null=True, blank=True)
    snapshot_on = models.DateField("快照日期", null=True, blank=True)
    computed_at = models.DateTimeField("计算时间", null=True, blank=True)
    version = models.IntegerField(default=1)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "unit_id", "year", "level", "stage", "stage_since", "opened_at", "freeze_on",
            "self_from", "self_to", "review_to", "publish_until", "appeal_until", "final_by",
            "rule_label", "grades", "run_id", "snapshot_on", "computed_at", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "年度考核"
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "year", "level"],
                name="assessment_once_a_year",
                violation_error_message="这一年度的考核已经开展",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=2016, year__lte=2100),
                name="assessment_year_plausible",
                violation_error_message="年度应在 2016 到 2100 之间",
            ),
            models.CheckConstraint(
                condition=Q(self_from__lte=models.F("self_to"), review_to__gte=models.F("self_to")),
                name="assessment_dates_in_order",
                violation_error_message="自评、复核的日期前后颠倒",
            ),
            models.CheckConstraint(
                condition=Q(stage="draft")
                | Q(run_id__isnull=False, computed_at__isnull=False, snapshot_on__isnull=False),
                name="assessment_computed_before_it_opens",
                violation_error_message="计算得分后才能开始自评",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} 年度{self.get_level_display()}考核"

    @property
    def snapshot_no(self) -> str:
        """The snapshot's number as documents cite it; blank before there is one."""
        return f"SN-{self.snapshot_on:%Y%m%d}" if self.snapshot_on else ""


class Indicator(models.Model):
    """One line of a cycle's indicator tree, as the rule set declared it when the cycle opened."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cycle = models.ForeignKey(AssessmentCycle, models.CASCADE, related_name="indicators")
    code = models.CharField("编号", max_length=8)
    position = models.PositiveSmallIntegerField("顺序")
    family = models.CharField("类别", max_length=2)
    family_title = models.CharField("类别名称", max_length=40)
    title = models.CharField("指标", max_length=40)
    metrics = models.JSONField("所用指标", default=list)
    formula = models.CharField("口径", max_length=120, blank=True)
    reading = models.CharField("取值", max_length=12)
    weight = models.DecimalField("分值", max_digits=5, decimal_places=2)
    scoring = models.JSONField("计分", default=dict)
    evidence_kind = models.CharField(
        "依据", max_length=8, choices=[("system", "系统计算"), ("manual", "佐证评分")]
    )
    clause = models.CharField("文件条款", max_length=20)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "cycle_id", "code", "position", "family", "family_title", "title", "metrics",
            "formula", "reading", "weight", "scoring", "evidence_kind", "clause",
        }  # fmt: skip

    class Meta:
        verbose_name = "考核指标"
        constraints = [
            models.UniqueConstraint(fields=["cycle", "code"], name="assessment_indicator_once"),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=100),
                name="assessment_weight_plausible",
                violation_error_message="分值应大于 0、不超过 100",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class UnitSheet(CommitteeRecord):
    """One assessed unit in a cycle: how far it is, its total and grade.

    `total` is not rounded; `families` holds the points of each family, as text.
    """

    cycle = models.ForeignKey(AssessmentCycle, models.CASCADE, related_name="sheets")
    state = models.CharField("状态", max_length=12, choices=SheetState, default=SheetState.AWAITING)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    submitted_by = models.CharField("提交人", max_length=50, blank=True)
    total = models.DecimalField("总分", max_digits=9, decimal_places=5, null=True, blank=True)
    families = models.JSONField("各类得分", default=dict)
    grade = models.CharField("等次", max_length=1, blank=True)
    version = models.IntegerField(default=1)

    objects = ScopedQuerySet["UnitSheet"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "cycle_id", "state", "submitted_at", "submitted_by", "total", "families", "grade",
            "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "单位考核表"
        constraints = [
            models.UniqueConstraint(fields=["cycle", "committee"], name="assessment_sheet_once"),
            models.CheckConstraint(
                condition=Q(state="awaiting") | Q(submitted_at__isnull=False),
                name="assessment_sheet_submitted_once_it_moves",
                violation_error_message="提交自评后才能复核",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle.year} 年度 {self.committee.name}"


class IndicatorValue(CommitteeRecord):
    """What the snapshot says of one indicator in one unit; None where there were no cases.

    `parts` keeps numerator and denominator of each metric; `inputs_hash` is over all of it.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="values")
    numerator = models.DecimalField("分子", max_digits=16, decimal_places=4, null=True)
    denominator = models.DecimalField("分母", max_digits=16, decimal_places=4, null=True)
    value = models.DecimalField("取值", max_digits=14, decimal_places=6, null=True)
    low = models.DecimalField("区间下限", max_digits=9, decimal_places=4, null=True)
    high = models.DecimalField("区间上限", max_digits=9, decimal_places=4, null=True)
    parts = models.JSONField("各项分子分母", default=dict)
    reason = models.CharField("无数据原因", max_length=80, blank=True)
    as_of = models.DateField("截至")
    inputs_hash = models.CharField("指纹", max_length=64)

    objects = ScopedQuerySet["IndicatorValue"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "indicator_id", "numerator", "denominator", "value", "low", "high", "parts", "reason",
            "as_of", "inputs_hash",
        }  # fmt: skip

    class Meta:
        verbose_name = "指标取值"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "committee"], name="assessment_value_once"
            ),
            models.CheckConstraint(
                condition=Q(low=None, high=None) | Q(low__lte=models.F("high")),
                name="assessment_interval_in_order",
                violation_error_message="区间上下限颠倒",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.committee_id}"


class Score(CommitteeRecord):
    """Points of one indicator in one unit: computed, claimed by the unit, decided in review.

    An adjustment is proposed by one reviewer and takes effect when another confirms it.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="scores")
    computed = models.DecimalField("系统计算", max_digits=8, decimal_places=5, null=True)
    self_claimed = models.DecimalField("街道自评", max_digits=5, decimal_places=2, null=True)
    claim_note = models.CharField("街道说明", max_length=300, blank=True)
    final = models.DecimalField("最终得分", max_digits=8, decimal_places=5, null=True)
    state = models.CharField("状态", max_length=12, choices=ScoreState, default=ScoreState.NEW)
    proposed = models.DecimalField("拟调整为", max_digits=5, decimal_places=2, null=True)
    proposed_by = models.BigIntegerField(null=True)
    proposed_name = models.CharField("提出人", max_length=50, blank=True)
    review_note = models.CharField("复核理由", max_length=500, blank=True)
    version = models.IntegerField(default=1)

    objects = ScopedQuerySet["Score"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"claim_note", "review_note"}
        plain: ClassVar[set[str]] = {
            "indicator_id", "computed", "self_claimed", "final", "state", "proposed",
            "proposed_by", "proposed_name", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "得分"
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "committee"], name="assessment_score_once"
            ),
            models.CheckConstraint(
                condition=(Q(computed=None) | Q(computed__gte=0))
                & (Q(self_claimed=None) | Q(self_claimed__gte=0))
                & (Q(final=None) | Q(final__gte=0))
                & (Q(proposed=None) | Q(proposed__gte=0)),
                name="assessment_points_not_negative",
                violation_error_message="得分不能小于 0",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", final__isnull=False)
                | (~Q(state="confirmed") & Q(final=None)),
                name="assessment_final_when_confirmed",
                violation_error_message="复核完成的得分与状态不一致",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", proposed__isnull=False, proposed_by__isnull=False)
                | ~Q(state="proposed"),
                name="assessment_proposal_complete",
                violation_error_message="拟调整的得分须有分值和提出人",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator.title} {self.committee.name}"


class Evidence(CommitteeRecord):
    """A document that a unit names for a score; personal data is kept out."""

    score = models.ForeignKey(Score, models.CASCADE, related_name="evidence")
    kind = models.CharField("类别", max_length=8, choices=EvidenceKind)
    title = models.CharField("名称", max_length=80)
    note = models.CharField("说明", max_length=300, blank=True)
    checked = models.CharField(
        "核对", max_length=8, blank=True, choices=[("ok", "已核对"), ("differs", "与快照不符")]
    )
    added_by = models.CharField("提交人", max_length=50)
    added_at = models.DateTimeField("提交时间")

    objects = ScopedQuerySet["Evidence"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "score_id", "kind", "title", "note", "checked", "added_by", "added_at",
        }  # fmt: skip

    class Meta:
        verbose_name = "佐证"

    def __str__(self) -> str:
        return self.title


class ProcessEvent(CommitteeRecord):
    """A step that those concerned may read; the audit trail holds it as well."""

    cycle = models.ForeignKey(AssessmentCycle, models.CASCADE, related_name="events")
    indicator = models.ForeignKey(Indicator, models.CASCADE, null=True, related_name="events")
    text = models.CharField("内容", max_length=300)
    by_name = models.CharField("经办人", max_length=50)
    by_unit = models.CharField("单位", max_length=80)
    at = models.DateTimeField("时间")

    objects = ScopedQuerySet["ProcessEvent"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "cycle_id", "indicator_id", "text", "by_name", "by_unit", "at",
        }  # fmt: skip

    class Meta:
        verbose_name = "考核过程"

    def __str__(self) -> str:
        return self.text


class PublishedResult(models.Model):
    """What everybody who takes part may read of a unit once results are published (S-132)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    cycle = models.ForeignKey(AssessmentCycle, models.CASCADE, related_name="published")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位")
    total = models.DecimalField("总分", max_digits=5, decimal_places=1, null=True)
    rank = models.PositiveSmallIntegerField("名次", null=True)
    grade = models.CharField("等次", max_length=1, blank=True)
    families = models.JSONField("各类得分", default=dict)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "cycle_id", "unit_id", "total", "rank", "grade", "families",
        }  # fmt: skip

    class Meta:
        verbose_name = "公布的考核结果"
        constraints = [
            models.UniqueConstraint(fields=["cycle", "unit"], name="assessment_published_once")
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.unit_id}"
