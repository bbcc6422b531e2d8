"""What a committee asks of the street about house codes (房屋编码申请): one asks, another decides.

Paper: S-81.
"""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class CodeRequestQuerySet(ScopedQuerySet["HouseCodeRequest"]):
    def waiting(self) -> Self:
        return self.filter(state="waiting")


class HouseCodeRequest(CommitteeRecord):
    """An event of house codes that waits for the street's word, or what became of it."""

    class Kind(models.TextChoices):
        ASSIGN = "assign", "赋码"
        BUILDING = "building", "按幢赋码"
        CORRECT = "correct", "更正"
        SPLIT = "split", "拆分"
        MERGE = "merge", "合并"
        RETIRE = "retire", "停用"

    class State(models.TextChoices):
        WAITING = "waiting", "待审批"
        APPROVED = "approved", "已同意"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    kind = models.CharField("事项", max_length=8, choices=Kind)
    building = models.ForeignKey(
        "housing.Building", models.PROTECT, related_name="+", db_constraint=False,
        verbose_name="楼栋",
    )  # fmt: skip
    dwelling = models.ForeignKey(
        "housing.DwellingUnit", models.PROTECT, null=True, blank=True, db_constraint=False,
        related_name="code_requests", verbose_name="房屋",
    )  # fmt: skip
    place = models.CharField("地址", max_length=160)
    old_code = models.CharField("原编码", max_length=40, blank=True)
    code = models.CharField("新编码", max_length=40, blank=True)
    rooms = models.CharField("室号", max_length=200, blank=True)
    reason = models.CharField("事由", max_length=200, blank=True)
    state = models.CharField("状态", max_length=9, choices=State, default=State.WAITING)
    asked_by = models.BigIntegerField("申请人编号")
    asked_name = models.CharField("申请人", max_length=50)
    asked_at = models.DateTimeField("申请时间")
    due_on = models.DateField("办理期限")
    decided_by = models.BigIntegerField("审批人编号", null=True, blank=True)
    decided_name = models.CharField("审批人", max_length=50, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    answer = models.CharField("审批意见", max_length=200, blank=True)
    outcome = models.CharField("办理结果", max_length=200, blank=True)

    objects = CodeRequestQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"place"}
        plain: ClassVar[set[str]] = {
            "kind", "building_id", "dwelling_id", "old_code", "code", "rooms", "reason", "state",
            "asked_by", "asked_name", "asked_at", "due_on", "decided_by", "decided_name",
            "decided_at", "answer", "outcome",
        }  # fmt: skip

    class Meta:
        verbose_name = "房屋编码申请"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="housing_code_request_two_people",
                violation_error_message="申请人不能审批自己的申请",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["approved", "returned"], decided_by__isnull=False)
                | (Q(state__in=["waiting", "withdrawn"]) & Q(decided_by=None)),
                name="housing_code_request_decided_by_somebody",
                violation_error_message="审批结果与审批人应同时填写",
            ),
            models.UniqueConstraint(
                fields=["dwelling"], condition=Q(state="waiting"),
                name="housing_one_code_request_waits",
                violation_error_message="这套房屋已有编码申请在办",
            ),
            models.UniqueConstraint(
                fields=["building"], condition=Q(state="waiting", kind="building"),
                name="housing_one_building_request_waits",
                violation_error_message="这幢楼已有按幢赋码申请在办",
            ),
        ]  # fmt: skip
        indexes = [
            # what waits for a street's word; what a committee asked for, by its day
            models.Index(fields=["street_id", "due_on", "id"], name="housing_requests_street"),
            models.Index(fields=["committee", "due_on", "id"], name="housing_requests_committee"),
            models.Index(
                fields=["due_on", "id"], include=["committee"], name="housing_requests_district"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.place}"

    @property
    def waits(self) -> bool:
        return self.state == self.State.WAITING
