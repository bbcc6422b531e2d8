"""Numbers of actual population and of how good its records are (domain §2.7, §4).

Paper: S-07, S-71, S-72, S-73.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import (
    Count,
    Exists,
    OuterRef,
    Q,
    RowRange,
    Window,
)
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from portal.metrics.metric import (
    Axis,
    Example,
    Good,
    Kind,
    ListLink,
    Metric,
    Occasion,
    Part,
    Source,
    Text,
)
from portal.quality.models import DataQualityIssue
from residents.completeness import CHECKED, FIELDS, incomplete
from residents.haste import within_cycle
from residents.models import Identity, Residence, Resident
from residents.querysets import ACTUAL_CATEGORIES, ResidenceQuerySet, covers

ACTUAL = Q(is_primary=True, category__in=ACTUAL_CATEGORIES)
TASK_1 = "三(三)1"
#: What two records of probably one person have in common.
SAME_PERSON = ["committee_id", "name_key", "name", "birth_date", "sex"]
NAMESAKES = ["committee_id", "name", "birth_date"]
#: The rules of DQ-02, 17, 18 and 23: what they find is one record that contradicts itself. (DQ-21
#: finds permits whose holder has no record in the street: none that is counted here.)
CONTRADICTIONS = ("R-020", "R-170", "R-180", "R-230")
#: Those of DQ-07 and 10: what they find concerns everybody in the dwelling.
CONTRADICTIONS_OF_HOMES = ("R-070", "R-100", "R-101")


def people(query: str) -> ListLink:
    return ListLink("residents:list", query)


# --- rows ---------------------------------------------------------------------------------------


def seen(occasion: Occasion) -> ResidenceQuerySet:
    """Episodes that cover the day, and those that were registered or ended in its month.

    One reading for all that is counted on episodes: each part says which of them it means.
    """
    left = (
        Q(end_on__gt=occasion.day) | registered(occasion) | Q(**occasion.in_month("cancelled_on"))
    )
    rows = Residence.objects.under(occasion.unit)
    return rows.filter(Q(status="active") | Q(left, status="ended"))


def actual(occasion: Occasion) -> ResidenceQuerySet:
    return Residence.objects.under(occasion.unit).living_on(occasion.day).filter(ACTUAL)


def registered(occasion: Occasion) -> Q:
    return Q(**occasion.in_month("registered_on"))


def there(occasion: Occasion) -> Q:
    """Actual population of the day."""
    return covers(occasion.day) & ACTUAL


def probable_duplicates(rows: ResidenceQuerySet) -> ResidenceQuerySet:
    """Those of `rows` that are probably second records (`surplus`)."""
    return rows.filter(surplus(Residence.objects.actual()))


def surplus(rows: ResidenceQuerySet) -> Q:
    """That one of `rows` has an earlier record of probably one person in its committee beside it.

    Name, sex and birth date are the same and one of the two has no document number: two numbers
    would prove two people, and one number twice is refused by the database.

    :param rows: all among which the earlier record is looked for; they are read once
    """
    # Hardly anybody lacks a number, and an index knows who does: of a million people those few
    # are compared, in the order of their records, who could be taken for one of them. People are
    # found by name and birth, which is quicker than to look through all of their records.
    lacking = rows.filter(id_mask="", **{column: OuterRef(column) for column in NAMESAKES})
    alike = Resident.objects.filter(Exists(lacking))
    before: dict[str, Any] = {
        "partition_by": SAME_PERSON, "order_by": "resident_id", "frame": RowRange(end=-1),
    }  # fmt: skip
    compared = rows.filter(resident_id__in=alike.values("pk")).annotate(
        earlier=Window(Count("pk"), **before),
        earlier_lacking=Window(Count("pk", filter=Q(id_mask="")), **before),
    )
    second = Q(id_mask="", earlier__gt=0) | Q(earlier_lacking__gt=0)
    return Q(pk__in=compared.filter(second).values("pk"))


def as_printed(rows: ResidenceQuerySet) -> ResidenceQuerySet:
    """Those of `rows` whose number fails its check and stands as it is printed on the document."""
    return rows.filter(printed())


def printed(unit: int | None = None) -> Q:
    """That the number fails its check; hardly anybody's does, and they have an index."""
    numbers = Identity.objects.filter(is_primary=True).exclude(as_printed="")
    if unit is not None:
        numbers = numbers.under(unit)
    return Q(resident_id__in=numbers.values("resident_id"))


def contradicted(rows: ResidenceQuerySet, unit: int | None = None) -> ResidenceQuerySet:
    """Those of `rows` that an open issue of the logical rules says contradict something (M-06)."""
    return rows.filter(contradictory(unit))


def contradictory(unit: int | None = None) -> Q:
    """That an open issue of the logical rules stands against the record or its dwelling.

    :param unit: whose records they are, where the reader sees more
    """
    issues = DataQualityIssue.objects.open()
    if unit is not None:
        issues = issues.under(unit)
    own = issues.filter(rule__in=CONTRADICTIONS, residence_id__isnull=False)
    home = issues.filter(rule__in=CONTRADICTIONS_OF_HOMES, dwelling_id__isnull=False)
    return Q(pk__in=own.values("residence_id")) | Q(dwelling_id__in=home.values("dwelling_id"))


RESIDENCES = Source("residences", seen)


# --- parts --------------------------------------------------------------------------------------


def count_of(*conditions: Q) -> Callable[[Occasion], Combinable]:
    """How many of the episodes that cover the day meet all conditions."""
    together = Q()
    for condition in conditions:
        together &= condition
    return lambda occasion: Count("id", filter=covers(occasion.day) & together)


def such(which: Callable[[Occasion], Q]) -> Callable[[Occasion], Combinable]:
    """How many of the actual population meet a condition of the occasion."""
    return lambda occasion: Count("id", filter=there(occasion) & which(occasion))


def category(*codes: str) -> Callable[[Occasion], Combinable]:
    return count_of(Q(is_primary=True, category__in=codes))


def fresh(occasion: Occasion) -> Q:
    return within_cycle(occasion.unit, occasion.day)


def weight_applicable(occasion: Occasion) -> Combinable:
    """Weights of the mandatory fields that apply."""
    everybody = sum(f.weight for f in FIELDS if f.is_for_everybody)
    total: Combinable = Count("id", filter=there(occasion)) * everybody
    for field in FIELDS:
        if not field.is_for_everybody:
            applies = there(occasion) & field.applies(occasion.day)
            total = total + Count("id", filter=applies) * field.weight
    return total


def weight_missing(occasion: Occasion) -> Combinable:
    """Weights of the mandatory fields that apply and are not filled."""
    first, *others = (
        Count("id", filter=there(occasion) & field.missing(occasion.day)) * field.weight
        for field in CHECKED
    )
    total: Combinable = first
    for part in others:
        total = total + part
    return total


EVERYBODY = Part(_("实有人口"), RESIDENCES, count_of(ACTUAL), people("actual=1"))


def population(key: str, title: Text, *codes: str) -> Metric:
    """The count of one category of the actual population."""
    query = "&".join(["actual=1", *(f"category={code}" for code in codes)])
    return Metric(
        key=key, title=title, kind=Kind.COUNT, number="§2.7", clause=TASK_1, unit=_("人"),
        noun=_("人"), decimals=0, dated=True, formula=_("统计日实际居住在本辖区的该类人员数"),
        numerator=Part(title, RESIDENCES, category(*codes), people(query)),
    )  # fmt: skip


METRICS = [
    Metric(
        key="actual_population", title=_("实有人口"), kind=Kind.COUNT, number="§2.7",
        clause=TASK_1, unit=_("人"), noun=_("人"), decimals=0, dated=True,
        formula=_("实有人口 = 人户一致 + 人户分离（居住地）+ 来沪人员 + 境外人员 + 户口待定"),
        numerator=EVERYBODY,
        note=_("按统计日仍在住的主要居所计数，户在人不在不计入；人口总数不参与考核"),
    ),
    population("n11", _("户籍·人户一致"), "11"),
    population("n12", _("户籍·人户分离（居住地）"), "12"),
    population("n20", _("来沪人员"), "20"),
    population("n31", _("港澳台居民"), "31"),
    population("n32", _("外国人"), "32"),
    population("n40", _("户口待定"), "40"),
    Metric(
        key="registered_population", title=_("户籍人口"), kind=Kind.COUNT, number="§2.7",
        clause=TASK_1, unit=_("人"), noun=_("人"), decimals=0,
        formula=_("户籍人口 = 人户一致 + 户在人不在"),
        numerator=Part(
            _("户籍在本辖区的人数"), RESIDENCES,
            count_of(Q(is_primary=True, category="11") | Q(category="13")),
        ),
    ),
    Metric(
        key="freshness", title=_("鲜活度"), kind=Kind.RATE, number="M-07", clause=TASK_1,
        unit="%", noun=_("人"), good=Good.UP, target="freshness",
        formula=_("鲜活度 = 核实周期内核实过的实有人口 ÷ 实有人口"),
        numerator=Part(
            _("未到应核实日期、最近一次核实算数的实有人口"), RESIDENCES, such(fresh),
            people("actual=1&fresh=1"),
        ),
        denominator=EVERYBODY, version=2,
        rest=people("actual=1&fresh=0"), rest_title=_("超期未核实或核实不算数"),
        note=_("核实周期按居住状态由规则“核实周期”规定，境外人员另定；一人一小时“核实无变化”"
               "超过 30 套的（R-261）不算核实，重新核实或街道（镇）确认无误后再算"),
        axis=Axis(80, 100, 5),
        example=Example("2", "4", "50"),
    ),
    Metric(
        key="house_code_link", title=_("房屋编码关联率"), kind=Kind.RATE, number="M-11",
        clause=TASK_1, unit="%", noun=_("人"), good=Good.UP, target="house_code_link",
        formula=_("房屋编码关联率 = 所住房屋有正式编码的实有人口 ÷ 实有人口"),
        numerator=Part(
            _("所住房屋有正式编码的实有人口"), RESIDENCES,
            count_of(ACTUAL, Q(code_final=True)), people("actual=1&code=final"),
        ),
        denominator=EVERYBODY,
        rest=people("actual=1&code=missing"), rest_title=_("所住房屋无正式编码"),
        note=_("临时编码不算"),
        axis=Axis(90, 100, 3),
        example=Example("2820", "3000", "94.0"),
    ),
    Metric(
        key="completeness", title=_("完整率"), kind=Kind.RATE, number="M-03", clause=TASK_1,
        unit="%", noun=_("分"), good=Good.UP, target="completeness",
        formula=_("完整率 = 已填必填项的权重 ÷ 应填必填项的权重"),
        numerator=Part(_("已填必填项的权重合计")),
        faults=Part(_("未填必填项的权重合计"), RESIDENCES, weight_missing),
        denominator=Part(_("按人口类别应填的必填项权重合计"), RESIDENCES, weight_applicable),
        drill="incomplete",
        note=_("“不详”视为未填；权重：证件号、住址 3，姓名、出生日期、人口类别 2，其余 1"),
        axis=Axis(90, 100, 3),
        example=Example("18", "20", "90"),
    ),
    Metric(
        key="incomplete", title=_("资料不全的人员"), kind=Kind.COUNT, number="M-03",
        clause=TASK_1, unit=_("人"), noun=_("人"), decimals=0, good=Good.DOWN,
        formula=_("至少一个必填项未填的实有人口"),
        numerator=Part(
            _("至少一个必填项未填的实有人口"), RESIDENCES,
            such(lambda occasion: incomplete(occasion.day)),
            people("actual=1&incomplete=1"),
        ),
    ),
    Metric(
        key="validity", title=_("有效率"), kind=Kind.RATE, number="M-04", clause=TASK_1,
        unit="%", noun=_("人"), good=Good.UP, target="validity",
        formula=_("有效率 = 证件号通过校验的实有人口 ÷ 有证件号的实有人口"),
        numerator=Part(_("主要证件号码通过校验的实有人口")),
        faults=Part(
            _("证件号码未通过校验、按证件照录的实有人口"),
            RESIDENCES,
            such(lambda occasion: printed(occasion.unit)), people("actual=1&valid=0"),
        ),
        denominator=Part(
            _("有证件号码的实有人口"), RESIDENCES, count_of(ACTUAL, ~Q(id_mask="")),
        ),
        rest=people("actual=1&valid=0"), rest_title=_("证件号码未通过校验"),
        axis=Axis(95, 100, 2),
        example=Example("2985", "3000", "99.5"),
    ),
    Metric(
        key="uniqueness", title=_("唯一率"), kind=Kind.RATE, number="M-05", clause=TASK_1,
        unit="%", noun=_("人"), good=Good.UP, target="uniqueness",
        formula=_("唯一率 = 1 − 重复多出的记录 ÷ 实有人口"),
        numerator=Part(_("不重复的记录")),
        faults=Part(
            _("同一居委内姓名、性别、出生日期相同且有一方无证件号，多出的记录"),
            RESIDENCES,
            such(lambda occasion: surplus(actual(occasion))), people("actual=1&duplicate=1"),
        ),
        denominator=EVERYBODY,
        rest=people("actual=1&duplicate=1"), rest_title=_("疑似重复"),
        note=_("证件号相同的重复登记在录入时已被拦截，这里数的是疑似重复"),
        axis=Axis(95, 100, 2),
        example=Example("2988", "3000", "99.6"),
    ),
    Metric(
        key="consistency", title=_("一致率"), kind=Kind.RATE, number="M-06", clause=TASK_1,
        unit="%", noun=_("条"), good=Good.UP,
        formula=_("一致率 = 没有逻辑矛盾问题的记录 ÷ 实有人口的记录"),
        numerator=Part(_("没有未改的 DQ-02、07、10、17、18、23 问题的记录")),
        faults=Part(
            _("有上述问题未改的实有人口记录"), RESIDENCES,
            such(lambda occasion: contradictory(occasion.unit)),
            people("actual=1&consistent=0"),
        ),
        denominator=EVERYBODY,
        rest=people("actual=1&consistent=0"), rest_title=_("有逻辑矛盾的记录"),
        note=_("DQ-06 由数据库拦下，DQ-21 的人在本街道已无记录；房屋的问题计在其中每个人上"),
        axis=Axis(90, 100, 3), example=Example("2910", "3000", "97.0"),
    ),
    Metric(
        key="inversion_ratio", title=_("倒挂比"), kind=Kind.RATIO, number="M-34", clause=TASK_1,
        unit="", noun=_("人"),
        formula=_("倒挂比 = 来沪人员 ÷ 居住在本辖区的上海户籍人员"),
        numerator=Part(
            _("来沪人员"), RESIDENCES, category("20"), people("actual=1&category=20"),
        ),
        denominator=Part(
            _("人户一致和人户分离（居住地）的人员"), RESIDENCES, category("11", "12"),
            people("actual=1&category=11&category=12"),
        ),
        reason=_("没有户籍人员"),
        note=_("大于 1 为倒挂，只用来找出需要加强服务的地方，不评价任何人"),
        example=Example("3200", "2500", "1.28"),
    ),
]  # fmt: skip
