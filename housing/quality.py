"""Quality rules of the housing register (domain §3.33).

Paper: S-38.
"""

from datetime import timedelta
from typing import Any, TypeAlias

from django.db.models import CharField, DecimalField, F, Q, QuerySet, UUIDField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat, Round
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from housing.models import DwellingUnit
from housing.querysets import DwellingQuerySet
from portal.quality.rule import About, Inspection, QualityRule, Severity

Offenders: TypeAlias = "QuerySet[Any, Any]"
RENTED, VACANT = "2", "4"
#: A rented dwelling may stand empty between two lettings.
BETWEEN_LETTINGS = timedelta(days=30)
#: A lease that has ended may be ended or renewed on paper some days later (DQ-11).
AFTER_LEASE = timedelta(days=15)
#: Floor area for each person (m²) below which somebody should have a look (沪房管规范 5 m²).
LEAST_AREA = 5


def standing(inspection: Inspection) -> DwellingQuerySet:
    return DwellingUnit.objects.under(inspection.unit).active()


def told(rows: DwellingQuerySet, subject: str, *detail: Combinable) -> Offenders:
    """Dwellings as offenders."""
    return rows.annotate(
        dwelling_id=F("id"),
        residence_id=Cast(Value(None), UUIDField()),
        object_id=F("id"),
        subject=Value(subject),
        place=F("short_address"),
        detail=Concat(Value(""), *detail, output_field=CharField()),
    )


def text(expression: Any) -> Cast:
    return Cast(expression, CharField())


def without_code(inspection: Inspection) -> Offenders:
    return told(
        standing(inspection).exclude(code_state="final").exclude(code_state="provisional"),
        _("房屋"),
        Value(_("未赋房屋编码")),
    )


def with_provisional_code(inspection: Inspection) -> Offenders:
    return told(
        standing(inspection).filter(code_state="provisional"),
        _("房屋"),
        Value(_("只有临时编码 ")),
        F("house_code"),
    )


def vacant_with_people(inspection: Inspection) -> Offenders:
    return told(
        standing(inspection).filter(occupancy=VACANT, occupants__gte=1),
        _("空置房"),
        Value(_("登记空置，但有 ")),
        text("occupants"),
        Value(_(" 名在住人员")),
    )


def rented_without_people(inspection: Inspection) -> Offenders:
    since = inspection.day - BETWEEN_LETTINGS
    return told(
        standing(inspection).filter(
            Q(occupancy_checked_on__lt=since) | Q(occupancy_checked_on=None),
            occupancy=RENTED,
            occupants=0,
        ),
        _("出租房"),
        Value(_("登记出租，30 天以上无在住人员")),
    )


def rented_without_lease(inspection: Inspection) -> Offenders:
    return told(
        standing(inspection).filter(occupancy=RENTED, occupants__gte=1, leased_until=None),
        _("出租房"),
        Value(_("登记出租，没有租赁登记")),
    )


def lease_is_over(inspection: Inspection) -> Offenders:
    since = inspection.day - AFTER_LEASE
    return told(
        standing(inspection).filter(leased_until__lt=since, occupants__gte=1),
        _("出租房"),
        Value(_("租期 ")),
        text("leased_until"),
        Value(_(" 已满 15 天以上，仍有人在住")),
    )


def little_area(inspection: Inspection) -> Offenders:
    each = Round(
        F("floor_area") / Cast("occupants", DecimalField(max_digits=8, decimal_places=2)), 1
    )
    return told(
        standing(inspection).filter(
            occupants__gte=1, floor_area__isnull=False, floor_area__lt=F("occupants") * LEAST_AREA
        ),
        _("房屋"),
        Value(_("建筑面积 ")),
        text("floor_area"),
        Value(_(" m²，在住 ")),
        text("occupants"),
        Value(_(" 人，人均 ")),
        text(each),
        Value(_(" m²")),
    )


L = gettext_lazy
QUALITY_RULES = [
    QualityRule(
        key="R-080", number="DQ-08", title=L("房屋未赋编码"), severity=Severity.SHOULD,
        about=About.HOUSING, offenders=without_code, field="house_code", act=L("去赋码"),
        why=L("居住证件办理要用房屋编码，没有编码的房屋挡住住户办证。"),
        mend=L("在房屋信息中赋码；编码规则见规则与依据。"), hurts=L("房屋编码关联率"),
    ),
    QualityRule(
        key="R-081", number="DQ-08", title=L("房屋只有临时编码"), severity=Severity.NOTE,
        about=About.HOUSING, offenders=with_provisional_code, field="house_code",
        act=L("去更正"),
        why=L("临时编码不能用于居住证件办理。"),
        mend=L("取得正式编码后更正。"), hurts=L("房屋编码关联率"),
    ),
    QualityRule(
        key="R-100", number="DQ-10", title=L("空置房有在住人员"), severity=Severity.SHOULD,
        about=About.HOUSING, offenders=vacant_with_people, field="occupancy",
        why=L("居住状态与在住人员不符，两者必有一错。"),
        mend=L("上门核实，有人住的改居住状态，已搬离的注销登记。"), hurts=L("在住相符率"),
    ),
    QualityRule(
        key="R-101", number="DQ-10", title=L("出租房无在住人员"), severity=Severity.SHOULD,
        about=About.HOUSING, offenders=rented_without_people, field="occupancy",
        act=L("去核实"),
        why=L("出租房长时间无人登记，可能漏登，也可能已退租。"),
        mend=L("上门核实，有人住的登记，已退租的改为空置。"), hurts=L("在住相符率"),
    ),
    QualityRule(
        key="R-110", number="DQ-11", title=L("出租房没有租赁登记"), severity=Severity.NOTE,
        about=About.HOUSING, offenders=rented_without_lease, act=L("去登记"),
        why=L("出租房应登记租赁；没有登记的，租期和备案都无从提醒。"),
        mend=L("在房屋页面登记租赁；不是出租的，改居住状态。"), hurts="",
    ),
    QualityRule(
        key="R-111", number="DQ-11", title=L("租期已满仍有人在住"), severity=Severity.SHOULD,
        about=About.HOUSING, offenders=lease_is_over, act=L("去办理"),
        why=L("租期满后还住着，多半已续租而没有登记，也可能已换了人。"),
        mend=L("续租的登记续租，退租的终止租赁并核实在住人员。"), hurts="",
    ),
    QualityRule(
        key="R-120", number="DQ-12", title=L("人均建筑面积不足 5 m²"), severity=Severity.NOTE,
        about=About.HOUSING, offenders=little_area, act=L("去核实"),
        why=L("可能是面积或人数登记有误，也可能需要了解居住情况；只作提醒，不作认定。"),
        mend=L("核对房屋面积和在住人员，登记有误的更正。"), hurts="",
    ),
]  # fmt: skip
