"""How often each committee used the municipal system (市实有人口信息管理系统), day by day.

The municipal system keeps a log of its own; its administrator gives a table of committees, days and
sessions, or a committee enters its days. A row is about a committee: it holds no account, no name
and no query, and nothing of it can be asked about a clerk or a resident. Being about nobody, rows
are kept as long as the numbers that rest on them.

Paper: S-10, S-111.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from portal.orgs.records import CommitteeRecord, ScopedQuerySet
from portal.usage.window import MOST_SESSIONS


class Source(models.TextChoices):
    HAND = "hand", "手工"
    FILE = "file", "文件"


class SystemUsage(CommitteeRecord):
    """The purposeful sessions of one committee on one day, as they were told.

    A session is purposeful when a purpose was stated for it and the municipal system took it as
    such. Zero is told; a day without a row is not known. `version` counts the changes.
    """

    day = models.DateField("日期")
    sessions = models.PositiveIntegerField("有目的使用次数")
    source = models.CharField("来源", max_length=4, choices=Source)
    version = models.PositiveIntegerField("版本", default=1)
    updated_at = models.DateTimeField("更新时间")

    objects = ScopedQuerySet["SystemUsage"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"day", "sessions", "source", "version", "updated_at"}

    class Meta:
        verbose_name = "市系统使用"
        constraints = [
            # also the index by which a committee's days of a window are found
            models.UniqueConstraint(fields=["committee", "day"], name="usage_day_once"),
            models.CheckConstraint(
                condition=Q(sessions__lte=MOST_SESSIONS),
                name="usage_sessions_can_be_right",
                violation_error_message="一天的使用次数应在 0 到 9999 之间",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.committee_id} {self.day}"
