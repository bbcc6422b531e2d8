"""The rooms of a dwelling (房间), and what they say of how it is let (domain §2.8, §3.9).

Nothing here names a person: who sleeps where belongs to the population register. Paper: S-77.
"""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from housing.group_rental import NO, USES, YES
from portal.orgs.records import CommitteeRecord, ScopedQuerySet


class RoomQuerySet(ScopedQuerySet["Room"]):
    def standing(self) -> Self:
        """Rooms that nobody has taken back."""
        return self.filter(closed_on=None)


class Room(CommitteeRecord):
    """One room of a dwelling, as it was designed and measured."""

    class Beds(models.TextChoices):
        YES = YES, "按床位出租"
        NO = NO, "不按床位"

    dwelling = models.ForeignKey(
        "housing.DwellingUnit", models.PROTECT, related_name="room_set", db_constraint=False,
        db_index=False, verbose_name="房屋",
    )  # fmt: skip
    label = models.CharField("房间", max_length=20)
    use = models.CharField("原设计用途", max_length=10, choices=USES)
    usable_area = models.DecimalField(
        "使用面积（m²）", max_digits=6, decimal_places=2, null=True, blank=True
    )
    by_bed = models.CharField("按床位出租", max_length=3, choices=Beds, blank=True)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    objects = RoomQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "dwelling_id", "label", "use", "usable_area", "by_bed", "closed_on",
        }  # fmt: skip

    class Meta:
        verbose_name = "房间"
        constraints = [
            models.UniqueConstraint(fields=["id", "committee"], name="housing_room_committee"),
            models.UniqueConstraint(
                fields=["dwelling", "label"], condition=Q(closed_on=None),
                name="housing_room_label_once",
                violation_error_message="这套房屋已有同名的房间",
            ),
            models.CheckConstraint(
                condition=Q(usable_area=None) | Q(usable_area__gt=0, usable_area__lte=500),
                name="housing_room_area_plausible",
                violation_error_message="使用面积应大于 0、不超过 500 m²",
            ),
        ]  # fmt: skip
        indexes = [
            # the rooms of dwellings whose test is done again
            models.Index(
                fields=["dwelling"], condition=Q(closed_on=None), name="housing_rooms_of_dwelling"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}（{self.get_use_display()}）"


class GroupRentalTest(CommitteeRecord):
    """What the rooms of a dwelling say, and what an officer decided; one row a dwelling.

    `criteria` are those of the last test under `rule`, with what they were read from.
    """

    class State(models.TextChoices):
        UNKNOWN = "unknown", "无法判断"
        CLEAR = "clear", "未见群租"
        SUSPECTED = "suspected", "疑似"
        CONFIRMED = "confirmed", "已认定"
        RECTIFIED = "rectified", "已整改"

    dwelling = models.OneToOneField(
        "housing.DwellingUnit", models.PROTECT, related_name="group_rental", db_constraint=False,
        verbose_name="房屋",
    )  # fmt: skip
    state = models.CharField("群租状态", max_length=10, choices=State)
    criteria = models.JSONField("各项标准", default=list)
    rule = models.CharField("所依规则", max_length=40)
    tested_at = models.DateTimeField("判断时间")

    objects = ScopedQuerySet["GroupRentalTest"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"dwelling_id", "criteria"}
        plain: ClassVar[set[str]] = {"state", "rule", "tested_at"}

    class Meta:
        verbose_name = "群租判断"
        indexes = [
            # dwellings to be looked at in a street and in the district, the latest tested first
            models.Index(fields=["street_id", "tested_at", "id"], name="housing_lettings_street"),
            models.Index(
                fields=["tested_at", "id"], include=["committee"], name="housing_lettings"
            ),
        ]

    def __str__(self) -> str:
        return self.get_state_display()

    @property
    def is_decided(self) -> bool:
        """Whether an officer's word stands, which no test changes."""
        return self.state == self.State.CONFIRMED


class GroupRentalDecision(CommitteeRecord):
    """An officer's word on a dwelling after a visit of at least two; none is ever changed."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed", "认定群租"
        DISMISSED = "dismissed", "查实不是群租"
        RECTIFIED = "rectified", "整改完成"

    class Entry(models.TextChoices):
        CONSENT = "consent", "住户同意"
        LEGAL_POWER = "legal_power", "依法检查"
        OUTSIDE_ONLY = "outside_only", "未入户"

    dwelling = models.ForeignKey(
        "housing.DwellingUnit", models.PROTECT, related_name="rental_decisions",
        db_constraint=False, db_index=False, verbose_name="房屋",
    )  # fmt: skip
    kind = models.CharField("结论", max_length=10, choices=Kind)
    visited_on = models.DateField("上门日期")
    visitor_ids = ArrayField(models.BigIntegerField(), verbose_name="上门人员编号")
    visitors = models.CharField("上门人员", max_length=200)
    badge_shown = models.BooleanField("已出示证件")
    entry_basis = models.CharField("入户依据", max_length=12, choices=Entry)
    facts = models.CharField("事实和理由", max_length=200)
    assistance = models.CharField("帮助安置", max_length=200, blank=True)
    officer_id = models.BigIntegerField("认定人编号")
    officer = models.CharField("认定人", max_length=50)
    at = models.DateTimeField("时间")

    objects = ScopedQuerySet["GroupRentalDecision"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"dwelling_id", "facts", "assistance"}
        plain: ClassVar[set[str]] = {
            "kind", "visited_on", "visitor_ids", "visitors", "badge_shown", "entry_basis",
            "officer_id", "officer", "at",
        }  # fmt: skip

    class Meta:
        verbose_name = "群租认定"
        constraints = [
            models.CheckConstraint(
                condition=Q(visitor_ids__len__gte=2),
                name="housing_rental_visit_of_two",
                violation_error_message="上门应有两人以上",
            ),
            models.CheckConstraint(
                condition=Q(badge_shown=True), name="housing_rental_badge_shown",
                violation_error_message="上门应出示证件",
            ),
            models.CheckConstraint(
                condition=~Q(kind="confirmed", entry_basis="outside_only"),
                name="housing_rental_seen_inside",
                violation_error_message="没有入户不能认定群租",
            ),
            models.CheckConstraint(
                condition=~Q(kind="rectified", assistance=""), name="housing_rental_helped",
                violation_error_message="整改完成要写明对住户的帮助安置",
            ),
        ]  # fmt: skip
        indexes = [
            # the decisions on a dwelling, the latest first
            models.Index(fields=["dwelling", "-at"], name="housing_rental_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.visited_on}"
