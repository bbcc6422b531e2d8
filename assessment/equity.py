"""Whether the system serves all alike: gaps between groups and areas, with intervals (M-32).

A check on the system, never on a group: groups and areas stand in their own fixed order, none is
ranked, none is a person, and nothing of it is scored. A gap is reported where two intervals have
no value in common and the rates differ by more than five points; what follows is a look at how
people were registered, verified and served there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import combinations

from django.utils.translation import gettext as _

from portal.metrics import figures
from portal.metrics.figures import FEW_CASES, Figure, Sheet
from portal.metrics.intervals import wilson
from portal.metrics.metric import HUNDRED, Bounds
from portal.metrics.registry import metrics
from portal.orgs.models import OrgUnit

#: Points between two rates above which a gap is reported.
ALARMING = 5
#: Rates whose groups are compared: strata of the samples.
GROUPS = {
    "accuracy_rate": ("accuracy_local", "accuracy_incomer", "accuracy_overseas"),
    "registration_rate": ("registration_own", "registration_rented"),
}
#: Rates that are compared between the units below.
BETWEEN_AREAS = ("registration_rate", "accuracy_rate", "permit_on_time", "permit_refusal")


@dataclass(frozen=True)
class Member:
    """A group or an area: its figure, and between which values the truth lies."""

    name: str
    figure: Figure

    @cached_property
    def value(self) -> Decimal:
        """The rate, 0 where nothing was measured: many members are compared with one another."""
        return self.figure.value or Decimal(0)

    @cached_property
    def bounds(self) -> Bounds | None:
        """Of a sample, its own; of full counts, those that so few cases leave open."""
        own, value = self.figure.bounds, self.figure.value
        if own is not None or self.figure.metric.sample is not None:
            return own
        if not self.figure.denominator or value is None:
            return None
        found = wilson(float(value / HUNDRED), float(self.figure.denominator))
        return Decimal(str(found.low)) * HUNDRED, Decimal(str(found.high)) * HUNDRED

    @cached_property
    def is_few(self) -> bool:
        """Too few cases to be compared."""
        cases = self.figure.denominator
        return self.bounds is None or cases is None or cases < FEW_CASES


@dataclass(frozen=True)
class Comparison:
    """One rate in all groups or areas, and the gaps that ask for a look at the system."""

    title: str
    members: Sequence[Member]

    @property
    def gaps(self) -> list["Gap"]:
        """Pairs whose intervals have no value in common and that differ by more than five."""
        counted = [member for member in self.members if not member.is_few]
        found = [Gap(one, other) for one, other in combinations(counted, 2)]
        return sorted((gap for gap in found if gap.is_alarming), key=lambda gap: -gap.points)

    @cached_property
    def is_known(self) -> bool:
        return sum(not member.is_few for member in self.members) > 1


@dataclass(frozen=True)
class Gap:
    """Two groups or areas in which the same rate differs."""

    one: Member
    other: Member

    @property
    def points(self) -> Decimal:
        return abs(self.one.value - self.other.value)

    @property
    def is_alarming(self) -> bool:
        first, second = self.one.bounds, self.other.bounds
        if first is None or second is None or self.points <= ALARMING:
            return False
        return first[0] > second[1] or second[0] > first[1]


def comparisons(unit: OrgUnit, parts: Sequence[OrgUnit]) -> tuple[list[Comparison], Sheet]:
    """All comparisons of a unit, from stored values only, and the sheet that they come from.

    :param parts: the units below it, in the order of their codes
    """
    keys = [*BETWEEN_AREAS, *(key for group in GROUPS.values() for key in group)]
    grain: figures.Grain = "street_id" if unit.level == "district" else "committee_id"
    sheet = figures.current(unit.pk, grain, keys)
    known = metrics()
    found = [
        Comparison(
            _("%(rate)s，按人群") % {"rate": known[rate].title},
            [Member(str(known[key].title), sheet.of(key)) for key in group],
        )
        for rate, group in GROUPS.items()
    ]
    if parts:
        found += [
            Comparison(
                _("%(rate)s，按单位") % {"rate": known[key].title},
                [Member(part.short_name, sheet.of(key, part.pk)) for part in parts],
            )
            for key in BETWEEN_AREAS
        ]
    return found, sheet
