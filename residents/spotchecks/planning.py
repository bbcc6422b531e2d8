"""How large a sample must be for the precision that somebody asks for (domain §4.2).

Paper: S-69, S-70.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from portal.metrics.intervals import Z
from residents.spotchecks.estimating import ALIKE, design_effect


@dataclass(frozen=True)
class Need:
    """What a round needs: independent cases, people with their households, and rows to draw."""

    independent: int
    effect: float
    people: int
    dwellings: int
    to_draw: int


def independent_cases(share: float, half_width: float, population: int | None = None) -> int:
    """Cases drawn alone that give the half-width at the share, of a finite population if told.

    :raises ValueError: a share or half-width outside of 0 to 1
    """
    if not (0 < share < 1 and 0 < half_width < 1):
        raise ValueError("share and half-width lie between 0 and 1")
    cases = Z * Z * share * (1 - share) / half_width**2
    if population:
        cases = cases / (1 + (cases - 1) / population)
    return ceil(cases - 1e-9)


def forward(
    *, share: float, half_width: float, people_per_dwelling: float, lived_in: float = 1.0,
    met: float = 1.0, alike: float = ALIKE, favoured: float = 1.0,
) -> Need:  # fmt: skip
    """Dwellings to draw for a forward round.

    :param lived_in: share of the frame's dwellings in which somebody lives
    :param met: share of dwellings at which somebody is expected to be met
    :param favoured: what the unequal weights of the strata cost, 1 for equal ones
    """
    cases = independent_cases(share, half_width)
    effect = design_effect(people_per_dwelling, alike) * favoured
    people = ceil(cases * effect - 1e-9)
    dwellings = ceil(people / people_per_dwelling - 1e-9)
    return Need(cases, effect, people, dwellings, ceil(dwellings / lived_in / met - 1e-9))


def reverse(
    *, share: float, half_width: float, met: float = 1.0, population: int | None = None
) -> Need:  # fmt: skip
    """Records to draw for a reverse round; each is its own case."""
    cases = independent_cases(share, half_width, population)
    return Need(cases, 1.0, cases, cases, ceil(cases / met - 1e-9))
