"""What every real register holds a few of: oddities that quality rules find, and rarer people.

Each is put into chosen dwellings of the home committee, so that every page and every rule has
something to show whatever the size of the district.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from portal.demo.chance import Dice
from portal.demo.homes import Home
from portal.demo.people import Invented, People
from residents.identity import age_on


@dataclass
class Household:
    """The people of a dwelling before they become rows, and what is odd about them."""

    home: Home
    people: People
    random: Dice
    cycles: Mapping[str, int]
    verified: date | None = None
    begin: date | None = None
    members: list[Invented] = field(default_factory=list)
    guarded: bool = True
    #: people without whom the household would be complete: gone, dead, registered only
    former: list[Invented] = field(default_factory=list)
    dead: list[Invented] = field(default_factory=list)
    absent: list[Invented] = field(default_factory=list)
    unasked: set[str] = field(default_factory=set)

    @property
    def today(self) -> date:
        return self.people.today

    def let(self, members: list[Invented]) -> None:
        self.home.occupancy, self.members = "2", members


def crowded(home: Household) -> None:
    home.let([each for _ in range(4) for each in home.people.sharers()][:6])
    home.members += home.people.sharers() if len(home.members) < 5 else []
    home.home.area, home.home.rooms = Decimal("18.6"), 1


def overstayed(home: Household) -> None:
    """The lease ended long ago, its people live on."""
    home.let(home.people.sharers())
    home.home.overstayed = True


def let_and_empty(home: Household) -> None:
    home.let([])
    home.verified = home.today - timedelta(days=home.random.randint(40, 80))


def vacant_with_somebody(home: Household) -> None:
    home.home.occupancy, home.members = "4", home.people.family(local=True)[:1]


def without_code(home: Household) -> None:
    home.home.code, home.home.code_state = "", "none"


def without_guardian(home: Household) -> None:
    while not any(age_on(each.birth, home.today) < 14 for each in home.members):
        home.home.occupancy, home.members = "1", home.people.family(local=True)
    home.guarded = False


def without_phone(home: Household) -> None:
    home.let(home.people.sharers())
    home.members[0].phone = ""


def without_reason(home: Household) -> None:
    home.let(home.people.sharers())
    home.unasked = {"reason"}


def without_arrival(home: Household) -> None:
    home.let(home.people.sharers())
    home.unasked = {"arrived_on"}


def without_number(home: Household) -> None:
    home.let(home.people.sharers())
    home.members[0].number = ""


def number_as_printed(home: Household) -> None:
    """An old document whose last character was printed wrongly."""
    home.home.occupancy, home.members = "1", home.people.family(local=True)
    elder = home.members[0]
    wrong = "3" if elder.number[-1] != "3" else "5"
    elder.number = elder.number[:-1] + wrong
    elder.as_printed = "身份证原件如此，派出所证明已核"


def twice(home: Household) -> None:
    """A person entered again, without the number that would have shown it."""
    home.let(home.people.sharers())
    first = home.members[0]
    copy = Invented(**(vars(first) | {"number": "", "phone": "", "relation": "99"}))
    home.members.append(copy)


def _seen_last(home: Household, days: int) -> None:
    home.verified = home.today - timedelta(days=days)
    home.begin = home.verified - timedelta(days=home.random.randint(30, 600))


def late(home: Household) -> None:
    home.let(home.people.sharers())
    _seen_last(home, home.cycles["2"] + home.random.randint(3, 25))


def very_late(home: Household) -> None:
    home.let(home.people.sharers())
    _seen_last(home, home.cycles["2"] + home.random.randint(40, 90))


def from_abroad(home: Household) -> None:
    home.let(home.people.guests())


def hukou_only(home: Household) -> None:
    home.home.occupancy, home.members = "1", home.people.family(local=True)
    away = home.people.member(home.random.choice("12"), 25, 45, "29", local=True)
    home.absent.append(away)


def newborn(home: Household) -> None:
    """A child whose hukou is pending."""
    home.home.occupancy = "1"
    home.members = [
        home.people.member("1", 27, 38, "02", local=True),
        home.people.member("2", 26, 36, "12", local=True),
    ]
    child = home.people.member("2", 0, 0, "30", surname=home.members[0].name[0], local=True)
    child.birth = home.today - timedelta(days=home.random.randint(12, 50))
    child.number, child.category, child.origin = "", "40", ""
    home.members.append(child)


def moved_away(home: Household) -> None:
    home.former = home.people.sharers()


def died(home: Household) -> None:
    home.home.occupancy, home.members = "1", home.people.family(local=True)
    home.dead = [home.people.member("1", 79, 93, "51", local=True)]


def unvisited(home: Household) -> None:
    home.home.occupancy, home.members = "9", []


ODDITIES: tuple[Callable[[Household], None], ...] = (
    crowded, let_and_empty, vacant_with_somebody, without_code, without_guardian, without_phone,
    without_reason, without_arrival, without_number, number_as_printed, twice, late, very_late,
    from_abroad, hukou_only, newborn, moved_away, died, unvisited, overstayed,
)  # fmt: skip
EACH = 2
