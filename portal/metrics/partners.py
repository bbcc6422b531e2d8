"""Numbers of systems beside the portal: how they are used, how far they agree (domain §4.6).

None is counted yet: each says what it waits for.
"""

from django.utils.translation import gettext_lazy as _

from portal.metrics.metric import Example, Good, Kind, Metric, Part

CLAUSE = "三(四)1"

METRICS = [
    Metric(
        key="system_usage", title=_("系统使用率"), kind=Kind.RATE, number="M-30", clause=CLAUSE,
        unit="%", noun=_("个"), good=Good.UP,
        formula=_("系统使用率 = 近 22 个工作日里 8 天以上使用市实有人口系统的居委 ÷ 居委"),
        numerator=Part(_("使用达到 8 天的居（村）委")), denominator=Part(_("居（村）委")),
        awaits=_("市实有人口系统的使用记录尚未接入"), example=Example("230", "264", "87.1"),
    ),
    Metric(
        key="reconciliation", title=_("对账一致率"), kind=Kind.RATE, number="M-35", clause=CLAUSE,
        unit="%", noun=_("条"), good=Good.UP,
        formula=_("对账一致率 = 两边一致的记录 ÷ 两边记录的并集"),
        numerator=Part(_("比对中两边一致的记录")), denominator=Part(_("比对中两边记录的并集")),
        awaits=_("比对结果尚未纳入逐夜计算"), example=Example("2880", "3100", "92.9"),
    ),
]  # fmt: skip
