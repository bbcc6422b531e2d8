"""How many people one collector looks after (实施意见 三(二)1: 1500:1), and how the team stands.

Paper: S-43.
"""

from datetime import date, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from portal.metrics.metric import (
    Axis,
    Example,
    Good,
    Kind,
    ListLink,
    Metric,
    Occasion,
    Part,
    Source,
)
from residents.metrics import EVERYBODY
from staffing.models import Collector
from staffing.querysets import CollectorQuerySet


def posts(occasion: Occasion) -> CollectorQuerySet:
    """Collectors that count: appointed, or on probation once trained, and not lent elsewhere."""
    return Collector.objects.under(occasion.unit).at_work(occasion.day)


def staff(occasion: Occasion) -> CollectorQuerySet:
    """Everybody who was ever appointed here."""
    return Collector.objects.under(occasion.unit).filter(appointed_on__lte=occasion.day)


def _appointed(day: date) -> Combinable:
    return Count("id", filter=Q(appointed_on__lte=day) & (Q(left_on=None) | Q(left_on__gt=day)))


def leavers(occasion: Occasion) -> Combinable:
    """Collectors who left in the twelve months up to the day."""
    since = occasion.day - YEAR
    return Count("id", filter=Q(left_on__gt=since, left_on__lte=occasion.day))


def mean_headcount(occasion: Occasion) -> Combinable:
    """Mean of the collectors in post on the day and a year before."""
    return (_appointed(occasion.day) + _appointed(occasion.day - YEAR)) / 2.0


YEAR = timedelta(days=365)
STAFF = Source("staff", staff, of_units=True)

METRICS = [
    Metric(
        key="collector_ratio", title=_("采集员配比"), kind=Kind.RATIO, number="M-15",
        clause="三(二)1", unit=_("人/员"), noun=_("人"), decimals=0, good=Good.DOWN,
        formula=_("采集员配比 = 实有人口 ÷ 有效采集员（全职当量）"),
        numerator=EVERYBODY,
        denominator=Part(
            _("在岗、或试用且培训合格的采集员，按全职当量折算；借调、停职不计"),
            Source("collectors", posts, of_units=True), lambda _occasion: Sum("fte"),
            ListLink("staffing:overview", ""),
        ),
        reason=_("没有在岗采集员"),
        note=_("上限由规则“信息采集员配比”规定；应配员数 = 实有人口 ÷ 上限，进一取整"),
        limit="collector_ratio",
        axis=Axis(0, 2200, 700), example=Example("96300", "63.5", "1516.5"),
    ),
    Metric(
        key="workload_balance", title=_("工作量均衡"), kind=Kind.RATE, number="M-16",
        clause="三(二)1", unit="%", noun="", good=Good.DOWN,
        formula=_("工作量均衡 = 各责任块工作量的标准差 ÷ 平均工作量"),
        numerator=Part(_("各责任块工作量指数的标准差")),
        denominator=Part(_("责任块工作量指数的平均数")),
        awaits=_("责任块工作量见“采集力量”，逐夜留存尚未启用"),
        note=_("自有 1，出租 2，重点地区 3，空置 0.5；每块在平均数的 0.8 到 1.2 倍之间为均衡"),
        example=Example("16.33", "640", "2.6"),
    ),
    Metric(
        key="diversion_rate", title=_("挪用率"), kind=Kind.RATE, number="M-17",
        clause="三(二)2", unit="%", noun=_("小时"), good=Good.DOWN,
        formula=_("挪用率 = 采集员做其他工作的工时 ÷ 采集员全部工时"),
        numerator=Part(_("报告为其他工作的工时")), denominator=Part(_("登记的全部工时")),
        awaits=_("工时登记和挪用报告尚未启用"),
        note=_("实施意见三(二)2：严禁挪用；目标为 0"), example=Example("400", "10560", "3.8"),
    ),
    Metric(
        key="training_hours", title=_("人均培训学时"), kind=Kind.RATIO, number="M-18",
        clause="三(二)3", unit=_("学时"), noun=_("学时"), decimals=1, good=Good.UP,
        formula=_("人均培训学时 = 采集员参加培训的学时 ÷ 采集员人数"),
        numerator=Part(_("采集员参加培训的学时合计")), denominator=Part(_("在岗采集员人数")),
        awaits=_("培训登记尚未启用"),
    ),
    Metric(
        key="training_passed", title=_("培训合格率"), kind=Kind.RATE, number="M-18",
        clause="三(二)3", unit="%", noun=_("人次"), good=Good.UP,
        formula=_("培训合格率 = 考试合格人次 ÷ 参加考试人次"),
        numerator=Part(_("考试合格人次")), denominator=Part(_("参加考试人次")),
        awaits=_("培训登记尚未启用"), example=Example("60", "63", "95.2"),
    ),
    Metric(
        key="turnover", title=_("离职率"), kind=Kind.RATE, number="M-19", clause="三(二)2",
        unit="%", noun=_("人"), good=Good.DOWN,
        formula=_("离职率 = 近十二个月离职的采集员 ÷ 平均在岗人数"),
        numerator=Part(_("近十二个月离职的采集员"), STAFF, leavers),
        denominator=Part(_("统计日与一年前在岗人数的平均"), STAFF, mean_headcount),
        reason=_("没有在岗采集员"), example=Example("9", "64", "14.1"),
    ),
]  # fmt: skip
