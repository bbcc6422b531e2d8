"""Quality rules of the collectors' patches (domain §3.33).

Paper: S-38.
"""

from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, UUIDField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.quality.rule import About, Inspection, QualityRule, Severity
from staffing.models import WorkArea, WorkAreaBuilding


def without_dwellings(inspection: Inspection) -> "QuerySet[Any, Any]":
    """Patches in force whose buildings hold no dwelling, or that have no building."""
    nowhere = Cast(Value(None), UUIDField())
    homes = WorkAreaBuilding.objects.filter(area_id=OuterRef("pk"), building__dwelling_count__gte=1)
    areas = WorkArea.objects.under(inspection.unit).on(inspection.day)
    return areas.filter(~Exists(homes)).annotate(
        dwelling_id=nowhere, residence_id=nowhere, object_id=F("id"), subject=F("code"),
        place=Value(""), detail=Value(_("片区没有一套房屋")),
    )  # fmt: skip


L = gettext_lazy
QUALITY_RULES = [
    QualityRule(
        key="R-280", number="DQ-28", title=L("片区没有房屋"), severity=Severity.SHOULD,
        about=About.STAFFING, query=without_dwellings, wide=True, opens="staffing:area",
        act=L("去划分"),
        why=L("没有房屋的片区派不了活。一幢楼同时划入两个片区的，数据库不收。"),
        mend=L("重新划分片区，或停用这个片区。"), hurts=L("工作量均衡"),
    ),
]  # fmt: skip
