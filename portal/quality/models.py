"""What the quality rules found: open until the rule no longer finds it (domain §3.33)."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class IssueState(models.TextChoices):
    OPEN = "open", "待处理"
    FIXED = "fixed", "已改"


class IssueQuerySet(ScopedQuerySet["DataQualityIssue"]):
    def open(self) -> Self:
        return self.filter(state=IssueState.OPEN)

    def overdue_on(self, day: date) -> Self:
        """Open issues that should have been mended before `day`."""
        return self.filter(state=IssueState.OPEN, due_on__lt=day)

    def found_since(self, day: date) -> Self:
        return self.filter(detected_on__gte=day)


class DataQualityIssue(CommitteeRecord):
    """One offender of one rule. Runs open and close issues; nobody ticks them off by hand.

    `object_id` is what offends (an episode or a dwelling), `dwelling_id` where the clerk mends it;
    neither is a foreign key, so that the register never waits for its findings.
    """

    rule = models.CharField("规则", max_length=8)
    severity = models.CharField(
        "级别",
        max_length=8,
        choices=[("must", "必改"), ("should", "应改"), ("note", "提醒")],
    )
    object_id = models.UUIDField()
    dwelling_id = models.UUIDField(null=True)
    residence_id = models.UUIDField(null=True)
    subject = models.CharField("对象", max_length=80)
    place = models.CharField("地址", max_length=80, blank=True)
    detail = models.CharField("情况", max_length=200)
    detected_on = models.DateField("发现日期")
    due_on = models.DateField("期限")
    state = models.CharField("状态", max_length=8, choices=IssueState, default=IssueState.OPEN)
    closed_on = models.DateField("改完日期", null=True, blank=True)
    first_seen_run = models.UUIDField(null=True)

    objects = IssueQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "object_id", "dwelling_id", "residence_id", "subject", "place", "detail",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "rule", "severity", "detected_on", "due_on", "state", "closed_on", "first_seen_run",
        }  # fmt: skip

    class Meta:
        verbose_name = "数据质量问题"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "object_id"],
                condition=Q(state="open"),
                name="quality_open_once",
                violation_error_message="该问题已在待办中",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_on=None)
                | Q(state="fixed", closed_on__gte=F("detected_on")),
                name="quality_closed_when_fixed",
                violation_error_message="已改的问题应有改完日期",
            ),
        ]
        indexes = [
            # the to-do list of a unit by deadline, and counts of what is open
            models.Index(
                fields=["committee", "due_on", "id"], condition=Q(state="open"),
                name="quality_of_committee",
            ),
            models.Index(
                fields=["street_id", "due_on", "id"], include=["committee", "rule", "severity"],
                condition=Q(state="open"), name="quality_of_street",
            ),
            models.Index(
                fields=["due_on", "id"], include=["committee", "rule", "severity"],
                condition=Q(state="open"), name="quality_of_district",
            ),
            # what a dwelling's form must show, and what a save mends
            models.Index(
                fields=["dwelling_id"], condition=Q(state="open"), name="quality_of_dwelling"
            ),
            # the last weeks of a unit, open and closed
            models.Index(fields=["street_id", "detected_on"], name="quality_by_week"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}"


class RuleFailure(models.Model):
    """A rule that could not be asked of a unit at its last check; its issues stand as before."""

    rule = models.CharField("规则", max_length=8)
    unit = models.BigIntegerField("单位")
    failed_at = models.DateTimeField("时间")

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"id", "rule", "unit", "failed_at"}

    class Meta:
        verbose_name = "未能检查的规则"
        constraints = [models.UniqueConstraint(fields=["rule", "unit"], name="quality_failed_once")]

    def __str__(self) -> str:
        return f"{self.rule} {self.unit}"
