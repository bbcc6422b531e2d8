"""How far the verification of each building is: the strip on the clerk's home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from housing.cycles import RULE, cycles_by_occupancy
from housing.models import DwellingUnit
from portal.orgs.scope import Scope
from portal.rules.services import rules_on


@dataclass(frozen=True)
class Progress:
    """One building: dwellings verified within their cycle, of all."""

    building_id: UUID
    name: str
    dwellings: int
    fresh: int

    @property
    def share(self) -> int:
        """Percent, cut and not rounded: 91.9 is not yet 92."""
        return self.fresh * 100 // self.dwellings if self.dwellings else 0


@dataclass(frozen=True)
class Strip:
    """The buildings of a committee in walking order and the share that each should reach."""

    target: float
    buildings: Sequence[Progress]


def strip(scope: Scope, day: date) -> Strip:
    """The strip of the acting committee, in two queries."""
    rules = rules_on([RULE, "metric_targets"], day)
    totals = DwellingUnit.objects.totals(day, cycles_by_occupancy(rules[RULE].parameters))
    rows = (
        DwellingUnit.objects.in_scope(scope)
        .active()
        .order_by("building__sort_key", "building_id")
        .values("building_id", "building__short_name", "building__sort_key")
        .annotate(dwellings=totals["dwellings"], fresh=totals["fresh"])
    )
    return Strip(
        rules["metric_targets"]["freshness"],
        [
            Progress(
                row["building_id"], row["building__short_name"], row["dwellings"], row["fresh"]
            )
            for row in rows
        ],
    )
