"""Numbers of actual housing: how much of it is known, coded and rightly labelled (domain §4.6).

Paper: S-07, S-39, S-71, S-74, S-77, S-81, S-84.
"""

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from housing.campaigns import FindingQuerySet
from housing.cycles import RULE, cycles_by_occupancy
from housing.enforcement import ReferralQuerySet
from housing.leases import Lease, LeaseQuerySet
from housing.models import DwellingUnit, Finding, GroupRentalDecision, Referral
from housing.querysets import DwellingQuerySet, within
from housing.rectifying import GROUP_RENTAL_KINDS
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
)

RENTED, VACANT, UNKNOWN = "2", "4", "9"
CLAUSE, HOUSING = "三(三)1", "三(三)2"
#: Somebody lives there exactly where the status says so; an unknown status agrees with nothing.
CONSISTENT = (Q(occupancy=VACANT, occupants=0)) | (
    ~Q(occupancy__in=[VACANT, UNKNOWN]) & Q(occupants__gte=1)
)


def frame(occasion: Occasion) -> DwellingQuerySet:
    """Dwellings on the frame; the register keeps their state of today."""
    return DwellingUnit.objects.under(occasion.unit).active()


def covered(occasion: Occasion) -> Count:
    """Dwellings whose occupancy was looked at within its cycle."""
    cycles = cycles_by_occupancy(occasion.rules[RULE].parameters)
    known = within("occupancy_checked_on", occasion.day, cycles) & ~Q(occupancy=UNKNOWN)
    return Count("id", filter=known)


def let(occasion: Occasion) -> LeaseQuerySet:
    """Leases that cover the day, of dwellings that are let today."""
    return (
        Lease.objects.by_committees(occasion.unit)
        .covering(occasion.day)
        .filter(dwelling__occupancy=RENTED, dwelling__status=DwellingUnit.Status.ACTIVE)
    )


def found(occasion: Occasion) -> FindingQuerySet:
    """Problems that people were told to put right by a day of the year that has come."""
    told = Finding.objects.under(occasion.unit).filter(**occasion.in_year("due_on"))
    return told.exclude(noticed_on=None).exclude(state=Finding.State.DISMISSED)


def confirmed(occasion: Occasion) -> FindingQuerySet:
    """Those of group rental, at dwellings that an officer has confirmed until the day."""
    decided = GroupRentalDecision.objects.filter(
        dwelling_id=OuterRef("dwelling_id"), kind=GroupRentalDecision.Kind.CONFIRMED,
        at__date__lte=occasion.day,
    )  # fmt: skip
    return found(occasion).filter(Exists(decided), kind__in=GROUP_RENTAL_KINDS)


def referred(occasion: Occasion) -> ReferralQuerySet:
    """Letters to departments whose answer was due by a day of the year that has come."""
    rows = Referral.objects.under(occasion.unit).filter(**occasion.in_year("feedback_due"))
    return rows.exclude(state=Referral.State.RETURNED)


def dwellings(query: str) -> ListLink:
    return ListLink("housing:list", query)


DWELLINGS = Source("dwellings", frame)
LEASES = Source("leases", let)
FINDINGS, CONFIRMED = Source("findings", found), Source("confirmed_rentals", confirmed)
REFERRALS = Source("referrals", referred)
PUT_RIGHT = [Finding.State.RECHECKED, Finding.State.CLOSED]
ALL = Part(_("在册房屋"), DWELLINGS, lambda _o: Count("id"), dwellings("status=active"))
LET = Part(
    _("居住状态为出租的在册房屋"), DWELLINGS,
    lambda _o: Count("id", filter=Q(occupancy=RENTED)), dwellings("status=active&occupancy=2"),
)  # fmt: skip


METRICS = [
    Metric(
        key="actual_housing", title=_("实有房屋"), kind=Kind.COUNT, number="§3.9", clause=CLAUSE,
        unit=_("套"), noun=_("套"), decimals=0, formula=_("在册居住房屋的套数"), numerator=ALL,
    ),
    Metric(
        key="housing_coverage", title=_("房屋覆盖率"), kind=Kind.RATE, number="M-10",
        clause=CLAUSE, unit="%", noun=_("套"), good=Good.UP, target="housing_coverage", version=2,
        formula=_("房屋覆盖率 = 周期内核实过居住状态的房屋 ÷（在册房屋 + 抽查发现的名单外住处）"),
        numerator=Part(_("居住状态在核实周期内的房屋"), DWELLINGS, covered),
        denominator=ALL,
        rest=dwellings("status=active&occupancy_check=overdue"),
        rest_title=_("居住状态超期未核实"), drill="housing_unchecked", besides="unlisted_places",
        note=_("“未核实”不算；周期见规则“核实周期”。抽查沿街发现、房屋名单上没有的住处，"
               "线索办结前计入分母"),
        axis=Axis(80, 100, 5),
        example=Example("1880", "1962", "95.8"),
    ),
    Metric(
        key="housing_unchecked", title=_("居住状态超期未核实"), kind=Kind.COUNT, number="M-10",
        clause=CLAUSE, unit=_("套"), noun=_("套"), good=Good.DOWN, decimals=0,
        formula=_("在册房屋中居住状态不在核实周期内的套数"),
        numerator=Part(
            _("居住状态不在核实周期内的在册房屋"), DWELLINGS,
            lambda occasion: Count("id") - covered(occasion),
            dwellings("status=active&occupancy_check=overdue"),
        ),
    ),
    Metric(
        key="dwelling_codes", title=_("房屋赋码率"), kind=Kind.RATE, number="M-11", clause=CLAUSE,
        unit="%", noun=_("套"), good=Good.UP, target="house_code_link",
        formula=_("房屋赋码率 = 有正式编码的房屋 ÷ 在册房屋"),
        numerator=Part(
            _("有正式编码的房屋"), DWELLINGS,
            lambda _o: Count("id", filter=Q(code_state="final")),
        ),
        denominator=ALL,
        rest=dwellings("status=active&code=missing"), rest_title=_("无正式编码"),
        axis=Axis(90, 100, 3),
    ),
    Metric(
        key="occupancy_consistency", title=_("在住相符率"), kind=Kind.RATE, number="M-12",
        clause=CLAUSE, unit="%", noun=_("套"), good=Good.UP,
        formula=_("在住相符率 = 居住状态与在住人数相符的房屋 ÷ 在册房屋"),
        numerator=Part(
            _("空置且无人、或非空置且有人的房屋"), DWELLINGS,
            lambda _o: Count("id", filter=CONSISTENT), dwellings("status=active&agrees=1"),
        ),
        denominator=ALL,
        rest=dwellings("status=active&agrees=0"), rest_title=_("居住状态与在住人数不相符"),
        note=_("“未核实”视为不相符"),
        axis=Axis(80, 100, 5),
        example=Example("1800", "1950", "92.3"),
    ),
    Metric(
        key="lease_registration", title=_("租赁登记率"), kind=Kind.RATE, number="M-13",
        clause=HOUSING, unit="%", noun=_("套"), good=Good.UP,
        formula=_("租赁登记率 = 有有效租赁登记的出租房屋 ÷ 出租房屋"),
        numerator=Part(
            _("统计日有租赁登记在租期内的出租房屋"), LEASES,
            lambda _o: Count("dwelling_id", distinct=True),
        ),
        denominator=LET,
        reason=_("没有出租房屋"),
        axis=Axis(80, 100, 5), example=Example("540", "600", "90"),
    ),
    Metric(
        key="lease_filing", title=_("租赁备案率"), kind=Kind.RATE, number="M-13",
        clause=HOUSING, unit="%", noun=_("套"), good=Good.UP,
        formula=_("租赁备案率 = 租赁登记已备案的出租房屋 ÷ 出租房屋"),
        numerator=Part(
            _("统计日有已备案的租赁登记在租期内的出租房屋"), LEASES,
            lambda o: Count("dwelling_id", filter=Q(filed_on__lte=o.day), distinct=True),
        ),
        denominator=LET,
        reason=_("没有出租房屋"),
        axis=Axis(50, 100, 10), example=Example("420", "600", "70"),
    ),
    Metric(
        key="group_rental_resolution", title=_("群租处置率"), kind=Kind.RATE, number="M-14",
        clause=CLAUSE, unit="%", noun=_("处"), good=Good.UP,
        formula=_("群租处置率 = 按期整改并复查的群租 ÷ 应整改的群租"),
        numerator=Part(
            _("整改期限内复查通过的、已认定的群租"), CONFIRMED,
            lambda _o: Count("id", filter=Q(rechecked_on__lte=F("due_on"), state__in=PUT_RIGHT)),
        ),
        denominator=Part(
            _("本年整改期限已到的、已认定的群租"), CONFIRMED, lambda _o: Count("id"),
        ),
        reason=_("本年没有到期的群租"), note=_("只数授权人员上门认定过的房屋；不成立的不计"),
        axis=Axis(80, 100, 5), example=Example("18", "20", "90"),
    ),
    Metric(
        key="referral_closure", title=_("抄告办结率"), kind=Kind.RATE, number="M-25",
        clause="三(五)2", unit="%", noun=_("件"), good=Good.UP,
        formula=_("抄告办结率 = 期限内反馈的抄告 ÷ 应反馈的抄告"),
        numerator=Part(
            _("反馈日期不晚于反馈期限的抄告"), REFERRALS,
            lambda _o: Count("id", filter=Q(fed_back_on__lte=F("feedback_due"))),
        ),
        denominator=Part(_("本年反馈期限已到的抄告"), REFERRALS, lambda _o: Count("id")),
        reason=_("本年没有到期的抄告"), note=_("退回的不计"),
        axis=Axis(80, 100, 5), example=Example("27", "30", "90"),
    ),
    Metric(
        key="rectification", title=_("整治完成率"), kind=Kind.RATE, number="M-26", clause=CLAUSE,
        unit="%", noun=_("个"), good=Good.UP,
        formula=_("整治完成率 = 复查后办结的问题 ÷ 整改期限已到的问题"),
        numerator=Part(
            _("复查后办结的问题"), FINDINGS,
            lambda o: Count("id", filter=Q(ended_at__date__lte=o.day, state="closed")),
        ),
        denominator=Part(_("本年整改期限已到的问题"), FINDINGS, lambda _o: Count("id")),
        reason=_("本年没有到期的问题"), note=_("不成立的不计"),
        axis=Axis(80, 100, 5), example=Example("85", "100", "85"),
    ),
]  # fmt: skip
