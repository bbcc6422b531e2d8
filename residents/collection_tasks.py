"""Collection tasks (采集任务): go to a dwelling to register, verify, change or cancel, by a day.

A task is made by the verification cycle every night, or by hand. It ends by the work that it asks
for, in the same transaction, so that there is no second truth beside the register; nobody ticks
it off (ADR 27). Leads and quality issues make none: they have a deadline, somebody who does them
and a place in the to-do list of their own. Paper: S-21.
"""

from datetime import date
from typing import ClassVar, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from housing.models import DwellingUnit
from portal.orgs.records import CommitteeRecord
from portal.orgs.scope import Scope
from residents.requests import RequestQuerySet, list_indexes

OPEN = Q(state="open")


class CollectionTaskQuerySet(RequestQuerySet["CollectionTask"]):
    still_open = OPEN

    def waiting_for(self, scope: Scope) -> Self:
        """Open tasks that nobody was given, or that this person was."""
        return self.open().filter(Q(assigned_id=None) | Q(assigned_id=scope.user_id or 0))

    def due_within(self, first: date, until: date) -> Self:
        """Tasks due from `first` to the day before `until`."""
        return self.filter(due_on__gte=first, due_on__lt=until)


class CollectionTask(CommitteeRecord):
    """One task at a dwelling, about everybody there or about one person's residence.

    `ended_on` is the day of the work, of a visit told late the day of the visit; it is held
    against `due_on`. A task of the cycle is nobody's to withdraw: the rule would ask again.
    """

    class Kind(models.TextChoices):
        NEW = "new", "新增登记"
        VERIFY = "verify", "核实"
        CHANGE = "change", "变更登记"
        CANCEL = "cancel", "注销登记"

    class Why(models.TextChoices):
        CYCLE = "cycle", "核实周期"
        HAND = "hand", "人工布置"

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DONE = "done", "已办结"
        WITHDRAWN = "withdrawn", "已撤回"

    dwelling = models.ForeignKey(
        DwellingUnit, models.PROTECT, related_name="+", db_constraint=False, verbose_name="房屋"
    )
    residence = models.ForeignKey(
        "residents.Residence", models.PROTECT, null=True, blank=True, related_name="+",
        db_index=False, verbose_name="居住段",
    )  # fmt: skip
    kind = models.CharField("事项", max_length=6, choices=Kind)
    why = models.CharField("来由", max_length=5, choices=Why)
    reason = models.CharField("说明", max_length=60, blank=True)
    due_on = models.DateField("期限")
    rule = models.CharField("所依规则", max_length=40, blank=True)
    made_at = models.DateTimeField("生成时间")
    made_on = models.DateField("生成日期")
    made_by = models.CharField("布置人", max_length=50)
    assigned_id = models.BigIntegerField("承办人编号", null=True, blank=True)
    assigned_to = models.CharField("承办人", max_length=50, blank=True)
    state = models.CharField("状态", max_length=9, choices=State, default=State.OPEN)
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)
    ended_on = models.DateField("办结日期", null=True, blank=True)
    ended_by = models.CharField("办结人", max_length=50, blank=True)
    withdrawn_for = models.CharField("撤回原因", max_length=60, blank=True)

    objects = CollectionTaskQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"dwelling_id", "residence_id", "reason", "withdrawn_for"}
        plain: ClassVar[set[str]] = {
            "kind", "why", "due_on", "rule", "made_at", "made_on", "made_by", "assigned_id",
            "assigned_to", "state", "ended_at", "ended_on", "ended_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "采集任务"
        constraints = [
            models.UniqueConstraint(
                fields=["dwelling", "kind", "residence"],
                condition=OPEN,
                nulls_distinct=False,
                name="residents_task_once",
                violation_error_message="这一户已有同样的采集任务在办",
            ),
            models.CheckConstraint(
                condition=OPEN & Q(ended_at=None, ended_on=None, ended_by="")
                | ~OPEN & Q(ended_at__isnull=False, ended_on__isnull=False) & ~Q(ended_by=""),
                name="residents_task_ended_whole",
                violation_error_message="办结的时间、日期和办结人应齐全",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") & ~Q(withdrawn_for="")
                | ~Q(state="withdrawn") & Q(withdrawn_for=""),
                name="residents_task_withdrawn_for",
                violation_error_message="撤回的任务应写明原因",
            ),
            models.CheckConstraint(
                condition=Q(assigned_id=None, assigned_to="")
                | Q(assigned_id__isnull=False) & ~Q(assigned_to=""),
                name="residents_task_assigned_to_somebody",
                violation_error_message="承办人不完整",
            ),
            models.CheckConstraint(
                condition=Q(why="hand") & ~Q(reason="") | Q(why="cycle", kind="verify", reason=""),
                name="residents_task_by_hand_with_reason",
                violation_error_message="人工布置的任务应写明原因",
            ),
            models.CheckConstraint(
                condition=~Q(kind="new") | Q(residence=None),
                name="residents_task_new_of_nobody",
                violation_error_message="新增登记还没有人，不能指定人员",
            ),
            models.CheckConstraint(
                condition=Q(why="cycle") | Q(due_on__gte=F("made_on")),
                name="residents_task_due_after_made",
                violation_error_message="期限不能早于今天",
            ),
        ]  # fmt: skip
        indexes = [
            # all tasks by their day, at each level: the list of ended ones, a month's report
            *list_indexes("due_on", "res_task"),
            # the open ones: the usual list, the inbox, what is overdue
            models.Index(
                fields=["committee", "due_on", "id"], condition=OPEN, name="res_task_open",
            ),
            models.Index(
                fields=["street_id", "due_on", "id"], include=["committee"], condition=OPEN,
                name="res_task_open_street",
            ),
            models.Index(
                fields=["due_on", "id"], include=["committee"], condition=OPEN,
                name="res_task_open_district",
            ),
            # what hangs on an episode that a file is taken back with
            models.Index(
                fields=["residence"], condition=Q(residence__isnull=False), name="res_task_person",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_on}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def resident_id(self) -> UUID | None:
        """Whom a task about one person is about, for the trail."""
        return self.residence.resident_id if self.residence else None

    @property
    def is_late(self) -> bool:
        """Whether the work was done after its day; False while it is open."""
        return self.state == self.State.DONE and (self.ended_on or self.due_on) > self.due_on
