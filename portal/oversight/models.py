"""Signs that an office-holder looks at whole numbers in an unusual way, for the auditor."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.orgs.records import new_id


class UseAlarm(models.Model):
    """One pattern in one person's looks of one day; the auditor writes down what came of it.

    About the use of the system, never about residents: no resident is named or pointed to. The
    events behind it are in the trail.
    """

    class Kind(models.TextChoices):
        PEERS = "peers", "多于同岗"
        HOURS = "hours", "工作时段以外"
        PATCH = "patch", "责任区以外"
        WALK = "walk", "挨户连续查看"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    day = models.DateField("日期")
    kind = models.CharField("线索", max_length=8, choices=Kind)
    user_id = models.BigIntegerField("人员编号")
    user_name = models.CharField("人员", max_length=80)
    unit = models.BigIntegerField("单位代码")
    unit_name = models.CharField("单位", max_length=80)
    role_title = models.CharField("岗位", max_length=40)
    count = models.IntegerField("次数")
    total = models.IntegerField("当日查看")
    against = models.FloatField("对照")
    found_at = models.DateTimeField("发现时间")
    note = models.CharField("核查结果", max_length=200, blank=True)
    closed_at = models.DateTimeField("核查时间", null=True)
    closed_by = models.CharField("核查人", max_length=80, blank=True)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "id", "day", "kind", "user_id", "user_name", "unit", "unit_name", "role_title",
            "count", "total", "against", "found_at", "note", "closed_at", "closed_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "查看线索"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "kind", "user_id"], name="oversight_alarm_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by="", note="")
                | (Q(closed_at__isnull=False) & ~Q(closed_by="") & ~Q(note="")),
                name="oversight_closed_with_note",
                violation_error_message="核查时间、核查人与结果应同时填写",
            ),
        ]
        indexes = [
            # what is still to be looked into, newest first
            models.Index(
                fields=["-day", "-id"], condition=Q(closed_at=None), name="oversight_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.user_name} {self.get_kind_display()}"
