"""The synthetic district: believable, deterministic by seed, loaded with COPY.

It passes through the same pinyin, masks, encryption and database constraints as real entry, but
not through the services one by one: thirty thousand acts would take minutes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random
from typing import Any

from django.utils import timezone

from housing.models import AddressPlate, Building, DwellingUnit
from portal.demo import cast
from portal.demo.batch import Batch
from portal.demo.copying import copy_rows
from portal.demo.homes import Committee, build, dwelling_rows
from portal.demo.people import People
from portal.demo.staff import Crew

PEOPLE_PER_HOME = 2.7  # vacant dwellings counted; buildings are filled up to whole floors


@dataclass
class District:
    """Rows of everything, gathered per committee and loaded table by table.

    :param cycle_rule: days between two verifications by kind of dwelling (rule of the day)
    """

    seed: int
    today: date
    cycle_rule: Mapping[str, int]
    random: Random = field(init=False)
    people: People = field(init=False)
    crew: Crew = field(init=False)
    counts: dict[str, int] = field(default_factory=dict)
    housing: dict[int, Committee] = field(default_factory=dict)
    newcomers: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311  invention, not secrecy
        self.people = People(self.random, self.today)
        self.crew = Crew(self.random, self.people, self.today)
        self.at = timezone.make_aware(datetime.combine(self.today, time(6, 0)))

    def settle(self, committees: list[int], people_wanted: int) -> None:
        """Fill the committees with about `people_wanted` people; the home one is the largest."""
        share = people_wanted / (len(committees) + 1.5)
        for index, code in enumerate(committees):
            main = code == cast.HOME
            size = share * (2.5 if main else self.random.uniform(0.75, 1.25))
            self._committee(code, index, size, main=main)

    def _committee(self, code: int, index: int, people: float, *, main: bool) -> None:
        housing = build(
            code, index, int(people / PEOPLE_PER_HOME), self.random, tall_first=main,
            old_lane=code == cast.NEXT_DOOR,
        )  # fmt: skip
        self.copy(AddressPlate, housing.plates)
        self.copy(Building, housing.buildings)
        batch = Batch(code, self.people, self.cycle_rule, self.crew.hire(code))
        batch.settle(housing.homes, odd=main)
        self.copy(DwellingUnit, dwelling_rows(housing.homes, self.at))
        for model, rows in batch.tables():
            self.copy(model, rows)
        self.housing[code] = housing
        self.newcomers += batch.newcomers

    def copy(self, model: Any, rows: Iterable[dict[str, Any]]) -> None:
        """Load rows and count them under their table's name."""
        label = model._meta.label
        self.counts[label] = self.counts.get(label, 0) + copy_rows(model, rows)
