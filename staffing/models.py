"""Information collectors (信息采集员), their status and patches (domain.md §3.22–3.23)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from housing.models import Building
from portal.orgs.records import CommitteeRecord, ScopedQuerySet
from staffing.querysets import CollectorQuerySet, WorkAreaQuerySet


class Employment(models.TextChoices):
    """How a collector is employed; three of them are the paper's (实施意见 三(二)1)."""

    PURCHASED = "purchased", "购买服务"
    SECURITY_AID = "security_aid", "社区综合协管"
    PUBLIC_POST = "public_post", "公益性岗位"
    COMMITTEE = "committee", "居委兼职"


class CollectorStatus(models.TextChoices):
    """Where a collector stands between recruitment and leaving (domain.md §3.16)."""

    CANDIDATE = "candidate", "待录用"
    PROBATION = "probation", "试用"
    APPOINTED = "appointed", "在岗"
    TRANSFERRED = "transferred", "借调"
    SUSPENDED = "suspended", "停职"
    LEAVING = "leaving", "待离职"
    LEFT = "left", "已离职"


class Collector(CommitteeRecord):
    """An information collector, posted to one committee (or kept at the street office).

    `fte` is the share of a full post. A collector does the work when appointed, or on probation
    once trained; one lent to other work does not count (实施意见 三(二)2: 不得挪作他用).
    """

    staff_no = models.CharField("工号", max_length=16, unique=True)
    name = models.CharField("姓名", max_length=50)
    employment_type = models.CharField("用工方式", max_length=16, choices=Employment)
    provider = models.CharField("承接单位", max_length=80, blank=True)
    fte = models.DecimalField("全职当量", max_digits=2, decimal_places=1, default=1)
    status = models.CharField(
        "状态", max_length=12, choices=CollectorStatus, default=CollectorStatus.CANDIDATE
    )
    status_since = models.DateField("现状态起始")
    trained_on = models.DateField("岗前培训合格", null=True, blank=True)
    appointed_on = models.DateField("聘用日期", null=True, blank=True)
    left_on = models.DateField("离职日期", null=True, blank=True)
    badge_no = models.CharField("工作证号", max_length=20, blank=True)
    confidentiality_signed_on = models.DateField("保密承诺", null=True, blank=True)
    version = models.IntegerField(default=1)

    objects = CollectorQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"name"}
        plain: ClassVar[set[str]] = {
            "staff_no", "employment_type", "provider", "fte", "status", "status_since",
            "trained_on", "appointed_on", "left_on", "badge_no", "confidentiality_signed_on",
            "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "信息采集员"
        constraints = [
            models.CheckConstraint(
                condition=Q(fte__gt=0, fte__lte=1),
                name="staffing_fte_is_a_share",
                violation_error_message="全职当量应大于 0、不超过 1",
            ),
            models.CheckConstraint(
                condition=~Q(employment_type="purchased") | ~Q(provider=""),
                name="staffing_purchased_has_provider",
                violation_error_message="购买服务的采集员须写明承接单位",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["candidate", "probation", "left"])
                | Q(appointed_on__isnull=False),
                name="staffing_appointed_on_a_day",
                violation_error_message="在岗、借调、停职、待离职的采集员须有聘用日期",
            ),
            models.CheckConstraint(
                condition=Q(status="left", left_on__isnull=False)
                | (~Q(status="left") & Q(left_on=None)),
                name="staffing_left_on_a_day",
                violation_error_message="离职日期与状态不一致",
            ),
            models.CheckConstraint(
                condition=Q(left_on=None)
                | Q(appointed_on=None)
                | Q(left_on__gte=F("appointed_on")),
                name="staffing_left_after_appointed",
                violation_error_message="离职日期不能早于聘用日期",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["probation", "appointed"])
                | Q(confidentiality_signed_on__isnull=False),
                name="staffing_at_work_bound_to_secrecy",
                violation_error_message="上岗前须签保密承诺",
            ),
            models.UniqueConstraint(
                fields=["badge_no"],
                condition=~Q(badge_no=""),
                name="staffing_badge_once",
                violation_error_message="该工作证号已发给另一名采集员",
            ),
            models.UniqueConstraint(
                fields=["id", "committee"], name="staffing_collector_committee"
            ),
        ]
        indexes = [
            # the roster of a committee, street or the district by number (keyset)
            models.Index(fields=["committee", "staff_no"], name="staffing_in_committee"),
            models.Index(fields=["street_id", "staff_no"], name="staffing_in_street"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_no} {self.name}"


class CollectorStatusEvent(CommitteeRecord):
    """One step of a collector's way, with its reason and who decided it (S-49)."""

    collector = models.ForeignKey(
        Collector, models.PROTECT, related_name="status_events", verbose_name="采集员"
    )
    old_status = models.CharField("原状态", max_length=12, choices=CollectorStatus, blank=True)
    new_status = models.CharField("新状态", max_length=12, choices=CollectorStatus)
    on = models.DateField("生效日期")
    reason = models.CharField("事由", max_length=200, blank=True)
    by_name = models.CharField("经办人", max_length=50)
    at = models.DateTimeField("时间")

    objects = ScopedQuerySet["CollectorStatusEvent"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"reason"}
        plain: ClassVar[set[str]] = {
            "collector_id", "old_status", "new_status", "on", "by_name", "at",
        }  # fmt: skip

    class Meta:
        verbose_name = "采集员状态变更"
        indexes = [models.Index(fields=["collector", "-at"], name="staffing_events_of_one")]

    def __str__(self) -> str:
        return f"{self.collector_id} {self.new_status} {self.on}"


class WorkArea(CommitteeRecord):
    """A patch (片区): buildings of one committee under one leading collector.

    `dwellings` and `workload` (M-16) are written by the service that lays the patch out.
    """

    code = models.CharField("片区", max_length=20)
    lead_collector = models.ForeignKey(
        Collector,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="areas",
        db_constraint=False,  # a composite key with the committee stands in the migration
        verbose_name="负责采集员",
    )
    dwellings = models.IntegerField("套数", default=0)
    workload = models.DecimalField("工作量指数", max_digits=9, decimal_places=1, default=0)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True, blank=True)
    version = models.IntegerField(default=1)

    objects = WorkAreaQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "code", "lead_collector_id", "dwellings", "workload", "valid_from", "valid_to",
            "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "片区"
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "code"],
                condition=Q(valid_to=None),
                name="staffing_area_code_once",
                violation_error_message="本居委已有同名片区",
            ),
            models.UniqueConstraint(fields=["id", "committee"], name="staffing_area_committee"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="staffing_area_ends_after_start",
                violation_error_message="停用日期不能早于启用日期",
            ),
            models.CheckConstraint(
                condition=Q(dwellings__gte=0, workload__gte=0),
                name="staffing_area_load_not_negative",
                violation_error_message="套数和工作量指数不能小于 0",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class WorkAreaBuilding(CommitteeRecord):
    """A building in a patch; at any time a building lies in one patch at most."""

    area = models.ForeignKey(
        WorkArea, models.CASCADE, related_name="area_buildings", db_constraint=False
    )
    building = models.ForeignKey(
        Building, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )

    objects = ScopedQuerySet["WorkAreaBuilding"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"area_id", "building_id"}

    class Meta:
        verbose_name = "片区楼栋"
        constraints = [
            models.UniqueConstraint(fields=["building"], name="staffing_building_in_one_area"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.building_id}"
