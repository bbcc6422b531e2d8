"""The population register as a file: the list's columns and conditions, numbers masked (D-6)."""

from datetime import date, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, DateField, F, Func, IntegerField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat, ExtractYear
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from housing.codes import OCCUPANCY_STATUSES
from housing.filters import filter_context
from portal.exchange.exports.kinds import (
    ExportColumn,
    ExportKind,
    committee_name,
    titled,
)
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality.exporting import WORST, worst_problem
from residents.categories import (
    EDUCATIONS,
    ETHNICITIES,
    POPULATION_CATEGORIES,
    RELATIONS,
    RESIDENCE_REASONS,
    SEXES,
)
from residents.completeness import years_before
from residents.filters import ResidenceFilter
from residents.identity import DocumentKind
from residents.models import Residence

OLDEST = 150


def years(day: date) -> Combinable:
    """Full years of age on `day`, as `identity.age_on` counts them: a look-up of the birth."""
    too_young = [years_before(day, age) + timedelta(days=1) for age in range(OLDEST, 0, -1)]
    younger_than = Func(
        F("birth_date"), Value(too_young, output_field=ArrayField(DateField())),
        function="width_bucket", output_field=IntegerField(),
    )  # fmt: skip
    return Value(OLDEST) - younger_than


def born_in(_day: date) -> Combinable:
    """The year of birth, as lists show it: beside a masked number a full date would rebuild it."""
    return Concat(Cast(ExtractYear("birth_date"), CharField()), Value("-**-**"))


def conditions(scope: Scope, query: QueryDict, day: date) -> ResidenceFilter:
    """The list's conditions over the rows in scope."""
    rows = Residence.objects.in_scope(scope)
    return ResidenceFilter(query, queryset=rows, **filter_context(scope, day))


EXPORTS = [
    ExportKind(
        key="residents", title=_("实有人口"), unit=_("人"), capability=Capability.VIEW_REGISTER,
        filterset=conditions, order="address_key", address="residents:list",
        person="resident_id", place="dwelling_id",
        columns=(
            ExportColumn("name", _("姓名"), "name", names="人员姓名 居民姓名 本人姓名"),
            ExportColumn("sex", _("性别"), titled("sex", SEXES.entries), width=8),
            ExportColumn("age", _("年龄"), years, form="number", width=8,
                         meaning=_("到数据截至日满几周岁，不给出生日期")),
            ExportColumn("number", _("证件号码"), "id_mask", width=22,
                         names="公民身份号码 身份证号 身份证号码 证件号 身份号码 身份证"),
            ExportColumn("category", _("类别"), titled("category", POPULATION_CATEGORIES.entries),
                         names="人口类别 人员类别 人员类型 人户情况"),
            ExportColumn("origin", _("户籍地"), "origin", width=18),
            ExportColumn("committee", _("居（村）委"), committee_name, width=16,
                         names="居委 居委会 村居 所属居委 社区"),
            ExportColumn("address", _("居住地址"), "short_address", width=30),
            ExportColumn("full_address", _("详细地址"), "dwelling__address", width=36, shown=False,
                         names="现住地址 现居住地址 家庭住址 住址 地址 现住址 实际居住地址"),
            ExportColumn("occupancy", _("居住类型"),
                         titled("occupancy", OCCUPANCY_STATUSES.entries)),
            ExportColumn("phone", _("手机"), "phone_mask", width=14,
                         names="联系电话 手机号 手机号码 电话 联系方式"),
            ExportColumn("relation", _("与户主关系"), titled("relation", RELATIONS.entries),
                         shown=False),
            ExportColumn("reason", _("居住事由"), titled("reason", RESIDENCE_REASONS.entries),
                         shown=False),
            ExportColumn("begin", _("入住日期"), "begin_on", form="day", shown=False,
                         names="入住时间 来沪日期 居住起始日期"),
            ExportColumn("registered", _("登记日期"), "registered_on", form="day", shown=False),
            ExportColumn("due", _("应核实日期"), "due_on", form="day", shown=False),
            ExportColumn("by", _("核实人"), "verified_by", shown=False),
            ExportColumn("verified", _("最近核实"), "verified_on", form="day"),
            ExportColumn("problem", _("问题"), worst_problem("pk"), width=24, meaning=WORST),
        ),
        form_columns=(
            ExportColumn("birth", _("出生年"), born_in, meaning=_("只到年，月日遮盖"),
                         names="出生日期 出生年月 生日 出生年月日"),
            ExportColumn("document", _("证件类型"),
                         titled("resident__doc_type", DocumentKind.choices()),
                         names="证件种类 证件名称"),
            ExportColumn("education", _("文化程度"),
                         titled("resident__education", EDUCATIONS.entries),
                         names="学历 教育程度", needs=Capability.EDIT_RESIDENTS),
            ExportColumn("ethnicity", _("民族"),
                         titled("resident__ethnicity", ETHNICITIES.entries), names="族别",
                         needs=Capability.EDIT_RESIDENTS),
            ExportColumn("employer", _("工作单位"), "resident__employer_name",
                         names="服务处所 单位 就业单位", needs=Capability.EDIT_RESIDENTS),
            ExportColumn("hukou", _("户籍详址"), "resident__hukou_address",
                         names="户籍地址 户口所在地 户籍所在地", needs=Capability.EDIT_RESIDENTS),
        ),
        ranges=(
            ("", _("全部实有人口")),
            ("category=20", _("来沪人员")),
            ("category=11&category=12", _("户籍人口（人户一致、人在户不在）")),
            ("category=31&category=32", _("境外人员")),
            ("age=60-79&age=80", _("60 岁以上")),
            ("age=0-5&age=6-15", _("16 岁以下")),
        ),
    ),
]  # fmt: skip
