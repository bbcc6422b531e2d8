"""Campaigns of inspection and rectification (整治行动), their targets and what was found.

Planned by a street, approved by another person, carried out by visits of two, closed when nothing
found is left open. Paper: S-74, S-77, S-87.
"""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from housing.dwelling_rooms import GroupRentalDecision
from housing.key_areas import KeyArea
from housing.rectifying import AREA_KINDS, FINDING_KINDS
from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class CampaignQuerySet(ScopedQuerySet["Campaign"]):
    def going_on(self) -> Self:
        return self.exclude(state="closed")


class Campaign(CommitteeRecord):
    """A campaign of a street; `committee` is the street, `member_ids` those who may go along."""

    class State(models.TextChoices):
        DRAFT = "draft", "待批准"
        APPROVED = "approved", "已批准"
        RUNNING = "running", "检查中"
        RECHECKING = "rechecking", "复查中"
        CLOSED = "closed", "已办结"

    title = models.CharField("名称", max_length=100)
    theme = models.CharField("主题", max_length=20, choices=AREA_KINDS)
    legal_basis = models.CharField("法律依据", max_length=200)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    area_ids = ArrayField(models.UUIDField(), verbose_name="重点区域编号")
    areas = models.CharField("重点区域", max_length=300)
    member_ids = ArrayField(models.BigIntegerField(), verbose_name="工作组成员编号")
    members = models.CharField("工作组成员", max_length=300)
    target_count = models.PositiveIntegerField("检查目标（套）", default=0)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    due_on = models.DateField("办理期限")
    planned_by = models.BigIntegerField("拟订人编号")
    planned_name = models.CharField("拟订人", max_length=50)
    planned_at = models.DateTimeField("拟订时间")
    decided_by = models.BigIntegerField("批准人编号", null=True, blank=True)
    decided_name = models.CharField("批准人", max_length=50, blank=True)
    decided_at = models.DateTimeField("批准时间", null=True, blank=True)
    answer = models.CharField("批准意见", max_length=200, blank=True)
    summary = models.TextField("总结", max_length=2000, blank=True)
    closed_by = models.CharField("办结人", max_length=50, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = CampaignQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "title", "theme", "legal_basis", "starts_on", "ends_on", "area_ids", "areas",
            "member_ids", "members", "target_count", "state", "due_on", "planned_by",
            "planned_name", "planned_at", "decided_by", "decided_name", "decided_at", "answer",
            "summary", "closed_by", "closed_at",
        }  # fmt: skip

    class Meta:
        verbose_name = "整治行动"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="housing_campaign_in_order",
                violation_error_message="结束日期早于开始日期",
            ),
            models.CheckConstraint(
                condition=Q(member_ids__len__gte=2), name="housing_campaign_team_of_two",
                violation_error_message="工作组应有两人以上",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("planned_by")),
                name="housing_campaign_two_people",
                violation_error_message="拟订人不能批准自己的方案",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(decided_by__isnull=False),
                name="housing_campaign_approved_by_somebody",
                violation_error_message="方案要先批准",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | ~Q(summary=""), name="housing_campaign_summed_up",
                violation_error_message="办结要写总结",
            ),
        ]  # fmt: skip
        indexes = [
            # the campaigns of a street and the district, the last to end first
            models.Index(fields=["street_id", "due_on", "id"], name="housing_campaigns_street"),
            models.Index(
                fields=["due_on", "id"], include=["committee"], name="housing_campaigns"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class CampaignTarget(CommitteeRecord):
    """A dwelling that a campaign looks at, and why; drawn when it starts."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="targets", verbose_name="整治行动",
    )  # fmt: skip
    dwelling = models.ForeignKey(
        "housing.DwellingUnit",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        verbose_name="房屋",
    )
    area = models.ForeignKey(KeyArea, models.PROTECT, related_name="+", verbose_name="重点区域")
    why = models.CharField("列入原因", max_length=60)

    objects = ScopedQuerySet["CampaignTarget"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"dwelling_id"}
        plain: ClassVar[set[str]] = {"campaign_id", "area_id", "why"}

    class Meta:
        verbose_name = "检查目标"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "dwelling"], name="housing_target_once",
                violation_error_message="这套房屋已是检查目标",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.dwelling_id}"


class FindingQuerySet(ScopedQuerySet["Finding"]):
    def unsettled(self) -> Self:
        """Findings that somebody has still to act on."""
        return self.exclude(state__in=["closed", "dismissed"])


class Finding(CommitteeRecord):
    """What a visit of two found at a dwelling, until it is put right or was nothing."""

    class State(models.TextChoices):
        OPEN = "open", "待告知"
        NOTIFIED = "notified", "已告知"
        RECTIFYING = "rectifying", "整改中"
        RECHECKED = "rechecked", "复查通过"
        CLOSED = "closed", "已办结"
        DISMISSED = "dismissed", "不成立"

    Entry = GroupRentalDecision.Entry
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="findings",
        verbose_name="整治行动",
    )  # fmt: skip
    dwelling = models.ForeignKey(
        "housing.DwellingUnit", models.PROTECT, related_name="findings", db_constraint=False,
        verbose_name="房屋",
    )  # fmt: skip
    place = models.CharField("地址", max_length=160)
    kind = models.CharField("问题", max_length=12, choices=FINDING_KINDS)
    facts = models.CharField("情况", max_length=200)
    visited_on = models.DateField("上门日期")
    visitor_ids = ArrayField(models.BigIntegerField(), verbose_name="上门人员编号")
    visitors = models.CharField("上门人员", max_length=200)
    badge_shown = models.BooleanField("已出示证件")
    entry_basis = models.CharField("入户依据", max_length=12, choices=Entry)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    due_on = models.DateField("期限")
    found_by = models.BigIntegerField("登记人编号")
    found_name = models.CharField("登记人", max_length=50)
    found_at = models.DateTimeField("登记时间")
    notice_no = models.CharField("告知书编号", max_length=40, blank=True)
    noticed_on = models.DateField("告知日期", null=True, blank=True)
    vulnerable = models.CharField("老人、儿童情况", max_length=200, blank=True)
    progress = models.CharField("整改情况", max_length=200, blank=True)
    rechecked_by = models.BigIntegerField("复查人编号", null=True, blank=True)
    rechecked_name = models.CharField("复查人", max_length=50, blank=True)
    rechecked_on = models.DateField("复查日期", null=True, blank=True)
    assistance = models.CharField("帮助安置", max_length=200, blank=True)
    end_reason = models.CharField("办结意见", max_length=200, blank=True)
    ended_by = models.CharField("办结人", max_length=50, blank=True)
    ended_at = models.DateTimeField("办结时间", null=True, blank=True)

    objects = FindingQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "dwelling_id", "place", "facts", "vulnerable", "progress", "assistance", "end_reason",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "campaign_id", "kind", "visited_on", "visitor_ids", "visitors", "badge_shown",
            "entry_basis", "state", "due_on", "found_by", "found_name", "found_at", "notice_no",
            "noticed_on", "rechecked_by", "rechecked_name", "rechecked_on", "ended_by", "ended_at",
        }  # fmt: skip

    class Meta:
        verbose_name = "检查发现"
        constraints = [
            models.CheckConstraint(
                condition=Q(visitor_ids__len__gte=2), name="housing_finding_visit_of_two",
                violation_error_message="上门应有两人以上",
            ),
            models.CheckConstraint(
                condition=Q(badge_shown=True), name="housing_finding_badge_shown",
                violation_error_message="上门应出示证件",
            ),
            models.CheckConstraint(
                condition=Q(rechecked_by=None) | ~Q(rechecked_by=F("found_by")),
                name="housing_finding_two_people",
                violation_error_message="登记人不能复查自己登记的问题",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (~Q(assistance="") & Q(rechecked_by__isnull=False)),
                name="housing_finding_helped",
                violation_error_message="办结要有复查人和帮助安置情况",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "dismissed"]) | Q(noticed_on__isnull=False),
                name="housing_finding_noticed",
                violation_error_message="整改要先告知",
            ),
        ]  # fmt: skip
        indexes = [
            # the findings of a committee, a street and the district, those due first above
            models.Index(fields=["committee", "due_on", "id"], name="housing_findings_committee"),
            models.Index(fields=["street_id", "due_on", "id"], name="housing_findings_street"),
            models.Index(fields=["due_on", "id"], include=["committee"], name="housing_findings"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.get_kind_display()}"

    @property
    def is_settled(self) -> bool:
        return self.state in {self.State.CLOSED, self.State.DISMISSED}
