"""The gravest open problem of a row as a column of a file."""

from django.db.models import Case, CharField, OuterRef, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from portal.quality.models import DataQualityIssue

#: What such a column says.
WORST = _("还没有改的问题里最重的一个，由质量规则查出")
RANK = Case(
    When(severity="must", then=Value(0)), When(severity="should", then=Value(1)), default=Value(2)
)


def worst_problem(key: str, dwelling: str = "dwelling_id") -> Subquery:
    """The finding itself, in words; NULL where nothing is open.

    :param key: the row's column that findings name as what offends
    :param dwelling: the row's column of the dwelling, by which findings are indexed
    """
    open_ones = DataQualityIssue.objects.open().filter(
        object_id=OuterRef(key), dwelling_id=OuterRef(dwelling)
    )
    found = open_ones.order_by(RANK, "rule", "id").values("detail")[:1]
    return Subquery(found, output_field=CharField())
