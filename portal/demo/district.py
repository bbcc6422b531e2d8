"""The synthetic district: believable, deterministic by seed, loaded with COPY.

It passes through the same pinyin, masks, encryption and database constraints as real entry, but
not through the services one by one: a million acts would take days. Each committee is invented
by itself, so that streets may be filled side by side and the same seed gives the same people.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from housing.models import (
    AddressPlate,
    Building,
    DwellingUnit,
    Estate,
    HouseCodeEvent,
    Lease,
    LegalityDetermination,
)
from permits.models import (
    EligibilityCheck,
    PermitApplication,
    PermitMaterial,
    PermitSecret,
    ResidencePermit,
)
from portal.demo import cast
from portal.demo.batch import Batch
from portal.demo.cards import Cards, Desks
from portal.demo.chance import Dice
from portal.demo.copying import copy_rows
from portal.demo.errands import cycle_tasks
from portal.demo.findings import findings
from portal.demo.hands import hands
from portal.demo.homes import build, code_events, dwelling_rows
from portal.demo.lettings import Lettings
from portal.demo.people import People
from portal.demo.plots import PEOPLE_PER_HOME, Plot, by_street
from portal.demo.staff import Crew
from portal.demo.welcomes import welcomes
from portal.rules.services import Rule
from residents.models import (
    CollectionTask,
    Household,
    Identity,
    NewcomerService,
    Residence,
    Resident,
    Secret,
    Verification,
)
from staffing.models import Collector, CollectorStatusEvent, WorkArea, WorkAreaBuilding

#: Everything that is loaded, parents before children.
TABLES = (
    Estate, AddressPlate, Building, DwellingUnit, HouseCodeEvent, Lease, LegalityDetermination,
    Resident, Identity, Secret, Household, Residence, Verification, NewcomerService, CollectionTask,
    Collector, CollectorStatusEvent, WorkArea, WorkAreaBuilding, PermitApplication,
    EligibilityCheck, PermitMaterial, ResidencePermit, PermitSecret,
)  # fmt: skip
Counts = dict[str, int]


@dataclass
class District:
    """The inventor of committees; what it has invented is loaded before the next one begins.

    :param cycle_rule: days between two verifications by kind of dwelling (rule of the day)
    """

    seed: int
    today: date
    cycle_rule: Mapping[str, int]
    permit_rule: Rule
    welcome_rule: Rule
    desks: Desks
    counts: Counter[str] = field(default_factory=Counter)
    #: permit numbers given so far, by street and day
    given: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.at = timezone.make_aware(datetime.combine(self.today, time(6, 0)))

    def settle(self, plots: Iterable[Plot]) -> Counts:
        """Fill the committees; returns how many rows each table got."""
        for plot in plots:
            self._committee(plot)
        return dict(self.counts)

    def _committee(self, plot: Plot) -> None:
        dice = Dice(f"{self.seed}/{plot.code}")
        people, main = People(dice, self.today, plot), plot.code == cast.HOME
        housing = build(
            plot.code, plot.index, plot.dwellings, dice, tall_first=main,
            old_lane=plot.code == cast.NEXT_DOOR, at=self.at - timedelta(days=700),
        )  # fmt: skip
        crew = Crew(people)
        batch = Batch(
            plot.code, people, self.cycle_rule, crew.hire(round(plot.dwellings * PEOPLE_PER_HOME))
        )
        batch.settle(housing.homes, odd=main)
        lettings = Lettings(Dice(f"{self.seed}/{plot.code}/leases"), self.today, self.at)
        leases = lettings.leases(housing.homes)
        dice_of_findings = Dice(f"{self.seed}/{plot.code}/legality")
        found = list(findings(housing.homes, dice_of_findings, self.today, self.at))
        self.copy(Estate, housing.estates)
        self.copy(AddressPlate, housing.plates)
        self.copy(Building, housing.buildings)
        self.copy(DwellingUnit, dwelling_rows(housing.homes, self.at))
        self.copy(HouseCodeEvent, code_events(housing.homes, self.at))
        self.copy(Lease, leases)
        self.copy(LegalityDetermination, found)
        for model, rows in batch.tables():
            self.copy(model, rows)
        sheets_of = Dice(f"{self.seed}/{plot.code}/welcomes")
        episodes = batch.rows[Residence]
        self.copy(
            NewcomerService, welcomes(episodes, sheets_of, self.today, self.welcome_rule)
        )  # fmt: skip
        errands_of = Dice(f"{self.seed}/{plot.code}/errands")
        self.copy(CollectionTask, cycle_tasks(episodes, errands_of, self.today))
        self.copy(Collector, crew.collectors())
        self.copy(CollectorStatusEvent, crew.steps())
        areas, buildings = crew.patches(housing)
        self.copy(WorkArea, areas)
        self.copy(WorkAreaBuilding, buildings)
        cards = Cards(dice, self.today, self.permit_rule, self.desks, given=self.given)
        cards.issue_to(batch.newcomers)
        for model, rows in cards.rows.items():
            self.copy(model, rows)

    def copy(self, model: Any, rows: Iterable[dict[str, Any]]) -> None:
        """Load rows and count them under their table's name."""
        self.counts[model._meta.label] += copy_rows(model, rows)


def side_by_side(
    invent: partial[District], dealt: Sequence[Plot], processes: int
) -> Iterator[tuple[int, Counts]]:
    """Fill whole streets, several at once; yields each street's code and row counts.

    Each street is one transaction.
    """
    with hands(processes) as several:
        yield from several(partial(_street, invent), list(by_street(dealt)))


def _street(invent: partial[District], plots: list[Plot]) -> tuple[int, Counts]:
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        return plots[0].street, invent().settle(plots)


def cores() -> int:
    """How many processes this machine runs at once."""
    return len(os.sched_getaffinity(0))
