"""Mandatory fields that are not known, by category (DQ-15, DQ-19)."""

from django.db.models import Q, Value
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.quality.rule import About, Inspection, QualityRule, Severity, Text
from residents.completeness import BY_KEY
from residents.quality.frames import PEOPLE, age, words

L = gettext_lazy


def lacking(
    key: str, rule: str, title: Text, detail: Text, *, why: Text, mend: Text, field: str = "",
    hurts: Text = "",
) -> QualityRule:  # fmt: skip
    """People of whom the mandatory field `key` is not known.

    :param field: the entry form's name of it, where it has another
    """
    hurts = hurts or L("完整率")

    def missing(inspection: Inspection) -> Q:
        return BY_KEY[key].missing(inspection.day)

    def said(_inspection: Inspection) -> Combinable:
        return Value(str(detail) if isinstance(detail, Promise) else detail)

    return QualityRule(
        key=rule, number="DQ-19", title=title, severity=Severity.SHOULD, about=About.PEOPLE,
        frame=PEOPLE, when=missing, detail=said, why=why, mend=mend, field=field or key,
        act=L("补录"), hurts=hurts,
    )  # fmt: skip


RULES = [
    QualityRule(
        key="R-150", number="DQ-15", title=L("未满 14 周岁未登记监护人"), severity=Severity.MUST,
        about=About.PEOPLE, frame=PEOPLE, field="guardian",
        when=lambda inspection: BY_KEY["guardian"].missing(inspection.day),
        detail=lambda inspection: words(age(inspection.day), _(" 岁，未登记监护人")),
        why=L("未满 14 周岁人员的信息属敏感个人信息，须取得监护人同意，监护人要登记并告知。"),
        mend=L("在入户登记中选择同户的监护人，没有同户监护人的先登记监护人。"),
        hurts=L("完整率"),
    ),
    lacking(
        "phone", "R-190", L("未登记手机"), L("14 周岁以上，未登记手机"),
        why=L("没有手机，到期核实和签注提醒都送不到本人。"),
        mend=L("上门或电话联系同户成员，补录本人手机。"),
    ),
    lacking(
        "reason", "R-191", L("未登记居住事由"), L("来沪或境外人员，未登记居住事由"),
        why=L("居住事由是居住登记的必填项，也是办理居住证的依据。"), mend=L("询问本人后补录。"),
    ),
    lacking(
        "arrived_on", "R-192", L("未登记来沪日期"), L("来沪人员，未登记来沪日期"),
        why=L("居住满半年等条件从来沪、登记的日期算起，缺了会误办。"), mend=L("询问本人后补录。"),
    ),
    lacking(
        "tenancy_role", "R-193", L("未登记居住身份"), L("来沪或境外人员，未登记居住身份"),
        why=L("承租、借住、随住的居住证明各不相同，缺了办不了居住证件。"),
        mend=L("询问本人后补录。"),
    ),
    lacking(
        "origin", "R-194", L("未登记户籍地"), L("户籍在外，未登记户籍地"), field="hukou_address",
        why=L("户籍地决定由哪里核对身份，也是来沪人员统计的依据。"),
        mend=L("核对证件后补录户籍地址。"),
    ),
    lacking(
        "document_number", "R-195", L("未登记证件号"), L("未登记证件号，无法识别重复"),
        why=L("没有证件号就认不出同一个人的重复登记。婴幼儿报出生后会有证件号。"),
        mend=L("核对证件后补录；婴幼儿待户口登记后补录。"), hurts=L("完整率、唯一率"),
    ),
    lacking(
        "sex", "R-196", L("未登记性别"), L("性别不详"),
        why=L("性别不详的登记不能用于分性别的统计，也不便核对证件。"), mend=L("核对证件后补录。"),
    ),
]  # fmt: skip
