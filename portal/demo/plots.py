"""How large the invented district is: which committees, how many dwellings each, whose numbers.

Everything that a committee must not share with another is dealt out here, so that each can be
invented alone, in any process and in any order, and still be the same by the seed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from portal.demo import cast
from portal.demo.chance import Dice
from portal.orgs.scope import STREET_SPAN

#: The reference district (design.md section 1): `--scale 1.0`.
FULL_PEOPLE, FULL_DWELLINGS = 1_300_000, 520_000
PEOPLE_PER_HOME = FULL_PEOPLE / FULL_DWELLINGS  # vacant dwellings counted
#: Committees of a real district spread like this: a few are three times the middle one.
SPREAD, SMALLEST, LARGEST = 0.38, 0.4, 2.6
#: Where committees are this small, the home one is made large enough for every page.
HAMLET, HOME_OF_HAMLETS, HOME_OF_TOWNS = 400, 2.5, 1.15
#: Numbers repeat their owner after this many; prime to the sequence numbers of a day.
CYCLE = 8191
#: From so many dwellings on, a district is loaded without indexes and in several processes.
LARGE = 40_000


@dataclass(frozen=True)
class Size:
    """How many dwellings stand in which streets."""

    dwellings: int
    streets: tuple[int, ...]

    @classmethod
    def of_people(cls, people: int) -> "Size":
        """Three streets with about so many people."""
        return cls(round(people / PEOPLE_PER_HOME), cast.STREETS)

    @classmethod
    def of_scale(cls, scale: float) -> "Size":
        """All streets with this share of the reference district."""
        return cls(round(FULL_DWELLINGS * scale), tuple(cast.DESKS))

    @property
    def is_large(self) -> bool:
        return self.dwellings >= LARGE


@dataclass(frozen=True)
class Plot:
    """One committee before it is invented.

    :param index: its place in the district; makes roads, lanes, passports and badges unique
    :param place: its place in its street, from 1
    :param dwellings: about how many; buildings are filled up to whole floors
    :param residues: which of every `CYCLE` identity numbers are its own, ascending
    """

    code: int
    index: int
    place: int
    dwellings: int
    residues: tuple[int, ...]

    @property
    def street(self) -> int:
        return self.code - self.code % STREET_SPAN


def plots(committees: Sequence[int], dwellings: int, *, seed: int) -> list[Plot]:
    """Deal `dwellings` and all identity numbers out to the committees."""
    dice = Dice(f"{seed}/plots")
    codes = sorted(committees)
    hamlets = dwellings / len(codes) < HAMLET
    weights = [_weight(code, dice, hamlets=hamlets) for code in codes]
    total = sum(weights)
    residues = list(range(CYCLE))
    dice.shuffle(residues)
    places = {
        code: place
        for _, street in groupby(codes, lambda code: code // STREET_SPAN)
        for place, code in enumerate(street, start=1)
    }
    found, dealt = [], 0.0
    for index, (code, weight) in enumerate(zip(codes, weights, strict=True)):
        first, dealt = round(dealt * CYCLE), dealt + weight / total
        own = residues[first : round(dealt * CYCLE)]
        found.append(
            Plot(code, index, places[code], round(dwellings * weight / total), tuple(sorted(own)))
        )
    return found


def _weight(code: int, dice: Dice, *, hamlets: bool) -> float:
    drawn = min(LARGEST, max(SMALLEST, dice.lognormvariate(0, SPREAD)))
    if code == cast.HOME:
        return HOME_OF_HAMLETS if hamlets else HOME_OF_TOWNS
    return drawn


def by_street(dealt: Sequence[Plot]) -> Iterator[list[Plot]]:
    """The plots street by street, the largest street first."""
    streets = [list(found) for _, found in groupby(dealt, lambda plot: plot.street)]
    yield from sorted(streets, key=lambda found: -sum(plot.dwellings for plot in found))
