"""Yearly work plans (年度工作计划) of the district, its streets and towns, and what stands in them.

A plan belongs to the unit that makes it; each of its items to the unit that carries it out, which
sees that item and none of the others. So an item carries what it has to tell of its plan. They are
about units and never about persons. Paper: S-140.
"""

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.records import CommitteeRecord, ScopedQuerySet
from portal.orgs.scope import Scope

YEARS = (2016, 2100)


class PlanState(models.TextChoices):
    """How far a plan has come; only `approved` ones are worked on."""

    DRAFT = "draft", "拟订中"
    ASKED = "asked", "待批准"
    APPROVED = "approved", "执行中"
    CLOSED = "closed", "已办结"


class WorkPlanQuerySet(ScopedQuerySet["WorkPlan"]):
    def waiting_for(self, scope: Scope) -> Self:
        """Plans of the acting unit itself: of others to approve, own ones that came back."""
        me = scope.user_id or 0
        waits = Q(state=PlanState.DRAFT, written_by=me) & ~Q(answer="")
        if scope.may(Capability.APPROVE_PLANS):
            waits |= Q(state=PlanState.ASKED) & ~Q(writer_ids__contains=[me])
        return self.filter(waits, committee_id=scope.unit)


class WorkPlan(CommitteeRecord):
    """What a unit means to do in a year; `committee` is that unit.

    Whoever has written any of it (`writer_ids`) does not approve it.
    """

    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=100)
    doc_no = models.CharField("文号", max_length=40, blank=True)
    state = models.CharField("状态", max_length=8, choices=PlanState, default=PlanState.DRAFT)
    writer_ids = ArrayField(models.BigIntegerField(), verbose_name="拟订人编号", default=list)
    written_by = models.BigIntegerField("最近拟订人编号")
    written_name = models.CharField("拟订人", max_length=50)
    written_at = models.DateTimeField("拟订时间")
    asked_name = models.CharField("提交人", max_length=50, blank=True)
    asked_at = models.DateTimeField("提交时间", null=True, blank=True)
    decide_by = models.DateField("批准期限", null=True, blank=True)
    decided_by = models.BigIntegerField("批准人编号", null=True, blank=True)
    decided_name = models.CharField("批准人", max_length=50, blank=True)
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    answer = models.CharField("批准意见", max_length=200, blank=True)
    summary = models.CharField("总结", max_length=1000, blank=True)
    closed_name = models.CharField("办结人", max_length=50, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    version = models.IntegerField(default=1)

    objects = WorkPlanQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "year", "title", "doc_no", "state", "writer_ids", "written_by", "written_name",
            "written_at", "asked_name", "asked_at", "decide_by", "decided_by", "decided_name",
            "decided_at", "answer", "summary", "closed_name", "closed_at", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "年度工作计划"
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "year"], name="assessment_plan_once_a_year",
                violation_error_message="这一年度已有工作计划",
            ),
            models.CheckConstraint(
                condition=Q(year__range=YEARS), name="assessment_plan_year_plausible",
                violation_error_message="年度应在 2016 到 2100 之间",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("written_by")),
                name="assessment_plan_two_people",
                violation_error_message="拟订人不能批准自己拟订的计划",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "asked"], decided_by=None)
                | Q(state__in=["approved", "closed"], decided_by__isnull=False) & ~Q(doc_no=""),
                name="assessment_plan_approved_with_number",
                violation_error_message="批准的计划要有批准人和文号",
            ),
            models.CheckConstraint(
                condition=~Q(state="asked") | Q(asked_at__isnull=False, decide_by__isnull=False),
                name="assessment_plan_asked_by_somebody",
                violation_error_message="提交批准的时间没有记下",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | Q(closed_at__isnull=False) & ~Q(summary=""),
                name="assessment_plan_summed_up",
                violation_error_message="办结要写总结",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def is_draft(self) -> bool:
        return self.state == PlanState.DRAFT

    @property
    def is_in_force(self) -> bool:
        return self.state == PlanState.APPROVED


class WorkPlanItemQuerySet(ScopedQuerySet["WorkPlanItem"]):
    def in_scope(self, scope: Scope) -> Self:
        """Items of units in scope; of a plan from above only once it is approved."""
        own = Q(plan_unit_id__gte=scope.low, plan_unit_id__lte=scope.high)
        return super().in_scope(scope).filter(own | IN_FORCE)

    def in_force(self) -> Self:
        """Items of approved plans: those that are worked on and counted."""
        return self.filter(IN_FORCE)

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def overdue_on(self, day: date) -> Self:
        """Items in force that are not settled although their day is over."""
        return self.in_force().open().filter(due_on__lt=day)


OPEN_STATES = ("planned", "under_way")
IN_FORCE = Q(plan_state__in=[PlanState.APPROVED.value, PlanState.CLOSED.value])


class WorkPlanItem(CommitteeRecord):
    """One thing that a unit is to do by a day; `committee` is that unit, not always a committee.

    `plan_unit`, `plan_title`, `plan_state`, `doc_no` and `year` are the plan's, carried by the
    services. `target` is what the value of `metric` should come to; that it has come to it is
    shown and decides nothing. `moved` counts how often the day was changed after the approval.
    """

    class State(models.TextChoices):
        PLANNED = "planned", "未开始"
        UNDER_WAY = "under_way", "办理中"
        DONE = "done", "已完成"
        NOT_DONE = "not_done", "未完成"

    plan = models.ForeignKey(
        WorkPlan, models.PROTECT, related_name="items", verbose_name="年度工作计划"
    )
    plan_unit = models.ForeignKey(
        OrgUnit, models.PROTECT, related_name="+", db_index=False, verbose_name="编制单位"
    )
    plan_title = models.CharField("计划名称", max_length=100)
    plan_state = models.CharField("计划状态", max_length=8, choices=PlanState)
    doc_no = models.CharField("文号", max_length=40, blank=True)
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("序号")
    what = models.CharField("工作事项", max_length=200)
    clause = models.CharField("文件条款", max_length=20)
    due_on = models.DateField("完成期限")
    moved = models.PositiveSmallIntegerField("调整期限次数", default=0)
    metric = models.CharField("对应指标", max_length=40, blank=True)
    target = models.DecimalField("目标值", max_digits=9, decimal_places=2, null=True, blank=True)
    state = models.CharField("状态", max_length=9, choices=State, default=State.PLANNED)
    done_on = models.DateField("完成日期", null=True, blank=True)
    evidence = models.CharField("完成情况和依据", max_length=500, blank=True)
    not_done_for = models.CharField("未完成原因", max_length=200, blank=True)
    settled_by = models.CharField("登记人", max_length=50, blank=True)
    settled_at = models.DateTimeField("登记时间", null=True, blank=True)
    version = models.IntegerField(default=1)

    objects = WorkPlanItemQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"evidence", "not_done_for"}
        plain: ClassVar[set[str]] = {
            "plan_id", "plan_unit_id", "plan_title", "plan_state", "doc_no", "year", "number",
            "what", "clause", "due_on", "moved", "metric", "target", "state", "done_on",
            "settled_by", "settled_at", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "工作计划事项"
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"], name="assessment_plan_item_number",
                violation_error_message="计划里已有这个序号",
            ),
            models.CheckConstraint(
                condition=Q(state="planned") | IN_FORCE,
                name="assessment_plan_item_after_approval",
                violation_error_message="计划批准后才能登记办理情况",
            ),
            models.CheckConstraint(
                condition=Q(metric="", target=None) | ~Q(metric="") & Q(target__gte=0),
                name="assessment_plan_item_target_of_metric",
                violation_error_message="指标和目标值应同时填写",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) & ~Q(evidence="")
                | ~Q(state="done") & Q(done_on=None, evidence=""),
                name="assessment_plan_item_done_with_evidence",
                violation_error_message="完成的事项要有完成日期和依据",
            ),
            models.CheckConstraint(
                condition=Q(state="not_done") & ~Q(not_done_for="")
                | ~Q(state="not_done") & Q(not_done_for=""),
                name="assessment_plan_item_not_done_for",
                violation_error_message="未完成的事项要写明原因",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, settled_at=None, settled_by="")
                | ~Q(state__in=OPEN_STATES) & Q(settled_at__isnull=False) & ~Q(settled_by=""),
                name="assessment_plan_item_settled_by",
                violation_error_message="办结的时间和登记人应齐全",
            ),
        ]  # fmt: skip
        indexes = [
            # the items of a unit, a street with its committees and the district, by their day
            models.Index(fields=["committee", "due_on", "id"], name="plan_items_committee"),
            models.Index(fields=["street_id", "due_on", "id"], name="plan_items_street"),
            models.Index(fields=["due_on", "id"], include=["committee"], name="plan_items"),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_in_force(self) -> bool:
        return self.plan_state in {PlanState.APPROVED, PlanState.CLOSED}

    @property
    def is_late(self) -> bool:
        """Whether it was done after its day; False while it is not done."""
        return self.done_on is not None and self.done_on > self.due_on


class WorkPlanChange(CommitteeRecord):
    """What was changed of an item after the approval, and why; `committee` is the item's."""

    item = models.ForeignKey(
        WorkPlanItem, models.PROTECT, related_name="changes", verbose_name="事项"
    )
    told = models.CharField("调整内容", max_length=600)
    reason = models.CharField("理由", max_length=200)
    by_name = models.CharField("经办人", max_length=50)
    by_unit = models.CharField("单位", max_length=80)
    at = models.DateTimeField("时间")

    objects = ScopedQuerySet["WorkPlanChange"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"told"}
        plain: ClassVar[set[str]] = {"item_id", "reason", "by_name", "by_unit", "at"}

    class Meta:
        verbose_name = "工作计划调整"
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""), name="assessment_plan_change_has_reason",
                violation_error_message="调整要写明理由",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.told
