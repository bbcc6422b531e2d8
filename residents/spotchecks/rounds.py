"""Spot-check rounds (抽查): what was planned, drawn, found and published of one street.

A round belongs to the unit under test, and the unit sees it once it is published: until then
PostgreSQL shows rounds, draws and findings to the district only, and to each verifier their own
sheet while it is open. Paper: S-32, S-69, S-70.
"""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Func, Q, TextField
from django.db.models.expressions import Col, Combinable
from django.db.models.functions import Cast

from housing.models import DwellingUnit
from portal.orgs.records import CommitteeRecord, ScopedQuerySet
from portal.orgs.scope import Scope
from residents.spotchecks.courses import (
    ASKED,
    KINDS,
    MOST_VISITS,
    OUTCOMES,
    RECHECK,
    SETTLED,
    STATES,
)

#: Rounds of so many days back are held together: committees have small samples (domain §4.2).
POOLED_DAYS = 365


class SpotRoundQuerySet(ScopedQuerySet["SpotRound"]):
    def told_to(self, scope: Scope) -> Self:
        """Rounds of these units that the post may see: above the street all, else published."""
        rows = self.in_scope(scope)
        return rows if scope.level == "district" else rows.filter(published_at__isnull=False)

    def under_way(self) -> Self:
        return self.filter(state__in=("planned", "drawn", "in_field", "matching"))

    def worn(self, before: date) -> Self:
        """Rounds published before that day whose sheets are still kept."""
        return self.filter(published_at__date__lt=before, purged_at=None)

    def without_frames(self) -> Self:
        """Rounds whose frames, a megabyte each, are read only when somebody asks for them.

        `has_frame` tells whether there is one, `version` changes whenever anything of the row does.
        """
        version = Func(
            _of_tuple("xmin"), _of_tuple("ctid"), function="concat", output_field=TextField()
        )  # fmt: skip
        rows = self.select_related("committee", "extends", "rechecks")
        shown = rows.defer("frame", "extends__frame", "rechecks__frame")
        return shown.annotate(has_frame=~Q(frame=b""), version=version)


def _of_tuple(name: str) -> Combinable:
    """What PostgreSQL itself notes of a stored round: who wrote it, and where it lies."""
    column = TextField()
    column.column = name
    return Cast(Col(SpotRound._meta.db_table, column), TextField())


class SpotRound(CommitteeRecord):
    """One round in one street; `committee` is the unit under test, a street or town.

    `frame` is what was drawn from, `frame_hash` and `seed` prove it: anybody can draw again.
    `design` holds each stratum's frame and draws, `result` what was estimated, once published.
    An extension adds draws to the round that it `extends`; both are estimated together.
    A recheck goes back to some doors of the round that it `rechecks`, and never counts.
    """

    kind = models.CharField("类别", max_length=8, choices=KINDS)
    as_of = models.DateField("时点")
    field_from = models.DateField("上门开始")
    field_to = models.DateField("上门截止")
    plan = models.JSONField("样本量依据", default=dict)
    wanted = models.PositiveIntegerField("拟抽数")
    seed = models.CharField("随机种子", max_length=64, blank=True)
    frame = models.BinaryField("抽样框", default=bytes)
    frame_hash = models.CharField("抽样框哈希", max_length=64, blank=True)
    design = models.JSONField("分层", default=dict)
    state = models.CharField("状态", max_length=9, choices=STATES, default="planned")
    extends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="extensions",
        verbose_name="补抽自",
    )  # fmt: skip
    rechecks = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="rechecked_by",
        db_constraint=False, db_index=False, verbose_name="复查的一轮",
    )  # fmt: skip
    result = models.JSONField("结果", default=dict)
    counted = models.BooleanField("计入指标", default=False)
    planned_at = models.DateTimeField("计划时间")
    planned_by = models.CharField("计划人", max_length=50)
    drawn_at = models.DateTimeField("抽取时间", null=True, blank=True)
    drawn_by = models.CharField("抽取人", max_length=50, blank=True)
    opened_at = models.DateTimeField("开始上门时间", null=True, blank=True)
    closed_at = models.DateTimeField("结束上门时间", null=True, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    published_by = models.CharField("公布人", max_length=50, blank=True)
    purged_at = models.DateTimeField("抽查表删除时间", null=True, blank=True)
    cancelled_at = models.DateTimeField("取消时间", null=True, blank=True)
    cancelled_by = models.CharField("取消人", max_length=50, blank=True, default="", db_default="")
    cancel_reason = models.CharField(
        "取消原因", max_length=200, blank=True, default="", db_default=""
    )  # fmt: skip

    objects = SpotRoundQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = set()
        plain: ClassVar[set[str]] = {
            "kind", "as_of", "field_from", "field_to", "plan", "wanted", "seed", "frame",
            "frame_hash", "design", "state", "extends_id", "result", "counted", "planned_at",
            "planned_by", "drawn_at", "drawn_by", "opened_at", "closed_at", "published_at",
            "published_by", "purged_at", "rechecks_id", "cancelled_at", "cancelled_by",
            "cancel_reason",
        }  # fmt: skip

    class Meta:
        verbose_name = "抽查"
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "kind"],
                condition=Q(state__in=["planned", "drawn", "in_field", "matching"]),
                name="residents_one_open_spot_round",
                violation_error_message="这个街道（镇）同类抽查还在进行，请等它公布",
            ),
            models.CheckConstraint(
                condition=Q(field_to__gte=F("field_from")),
                name="residents_spot_field_in_order",
                violation_error_message="上门截止不能早于开始",
            ),
            models.CheckConstraint(
                condition=Q(field_from__gt=F("as_of")),
                name="residents_spot_field_after_night",
                violation_error_message="上门应在时点当晚以后",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["planned", "cancelled"], drawn_at=None, seed="", frame_hash=""
                )
                | (Q(drawn_at__isnull=False) & ~Q(seed="") & ~Q(frame_hash="")),
                name="residents_spot_drawn_complete",
                violation_error_message="抽取的时间、种子和抽样框哈希应齐全",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["published", "extended"], published_at__isnull=False)
                | (~Q(state__in=["published", "extended"]) & Q(published_at=None, counted=False)),
                name="residents_spot_published_at",
                violation_error_message="公布的抽查应有公布时间",
            ),
            models.CheckConstraint(
                condition=Q(kind="recheck", rechecks__isnull=False, counted=False)
                | (~Q(kind="recheck") & Q(rechecks=None)),
                name="residents_spot_recheck_never_counts",
                violation_error_message="复查应指明所复查的一轮，并且不计入指标",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="cancelled", cancelled_at__isnull=False)
                    & ~Q(cancelled_by="")
                    & ~Q(cancel_reason="")
                )
                | (~Q(state="cancelled") & Q(cancelled_at=None, cancelled_by="", cancel_reason="")),
                name="residents_spot_cancelled_whole",
                violation_error_message="取消的抽查应有时间、取消人和原因",
            ),
        ]
        indexes = [
            # the list of a street's rounds, and of the district's
            models.Index(fields=["street_id", "as_of", "id"], name="res_spot_street"),
            models.Index(fields=["as_of", "id"], include=["committee"], name="res_spot_district"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.as_of}"

    @property
    def asks(self) -> str:
        """What is asked at its doors: `forward` or `reverse`, a recheck as the round before."""
        return self.rechecks.kind if self.rechecks is not None else self.kind

    @property
    def is_forward(self) -> bool:
        return self.asks == "forward"

    @property
    def is_recheck(self) -> bool:
        return self.kind == RECHECK


class SpotItemQuerySet(ScopedQuerySet["SpotItem"]):
    def told_to(self, scope: Scope) -> Self:
        """Draws that the post may see: above the street all, else those that are published."""
        rows = self.in_scope(scope)
        return rows if scope.level == "district" else rows.filter(disclosed=True)

    def on_sheet_of(self, scope: Scope, today: date) -> Self:
        """The open draws given to the acting post, from the day on which they are disclosed."""
        return self.filter(
            post_id=scope.appointment_id or 0, is_open=True, opens_on__lte=today
        )  # fmt: skip

    def pooled(self, kind: str, day: date) -> Self:
        """Settled draws that stand for their frame on `day`: counted rounds of the last year."""
        since = day - timedelta(days=POOLED_DAYS)
        return self.filter(
            kind=kind, counted_on__lte=day, as_of__gt=since, as_of__lte=day, weight__gt=0
        )  # fmt: skip


class SpotItem(CommitteeRecord):
    """One draw: a dwelling, or a record at a dwelling, with what became of it.

    It repeats what its verifier must know of the round, whom the walls keep from the round itself.
    `cases` people or records were settled here, of whom the register has `right`; `records` stand
    in it at the dwelling, of which `proven` are right; `weight` is how many of the frame it stands
    for. Names and places are erased with the sheets, the numbers stay. `asks_more` is of draws that
    are asked for the month of moving in and the telephone too: older ones were not, a recheck is
    not, since it compares visits and not the register.
    """

    round = models.ForeignKey(SpotRound, models.PROTECT, related_name="items")
    kind = models.CharField("类别", max_length=8, choices=ASKED)
    number = models.PositiveIntegerField("序号")
    dwelling = models.ForeignKey(
        DwellingUnit, models.PROTECT, related_name="+", db_constraint=False, db_index=False,
        verbose_name="房屋",
    )  # fmt: skip
    residence_id = models.UUIDField("抽中记录", null=True, blank=True)
    stratum = models.CharField("层", max_length=20)
    place = models.CharField("地址", max_length=160, blank=True)
    name = models.CharField("姓名", max_length=50, blank=True)
    as_of = models.DateField("时点")
    opens_on = models.DateField("下发日期")
    closes_on = models.DateField("截止日期")
    is_open = models.BooleanField("上门中", default=False)
    post_id = models.BigIntegerField("核查岗位", null=True, blank=True)
    post_unit = models.BigIntegerField("核查员单位", null=True, blank=True)
    verifier = models.CharField("核查员", max_length=50, blank=True)
    visits = models.JSONField("上门记录", default=list)
    outcome = models.CharField("结果", max_length=10, choices=OUTCOMES, blank=True)
    on_paper = models.BooleanField("按纸质表录入", default=False)
    asks_more = models.BooleanField("另问入住年月和手机", default=False, db_default=False)
    field_checks = models.JSONField("字段核对", default=dict)
    cases = models.PositiveSmallIntegerField("核见数", default=0)
    right = models.PositiveSmallIntegerField("相符数", default=0)
    records = models.PositiveSmallIntegerField("登记数", default=0)
    proven = models.PositiveSmallIntegerField("证实数", default=0)
    weight = models.DecimalField("权重", max_digits=12, decimal_places=4, default=0)
    counted_on = models.DateField("计入日期", null=True, blank=True)
    disclosed = models.BooleanField("已公布", default=False)
    version = models.IntegerField(default=1)

    objects = SpotItemQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "dwelling_id", "residence_id", "place", "name", "outcome", "field_checks", "visits",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "round_id", "kind", "number", "stratum", "as_of", "opens_on", "closes_on", "is_open",
            "post_id", "post_unit", "verifier", "on_paper", "asks_more", "cases", "right",
            "records", "proven", "weight", "counted_on", "disclosed", "version",
        }  # fmt: skip

    class Meta:
        verbose_name = "抽查对象"
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="residents_spot_item_once"),
            models.UniqueConstraint(fields=["id", "committee"], name="residents_spot_committee"),
            models.CheckConstraint(
                condition=Q(right__lte=F("cases")) & Q(proven__lte=F("records")),
                name="residents_spot_right_within",
                violation_error_message="相符数不能大于核见数，证实数不能大于登记数",
            ),
            # street codes: nobody checks their own street
            models.CheckConstraint(
                condition=Q(post_unit=None, post_id=None, verifier="")
                | (Q(post_id__isnull=False) & ~Q(post_unit=F("committee_id") / 1000 * 1000)),
                name="residents_spot_verifier_from_elsewhere",
                violation_error_message="核查员不能来自被查的街道（镇）",
            ),
        ]
        indexes = [
            # the sheet of one post
            models.Index(fields=["post_id", "number"], condition=Q(is_open=True),
                         name="res_spot_sheet"),
            # the pooled draws of the last year, at each level
            models.Index(
                fields=["committee", "kind", "as_of"], condition=Q(counted_on__isnull=False),
                name="res_spot_counted",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.place}"

    @property
    def calls(self) -> list[dict[str, str]]:
        """Calls at the door so far: when (月-日 时:分), the part of the day, what it came to."""
        titles = dict(OUTCOMES)
        return [
            {"when": each["at"][5:16].replace("T", " "), "part": each["part"],
             "said": titles[each["outcome"]]}
            for each in self.visits
        ]  # fmt: skip

    @property
    def left(self) -> range:
        """Calls that may still be made."""
        return range(MOST_VISITS - len(self.visits))

    @property
    def is_settled(self) -> bool:
        """Whether somebody knows now who lives there, or that nobody does."""
        return self.outcome in SETTLED[self.kind]

    @property
    def is_over(self) -> bool:
        """Whether nobody need go there any more."""
        return self.is_settled or len(self.visits) >= MOST_VISITS


class SpotPersonQuerySet(ScopedQuerySet["SpotPerson"]):
    def told_to(self, scope: Scope) -> Self:
        rows = self.in_scope(scope)
        return rows if scope.level == "district" else rows.filter(disclosed=True)

    def undecided(self) -> Self:
        """Near matches on which two people do not agree yet."""
        return self.filter(degree="near", right=None)

    def counted(self, day: date) -> Self:
        """People found by forward rounds that count on `day`."""
        since = day - timedelta(days=POOLED_DAYS)
        return self.filter(
            item__kind="forward", item__counted_on__lte=day, item__as_of__gt=since,
            item__as_of__lte=day, item__weight__gt=0,
        )  # fmt: skip


class SpotPerson(CommitteeRecord):
    """Somebody found at a drawn dwelling, as they said it; whether the register has them right.

    `degree` is how like the nearest record (`record_id`) is; near ones are judged by two people,
    a third where they differ. `verdicts` holds who judged how and when. `phone` are last digits
    alone, and only until they were held against the register.
    """

    class Degree(models.TextChoices):
        EXACT = "exact", "一致"
        NEAR = "near", "相近"
        NONE = "none", "没有"

    item = models.ForeignKey(SpotItem, models.CASCADE, related_name="people", db_constraint=False)
    post_id = models.BigIntegerField("核查岗位")
    name = models.CharField("姓名", max_length=50, blank=True)
    sex = models.CharField("性别", max_length=1, blank=True)
    born = models.PositiveSmallIntegerField("出生年", null=True, blank=True)
    tail = models.CharField("证件末四位", max_length=4, blank=True)
    category = models.CharField("人口类别", max_length=2, blank=True)
    since = models.CharField("入住年月", max_length=7, blank=True, default="", db_default="")
    phone = models.CharField("手机末四位", max_length=4, blank=True, default="", db_default="")
    degree = models.CharField("比对", max_length=5, choices=Degree, blank=True)
    record_id = models.UUIDField("相近的登记", null=True, blank=True)
    is_here = models.BooleanField("登记在同一户", default=False)
    verdicts = models.JSONField("核对意见", default=list)
    right = models.BooleanField("登记相符", null=True)
    lead_id = models.UUIDField("所转线索", null=True, blank=True)
    disclosed = models.BooleanField("已公布", default=False)

    objects = SpotPersonQuerySet.as_manager()

    class PersonalData:
        personal: ClassVar[set[str]] = {
            "name", "sex", "born", "tail", "category", "since", "phone", "record_id", "is_here",
        }  # fmt: skip
        plain: ClassVar[set[str]] = {
            "item_id", "post_id", "degree", "verdicts", "right", "lead_id", "disclosed",
        }  # fmt: skip

    class Meta:
        verbose_name = "抽查核见人员"
        indexes = [
            # what is behind a number of a committee or a street
            models.Index(fields=["committee", "id"], name="res_spot_person"),
        ]

    def __str__(self) -> str:
        return self.name
