"""Which numbers of people who came and left may be shown (domain §6.4).

The population of two months' ends is public, and its change is who came less who left: where one
of the two is hidden the other must be. Units are hidden together, so that the unit above less the
shown ones never leaves one alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.orgs.scope import DISTRICT_SPAN, STREET_SPAN
from portal.statistics.suppression import FEWEST


@dataclass(frozen=True)
class Flow:
    """People who came to live in a unit within a month, and people who left.

    `pairs`: how many of the one and of the other its committees could give away together.
    """

    arrived: int
    left: int
    pairs: int

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(self.arrived + other.arrived, self.left + other.left, self.pairs + other.pairs)

    @property
    def is_small(self) -> bool:
        return self.pairs < FEWEST


def flow(arrived: int, left: int) -> Flow:
    """The flow of one committee."""
    return Flow(arrived, left, min(arrived, left))


NOBODY = Flow(0, 0, 0)


def shown_flows(committees: Mapping[int, Flow]) -> dict[int, Flow]:
    """The flows of committees, their streets and their district that may be shown, by unit.

    Beside a hidden unit another one is hidden, and in one of the two somebody came and somebody
    left: taking the two from there and giving them to the other changes nothing that is shown.
    """
    streets = _above(committees, STREET_SPAN)
    districts = _above(streets, DISTRICT_SPAN)
    hidden = {
        code
        for units in (committees, streets, districts)
        for code, each in units.items()
        if each.is_small
    }
    for units, span in ((streets, DISTRICT_SPAN), (committees, STREET_SPAN)):
        for above in {code // span * span for code in units}:
            below = {code: each for code, each in units.items() if code // span * span == above}
            hidden |= _together(below, hidden, is_above_hidden=above in hidden)
    return {
        code: each
        for units in (committees, streets, districts)
        for code, each in units.items()
        if code not in hidden
    }


def _together(below: Mapping[int, Flow], hidden: set[int], *, is_above_hidden: bool) -> set[int]:
    """Which unit below one unit is hidden with the others: that with the fewest people."""
    known = [code for code in below if code in hidden]
    others = [code for code in below if code not in hidden]
    if not others or not (known or is_above_hidden):
        return set()
    is_covered = any(not below[code].is_small for code in known)
    if is_covered and (is_above_hidden or len(known) > 1):
        return set()
    return {min(others, key=lambda code: (below[code].pairs, code))}


def _above(units: Mapping[int, Flow], span: int) -> dict[int, Flow]:
    found: dict[int, Flow] = {}
    for code, each in units.items():
        above = code // span * span
        found[above] = found.get(above, NOBODY) + each
    return found
