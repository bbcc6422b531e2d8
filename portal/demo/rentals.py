"""Rooms of five let homes of the home committee, each with another answer on group rental.

Like transfers they go through the services, acting as the staff, and move nobody.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from housing import services as housing
from housing.models import DwellingUnit, Room
from portal.accounts.models import User
from portal.demo import cast
from portal.demo.diary import Diary
from portal.orgs.scope import Scope
from residents import services

CLERK, OFFICER, COMPANION = "zhoumin", "guzhenyu", "hejing"
ENOUGH, TIGHT = Decimal("11.5"), Decimal("4.4")
SEEN = "一间合住，人均不到 5 m²，彼此没有亲属关系"
HELP = "书面告知并给两个月时间，协助两位租客另租，带孩子的一户留住"


@dataclass
class _Let:
    """One home: its rooms, who sleeps in them, and the visit."""

    home: DwellingUnit
    #: m² for each person; everybody has a room of their own where there is enough
    area: Decimal
    told: bool = True

    def measure(self, by: Scope, at: datetime) -> None:
        people = services.people_at(self.home.pk, by)
        alone = self.area == ENOUGH
        sizes = [self.area] * len(people) if alone else [self.area * len(people)]
        rooms = [
            housing.RoomTold(f"第{place}间", "bedroom", size, "no")
            for place, size in enumerate(sizes, 1)
        ]
        unit = DwellingUnit.objects.in_scope(by).get(pk=self.home.pk)
        housing.save_rooms(
            dwelling_id=unit.pk, rooms=rooms, version=unit.version, by=by, at=at
        )  # fmt: skip
        if self.told:
            made = list(Room.objects.standing().filter(dwelling=unit).order_by("label", "id"))
            places = {
                row.pk: made[place if alone else 0].pk for place, row in enumerate(people)
            }  # fmt: skip
            services.place_people(dwelling_id=unit.pk, places=places, by=by, at=at)

    def confirm(self, by: Scope, at: datetime) -> None:
        self._say("confirmed", by, at)

    def rectify(self, by: Scope, at: datetime) -> None:
        self._say("rectified", by, at, HELP)

    def _say(self, kind: str, by: Scope, at: datetime, assistance: str = "") -> None:
        going = User.objects.filter(username__in=[OFFICER, COMPANION])
        visit = housing.RentalVisit(
            visited_on=at.date(), visitors=list(going.values_list("pk", flat=True)),
            badge_shown=True, entry_basis="consent", facts=SEEN, assistance=assistance,
        )  # fmt: skip
        housing.decide_group_rental(
            dwelling_id=self.home.pk, kind=kind, visit=visit, by=by, at=at
        )  # fmt: skip


def let_homes() -> list[DwellingUnit]:
    """The five let homes of the home committee whose rooms are written down."""
    rows = DwellingUnit.objects.using("owner").under(cast.HOME).active()
    rows = rows.filter(occupancy="2", occupants__range=(2, 5), leased_until__isnull=False)
    return list(rows.select_related("building").order_by("-address_key", "id")[:5])


def plan(diary: Diary) -> None:
    """Enter the rooms and the visits into the diary; none where too few homes are let."""
    homes = let_homes()
    if len(homes) < 5:
        return
    areas = (ENOUGH, TIGHT, TIGHT, TIGHT, TIGHT)
    lets = [
        _Let(home, area, told=n != 1)
        for n, (home, area) in enumerate(zip(homes, areas, strict=True))
    ]
    for each in lets:
        diary.enter_back(CLERK, each.measure, 12)
    for each in lets[3:]:
        diary.enter_back(OFFICER, each.confirm, 8)
    diary.enter_back(OFFICER, lets[4].rectify, 2)
    diary.counts["housing.GroupRentalTest"] += len(lets)
