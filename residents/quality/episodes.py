"""Rules that one episode and its person answer: what contradicts itself, what is out of date."""

from datetime import date, timedelta

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Min,
    Q,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat, Substr
from django.db.models.lookups import In
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.quality.rule import About, Frame, Inspection, QualityRule, Severity
from residents.categories import (
    EDUCATIONS,
    ETHNICITIES,
    POPULATION_CATEGORIES,
    RELATIONS,
    RESIDENCE_REASONS,
    TENANCY_ROLES,
)
from residents.completeness import years_before
from residents.identity import DocumentKind
from residents.models import Identity, Residence, Resident
from residents.quality.frames import PEOPLE, Offenders, age, residing, told, words

#: From this many days past its due date a verification should be made, not only be remembered.
LONG_OVERDUE = 30
#: Nobody in the district is older; who seems to be was typed wrongly.
OLDEST = 110
#: A late registration is told of for so long: it happened, and cannot be undone.
LATE_TOLD = timedelta(days=30)
#: More changes than this in the first days of a record are noise of entry (DQ-26).
CHANGES, FIRST_DAYS = 5, timedelta(days=7)
DOMESTIC = ("11", "12", "13", "20")
#: Coded columns and their code sets; a blank one is somebody else's rule.
CODED = {
    "category": POPULATION_CATEGORIES,
    "reason": RESIDENCE_REASONS,
    "tenancy_role": TENANCY_ROLES,
    "relation": RELATIONS,
    "resident__ethnicity": ETHNICITIES,
    "resident__education": EDUCATIONS,
}
MALE_DIGITS, FEMALE_DIGITS = list("13579"), list("02468")


def misfit_sex(_inspection: Inspection) -> Q:
    """The last digit but one of a citizen's number is odd for men and even for women.

    The number itself is sealed; its last four characters are not. A birth date cannot differ from
    the number: it is taken from it, and changed with it only.
    """
    digit = Substr("id_tail", 3, 1)
    man = Q(sex="1") & Q(In(digit, FEMALE_DIGITS))
    woman = Q(sex="2") & Q(In(digit, MALE_DIGITS))
    return (man | woman) & Q(resident__doc_type=DocumentKind.CITIZEN_ID.value)


def implausible_birth(inspection: Inspection) -> Q:
    day = inspection.day
    return Q(birth_date__gt=day) | Q(birth_date__lte=years_before(day, OLDEST + 1))


def registered_late(inspection: Inspection) -> Q:
    days = inspection.rules["registration_deadline"]["days"]
    return Q(
        registered_on__gte=inspection.day - LATE_TOLD,
        registered_on__gt=F("begin_on") + timedelta(days=days),
    )


def unknown_code(_inspection: Inspection) -> Q:
    condition = Q()
    for column, codes in CODED.items():
        condition |= ~Q(**{f"{column}__in": ["", *codes.codes]})
    return condition


def which_code(_inspection: Inspection) -> Combinable:
    return Case(
        *(
            When(
                ~Q(**{f"{column}__in": ["", *codes.codes]}),
                then=words(f"{codes.title_zh}的代码 ", F(column), _(" 不在代码表内")),
            )
            for column, codes in CODED.items()
        ),
        output_field=CharField(),
    )


def as_printed(inspection: Inspection) -> Offenders:
    """Numbers that fail their check and stand as the document prints them."""
    wrong = Identity.objects.under(inspection.unit).filter(is_primary=True).exclude(as_printed="")
    return told(
        residing(inspection).filter(resident_id__in=wrong.values("resident_id")),
        Value(_("证件号校验码不符，按证件原件照录")),
    )


def overdue(inspection: Inspection) -> Offenders:
    """Dwellings in which somebody's verification is overdue, with the earliest due date."""
    return (
        Residence.objects.by_committees(inspection.unit)
        .actual()
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
        )
    )


#: Dwellings with somebody overdue, in one pass for both rules.
OVERDUE = Frame("overdue", overdue)


def since_when(_inspection: Inspection) -> Combinable:
    return Concat(Value(_("应于 ")), Cast("earliest", CharField()), Value(_(" 前核实")))


def household_word() -> Combinable:
    """How people call the household, by how it lives there."""
    names = {"1": _("自住户 "), "2": _("出租户 "), "3": _("借住户 "), "5": _("集体户 ")}
    return Case(
        *(When(occupancy=code, then=Value(word)) for code, word in names.items()),
        default=Value(_("住户 ")),
    )


def long_ago(inspection: Inspection) -> date:
    return inspection.day - timedelta(days=LONG_OVERDUE)


L = gettext_lazy
RULES = [
    QualityRule(
        key="R-010", number="DQ-01", title=L("证件号校验码不符"), severity=Severity.MUST,
        about=About.PEOPLE, query=as_printed, field="document_number", act=L("去核对"),
        why=L("录入时已拦下位数、格式和校验码不对的号码；按原件照录的少数号码要有人核对过原件。"),
        mend=L("对照证件原件改正号码；原件确实如此的，在备注写明并向街道（镇）说明。"),
        hurts=L("有效率"),
    ),
    QualityRule(
        key="R-020", number="DQ-02", title=L("性别与证件号不一致"), severity=Severity.MUST,
        about=About.PEOPLE, frame=PEOPLE, when=misfit_sex, field="sex",
        detail=lambda _i: Value(_("登记的性别与身份证号的性别位不一致")),
        why=L("身份证号第 17 位单数为男、双数为女，两者必有一错。出生日期由号码得出，不会不一致。"),
        mend=L("对照证件原件改正性别或证件号。"), hurts=L("一致率、准确率"),
    ),
    QualityRule(
        key="R-030", number="DQ-03", title=L("同一证件号重复登记"), severity=Severity.MUST,
        about=About.PEOPLE, hurts=L("唯一率"),
        held=L("数据库不收已登记的证件号，录入和导入时当场拦下"),
        why=L("一个人在全区只有一条人员记录，各处的数才对得上。"),
        mend=L("查出已登记的人，移交或变更登记。"),
    ),
    QualityRule(
        key="R-060", number="DQ-06", title=L("同时有两个主要居所"), severity=Severity.MUST,
        about=About.PEOPLE, hurts=L("一致率"),
        held=L("数据库不收第二个在住的主要居所，须先迁出或移交"),
        why=L("一个人只计在一处，人口才不重不漏。"), mend=L("迁出或移交原来的居所。"),
    ),
    QualityRule(
        key="R-131", number="DQ-13", title=L("核实超期 30 天以上"), severity=Severity.SHOULD,
        about=About.PEOPLE, frame=OVERDUE, act=L("去核实"), excusable=False,
        when=lambda inspection: Q(earliest__lt=long_ago(inspection)), detail=since_when,
        why=L("长期不核实的登记不能说明现在谁住在这里。"),
        mend=L("上门核实，有变化的变更登记，无变化的记“核实无变化”。"), hurts=L("鲜活度"),
    ),
    QualityRule(
        key="R-130", number="DQ-13", title=L("核实超期"), severity=Severity.NOTE,
        about=About.PEOPLE, frame=OVERDUE, act=L("去核实"), excusable=False,
        when=lambda inspection: Q(earliest__gte=long_ago(inspection)), detail=since_when,
        why=L("核实周期已过，登记是否还准确要看一眼。"),
        mend=L("上门或电话核实，有变化的变更登记，无变化的记“核实无变化”。"), hurts=L("鲜活度"),
    ),
    QualityRule(
        key="R-140", number="DQ-14", title=L("登记超过时限"), severity=Severity.NOTE,
        about=About.PEOPLE, frame=PEOPLE, when=registered_late, field="begin_date",
        act=L("去核对"), follows="registration_deadline",
        detail=lambda _i: words(
            F("begin_on"), _(" 入住，"), F("registered_on"), _(" 才登记")
        ),
        why=L("入住到登记的天数超过规则“登记、注销时限”；只提示近 30 天登记的，过后自行消失。"),
        mend=L("核对入住日期，填错的改正；日期无误的不用改。"), hurts=L("登记及时率"),
    ),
    QualityRule(
        key="R-160", number="DQ-16", title=L("出生日期不合常理"), severity=Severity.MUST,
        about=About.PEOPLE, frame=PEOPLE, when=implausible_birth, field="birth_date",
        detail=lambda inspection: Case(
            When(birth_date__gt=inspection.day, then=Value(_("出生日期在将来"))),
            default=words(age(inspection.day), _(" 岁，超过 110 岁")), output_field=CharField(),
        ),
        why=L("出生日期在将来或年龄超过 110 岁，多半是录错。入住早于出生的，录入时已拦下。"),
        mend=L("对照证件原件改正；确为高寿的，在备注写明。"), hurts=L("准确率"),
    ),
    QualityRule(
        key="R-170", number="DQ-17", title=L("国籍与人口类别不符"), severity=Severity.SHOULD,
        about=About.PEOPLE, frame=PEOPLE, field="nationality",
        when=lambda _i: Q(category__in=DOMESTIC) & ~Q(resident__nationality="CHN"),
        detail=lambda _i: words(_("国籍 "), F("resident__nationality"), _("，登记为境内人口类别")),
        why=L("外国籍人员登记为户籍或来沪人员，两者必有一错，会办错登记。"),
        mend=L("对照证件改正国籍或人口类别。"), hurts=L("一致率"),
    ),
    QualityRule(
        key="R-180", number="DQ-18", title=L("已登记死亡仍在住"), severity=Severity.MUST,
        about=About.PEOPLE, frame=PEOPLE, act=L("去注销"),
        when=lambda _i: Q(resident__vital_status=Resident.Vital.DECEASED),
        detail=lambda _i: Value(_("人员已登记死亡，居住登记没有注销")),
        why=L("逝者仍计在实有人口里，还会收到通知，伤害家属。"),
        mend=L("注销居住登记，原因选死亡；登记错的，更正生存状态。"), hurts=L("一致率"),
    ),
    QualityRule(
        key="R-200", number="DQ-20", title=L("人员代码不在代码表内"), severity=Severity.SHOULD,
        about=About.PEOPLE, frame=PEOPLE, when=unknown_code, detail=which_code,
        why=L("代码不在标准的代码表内，统计时归不了类，交换时会被退回。"),
        mend=L("在入户登记中重新选择。"), hurts=L("有效率"),
    ),
    QualityRule(
        key="R-260", number="DQ-26", title=L("新登记反复修改"), severity=Severity.NOTE,
        about=About.PEOPLE, frame=PEOPLE, act=L("去核对"),
        when=lambda inspection: Q(resident__version__gt=CHANGES + 1)
        & Q(resident__created_at__date__gte=inspection.day - FIRST_DAYS),
        detail=lambda _i: words(_("登记 7 天内改了 "), F("resident__version") - 1, _(" 次")),
        why=L("登记后 7 天内改 5 次以上，多半是录入时没有问清，容易越改越错。"),
        mend=L("和本人一次核对清楚；以后先问清再录入。"),
    ),
]  # fmt: skip
