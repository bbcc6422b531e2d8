"""How many committees use the municipal system (domain §4.6, M-30).

Paper: S-10, S-111.
"""

from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.metrics.metric import Example, Good, Kind, ListLink, Metric, Occasion, Part, Source
from portal.orgs.models import OrgUnit
from portal.usage.standing import REACHED, UNTOLD, with_use

CLAUSE = "三(四)1"


def _committees(occasion: Occasion) -> "QuerySet[Any]":
    """Each committee of the day as a row of its own."""
    return with_use(OrgUnit.objects.under(occasion.unit), occasion.day)


COMMITTEES = Source("committees_using", _committees)

METRICS = [
    Metric(
        key="system_usage", title=_("系统使用率"), kind=Kind.RATE, number="M-30", clause=CLAUSE,
        unit="%", noun=_("个"), good=Good.UP, decimals=1,
        formula=_("系统使用率 = 近 22 个工作日里 8 天以上使用市实有人口系统的居委 ÷ 居委"),
        numerator=Part(
            _("统计日及以前 22 个工作日里，有目的使用达到 8 天的居（村）委"), COMMITTEES,
            lambda _occasion: Count("pk", filter=REACHED), ListLink("usage:list", "state=reached"),
        ),
        denominator=Part(
            _("统计日的全部居（村）委，未填报的也在内"), COMMITTEES,
            lambda _occasion: Count("pk"), ListLink("usage:list", ""),
        ),
        rest=ListLink("usage:list", "state=short"), rest_title=_("使用未达到 8 天的居（村）委"),
        untold="usage_untold", above_committees=True,
        note=_(
            "有目的使用：写明用途并由市系统按此记录的一次查询，一天有一次即算使用一天；"
            "未填报不等于没有使用，但按未达到计，个数另列；只说居（村）委，不涉及哪个人使用"
        ),
        example=Example("230", "264", "87.1"),
    ),
    Metric(
        key="usage_untold", title=_("未填报使用情况的居委"), kind=Kind.COUNT, number="M-30",
        clause=CLAUSE, unit=_("个"), noun=_("个"), decimals=0, good=Good.DOWN,
        formula=_("近 22 个工作日里一天也没有填报市实有人口系统使用情况的居委"),
        numerator=Part(
            _("22 个工作日里没有任何填报的居（村）委"), COMMITTEES,
            lambda _occasion: Count("pk", filter=UNTOLD), ListLink("usage:list", "state=untold"),
        ),
    ),
]  # fmt: skip
