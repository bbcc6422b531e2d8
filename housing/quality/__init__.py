"""Quality rules of the housing register (domain §3.33).

Paper: S-38.
"""

from django.db.models import DecimalField, F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Round
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from housing.quality import conditions
from housing.quality.conditions import DWELLINGS, words
from portal.quality.rule import About, Inspection, QualityRule, Severity


def area_of_each(_inspection: Inspection) -> Combinable:
    each = Round(
        F("floor_area") / Cast("occupants", DecimalField(max_digits=8, decimal_places=2)), 1
    )
    return words(
        _("建筑面积 "), F("floor_area"), _(" m²，在住 "), F("occupants"), _(" 人，人均 "), each,
        " m²",
    )  # fmt: skip


L = gettext_lazy
QUALITY_RULES = [
    QualityRule(
        key="R-070", number="DQ-07", title=L("停用的房屋仍有在住人员"), severity=Severity.MUST,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.gone_with_people, act=L("去核实"),
        detail=lambda _i: words(_("房屋已不在册，仍有 "), F("occupants"), _(" 人登记在住")),
        why=L("登记必须落在一套在册的房屋上；没有房屋的登记，数据库不收。"),
        mend=L("上门核实，把在住人员变更到现在的房屋，已搬离的注销。"), hurts=L("一致率"),
    ),
    QualityRule(
        key="R-080", number="DQ-08", title=L("房屋未赋编码"), severity=Severity.SHOULD,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.without_code, field="house_code",
        act=L("去赋码"), detail=lambda _i: Value(_("未赋房屋编码")),
        why=L("居住证件办理要用房屋编码，没有编码的房屋挡住住户办证。"),
        mend=L("在房屋信息中赋码；编码规则见规则与依据。"), hurts=L("房屋编码关联率"),
    ),
    QualityRule(
        key="R-081", number="DQ-08", title=L("房屋只有临时编码"), severity=Severity.NOTE,
        about=About.HOUSING, frame=DWELLINGS, field="house_code", act=L("去更正"),
        when=lambda _i: conditions.STANDING & Q(code_state="provisional"),
        detail=lambda _i: words(_("只有临时编码 "), F("house_code")),
        why=L("临时编码不能用于居住证件办理。"),
        mend=L("取得正式编码后更正。"), hurts=L("房屋编码关联率"),
    ),
    QualityRule(
        key="R-090", number="DQ-09", title=L("房屋编码格式或校验码不符"), severity=Severity.SHOULD,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.wrong_code, field="house_code",
        act=L("去更正"),
        detail=lambda _i: words(_("编码 "), F("house_code"), _(" 的格式或校验码不符")),
        why=L("编码不合规则就对不上全市的房屋，办证时会被退回。"),
        mend=L("对照原编码通知更正；原件如此的，向街道（镇）说明。"), hurts=L("房屋编码关联率"),
    ),
    QualityRule(
        key="R-100", number="DQ-10", title=L("空置房有在住人员"), severity=Severity.SHOULD,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.vacant_with_people,
        field="occupancy",
        detail=lambda _i: words(_("登记空置，但有 "), F("occupants"), _(" 名在住人员")),
        why=L("居住状态与在住人员不符，两者必有一错。"),
        mend=L("上门核实，有人住的改居住状态，已搬离的注销登记。"), hurts=L("在住相符率"),
    ),
    QualityRule(
        key="R-101", number="DQ-10", title=L("出租房无在住人员"), severity=Severity.SHOULD,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.rented_without_people,
        field="occupancy", act=L("去核实"),
        detail=lambda _i: Value(_("登记出租，30 天以上无在住人员")),
        why=L("出租房长时间无人登记，可能漏登，也可能已退租。"),
        mend=L("上门核实，有人住的登记，已退租的改为空置。"), hurts=L("在住相符率"),
    ),
    QualityRule(
        key="R-110", number="DQ-11", title=L("出租房没有租赁登记"), severity=Severity.NOTE,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.rented_without_lease,
        act=L("去登记"), detail=lambda _i: Value(_("登记出租，没有租赁登记")),
        why=L("出租房应登记租赁；没有登记的，租期和备案都无从提醒。"),
        mend=L("在房屋页面登记租赁；不是出租的，改居住状态。"), hurts="",
    ),
    QualityRule(
        key="R-111", number="DQ-11", title=L("租期已满仍有人在住"), severity=Severity.SHOULD,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.lease_is_over, act=L("去办理"),
        detail=lambda _i: words(_("租期 "), F("leased_until"), _(" 已满 15 天以上，仍有人在住")),
        why=L("租期满后还住着，多半已续租而没有登记，也可能已换了人。"),
        mend=L("续租的登记续租，退租的终止租赁并核实在住人员。"), hurts="",
    ),
    QualityRule(
        key="R-120", number="DQ-12", title=L("人均建筑面积不足 5 m²"), severity=Severity.NOTE,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.little_area, act=L("去核实"),
        detail=area_of_each,
        why=L("可能是面积或人数登记有误，也可能需要了解居住情况；只作提醒，不作认定。"),
        mend=L("核对房屋面积和在住人员，登记有误的更正。"), hurts="",
    ),
    QualityRule(
        key="R-121", number="DQ-12", title=L("出租房居室人数较多"), severity=Severity.NOTE,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.crowded_rooms, act=L("去核实"),
        detail=lambda _i: words(F("design_rooms"), _(" 间居室，在住 "), F("occupants"), _(" 人")),
        why=L("每间居室平均超过 2 人。一家人合住的不受限制；只作提醒，由人了解，不作认定。"),
        mend=L("核对居室数和在住人员，登记有误的更正；确为一家人的，向街道（镇）说明。"), hurts="",
    ),
    QualityRule(
        key="R-201", number="DQ-20", title=L("房屋代码不在代码表内"), severity=Severity.SHOULD,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.unknown_code,
        detail=conditions.which_code, field="occupancy",
        why=L("代码不在代码表内，统计时归不了类，交换时会被退回。"),
        mend=L("在房屋信息中重新选择。"), hurts=L("有效率"),
    ),
    QualityRule(
        key="R-240", number="DQ-24", title=L("门弄牌已停用或地址未识别"), severity=Severity.SHOULD,
        about=About.HOUSING, frame=DWELLINGS, when=conditions.plate_is_gone, act=L("去核对"),
        detail=lambda _i: words(
            _("门弄牌 "), F("building__plate__address"), _(" 已停用或未能识别")
        ),
        why=L("门弄牌换过而房屋没有改，通知送不到，也对不上公安的地址。"),
        mend=L("对照现在的门弄牌更正楼栋地址。"), hurts=L("准确率"),
    ),
]  # fmt: skip
