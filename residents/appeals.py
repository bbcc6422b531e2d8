"""What residents ask for or complain of (诉求): heard, handled by somebody else, answered in time.

An appeal hangs on no person of the register and on no finding of its quality rules, so that nobody
is worse off for having spoken (domain §3.21, G-10). One against a committee or its staff belongs
to the street: neither wall shows it to the committee.

Paper: S-08, S-118.
"""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from portal.orgs.records import CommitteeRecord
from portal.orgs.scope import Scope
from residents.requests import RequestQuerySet, due_index, list_indexes


class AppealQuerySet(RequestQuerySet["ResidentAppeal"]):
    still_open = ~Q(state="answered")

    def shown_to(self, scope: Scope) -> Self:
        """Appeals of the acting unit, without those that complain of whoever looks (G-10)."""
        rows = self.in_scope(scope)
        return rows if scope.user_id is None else rows.not_against(scope.user_id)

    def not_against(self, user_id: int) -> Self:
        """Appeals that complain of somebody else, or of nobody."""
        return self.exclude(against_user=user_id)


class ResidentAppeal(CommitteeRecord):
    """One appeal, until it is answered. `committee` is the unit that handles it, at any level.

    `sealed` holds what was said, by whom and how to reach them. `heard_in` is where it was voiced.
    """

    class Topic(models.TextChoices):
        REGISTRATION = "registration", "居住登记和证件"
        HOUSING = "housing", "租房和住房"
        SCHOOLING = "schooling", "子女就学"
        WORK = "work", "就业和社会保障"
        HEALTH = "health", "卫生和计划生育"
        ENVIRONMENT = "environment", "环境和治安"
        CONDUCT = "conduct", "工作作风和办事效率"
        OTHER = "other", "其他"

    class Channel(models.TextChoices):
        COUNTER = "counter", "窗口"
        PHONE = "phone", "电话"
        VISIT = "visit", "上门走访"
        COMMITTEE = "committee", "居（村）民会议、听证会"
        GROUP = "group", "群众组织（工会、妇联、志愿者等）"
        HOTLINE = "hotline", "12345 转办"
        LETTER = "letter", "书信、意见箱"

    class Against(models.TextChoices):
        NOBODY = "nobody", "没有"
        STEP = "step", "某个办事环节"
        STAFF = "staff", "某位工作人员"
        UNIT = "unit", "本单位"

    class State(models.TextChoices):
        RECEIVED = "received", "待分办"
        ASSIGNED = "assigned", "办理中"
        ANSWERED = "answered", "已答复"

    class Result(models.TextChoices):
        SOLVED = "solved", "已解决"
        EXPLAINED = "explained", "已解释说明"
        FORWARDED = "forwarded", "已转有关部门"
        DECLINED = "declined", "不能办理"

    topic = models.CharField("主题", max_length=12, choices=Topic)
    channel = models.CharField("渠道", max_length=9, choices=Channel)
    against = models.CharField("反映对象", max_length=6, choices=Against, default=Against.NOBODY)
    against_user = models.BigIntegerField("被反映人编号", null=True, blank=True)
    against_name = models.CharField("反映的人或环节", max_length=60, blank=True)
    sealed = models.BinaryField("诉求内容（密文）")
    heard_in = models.CharField("受理单位", max_length=60)
    received_on = models.DateField("收到日期")
    received_at = models.DateTimeField("登记时间")
    received_by = models.CharField("登记人", max_length=50)
    due_on = models.DateField("答复期限")
    rule = models.CharField("所依规则", max_length=40)
    state = models.CharField("状态", max_length=8, choices=State, default=State.RECEIVED)
    handler_id = models.BigIntegerField("承办人编号", null=True, blank=True)
    handler = models.CharField("承办人", max_length=50, blank=True)
    result = models.CharField("结果", max_length=9, choices=Result, blank=True)
    reply = models.CharField("答复", max_length=500, blank=True)
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    answered_by = models.CharField("答复人", max_length=50, blank=True)

    objects = AppealQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {"sealed", "against_user", "against_name", "reply"}
        plain: ClassVar[set[str]] = {
            "topic", "channel", "against", "heard_in", "received_on", "received_at",
            "received_by", "due_on", "rule", "state", "handler_id", "handler", "result",
            "answered_at", "answered_on", "answered_by",
        }  # fmt: skip

    class Meta:
        verbose_name = "居民诉求"
        constraints = [
            models.CheckConstraint(
                condition=Q(handler_id=None)
                | Q(against_user=None)
                | ~Q(handler_id=F("against_user")),
                name="residents_appeal_other_hand",
                violation_error_message="承办人不能是被反映的人",
            ),
            models.CheckConstraint(
                condition=Q(state="answered", answered_at__isnull=False, answered_on__isnull=False)
                & ~Q(result="") & ~Q(reply="") & ~Q(answered_by="")
                | ~Q(state="answered") & Q(
                    answered_at=None, answered_on=None, result="", reply="", answered_by="",
                ),
                name="residents_appeal_answered_whole",
                violation_error_message="答复的结果、文字、时间和答复人应齐全",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("received_on")),
                name="residents_appeal_due_after_received",
                violation_error_message="答复期限不能早于收到日期",
            ),
        ]  # fmt: skip
        indexes = [
            *list_indexes("received_at", "res_appeal"),
            due_index(~Q(state="answered"), "res_appeal_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()} {self.received_on}"

    @property
    def is_open(self) -> bool:
        return self.state != self.State.ANSWERED
