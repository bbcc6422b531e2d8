"""Numbers of systems beside the portal: how they are used (domain §4.6).

It is not counted yet, and says what it waits for.
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
]  # fmt: skip
