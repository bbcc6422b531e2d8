"""The electronic ledger (电子台账, S-114): a line for each building, or for each person.

Sheets to read, print and take along masked. The counts are those of the register: 实有人口 is the
sum of its categories, 户在人不在 stands beside it and is no part of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, Sum

from housing.codes import OCCUPANCY_STATUSES
from housing.models import Building, DwellingUnit
from housing.querysets import BuildingQuerySet, DwellingQuerySet
from residents.households import HEAD
from residents.models import Residence
from residents.querysets import ACTUAL_CATEGORIES, ResidenceQuerySet

#: The columns of people, by the categories that each adds up.
GROUPS: dict[str, tuple[str, ...]] = {
    "consistent": ("11",), "away_hukou": ("12",), "newcomers": ("20",),
    "overseas": ("31", "32"), "pending": ("40",),
}  # fmt: skip
ABSENT = "absent"
HOUSING = ("dwellings", "occupied", "vacant", "unknown", "households", "fresh")
COUNTED = (*HOUSING, "actual", *GROUPS, ABSENT)


@dataclass(frozen=True)
class BuildingLine:
    """One building: its dwellings, and the people registered in them by category."""

    building: Building
    counts: Mapping[str, int]


@dataclass
class Home:
    """One household of a dwelling; `head` names whose it is, blank where there is none."""

    key: Any
    head: str
    people: list[Any]


@dataclass
class DwellingLines:
    """A dwelling with its households, in the order of the building."""

    dwelling: DwellingUnit
    occupancy: str
    homes: list[Home] = field(default_factory=list)

    @property
    def height(self) -> int:
        """How many lines of the sheet it takes; an empty dwelling takes one."""
        return sum(len(home.people) for home in self.homes) or 1


def people_counts() -> dict[str, Count]:
    """Aggregates of open episodes: the actual population, its parts, and those who are away."""
    actual = Q(is_primary=True, category__in=ACTUAL_CATEGORIES)
    parts = {
        name: Count("pk", filter=Q(is_primary=True, category__in=codes))
        for name, codes in GROUPS.items()
    }
    return {"actual": Count("pk", filter=actual), **parts,
            ABSENT: Count("pk", filter=Q(category="13"))}  # fmt: skip


def building_lines(
    buildings: BuildingQuerySet, dwellings: DwellingQuerySet, episodes: ResidenceQuerySet,
    day: date, cycles: Mapping[str, int],
) -> list[BuildingLine]:  # fmt: skip
    """A line for each of `buildings`, in walking order; three queries for any number of them.

    :param dwellings: those of the same units, in scope
    :param episodes: those of the same units, in scope; with the dwellings' unit told as well the
        database reads the few dwellings first, not each person's
    :param cycles: days by occupancy status within which a check counts as fresh
    """
    totals = DwellingUnit.objects.totals(day, cycles)
    housing = _by_building(dwellings.active().order_by().values(of=F("building_id")).annotate(
        **{name: totals[name] for name in ("dwellings", "vacant", "unknown", "fresh")},
        occupied=Count("pk", filter=Q(occupants__gt=0)), households=Sum("households"),
    ))  # fmt: skip
    people = _by_building(
        episodes.open().order_by().values(of=F("dwelling__building_id"))
        .annotate(**people_counts())
    )  # fmt: skip
    none = dict.fromkeys(COUNTED, 0)
    return [
        BuildingLine(row, none | housing.get(row.pk, {}) | people.get(row.pk, {}))
        for row in buildings.existing().in_walking_order()
    ]


def _by_building(rows: Iterable[Mapping[str, Any]]) -> dict[Any, dict[str, int]]:
    return {row["of"]: {name: count for name, count in row.items() if name != "of"} for row in rows}


def sums(lines: Iterable[BuildingLine]) -> dict[str, int]:
    """The line below all lines."""
    found = dict.fromkeys(COUNTED, 0)
    for line in lines:
        for name, count in line.counts.items():
            found[name] += count
    return found


def dwelling_lines(dwellings: DwellingQuerySet, episodes: ResidenceQuerySet) -> list[DwellingLines]:
    """The active dwellings of a building with the people in them, households kept together.

    Two queries. Within a household the head comes first, then by relation and age.
    """
    ordered = dwellings.active().order_by("floor", "position", "address_key")
    found = {row.pk: DwellingLines(row, OCCUPANCY_STATUSES.title(row.occupancy)) for row in ordered}
    held: dict[Any, dict[Any, list[Residence]]] = {}
    for row in episodes.open().filter(dwelling_id__in=found).order_by("id"):
        held.setdefault(row.dwelling_id, {}).setdefault(row.household_id, []).append(row)
    for key, homes in held.items():
        found[key].homes = [_home(home, rows) for home, rows in homes.items()]
    return list(found.values())


def _home(key: Any, rows: list[Residence]) -> Home:
    rows.sort(key=lambda row: (row.relation != HEAD, row.relation or "99", row.birth_date))
    head = next((row.name for row in rows if row.relation == HEAD), "")
    return Home(key, head, rows)
