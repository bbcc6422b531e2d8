"""What the quality rules found, and how far each is mended (domain §3.33)."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from portal.orgs.records import CommitteeRecord, ScopedQuerySet
from portal.orgs.scope import Scope
from portal.quality import transitions
from portal.quality.lookups import AnyOf as AnyOf


class IssueState(models.TextChoices):
    """The states of `transitions`, in the order in which an issue goes through them."""

    OPEN = transitions.OPEN, transitions.TITLES[transitions.OPEN]
    ASSIGNED = transitions.ASSIGNED, transitions.TITLES[transitions.ASSIGNED]
    ASKED = transitions.ASKED, transitions.TITLES[transitions.ASKED]
    RETURNED = transitions.RETURNED, transitions.TITLES[transitions.RETURNED]
    FIXED = transitions.FIXED, transitions.TITLES[transitions.FIXED]
    CHECKED = transitions.CHECKED, transitions.TITLES[transitions.CHECKED]
    EXCEPTED = transitions.EXCEPTED, transitions.TITLES[transitions.EXCEPTED]


STOCK = Q(state__in=transitions.STOCK)
TO_MEND = Q(state__in=transitions.TO_MEND)
TO_CHECK = Q(state=IssueState.FIXED, to_check=True)
#: What waits for somebody's answer: an exception asked for, or a second look.
TO_ANSWER = Q(state=IssueState.ASKED) | TO_CHECK


class IssueQuerySet(ScopedQuerySet["DataQualityIssue"]):
    def open(self) -> Self:
        """What is wrong as far as anybody knows, whoever has to do something about it."""
        return self.filter(STOCK)

    def overdue_on(self, day: date) -> Self:
        """Issues that somebody should have mended before `day`."""
        return self.filter(TO_MEND, due_on__lt=day)

    def found_since(self, day: date) -> Self:
        return self.filter(detected_on__gte=day)

    def waiting(self, what: str, scope: Scope) -> Self:
        """What waits for this very person.

        :param what: `mend`: theirs to mend, and what nobody was given yet; `answer`: exceptions of
            others to decide; `check`: mended by others
        """
        me = scope.user_id or 0
        if what == "mend":
            return self.filter(TO_MEND).filter(Q(assigned_id=None) | Q(assigned_id=me))
        if what == "answer":
            return self.filter(state=IssueState.ASKED).exclude(asked_by_id=me)
        others = ~Q(Q(fixed_by_id=me) & Q(fixed_by_id__isnull=False))
        given = ~Q(Q(assigned_id=me) & Q(assigned_id__isnull=False))
        return self.filter(TO_CHECK & others & given)


class DataQualityIssue(CommitteeRecord):
    """One offender of one rule. Runs open and close issues; nobody ticks them off by hand.

    `object_id` is what offends (an episode or a dwelling), `dwelling_id` where the clerk mends it;
    neither is a foreign key, so that the register never waits for its findings. `due_on` is the
    day by which it is mended, `answer_on` the one by which an exception is answered or a mended
    issue is checked. `fixed_by` is who saved what mended it; where a run saw it first, whom it
    was given to. `excused` stays when an exception ends because the rule finds nothing any more.
    Names are those of the day, for a reader who does not see the accounts.
    """

    rule = models.CharField("规则", max_length=8)
    severity = models.CharField(
        "级别",
        max_length=8,
        choices=[("must", "必改"), ("should", "应改"), ("note", "提醒")],
    )
    object_id = models.UUIDField()
    dwelling_id = models.UUIDField(null=True)
    residence_id = models.UUIDField(null=True)
    subject = models.CharField("对象", max_length=80)
    place = models.CharField("地址", max_length=80, blank=True)
    detail = models.CharField("情况", max_length=200)
    detected_on = models.DateField("发现日期")
    due_on = models.DateField("期限")
    state = models.CharField("状态", max_length=8, choices=IssueState, default=IssueState.OPEN)
    closed_on = models.DateField("改完日期", null=True, blank=True)
    first_seen_run = models.UUIDField(null=True)
    assigned_id = models.BigIntegerField("责任人编号", null=True, blank=True)
    assigned_to = models.CharField("责任人", max_length=50, blank=True, default="", db_default="")
    assigned_by = models.CharField("派发人", max_length=50, blank=True, default="", db_default="")
    assigned_at = models.DateTimeField("派发时间", null=True, blank=True)
    reminded_by = models.CharField("催办人", max_length=50, blank=True, default="", db_default="")
    reminded_at = models.DateTimeField("催办时间", null=True, blank=True)
    asked_by_id = models.BigIntegerField("申请人编号", null=True, blank=True)
    asked_by = models.CharField("申请人", max_length=50, blank=True, default="", db_default="")
    asked_at = models.DateTimeField("申请时间", null=True, blank=True)
    reason = models.CharField("申请理由", max_length=200, blank=True, default="", db_default="")
    decided_by = models.CharField("审批人", max_length=50, blank=True, default="", db_default="")
    decided_at = models.DateTimeField("审批时间", null=True, blank=True)
    excepted_until = models.DateField("无误至", null=True, blank=True)
    excused = models.BooleanField("曾确认无误", default=False, db_default=False)
    fixed_by_id = models.BigIntegerField("改完人编号", null=True, blank=True)
    fixed_by = models.CharField("改完人", max_length=50, blank=True, default="", db_default="")
    to_check = models.BooleanField("要复核", default=False, db_default=False)
    checked_by = models.CharField("复核人", max_length=50, blank=True, default="", db_default="")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True, default="", db_default="")
    answer_on = models.DateField("答复期限", null=True, blank=True)

    objects = IssueQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "object_id", "dwelling_id", "residence_id", "subject", "place", "detail", "reason",
            "answer",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "rule", "severity", "detected_on", "due_on", "state", "closed_on", "first_seen_run",
            "assigned_id", "assigned_to", "assigned_by", "assigned_at", "reminded_by",
            "reminded_at", "asked_by_id", "asked_by", "asked_at", "decided_by", "decided_at",
            "excepted_until", "excused", "fixed_by_id", "fixed_by", "to_check", "checked_by",
            "checked_at", "answer_on",
        }  # fmt: skip

    class Meta:
        verbose_name = "数据质量问题"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "object_id"],
                condition=Q(state__in=transitions.STANDING),
                name="quality_standing_once",
                violation_error_message="该问题已在待办中",
            ),
            models.CheckConstraint(
                condition=Q(state__in=transitions.STOCK, closed_on=None)
                | Q(
                    state__in=["fixed", "checked", "excepted"],
                    closed_on__isnull=False,
                    closed_on__gte=F("detected_on"),
                ),
                name="quality_closed_with_state",
                violation_error_message="已改或确认无误的问题应有日期",
            ),
            models.CheckConstraint(
                condition=Q(
                    state="excepted",
                    excepted_until__isnull=False,
                    excepted_until__gt=F("closed_on"),
                )
                | (~Q(state="excepted") & Q(excepted_until=None)),
                name="quality_excepted_until",
                violation_error_message="确认无误应有截止日期",
            ),
            models.CheckConstraint(
                condition=~Q(state="assigned")
                | (Q(assigned_id__isnull=False) & ~Q(assigned_to="")),
                name="quality_assigned_to_somebody",
                violation_error_message="责任人不完整",
            ),
            models.CheckConstraint(
                condition=~Q(state="asked") | (Q(asked_by_id__isnull=False) & ~Q(reason="")),
                name="quality_asked_with_reason",
                violation_error_message="申请无误应写明理由",
            ),
        ]
        indexes = [
            # the to-do list of a unit by deadline, and counts of what is open
            models.Index(
                fields=["committee", "due_on", "id"], condition=STOCK,
                name="quality_stock_committee",
            ),
            models.Index(
                fields=["street_id", "due_on", "id"], include=["committee", "rule", "severity"],
                condition=STOCK, name="quality_stock_street",
            ),
            models.Index(
                fields=["due_on", "id"], include=["committee", "rule", "severity"],
                condition=STOCK, name="quality_stock_district",
            ),
            # what a dwelling's form must show, and what a save mends
            models.Index(
                fields=["dwelling_id"], condition=Q(state__in=transitions.STANDING),
                name="quality_stock_dwelling",
            ),
            # the last weeks of a unit, open and closed
            models.Index(fields=["street_id", "detected_on"], name="quality_by_week"),
            # what one rule has found lately, open and closed
            models.Index(
                fields=["rule", "detected_on"], include=["committee"], name="quality_of_rule"
            ),
            # what waits for an answer or for a check: few rows
            models.Index(
                fields=["street_id", "answer_on", "id"], include=["committee"],
                condition=TO_ANSWER, name="quality_answer_street",
            ),
            models.Index(
                fields=["committee", "answer_on", "id"], condition=TO_ANSWER,
                name="quality_answer_committee",
            ),
            # what was closed in the last weeks, for the shares mended in time
            models.Index(
                fields=["committee", "closed_on"], condition=Q(closed_on__isnull=False),
                name="quality_closed_committee",
            ),
            models.Index(
                fields=["street_id", "closed_on"], include=["committee"],
                condition=Q(closed_on__isnull=False), name="quality_closed_street",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}"

    @property
    def is_open(self) -> bool:
        return self.state in transitions.STOCK

    @property
    def is_to_mend(self) -> bool:
        return self.state in transitions.TO_MEND


class IssueCount(CommitteeRecord):
    """How many issues of a rule stood open in a committee on a day, as its first run found them."""

    day = models.DateField("日期")
    rule = models.CharField("规则", max_length=8)
    open = models.PositiveIntegerField("现存")

    objects = ScopedQuerySet["IssueCount"].as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"day", "rule", "open"}

    class Meta:
        verbose_name = "每日现存问题数"
        constraints = [
            models.UniqueConstraint(fields=["committee", "day", "rule"], name="quality_count_once"),
        ]
        indexes = [
            # the trend of a street's or the district's rules
            models.Index(
                fields=["street_id", "day"], include=["rule", "open"], name="quality_count_street"
            ),
            models.Index(
                fields=["day"], include=["committee", "rule", "open"], name="quality_count_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.day} {self.open}"


class RuleFailure(models.Model):
    """A rule that could not be asked of a unit at its last check; its issues stand as before.

    `since` is the first check in a row that failed: what is counted was found before it.
    """

    rule = models.CharField("规则", max_length=8)
    unit = models.BigIntegerField("单位")
    failed_at = models.DateTimeField("时间")
    since = models.DateTimeField("首次未能检查", null=True, blank=True)

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {"id", "rule", "unit", "failed_at", "since"}

    class Meta:
        verbose_name = "未能检查的规则"
        constraints = [models.UniqueConstraint(fields=["rule", "unit"], name="quality_failed_once")]

    def __str__(self) -> str:
        return f"{self.rule} {self.unit}"
