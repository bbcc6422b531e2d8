"""Intervals of sampled shares (0 to 1), of one sample and of several together (domain §4.2).

Plain arithmetic. Paper: S-69, S-70.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

#: Two-sided 95 %.
Z = 1.959963984540054
HUNDRED = Decimal(100)
_PLACES = Decimal("0.0001")


@dataclass(frozen=True)
class Interval:
    """A share with the bounds between which the truth lies, 95 of 100 times."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2


def wilson(share: float, size: float) -> Interval:
    """The score interval of a share among `size` independent cases, which may be a fraction.

    :raises ValueError: no cases
    """
    if size <= 0:
        raise ValueError("an interval needs cases")
    square = Z * Z / size
    centre = (share + square / 2) / (1 + square)
    half = Z / (1 + square) * sqrt(share * (1 - share) / size + square / (4 * size))
    return Interval(max(0.0, centre - half), min(1.0, centre + half))


def size_within(share: float, low: float, high: float) -> float:
    """The number of independent cases of which `low` and `high` are the Wilson bounds."""
    bound = low if share > 0 and low > 0 else high
    return Z * Z * bound * (1 - bound) / (share - bound) ** 2


def spread_of(numerator: Decimal, denominator: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """What one sample adds to the uncertainty of a sum: its cases squared by its effective size.

    It is told from the rate's bounds (0 to 100), by `size_within`; samples' spreads add up.
    """
    bound = low if numerator > 0 and low > 0 else high
    room = bound * (HUNDRED - bound)
    return (numerator * HUNDRED - denominator * bound) ** 2 / room if room else Decimal(0)


def together(
    numerator: Decimal, denominator: Decimal, spread: Decimal
) -> tuple[Decimal, Decimal] | None:
    """The bounds (0 to 100) of several samples' rate: Wilson's, on their common effective size.

    Small samples say little one by one, and much together: the interval is that of one sample as
    large as all of them. None without cases, or where nothing is known of their spread.

    :param spread: the sum of `spread_of`
    """
    if not denominator or not spread:
        return None
    size = Z * Z * float(denominator) ** 2 / float(spread)
    share = min(1.0, max(0.0, float(numerator / denominator)))
    found = wilson(share, size)
    low, high = (Decimal(each).quantize(_PLACES) for each in (100 * found.low, 100 * found.high))
    return low, high
