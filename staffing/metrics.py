"""How many people one collector looks after (实施意见 三(二)1: 1500:1).

Paper: S-43.
"""

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from portal.metrics.metric import Axis, Good, Kind, ListLink, Metric, Occasion, Part, Source
from residents.metrics import EVERYBODY
from staffing.models import Collector
from staffing.querysets import CollectorQuerySet


def posts(occasion: Occasion) -> CollectorQuerySet:
    """Collectors that count: appointed, or on probation once trained, and not lent elsewhere."""
    return Collector.objects.under(occasion.unit).at_work(occasion.day)


METRICS = [
    Metric(
        key="collector_ratio", title=_("采集员配比"), kind=Kind.RATIO, number="M-15",
        clause="三(二)1", unit=_("人/员"), noun=_("人"), decimals=0, good=Good.DOWN,
        formula=_("采集员配比 = 实有人口 ÷ 有效采集员（全职当量）"),
        numerator=EVERYBODY,
        denominator=Part(
            _("在岗、或试用且培训合格的采集员，按全职当量折算；借调、停职不计"),
            Source("collectors", posts), lambda _occasion: Sum("fte"),
            ListLink("staffing:overview", ""),
        ),
        reason=_("没有在岗采集员"),
        note=_("上限由规则“信息采集员配比”规定；应配员数 = 实有人口 ÷ 上限，进一取整"),
        axis=Axis(0, 2200, 700),
    ),
]  # fmt: skip
