"""How far the registers of the portal and of systems beside it agree (domain §4.6).

It is not counted yet, and says what it waits for.
"""

from django.utils.translation import gettext_lazy as _

from portal.metrics.metric import Example, Good, Kind, Metric, Part

CLAUSE = "三(四)1"

METRICS = [
    Metric(
        key="reconciliation", title=_("对账一致率"), kind=Kind.RATE, number="M-35", clause=CLAUSE,
        unit="%", noun=_("条"), good=Good.UP,
        formula=_("对账一致率 = 两边一致的记录 ÷ 两边记录的并集"),
        numerator=Part(_("比对中两边一致的记录")), denominator=Part(_("比对中两边记录的并集")),
        awaits=_("比对结果尚未纳入逐夜计算"), example=Example("2880", "3100", "92.9"),
    ),
]  # fmt: skip
