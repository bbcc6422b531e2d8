"""How to read a table of the statistics query, for its file's sheet 口径说明.

Paper: S-115, S-140.
"""

from django.utils.translation import gettext as _

from housing.codes import OCCUPANCY_STATUSES
from portal.catalogue.method import Method, Table
from portal.metrics.explaining import in_sum
from portal.metrics.methods import metrics_table
from portal.metrics.receipts import Standards
from portal.metrics.registry import metrics
from portal.statistics import tables
from portal.statistics.features import AGE, CATEGORY, FEATURES, OCCUPANCY, SEX
from portal.statistics.models import ShownCount
from portal.statistics.services import last_day
from portal.statistics.tables import MONTH, Asked
from portal.ui import formats
from residents.categories import POPULATION_CATEGORIES, SEXES

#: By what each feature is told apart.
BASES = {
    AGE.key: lambda: _("月末的周岁，5 岁一组"),
    CATEGORY.key: lambda: POPULATION_CATEGORIES.edition,
    OCCUPANCY.key: lambda: OCCUPANCY_STATUSES.edition,
    SEX.key: lambda: SEXES.edition,
}
COUNTED = "actual_population"


def method_of(asked: Asked) -> Method:
    """What the table counts, of which month, what is hidden, and by what people are told apart."""
    facts = [
        (_("数的性质"), _("月结后的月末数，不再改动；全数统计，不是抽样，没有误差区间")),
        (_("计算批次"), _runs(asked)),
        (_("汇总"), in_sum()),
        (_("隐去的数"), tables.legend()),
    ]
    counted = metrics_table([metrics()[COUNTED]], Standards({}))
    return Method(_as_of(asked), facts, [counted, _features(asked)])


def _as_of(asked: Asked) -> str:
    day = formats.day(last_day(asked.month))
    if MONTH in (asked.rows, asked.columns):
        return _("各月月末，最近一个月 %(day)s") % {"day": day}
    return day


def _runs(asked: Asked) -> str:
    """The month's close that the counts were kept with."""
    rows = ShownCount.objects.under(asked.unit.pk).filter(
        committee_id=asked.unit.pk, month=asked.month, run__state="published"
    )
    keys = rows.order_by("run_id").values_list("run_id", flat=True).distinct()
    return "；".join(map(str, keys)) or formats.DASH


def _features(asked: Asked) -> Table:
    """The features that the table is about, with their values and where those come from."""
    rows = [
        (
            str(FEATURES[key].title),
            "、".join(str(title) for _code, title in FEATURES[key].values),
            BASES[key](),
        )
        for key in asked.features
    ]
    return Table(_("所用特征"), (_("特征"), _("取值"), _("依据")), rows)
