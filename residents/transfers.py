"""Moves between committees (移交): one asks, the other answers, or the level above decides (D-5).

A request is seen from both sides: by the committee that asks, whose record it is, and by the one
that holds the person's registration. Paper: S-09.
"""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import BigIntegerField, Case, F, Q, When

from housing.models import DwellingUnit
from portal.orgs.models import OrgUnit
from portal.orgs.records import CommitteeRecord, ScopedQuerySet
from portal.orgs.scope import Scope


def within(side: str, scope: Scope) -> Q:
    """That a side of a request (`committee` asks, `holder` is asked) lies in this scope."""
    return Q(**{f"{side}_id__gte": scope.low, f"{side}_id__lte": scope.high})


def undecided(scope: Scope, today: date) -> Q:
    """That a request waits for the decision of exactly this unit: objected to, or overdue."""
    late = Q(state=Transfer.State.ASKED, due_on__lt=today)
    return (Q(state=Transfer.State.DISPUTED) | late) & Q(decider_id=scope.unit)


class TransferQuerySet(ScopedQuerySet["Transfer"]):
    def in_scope(self, scope: Scope) -> Self:
        """Requests of either side: asked by units of this scope, or of them."""
        return self.filter(within("committee", scope) | within("holder", scope))

    def arriving(self, scope: Scope) -> Self:
        """转入: asked by units of this scope."""
        return self.filter(within("committee", scope))

    def leaving(self, scope: Scope) -> Self:
        """转出: asked of units of this scope."""
        return self.filter(within("holder", scope))

    def with_side(self, scope: Scope) -> Self:
        """Each with the committee of this scope at which it stands (`side`): asking, or holding."""
        asks = When(within("committee", scope), then="committee_id")
        return self.annotate(side=Case(asks, default="holder_id", output_field=BigIntegerField()))

    def open(self) -> Self:
        return self.filter(state__in=Transfer.OPEN)

    def to_answer(self, scope: Scope) -> Self:
        """Requests that a committee of this scope has still to answer."""
        return self.leaving(scope).filter(state=Transfer.State.ASKED)

    def to_decide(self, scope: Scope, today: date) -> Self:
        """Requests that wait for the decision of exactly this unit: objected to, or overdue."""
        return self.filter(undecided(scope, today))


class Transfer(CommitteeRecord):
    """A request to take over a person's registration; `committee` is the one that asks.

    It holds what the asking committee saw at the door. Of the registration that exists it knows
    the person's key and the committee that holds it, nothing else, so that whoever asks learns no
    more than `CROSSINGS` allows.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待答复"
        DISPUTED = "disputed", "待裁定"
        DONE = "done", "已移交"
        DENIED = "denied", "不移交"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = (State.ASKED.value, State.DISPUTED.value)

    holder = models.ForeignKey(
        OrgUnit, models.PROTECT, related_name="+", db_index=False, verbose_name="原登记居（村）委"
    )
    decider = models.ForeignKey(
        OrgUnit, models.PROTECT, related_name="+", db_index=False, verbose_name="裁定单位"
    )
    resident = models.ForeignKey("residents.Resident", models.PROTECT, related_name="+")
    dwelling = models.ForeignKey(
        DwellingUnit, models.PROTECT, related_name="+", db_constraint=False, verbose_name="迁入房屋"
    )
    name = models.CharField("姓名", max_length=50)
    id_mask = models.CharField("证件号码（遮盖）", max_length=24)
    address = models.CharField("迁入地址", max_length=200)
    category = models.CharField("人口类别", max_length=2)
    moved_on = models.DateField("迁入日期")
    residence_reason = models.CharField("居住事由", max_length=2, blank=True)
    tenancy_role = models.CharField("居住身份", max_length=2, blank=True)
    relation = models.CharField("与户主关系", max_length=2, blank=True)
    seen_on = models.DateField("入户日期")
    method = models.CharField("核实方式", max_length=2)
    reason = models.CharField("事由", max_length=200)
    state = models.CharField("状态", max_length=9, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField("发起时间")
    asked_by = models.CharField("发起人", max_length=50)
    due_on = models.DateField("期限")
    answer = models.CharField("答复", max_length=200, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_by = models.CharField("答复人", max_length=50, blank=True)
    decision = models.CharField("裁定", max_length=200, blank=True)
    decided_at = models.DateTimeField("裁定时间", null=True, blank=True)
    decided_by = models.CharField("裁定人", max_length=50, blank=True)

    objects = TransferQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "resident_id", "dwelling_id", "name", "id_mask", "address", "category",
            "moved_on", "residence_reason", "tenancy_role", "relation", "reason", "answer",
            "decision",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "holder_id", "decider_id", "seen_on", "method", "state", "asked_at", "asked_by",
            "due_on", "answered_at", "answered_by", "decided_at", "decided_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "移交"
        constraints = [
            models.UniqueConstraint(
                fields=["resident"],
                condition=Q(state__in=["asked", "disputed"]),
                name="residents_one_open_transfer",
                violation_error_message="这个人已有移交申请在办理，请等它办完",
            ),
            models.CheckConstraint(
                condition=~Q(committee=F("holder")),
                name="residents_transfer_between_two",
                violation_error_message="同一居（村）委内直接变更居住地，不用移交",
            ),
        ]
        indexes = [
            models.Index(fields=["committee", "state", "due_on"], name="res_transfer_in"),
            models.Index(fields=["holder", "state", "due_on"], name="res_transfer_out"),
            models.Index(fields=["decider", "state", "due_on"], name="res_transfer_decide"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.address}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def waits_for_decision(self, today: date) -> bool:
        """Whether the holder objected or let the deadline pass, so that the level above decides."""
        late = self.state == self.State.ASKED and self.due_on < today
        return self.state == self.State.DISPUTED or late
