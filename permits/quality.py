"""Quality rules of residence permits (domain §3.33).

Paper: S-38.
"""

from datetime import timedelta
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, UUIDField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from permits.models import PermitApplication, ResidencePermit
from portal.quality.rule import About, Frame, Inspection, QualityRule, Severity
from residents.models import Residence

#: A permit that ran out stands suspended for so long before somebody should look (DQ-22).
SUSPENDED = timedelta(days=60)


def placed(inspection: Inspection) -> "QuerySet[Any, Any]":
    """Permits in force, each by its case."""
    return (
        ResidencePermit.objects.along(inspection.unit, "case")
        .filter(status=ResidencePermit.Status.VALID)
        .annotate(
            dwelling_id=F("case__dwelling_id"), residence_id=Cast(Value(None), UUIDField()),
            object_id=F("case_id"), subject=F("holder_name"), place=F("short_address"),
        )
    )  # fmt: skip


#: Permits in force, in one pass for both rules.
PERMITS = Frame("permits", placed)


def moved_away(_inspection: Inspection) -> Q:
    """The holder lives nowhere in the district, or in another street by now."""
    here = Residence.objects.filter(
        resident_id=OuterRef("holder_id"), is_primary=True, street_id=OuterRef("street_id")
    ).open()
    return ~Q(Exists(here))


def long_suspended(inspection: Inspection) -> Q:
    """It ran out more than sixty days ago, and no other case of the holder is open."""
    cases = PermitApplication.objects.filter(applicant_id=OuterRef("holder_id")).open()
    others = cases.exclude(pk=OuterRef("case_id"))
    return Q(valid_to__lt=inspection.day - SUSPENDED) & ~Q(Exists(others))


def since_when(_inspection: Inspection) -> Combinable:
    said = (Cast("valid_to", CharField()), Value(_(" 到期，功能中止 60 天以上没有处理")))
    return Concat(*said, output_field=CharField())


L = gettext_lazy
QUALITY_RULES = [
    QualityRule(
        key="R-210", number="DQ-21", title=L("持证人已不在本街道（镇）居住"),
        severity=Severity.SHOULD, about=About.PERMITS, frame=PERMITS, when=moved_away, wide=True,
        detail=lambda _i: Value(_("居住证有效，本街道（镇）已没有持证人的居住登记")),
        opens="permits:case", act=L("查看办件"),
        why=L("居住证的住址与居住登记不符，签注、换领都会出错。"),
        mend=L("搬到别处的提醒持证人变更住址；离开本市的按规定注销。"), hurts=L("一致率"),
    ),
    QualityRule(
        key="R-220", number="DQ-22", title=L("居住证中止 60 天未处理"),
        severity=Severity.SHOULD, about=About.PERMITS, frame=PERMITS, when=long_suspended,
        detail=since_when, wide=True, opens="permits:case", act=L("查看办件"),
        why=L("到期未签注的居住证功能中止，持证人可能不知道，用证时会被拒。"),
        mend=L("联系持证人：仍居住的补办签注，已离开的核实后注销。"), hurts=L("签注按期率"),
    ),
]  # fmt: skip
