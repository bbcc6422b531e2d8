"""Policy documents with their clauses, and the dated rule sets that rest on them (D-13)."""

from datetime import date
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class PolicyDocument(models.Model):
    """A paper, law or notice that rules come from (S-02)."""

    number = models.CharField("文号", max_length=60, unique=True)
    title = models.CharField("标题", max_length=200)
    issuer = models.CharField("发文机关", max_length=80)
    issued_on = models.DateField("发文日期")
    note = models.CharField("说明", max_length=200, blank=True)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"id", "number", "title", "issuer", "issued_on", "note"}

    class Meta:
        verbose_name = "政策文件"

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"


class PolicyClause(models.Model):
    """One clause, with the requirement numbers (S-xx) that this product derives from it."""

    document = models.ForeignKey(PolicyDocument, models.PROTECT, related_name="clauses")
    ref = models.CharField("条款", max_length=40)
    heading = models.CharField("标题", max_length=120)
    text = models.TextField("原文")
    requirements = ArrayField(models.CharField(max_length=8), default=list, verbose_name="要求编号")
    position = models.IntegerField("次序")

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "document_id", "ref", "heading", "text", "requirements", "position",
        }  # fmt: skip

    class Meta:
        verbose_name = "条款"
        constraints = [models.UniqueConstraint(fields=["document", "ref"], name="rules_clause_ref")]

    def __str__(self) -> str:
        return f"{self.document_id} {self.ref}"


class RuleSetQuerySet(models.QuerySet["RuleSet"]):
    def on(self, day: date) -> "RuleSetQuerySet":
        """Versions in force on `day` (the end date is the first day no longer in force)."""
        return self.filter(Q(effective_to=None) | Q(effective_to__gt=day), effective_from__lte=day)


class RuleSet(models.Model):
    """Parameters of one rule in one version, in force from a day to a day, with their source."""

    code = models.CharField("规则", max_length=40)
    version = models.IntegerField("版本")
    title = models.CharField("名称", max_length=80)
    effective_from = models.DateField("施行日期")
    effective_to = models.DateField("失效日期", null=True, blank=True)
    clause = models.ForeignKey(PolicyClause, models.PROTECT, null=True, blank=True)
    basis = models.CharField("依据", max_length=200)
    parameters = models.JSONField("参数")

    objects = RuleSetQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "code", "version", "title", "effective_from", "effective_to", "clause_id",
            "basis", "parameters",
        }  # fmt: skip

    class Meta:
        verbose_name = "规则"
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="rules_ruleset_version"),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gt=F("effective_from")),
                name="rules_ruleset_dates_ordered",
                violation_error_message="失效日期应晚于施行日期",
            ),
            # versions follow one another; only the latest is open-ended
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(effective_to=None),
                name="rules_ruleset_one_open_version",
                violation_error_message="该规则已有未失效的版本",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
