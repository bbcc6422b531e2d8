"""Numbers that spot checks give: rates of registration and accuracy, each with its interval.

A rate is the weighted sum of what was right by that of what was found, over the counted rounds of
the last year: committees have small samples. What stands behind it are people and records that
were found, so those are counts of their own, with their lists (domain §4.2, 4.3).

Paper: S-69, S-70, S-72.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from django.db.models import Count, DecimalField, F, Q, Sum
from django.db.models.expressions import Combinable, ExpressionWrapper
from django.utils.translation import gettext_lazy as _

from portal.metrics.metric import (
    HUNDRED,
    Axis,
    Example,
    Good,
    Kind,
    ListLink,
    Metric,
    Occasion,
    Part,
    Sample,
    Source,
    Text,
)
from residents.models import SpotItem, SpotPerson, SpotPlace
from residents.spotchecks.estimating import ALIKE, Sums, rate

TASK_1, FAIR = "三(三)1", "三(五)3"
EVERYTHING = Q()
REASON = _("近 12 个月没有计入的抽查")
_NUMBER = DecimalField(max_digits=30, decimal_places=8)

FORWARD = Source(
    "spot_forward",
    lambda o: SpotItem.objects.under(o.unit).pooled("forward", o.day).filter(cases__gt=0),
)
REVERSE = Source("spot_reverse", lambda o: SpotItem.objects.under(o.unit).pooled("reverse", o.day))
PEOPLE = Source("spot_people", lambda o: SpotPerson.objects.under(o.unit).counted(o.day))
PLACES = Source("spot_places", lambda o: SpotPlace.objects.under(o.unit).standing(o.day))


Ask = Callable[[Occasion], Combinable]


def _sum(expression: Combinable, of: Q) -> Ask:
    """The sum of an expression over the drawn items that meet a condition."""
    wrapped = ExpressionWrapper(expression, output_field=_NUMBER)
    return lambda _occasion: Sum(wrapped, filter=of)


def weighted_cases(of: Q = EVERYTHING) -> Ask:
    return _sum(F("weight") * F("cases"), of)


def weighted_right(of: Q = EVERYTHING) -> Ask:
    return _sum(F("weight") * F("right"), of)


def _spread(one: str, other: str, of: Q) -> Ask:
    return _sum(F("weight") * F("weight") * F(one) * F(other), of)


def sums(of: Q = EVERYTHING) -> tuple[tuple[str, Ask], ...]:
    """The sums of `estimating.Sums`, in its order, as one statement reads them."""
    return (
        ("draws", lambda _o: Count("id", filter=of)),
        ("cases", _sum(F("cases") * 1, of)),
        ("weighted", weighted_cases(of)),
        ("right", weighted_right(of)),
        ("squares", _sum(F("weight") * F("weight") * F("cases"), of)),
        ("cases_squared", _spread("cases", "cases", of)),
        ("mixed", _spread("cases", "right", of)),
        ("right_squared", _spread("right", "right", of)),
    )


def group(key: str, title: Text, name: str, source: Source, alike: float) -> Metric:
    """The same rate in the strata of one group, for the check that the system treats all alike."""
    of = Q(stratum__startswith=name)
    return Metric(
        key=key, title=title, kind=Kind.RATE, number="M-32", clause=FAIR, unit="%",
        formula=_("按抽样分层单独估计，算法同登记率、准确率"),
        numerator=Part(_("该组抽查相符的，加权"), source, weighted_right(of)),
        denominator=Part(_("该组抽查有结果的，加权"), source, weighted_cases(of)),
        sample=Sample(sums(of), lambda found: _bounds(found, alike)), reason=REASON,
        note=_("只用于检查采集、核实对各类人是否一视同仁，不评价任何一类人，不参与考核"),
    )  # fmt: skip


def _bounds(sums: Mapping[str, Decimal], alike: float) -> tuple[Decimal, Decimal] | None:
    found = rate(Sums(**{key: float(each) for key, each in sums.items()}), alike)
    if found is None:
        return None
    low, high = (
        round(Decimal(each) * HUNDRED, 4) for each in (found.interval.low, found.interval.high)
    )
    return low, high


METRICS = [
    Metric(
        key="registration_rate", title=_("登记率"), kind=Kind.RATE, number="M-01", clause=TASK_1,
        unit="%", noun=_("人"), good=Good.UP, target="registration_rate",
        formula=_("登记率 = 抽查时已登记人数 ÷ 抽查时实住人数，按抽样和应答加权"),
        numerator=Part(_("抽中住户中，时点当晚已在本居委登记的实住人员，加权"), FORWARD,
                       weighted_right()),
        denominator=Part(_("抽中住户中，上门核见的全部实住人员，加权，不含探访"), FORWARD,
                         weighted_cases()),
        sample=Sample(sums(), lambda found: _bounds(found, ALIKE)),
        reason=REASON, drill="spot_unregistered",
        note=_("只由上门抽查得出，不用登记数除以登记数；近 12 个月计入的各轮合并，应答率不足 70% "
               "或误差超过 5 个百分点的一轮不计入，先补抽"),
        axis=Axis(90, 100, 3),
        example=Example("450", "520", "86.5"),
    ),
    Metric(
        key="accuracy_rate", title=_("准确率"), kind=Kind.RATE, number="M-02", clause=TASK_1,
        unit="%", noun=_("条"), good=Good.UP, target="accuracy_rate", version=2,
        formula=_("准确率 = 抽查核实无误的登记 ÷ 抽查有结果的登记，按抽样和应答加权"),
        numerator=Part(_("抽中登记中，人住在这里且关键项都对的，加权"), REVERSE, weighted_right()),
        denominator=Part(_("抽中登记中，已有结果的，加权"), REVERSE, weighted_cases()),
        sample=Sample(sums(), lambda found: _bounds(found, 0.0)),
        reason=REASON, drill="spot_wrong",
        note=_("只由上门抽查得出；关键项为姓名、性别、出生年、证件末四位、人口类别；入住年月（差一个月、"
               "只说年份的差一年算相符）和手机末四位也问，只计入各项核对，不影响本数"),
        axis=Axis(90, 100, 3),
        example=Example("111", "120", "92.5"),
    ),
    Metric(
        key="spot_found", title=_("抽查核见的人员"), kind=Kind.COUNT, number="M-01",
        clause=TASK_1, unit=_("人"), noun=_("人"), decimals=0,
        formula=_("近 12 个月计入的顺查中核见的实住人员"),
        numerator=Part(_("核见的实住人员"), PEOPLE, lambda _o: Count("id"),
                       ListLink("residents:spot_people", "")),
    ),
    Metric(
        key="spot_unregistered", title=_("抽查核见未登记"), kind=Kind.COUNT, number="M-01",
        clause=TASK_1, unit=_("人"), noun=_("人"), decimals=0,
        formula=_("近 12 个月计入的顺查中核见、时点当晚没有在本居委登记的人员"),
        numerator=Part(_("核见未登记的人员"), PEOPLE, lambda _o: Count("id", filter=Q(right=False)),
                       ListLink("residents:spot_people", "right=0")),
    ),
    Metric(
        key="spot_wrong", title=_("抽查不符的登记"), kind=Kind.COUNT, number="M-02",
        clause=TASK_1, unit=_("条"), noun=_("条"), decimals=0, good=Good.DOWN,
        formula=_("近 12 个月计入的倒查中，人不住这里或关键项有错的登记"),
        numerator=Part(_("不符的登记"), REVERSE, lambda _o: Count("id", filter=Q(right=0)),
                       ListLink("residents:spot_records", "right=0")),
    ),
    Metric(
        key="unlisted_places", title=_("名单外住处"), kind=Kind.COUNT, number="M-10",
        clause=TASK_1, unit=_("处"), noun=_("处"), decimals=0, good=Good.DOWN,
        formula=_("抽查沿街发现、房屋名单上没有，线索还没有办结的住处"),
        numerator=Part(_("抽查发现、线索未办结的名单外住处"), PLACES, lambda _o: Count("id"),
                       ListLink("residents:spot_places", "open=1")),
        note=_("线索办结后不再计：登记为房屋的计入在册房屋，不是住处的不计"),
    ),
    group("registration_own", _("登记率·自住"), "own", FORWARD, ALIKE),
    group("registration_rented", _("登记率·出租"), "rented", FORWARD, ALIKE),
    group("accuracy_local", _("准确率·户籍"), "local", REVERSE, 0.0),
    group("accuracy_incomer", _("准确率·来沪"), "incomer", REVERSE, 0.0),
    group("accuracy_overseas", _("准确率·境外"), "overseas", REVERSE, 0.0),
]  # fmt: skip
