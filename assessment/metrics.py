"""Numbers that are entered or decided rather than counted on a register (domain §4.6, §5.4).

None is counted yet: each says what it waits for.
"""

from django.utils.translation import gettext_lazy as _

from portal.metrics.metric import Example, Good, Kind, Metric, Part

FUNDS, EVALUATION = "三(五)1", "三(五)3"

METRICS = [
    Metric(
        key="budget_approved", title=_("经费纳入预算"), kind=Kind.RATE, number="M-27",
        clause=FUNDS, unit="%", noun=_("个"), good=Good.UP,
        formula=_("经费纳入预算 = 批准了人口工作经费的单位 ÷ 应安排经费的单位"),
        numerator=Part(_("本年批准经费大于 0 的单位")), denominator=Part(_("应安排经费的单位")),
        awaits=_("经费登记尚未启用"), example=Example("10", "10", "100"),
    ),
    Metric(
        key="budget_execution", title=_("预算执行率"), kind=Kind.RATE, number="M-27",
        clause=FUNDS, unit="%", noun=_("万元"),
        formula=_("预算执行率 = 已支付 ÷（批准数 + 调整数）"),
        numerator=Part(_("已支付的经费")), denominator=Part(_("批准数与调整数之和")),
        awaits=_("经费登记尚未启用"), example=Example("252", "300", "84"),
    ),
    Metric(
        key="budget_off_purpose", title=_("超范围支出率"), kind=Kind.RATE, number="M-27",
        clause=FUNDS, unit="%", noun=_("万元"), good=Good.DOWN,
        formula=_("超范围支出率 = 超范围支出 ÷ 已支付"),
        numerator=Part(_("超出用途的支出")), denominator=Part(_("已支付的经费")),
        awaits=_("经费登记尚未启用"), example=Example("0", "252", "0"),
    ),
    Metric(
        key="meetings", title=_("会议达标率"), kind=Kind.RATE, number="M-28", clause="三(一)1",
        unit="%", noun=_("次"), good=Good.UP,
        formula=_("会议达标率 = 按规定次数开会的领导小组 ÷ 领导小组"),
        numerator=Part(_("达到规定会议次数的领导小组")), denominator=Part(_("领导小组")),
        awaits=_("会议登记尚未启用"), example=Example("2", "2", "100"),
    ),
    Metric(
        key="equity_gap", title=_("公平差距"), kind=Kind.COUNT, number="M-32", clause=EVALUATION,
        unit=_("个百分点"), noun="", decimals=1, good=Good.DOWN,
        formula=_("公平差距 = 各类人员、各地区之间登记率、准确率、办理时限的最大差"),
        numerator=Part(_("置信区间不重叠的最大差")),
        awaits=_("各类人员、各地区的差距逐对核对，见“公平核对”，不合成一个数"),
        note=_("大于 5 个百分点提示检查系统是否一视同仁；只检查系统，不评价任何一类人"),
        example=Example("10", None, "10"),
    ),
    Metric(
        key="democratic_score", title=_("民主评议得分"), kind=Kind.COUNT, number="M-33",
        clause=EVALUATION, unit=_("分"), noun=_("分"), decimals=1, good=Good.UP,
        formula=_("民主评议得分 = 知晓、参与、满意三项均值按权重折算为百分制"),
        numerator=Part(_("按评议办法折算的得分")),
        awaits=_("民主评议尚未启用"), example=Example("73.1", None, "73.1"),
    ),
]  # fmt: skip
