"""Organisation units, posts held, and the guardian grants that project them.

Paper: S-01.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.orgs.roles import ROLES
from portal.orgs.scope import Level, level_of, span_of
from portal.orgs.shared_views import SharedView as SharedView


class UnitKind(models.TextChoices):
    """Kinds of unit (domain.md §3.1)."""

    DISTRICT = "district", "区"
    STREET = "street", "街道"
    TOWN = "town", "镇"
    RESIDENTS_COMMITTEE = "residents_committee", "居委会"
    VILLAGERS_COMMITTEE = "villagers_committee", "村委会"


class OrgUnitQuerySet(models.QuerySet["OrgUnit"]):
    def under(self, code: int) -> "OrgUnitQuerySet":
        """The unit `code` and everything below it."""
        return self.filter(code__gte=code, code__lte=code + span_of(code))

    def on(self, day: Any) -> "OrgUnitQuerySet":
        """Units that exist on `day`."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def committees(self) -> "OrgUnitQuerySet":
        return self.filter(kind__in=[UnitKind.RESIDENTS_COMMITTEE, UnitKind.VILLAGERS_COMMITTEE])

    def streets(self) -> "OrgUnitQuerySet":
        return self.filter(kind__in=[UnitKind.STREET, UnitKind.TOWN])


class OrgUnit(models.Model):
    """A unit of the district; its 12-digit division code is the key and sorts as the tree (D-1).

    Units are closed (`valid_to`) and succeeded, never deleted.
    """

    code = models.BigIntegerField("区划代码", primary_key=True)
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=40)
    initials = models.CharField("拼音首字母", max_length=40, blank=True)
    kind = models.CharField("类别", max_length=24, choices=UnitKind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("撤销日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="承接单位"
    )

    objects = OrgUnitQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "code", "name", "short_name", "initials", "kind", "parent_id",
            "valid_from", "valid_to", "successor_id",
        }  # fmt: skip

    class Meta:
        verbose_name = "组织单位"
        constraints = [
            models.CheckConstraint(
                condition=Q(code__gte=100_000_000_000, code__lt=1_000_000_000_000),
                name="orgs_unit_code_has_12_digits",
                violation_error_message="区划代码应为 12 位",
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="orgs_unit_closed_after_opening",
                violation_error_message="撤销日期不能早于启用日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"

    @property
    def level(self) -> Level:
        return level_of(self.code)


class Appointment(models.Model):
    """A post: a user holds one role at one unit from a day to a day (D-2)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="appointments", verbose_name="人员"
    )
    unit = models.ForeignKey(
        OrgUnit, models.PROTECT, related_name="appointments", verbose_name="单位"
    )
    role = models.CharField("岗位", max_length=32, choices={r.key: r.title for r in ROLES.values()})
    starts_on = models.DateField("到岗日期")
    ends_on = models.DateField("离岗日期", null=True, blank=True)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"id", "user_id", "unit_id", "role", "starts_on", "ends_on"}

    class Meta:
        verbose_name = "任职"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="orgs_appointment_ends_after_start",
                violation_error_message="离岗日期不能早于到岗日期",
            ),
            models.UniqueConstraint(
                fields=["user", "unit", "role"],
                condition=Q(ends_on=None),
                name="orgs_appointment_held_once",
                violation_error_message="该人员已在此单位担任此岗位",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} {self.get_role_display()} {self.unit.name}"


class AppointmentRequest(models.Model):
    """A post that one person asks for and another one gives (`portal.orgs.delegation`)."""

    class State(models.TextChoices):
        WAITING = "waiting", "待批准"
        GIVEN = "given", "已批准"
        REFUSED = "refused", "未批准"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="人员"
    )
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位")
    role = models.CharField("岗位", max_length=32, choices={r.key: r.title for r in ROLES.values()})
    starts_on = models.DateField("到岗日期")
    reason = models.CharField("事由", max_length=200, blank=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提请人"
    )
    asked_at = models.DateTimeField("提请时间")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("办理时间", null=True)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "user_id", "unit_id", "role", "starts_on", "reason", "state", "asked_by_id",
            "asked_at", "decided_by_id", "decided_at",
        }  # fmt: skip

    class Meta:
        verbose_name = "任职提请"
        constraints = [
            models.CheckConstraint(
                condition=~Q(asked_by=F("user")), name="orgs_request_not_for_oneself",
                violation_error_message="不能给自己提请岗位",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("user"))),
                name="orgs_request_second_person",
                violation_error_message="任职须由提请人和本人以外的第二人批准",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by=None, decided_at=None)
                | (~Q(state="waiting") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="orgs_request_decided_by_somebody",
                violation_error_message="办理结果与批准人应同时填写",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user.name} {self.get_role_display()} {self.unit.name}"
