"""Key areas (重点区域): places where the register must be right first, and help is near.

An area belongs to its street; which buildings it holds is known in each one's committee. It says
something of a place, never of anybody who lives there. Paper: S-75, S-76, S-78, S-87.
"""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from housing.rectifying import AREA_KINDS, INFORMAL_SITE
from portal.orgs.records import CommitteeRecord, ScopedQuerySet

CYCLE = (7, 180)


class KeyAreaQuerySet(ScopedQuerySet["KeyArea"]):
    def standing(self) -> Self:
        """Areas that are looked after now."""
        return self.filter(until=None)

    def to_review_on(self, day: date) -> Self:
        """Standing areas whose cycle has passed since somebody last went through them."""
        return self.standing().filter(review_by__lte=day)


class KeyArea(CommitteeRecord):
    """A place with its buildings, the post that looks after it, targets and cycle.

    `committee` is the responsible street. `targets` are values in per cent by number.
    """

    kind = models.CharField("类型", max_length=20, choices=AREA_KINDS)
    name = models.CharField("名称", max_length=80)
    owner_post_id = models.BigIntegerField("责任岗位编号")
    owner = models.CharField("责任人", max_length=50)
    since = models.DateField("列入日期")
    until = models.DateField("撤销日期", null=True, blank=True)
    targets = models.JSONField("目标", default=dict)
    cycle_days = models.PositiveSmallIntegerField("核查周期（天）", default=30)
    reviewed_on = models.DateField("最近核查", null=True, blank=True)
    review_by = models.DateField("下次核查期限")
    people = models.PositiveIntegerField("落脚人数（约）", null=True, blank=True)
    hazards = models.CharField("安全隐患", max_length=200, blank=True)
    noticed_on = models.DateField("告知日期", null=True, blank=True)
    resettlement = models.CharField("安置情况", max_length=200, blank=True)
    end_reason = models.CharField("撤销理由", max_length=200, blank=True)
    updated_by = models.CharField("变更人", max_length=50)
    version = models.IntegerField(default=1)

    objects = KeyAreaQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "kind", "name", "owner_post_id", "owner", "since", "until", "targets", "cycle_days",
            "reviewed_on", "review_by", "people", "hazards", "noticed_on", "resettlement",
            "end_reason", "updated_by", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "重点区域"
        constraints = [
            models.CheckConstraint(
                condition=Q(cycle_days__range=CYCLE), name="housing_area_cycle_plausible",
                violation_error_message="核查周期应在 7 到 180 天之间",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | ~Q(kind=INFORMAL_SITE)
                | (Q(noticed_on__isnull=False) & ~Q(resettlement="")),
                name="housing_informal_site_resettled",
                violation_error_message="非正规落脚点要先告知并写明安置情况才能撤销",
            ),
            models.UniqueConstraint(
                fields=["committee", "name"], condition=Q(until=None),
                name="housing_area_name_once",
                violation_error_message="本街道已有同名的重点区域",
            ),
        ]  # fmt: skip
        indexes = [
            # the areas of a street and the district, and those that are due
            models.Index(fields=["street_id", "review_by", "id"], name="housing_areas_street"),
            models.Index(
                fields=["review_by", "id"], include=["committee"], name="housing_areas_due"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_standing(self) -> bool:
        return self.until is None

    def get_state_display(self) -> str:
        return "在管" if self.is_standing else "已撤销"


class KeyAreaBuilding(CommitteeRecord):
    """A building of a key area; of the building's own committee, which sees it so."""

    area = models.ForeignKey(
        KeyArea, models.PROTECT, related_name="area_buildings", verbose_name="重点区域",
    )  # fmt: skip
    building = models.ForeignKey(
        "housing.Building",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        verbose_name="楼栋",
    )

    objects = ScopedQuerySet["KeyAreaBuilding"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"area_id", "building_id"}

    class Meta:
        verbose_name = "重点区域楼栋"
        constraints = [
            models.UniqueConstraint(
                fields=["area", "building"], name="housing_area_building_once",
                violation_error_message="这幢楼已在区域内",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.area_id} {self.building_id}"
