"""Quality rules of the population register (domain §3.33).

Paper: S-38.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeAlias

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    F,
    Func,
    IntegerField,
    Min,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.quality.rule import About, Inspection, QualityRule, Severity
from residents.completeness import BY_KEY
from residents.models import Residence
from residents.querysets import ResidenceQuerySet

Offenders: TypeAlias = "QuerySet[Any, Any]"
#: From this many days past its due date a verification should be made, not only be remembered.
LONG_OVERDUE = 30


def residing(inspection: Inspection) -> ResidenceQuerySet:
    return Residence.objects.under(inspection.unit).actual()


def told(rows: ResidenceQuerySet, detail: Combinable) -> Offenders:
    """People as offenders, each by its episode."""
    return rows.annotate(
        residence_id=F("id"),
        object_id=F("id"),
        subject=F("name"),
        place=F("short_address"),
        detail=detail,
    )


def lacking(key: str, detail: str) -> Callable[[Inspection], Offenders]:
    """People of whom the mandatory field `key` is not known."""
    return lambda inspection: told(
        residing(inspection).filter(BY_KEY[key].missing(inspection.day)), Value(detail)
    )


def age(day: date) -> Combinable:
    """Completed years on `day`: findings never tell a birth date."""
    return Func(
        Value(day, DateField()), F("birth_date"), output_field=IntegerField(),
        template="date_part('year', age(%(expressions)s))::int",
    )  # fmt: skip


def without_guardian(inspection: Inspection) -> Offenders:
    young = residing(inspection).filter(BY_KEY["guardian"].missing(inspection.day))
    return told(
        young,
        Concat(
            Cast(age(inspection.day), CharField()),
            Value(_(" 岁，未登记监护人")),
            output_field=CharField(),
        ),
    )


def overdue(inspection: Inspection) -> Offenders:
    """Dwellings in which somebody's verification is overdue, with the earliest due date."""
    return (
        residing(inspection)
        .filter(due_on__lt=inspection.day)
        .order_by()
        .values("committee_id", "dwelling_id", "short_address", "occupancy")
        .annotate(
            people=Count("id"),
            earliest=Min("due_on"),
            residence_id=Cast(Value(None), Residence._meta.pk),
            object_id=F("dwelling_id"),
            subject=Concat(household_word(), Cast(Count("id"), CharField()), Value(_(" 人"))),
            place=F("short_address"),
            detail=Concat(Value(_("应于 ")), Cast(Min("due_on"), CharField()), Value(_(" 前核实"))),
        )
    )


def household_word() -> Combinable:
    """How people call the household, by how it lives there."""
    words = {"1": _("自住户 "), "2": _("出租户 "), "3": _("借住户 "), "5": _("集体户 ")}
    return Case(
        *(When(occupancy=code, then=Value(word)) for code, word in words.items()),
        default=Value(_("住户 ")),
    )


def lately_overdue(inspection: Inspection) -> Offenders:
    return overdue(inspection).filter(earliest__gte=long_ago(inspection))


def long_overdue(inspection: Inspection) -> Offenders:
    return overdue(inspection).filter(earliest__lt=long_ago(inspection))


def long_ago(inspection: Inspection) -> Any:
    return inspection.day - timedelta(days=LONG_OVERDUE)


L = gettext_lazy
QUALITY_RULES = [
    QualityRule(
        key="R-150", number="DQ-15", title=L("未满 14 周岁未登记监护人"), severity=Severity.MUST,
        about=About.PEOPLE, offenders=without_guardian, field="guardian",
        why=L("未满 14 周岁人员的信息属敏感个人信息，须取得监护人同意，监护人要登记并告知。"),
        mend=L("在入户登记中选择同户的监护人，没有同户监护人的先登记监护人。"),
        hurts=L("完整率"),
    ),
    QualityRule(
        key="R-190", number="DQ-19", title=L("未登记手机"), severity=Severity.SHOULD,
        about=About.PEOPLE, offenders=lacking("phone", _("14 周岁以上，未登记手机")),
        field="phone", act=L("补录"),
        why=L("没有手机，到期核实和签注提醒都送不到本人。"),
        mend=L("上门或电话联系同户成员，补录本人手机。"), hurts=L("完整率"),
    ),
    QualityRule(
        key="R-191", number="DQ-19", title=L("未登记居住事由"), severity=Severity.SHOULD,
        about=About.PEOPLE, offenders=lacking("reason", _("来沪或境外人员，未登记居住事由")),
        field="reason", act=L("补录"),
        why=L("居住事由是居住登记的必填项，也是办理居住证的依据。"),
        mend=L("询问本人后补录。"), hurts=L("完整率"),
    ),
    QualityRule(
        key="R-192", number="DQ-19", title=L("未登记来沪日期"), severity=Severity.SHOULD,
        about=About.PEOPLE, offenders=lacking("arrived_on", _("来沪人员，未登记来沪日期")),
        field="arrived_on", act=L("补录"),
        why=L("居住满半年等条件从来沪、登记的日期算起，缺了会误办。"),
        mend=L("询问本人后补录。"), hurts=L("完整率"),
    ),
    QualityRule(
        key="R-195", number="DQ-19", title=L("未登记证件号"), severity=Severity.SHOULD,
        about=About.PEOPLE, offenders=lacking("document_number", _("未登记证件号，无法识别重复")),
        field="document_number", act=L("补录"),
        why=L("没有证件号就认不出同一个人的重复登记。婴幼儿报出生后会有证件号。"),
        mend=L("核对证件后补录；婴幼儿待户口登记后补录。"), hurts=L("完整率、唯一率"),
    ),
    QualityRule(
        key="R-131", number="DQ-13", title=L("核实超期 30 天以上"), severity=Severity.SHOULD,
        about=About.PEOPLE, offenders=long_overdue, act=L("去核实"),
        why=L("长期不核实的登记不能说明现在谁住在这里。"),
        mend=L("上门核实，有变化的变更登记，无变化的记“核实无变化”。"), hurts=L("鲜活度"),
    ),
    QualityRule(
        key="R-130", number="DQ-13", title=L("核实超期"), severity=Severity.NOTE,
        about=About.PEOPLE, offenders=lately_overdue, act=L("去核实"),
        why=L("核实周期已过，登记是否还准确要看一眼。"),
        mend=L("上门或电话核实，有变化的变更登记，无变化的记“核实无变化”。"), hurts=L("鲜活度"),
    ),
]  # fmt: skip
