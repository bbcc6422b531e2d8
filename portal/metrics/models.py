"""Runs and what they measured: numbers with their parts, day and formula (D-10)."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from portal.orgs.models import OrgUnit
from portal.orgs.records import CommitteeRecord, ScopedQuerySet, new_id


class RunKind(models.TextChoices):
    PREVIEW = "preview", "当日预览"
    NIGHTLY = "nightly", "每日快照"
    MONTHLY = "monthly", "月结"


#: What is kept for ever, once for a day.
KEPT = (RunKind.NIGHTLY, RunKind.MONTHLY)


class RunState(models.TextChoices):
    COMPUTING = "computing", "计算中"
    PUBLISHED = "published", "已发布"


class MetricRunQuerySet(models.QuerySet["MetricRun"]):
    def published(self) -> "MetricRunQuerySet":
        return self.filter(state=RunState.PUBLISHED)

    def snapshots(self) -> "MetricRunQuerySet":
        """Published nightly runs: they never change."""
        return self.published().filter(kind=RunKind.NIGHTLY)

    def closes(self) -> "MetricRunQuerySet":
        """Published closes of months: they never change either."""
        return self.published().filter(kind=RunKind.MONTHLY)

    def kept(self) -> "MetricRunQuerySet":
        """Nights and closes; of a month's last day the close comes first."""
        return self.published().filter(kind__in=KEPT).order_by("-as_of", "kind")

    def asked_since(self, at: datetime, unit: int) -> "MetricRunQuerySet":
        """Previews of exactly this unit that were asked for since and are there."""
        return self.published().filter(kind=RunKind.PREVIEW, unit_id=unit, requested_at__gt=at)

    def failed(self) -> "MetricRunQuerySet":
        return self.filter(state=RunState.COMPUTING, failed_at__isnull=False)


class MetricRun(models.Model):
    """One computation for a unit and everything below it; readers see published runs only.

    `measured_at` is when the first rows were read: no number of the run is older, unless
    `confirmed_at` says until when nothing has changed since. `rules` holds the version of each
    rule set that was used, `mark` how often the registers had been written by then. A run whose
    job ended without a result stays unpublished, with the moment of its failure.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("类别", max_length=8, choices=RunKind)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位")
    as_of = models.DateField("统计日期")
    state = models.CharField("状态", max_length=12, choices=RunState, default=RunState.COMPUTING)
    requested_at = models.DateTimeField("申请时间")
    measured_at = models.DateTimeField("计算时间", null=True)
    published_at = models.DateTimeField("发布时间", null=True)
    confirmed_at = models.DateTimeField("确认无变动时间", null=True)
    failed_at = models.DateTimeField("失败时间", null=True)
    mark = models.CharField("登记变动标记", max_length=40, blank=True, db_default="")
    rules = models.JSONField("所用规则版本", default=dict)
    job_id = models.UUIDField("后台任务", null=True)
    medians = models.JSONField("同级中位数", null=True)

    objects = MetricRunQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "kind", "unit_id", "as_of", "state", "requested_at", "measured_at",
            "published_at", "confirmed_at", "failed_at", "mark", "rules", "job_id", "medians",
        }  # fmt: skip

    class Meta:
        verbose_name = "指标计算"
        constraints = [
            # a day has one snapshot; a run that died before it was published counts for nothing
            models.UniqueConstraint(
                fields=["as_of"],
                condition=Q(kind="nightly", state="published"),
                name="metrics_one_snapshot_a_day",
                violation_error_message="这一天的快照已发布",
            ),
            models.UniqueConstraint(
                fields=["as_of"],
                condition=Q(kind="monthly", state="published"),
                name="metrics_one_close_a_month",
                violation_error_message="这个月已经月结",
            ),
            models.CheckConstraint(
                condition=Q(state="computing", published_at=None)
                | Q(
                    state="published",
                    published_at__isnull=False,
                    measured_at__lte=F("published_at"),
                ),
                name="metrics_published_when_measured",
                violation_error_message="未计算完成的指标不能发布",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.as_of}"


class MetricValue(CommitteeRecord):
    """One metric of one committee in one run; streets and the district are sums of these.

    `low` and `high` bound the value (95 %) where it comes from a sample.
    """

    run = models.ForeignKey(MetricRun, models.CASCADE, related_name="values")
    metric = models.CharField("指标", max_length=40)
    version = models.PositiveSmallIntegerField("口径版本")
    numerator = models.DecimalField("分子", max_digits=16, decimal_places=4)
    denominator = models.DecimalField("分母", max_digits=16, decimal_places=4, null=True)
    low = models.DecimalField("区间下限", max_digits=9, decimal_places=4, null=True)
    high = models.DecimalField("区间上限", max_digits=9, decimal_places=4, null=True)

    objects = ScopedQuerySet["MetricValue"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "run_id", "metric", "version", "numerator", "denominator", "low", "high",
        }  # fmt: skip

    class Meta:
        verbose_name = "指标值"
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "run", "metric"], name="metrics_value_once"
            ),
            models.CheckConstraint(
                condition=Q(denominator=None) | Q(denominator__gte=0),
                name="metrics_denominator_not_negative",
                violation_error_message="分母不能小于 0",
            ),
        ]
        indexes = [
            # a street's dashboard reads its committees in a handful of runs
            models.Index(fields=["street_id", "run", "metric"], name="metrics_of_street"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.committee_id}"


class Correction(CommitteeRecord):
    """What came to light after a month was closed: the closed number stays, a later close notes it.

    `run` is the close that notes it, `month_end` the last day of the month it concerns; `was` is
    what that month's close, or a note after it, says.
    """

    run = models.ForeignKey(MetricRun, models.CASCADE, related_name="corrections")
    month_end = models.DateField("更正的月末")
    metric = models.CharField("指标", max_length=40)
    was = models.DecimalField("原数", max_digits=16, decimal_places=4)
    now = models.DecimalField("现数", max_digits=16, decimal_places=4)

    objects = ScopedQuerySet["Correction"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"run_id", "month_end", "metric", "was", "now"}

    class Meta:
        verbose_name = "月结后更正"
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "run", "month_end", "metric"], name="metrics_noted_once",
                violation_error_message="这项更正已经记入",
            ),
        ]  # fmt: skip
        indexes = [
            # what is noted of a closed month of a unit
            models.Index(fields=["month_end", "street_id"], name="metrics_corrections"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.committee_id} {self.month_end}"
