"""Numbers of actual housing: how much of it is known, coded and rightly labelled (domain §4.6).

Paper: S-07, S-39, S-71, S-81.
"""

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from housing.cycles import RULE, cycles_by_occupancy
from housing.models import DwellingUnit
from housing.querysets import DwellingQuerySet, within
from portal.metrics.metric import Axis, Good, Kind, ListLink, Metric, Occasion, Part, Source

VACANT, UNKNOWN = "4", "9"
CLAUSE = "三(三)1"
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


def dwellings(query: str) -> ListLink:
    return ListLink("housing:list", query)


DWELLINGS = Source("dwellings", frame)
ALL = Part(_("在册房屋"), DWELLINGS, lambda _o: Count("id"), dwellings("status=active"))

METRICS = [
    Metric(
        key="actual_housing", title=_("实有房屋"), kind=Kind.COUNT, number="§3.9", clause=CLAUSE,
        unit=_("套"), noun=_("套"), decimals=0, formula=_("在册居住房屋的套数"), numerator=ALL,
    ),
    Metric(
        key="housing_coverage", title=_("房屋覆盖率"), kind=Kind.RATE, number="M-10",
        clause=CLAUSE, unit="%", noun=_("套"), good=Good.UP, target="housing_coverage",
        formula=_("房屋覆盖率 = 周期内核实过居住状态的房屋 ÷ 在册房屋"),
        numerator=Part(_("居住状态在核实周期内的房屋"), DWELLINGS, covered),
        denominator=ALL,
        rest=dwellings("status=active&occupancy_check=overdue"),
        rest_title=_("居住状态超期未核实"),
        note=_("“未核实”不算；周期见规则“核实周期”"),
        axis=Axis(80, 100, 5),
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
            lambda _o: Count("id", filter=CONSISTENT),
        ),
        denominator=ALL,
        note=_("“未核实”视为不相符"),
        axis=Axis(80, 100, 5),
    ),
]  # fmt: skip
