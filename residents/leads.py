"""Discovery leads (发现线索): somebody saw a change; a committee finds out and registers it.

What was told in words, and how to reach who told it, is ciphertext. A lead belongs to the
committee of the place; whoever only reports sees their own leads and nothing else: PostgreSQL
knows them by the post in which they were told. Paper: S-64, S-66.
"""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from housing.models import Building, DwellingUnit
from portal.orgs.records import CommitteeRecord
from portal.orgs.scope import Scope
from residents.discovery import CHANNELS, CONFIRMED
from residents.requests import RequestQuerySet, due_index, list_indexes


class LeadQuerySet(RequestQuerySet["Lead"]):
    still_open = ~Q(state="closed")

    def waiting_for(self, scope: Scope) -> Self:
        """Open leads that nobody has taken on, or that this person has."""
        return self.open().filter(Q(assigned_id=None) | Q(assigned_id=scope.user_id or 0))

    def told_by(self, scope: Scope) -> Self:
        """What somebody reported in the acting post: all that a reporter ever sees."""
        return self.filter(post_id=scope.appointment_id or 0)

    def worn(self, before: date) -> Self:
        """Leads closed before that day whose words are still kept."""
        return self.filter(closed_at__date__lt=before).exclude(sealed=b"")


class Lead(CommitteeRecord):
    """One lead, from what somebody saw to what the register shows of it.

    `building` is the one whose notice was read, until the dwelling itself is known. `due_on` is
    the day by which the state's own next step is due, `visit_due_on` the one on which somebody
    had to be there (M-29). `record_id` is the resident whose record came of it; it is no foreign
    key, since a person moves on and the lead stays.
    """

    class Kind(models.TextChoices):
        NEW = "new", "新增"
        CHANGE = "change", "变更"
        CANCEL = "cancel", "注销"

    class Subject(models.TextChoices):
        PERSON = "person", "人口"
        DWELLING = "dwelling", "房屋"
        LEASE = "lease", "租赁"

    class Priority(models.TextChoices):
        LOW = "low", "低"
        MID = "mid", "中"
        HIGH = "high", "高"

    class State(models.TextChoices):
        SUBMITTED = "submitted", "待分办"
        TRIAGED = "triaged", "待上门"
        CONFIRMED = "confirmed", "待登记"
        CLOSED = "closed", "已办结"

    class Result(models.TextChoices):
        NEW = "new", "确认新增"
        CHANGE = "change", "确认变更"
        CANCEL = "cancel", "确认注销"
        NOTHING = "nothing", "未发现变动"
        DUPLICATE = "duplicate", "重复线索"

    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        db_constraint=False, verbose_name="楼栋",
    )  # fmt: skip
    dwelling = models.ForeignKey(
        DwellingUnit, models.PROTECT, null=True, blank=True, related_name="+",
        db_constraint=False, verbose_name="房屋",
    )  # fmt: skip
    place = models.CharField("地点", max_length=80)
    kind = models.CharField("变动", max_length=6, choices=Kind)
    subject = models.CharField("对象", max_length=8, choices=Subject, default=Subject.PERSON)
    channel = models.CharField("发现渠道", max_length=2)
    priority = models.CharField("优先级", max_length=4, choices=Priority, default=Priority.MID)
    sealed = models.BinaryField("说明和联系方式（密文）")
    state = models.CharField("状态", max_length=9, choices=State, default=State.SUBMITTED)
    result = models.CharField("结果", max_length=9, choices=Result, blank=True)
    submitted_at = models.DateTimeField("登记时间")
    submitted_by = models.CharField("登记人", max_length=50)
    post_id = models.BigIntegerField("登记岗位", null=True, blank=True)
    assigned_id = models.BigIntegerField("承办人编号", null=True, blank=True)
    assigned_to = models.CharField("承办人", max_length=50, blank=True)
    triaged_at = models.DateTimeField("分办时间", null=True, blank=True)
    triaged_by = models.CharField("分办人", max_length=50, blank=True)
    due_on = models.DateField("期限")
    visit_due_on = models.DateField("上门期限", null=True, blank=True)
    visited_on = models.DateField("上门日期", null=True, blank=True)
    visited_by = models.CharField("上门人", max_length=50, blank=True)
    finding = models.CharField("核实情况", max_length=200, blank=True)
    rule = models.CharField("所依规则", max_length=40)
    record_id = models.UUIDField("登记的人员", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    closed_by = models.CharField("办结人", max_length=50, blank=True)

    objects = LeadQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "building_id", "dwelling_id", "place", "sealed", "finding", "record_id",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "kind", "subject", "channel", "priority", "state", "result", "submitted_at",
            "submitted_by", "post_id", "assigned_id", "assigned_to", "triaged_at", "triaged_by",
            "due_on", "visit_due_on", "visited_on", "visited_by", "rule", "closed_at", "closed_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "发现线索"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["submitted", "triaged"], result="")
                | Q(state="confirmed", result__in=CONFIRMED)
                | (Q(state="closed") & ~Q(result="")),
                name="residents_lead_result_with_state",
                violation_error_message="线索的结果与状态不一致",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed", closed_at__isnull=False) & ~Q(closed_by=""))
                | (~Q(state="closed") & Q(closed_at=None, closed_by="")),
                name="residents_lead_closed_at_and_by",
                violation_error_message="办结时间与办结人应同时填写",
            ),
            models.CheckConstraint(
                condition=Q(assigned_id=None, assigned_to="")
                | (Q(assigned_id__isnull=False) & ~Q(assigned_to="")),
                name="residents_lead_assigned_to_somebody",
                violation_error_message="承办人不完整",
            ),
        ]
        indexes = [
            *list_indexes("submitted_at", "res_lead"),
            # what is due, in a committee and in a street
            due_index(~Q(state="closed"), "res_lead_due"),
            models.Index(
                fields=["street_id", "due_on", "id"], include=["committee"],
                condition=~Q(state="closed"), name="res_lead_due_street",
            ),
            # what somebody reported in a post
            models.Index(fields=["post_id", "submitted_at"], name="res_lead_told"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.place} {self.get_kind_display()}"

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED

    @property
    def what(self) -> str:
        """Kind and subject in words: 人口新增."""
        return f"{self.get_subject_display()}{self.get_kind_display()}"

    @property
    def channel_title(self) -> str:
        return CHANNELS.title(self.channel)

    @property
    def latency(self) -> timedelta | None:
        """From the telling to the end; None while it is open."""
        return self.closed_at - self.submitted_at if self.closed_at else None
