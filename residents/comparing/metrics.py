"""How far the register and others' lists agree (M-35), from comparisons of people and dwellings.

What is counted was kept when a comparison ended; the lists themselves are gone after their time.

Paper: S-115.
"""

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from portal.exchange.comparisons.models import Reconciliation
from portal.metrics.metric import Example, Good, Kind, ListLink, Metric, Part, Source

CLAUSE = "三(四)1"

LISTS = Source(
    "reconciled_lists",
    lambda o: Reconciliation.objects.under(o.unit).counted(o.day), of_units=True,
)  # fmt: skip

METRICS = [
    Metric(
        key="reconciliation", title=_("对账一致率"), kind=Kind.RATE, number="M-35", clause=CLAUSE,
        unit="%", noun=_("条"), good=Good.UP, drill="reconciled_lists",
        formula=_("对账一致率 = 两边一致的记录 ÷ 两边记录的并集"),
        numerator=Part(_("比对中两边一致的记录"), LISTS, lambda _o: Sum("same")),
        denominator=Part(_("比对中两边记录的并集：一致、不一致、仅对方有、仅本册有、登记在外单位"),
                         LISTS, lambda _o: Sum("records")),
        reason=_("近 12 个月没有完成的名单比对"),
        note=_("每个单位、每个来源、每种内容只取近 12 个月最近完成的一次比对；名单内重复和无法比对"
               "的行不计；地址对不上居委的行记在上传名单的单位；名单到期删除后结果仍计"),
        example=Example("2880", "3100", "92.9"),
    ),
    Metric(
        key="reconciled_lists", title=_("计入对账的比对"), kind=Kind.COUNT, number="M-35",
        clause=CLAUSE, unit=_("项"), noun=_("项"), decimals=0,
        formula=_("近 12 个月各单位、各来源、各种内容最近完成的一次比对"),
        numerator=Part(_("计入对账的比对结果"), LISTS, lambda _o: Count("id"),
                       ListLink("comparisons:reconciled", "")),
    ),
]  # fmt: skip
