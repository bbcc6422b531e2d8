"""Estimates of a spot check in plain arithmetic: rates with intervals, populations.

A case is one drawn dwelling (forward) or record (reverse) that was settled: how many people or
records it showed, how many of them the register has right, and how many of the frame it stands
for. Rates are shares, 0 to 1 (domain §4.2, 4.3).

Paper: S-69, S-70.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from portal.metrics.intervals import Interval, Z, wilson

#: How alike the people of one dwelling are registered: whole households are missed together.
ALIKE = 0.8
#: From this number of dwellings on, their own spread is held against the assumed one.
ENOUGH_FOR_SPREAD = 50
#: Below this share of settled draws a round is told, but does not count.
LEAST_RESPONSE = 0.7
#: Above this half-width the round is extended, not scored (domain §4.1).
WIDEST = 0.05


def design_effect(people_per_dwelling: float, alike: float = ALIKE) -> float:
    """How many people of a household weigh as much as one drawn alone."""
    return 1 + max(0.0, people_per_dwelling - 1) * alike


@dataclass(frozen=True)
class Tally:
    """One stratum: how many the frame has, how many were drawn, how many of those were settled."""

    frame: int
    drawn: int
    settled: int


def weights(strata: Mapping[str, Tally]) -> dict[str, float]:
    """How many of the frame each settled draw stands for, by stratum.

    Those who were not met are represented by those of their stratum who were; a stratum of which
    nobody was met, or nobody drawn, by all the others in proportion. Empty when nobody was met.
    """
    met = {key: each for key, each in strata.items() if each.settled}
    if not met:
        return {}
    whole = sum(each.frame for each in strata.values())
    spread = whole / sum(each.frame for each in met.values())
    return {key: each.frame / each.settled * spread for key, each in met.items()}


def response(strata: Mapping[str, Tally]) -> float | None:
    """The share of draws that were settled, each counted for what it stood for in the frame."""
    drawn = [each for each in strata.values() if each.drawn]
    whole = sum(each.frame for each in drawn)
    if not whole:
        return None
    return sum(each.frame * each.settled / each.drawn for each in drawn) / whole


@dataclass(frozen=True)
class Case:
    """One settled draw: its weight, the people or records it showed, and those that are right."""

    weight: float
    cases: int
    right: int


@dataclass(frozen=True)
class Sums:
    """Everything of a sample that its rate and interval need; sums of parts are sums of samples."""

    draws: float = 0
    cases: float = 0
    weighted: float = 0
    right: float = 0
    squares: float = 0
    cases_squared: float = 0
    mixed: float = 0
    right_squared: float = 0

    @classmethod
    def of(cls, cases: Sequence[Case]) -> Sums:
        told = [each for each in cases if each.cases]
        return cls(
            draws=len(told),
            cases=sum(each.cases for each in told),
            weighted=sum(each.weight * each.cases for each in told),
            right=sum(each.weight * each.right for each in told),
            squares=sum(each.weight**2 * each.cases for each in told),
            cases_squared=sum((each.weight * each.cases) ** 2 for each in told),
            mixed=sum(each.weight**2 * each.cases * each.right for each in told),
            right_squared=sum((each.weight * each.right) ** 2 for each in told),
        )


@dataclass(frozen=True)
class Rate:
    """A sampled rate: its value, its bounds, and what the sample is worth."""

    value: float
    interval: Interval
    effective: float
    effect: float


def rate(sums: Sums, alike: float = ALIKE) -> Rate | None:
    """The weighted rate with the Wilson interval on its effective size; None without cases.

    The effective size is that of unequal weights and of households that are registered together
    (Kish), or that of the spread which the dwellings showed, whichever is smaller: a sample whose
    few misses happen to fall well apart does not claim more than the design can give.
    """
    if not sums.weighted:
        return None
    value = min(1.0, sums.right / sums.weighted)
    assumed = sums.weighted**2 / sums.squares
    effective = assumed / design_effect(sums.cases / sums.draws, alike)
    variance = _spread(sums, value)
    if sums.draws >= ENOUGH_FOR_SPREAD and variance > 0 and 0 < value < 1:
        effective = min(effective, value * (1 - value) / variance)
    return Rate(value, wilson(value, effective), effective, sums.cases / effective)


def _spread(sums: Sums, value: float) -> float:
    """The variance of the ratio, from how far each dwelling lies off it (linearised)."""
    off = sums.right_squared - 2 * value * sums.mixed + value**2 * sums.cases_squared
    if sums.draws < 2:
        return 0.0
    return max(0.0, off) / sums.weighted**2 * sums.draws / (sums.draws - 1)


def jackknife(cases: Sequence[Case]) -> float:
    """The variance of the rate when each draw is left out in turn.

    :raises ValueError: fewer than two draws with cases
    """
    told = [each for each in cases if each.cases]
    if len(told) < 2:
        raise ValueError("a jackknife needs two draws")
    whole = sum(each.weight * each.cases for each in told)
    right = sum(each.weight * each.right for each in told)
    without = [
        (right - each.weight * each.right) / (whole - each.weight * each.cases) for each in told
    ]
    mean = sum(without) / len(without)
    return (len(told) - 1) / len(told) * sum((each - mean) ** 2 for each in without)


@dataclass(frozen=True)
class DualSystem:
    """Two independent lists of the same dwellings: how many people really live there.

    :param people: found living there (f)
    :param matched: of those, with an active record in the unit (m)
    :param records: of the register at these dwellings (r)
    :param proven: of those, proven right (c)
    """

    people: int
    matched: int
    records: int
    proven: int

    @property
    def total(self) -> float | None:
        """Lincoln and Petersen with erroneous records taken out; None when nobody matched."""
        return self.proven * self.people / self.matched if self.matched else None

    @property
    def chapman(self) -> float:
        return (self.proven + 1) * (self.people + 1) / (self.matched + 1) - 1

    @property
    def variance(self) -> float:
        """Of Chapman's total; 0 where more matched than were proven right."""
        c, f, m = self.proven, self.people, self.matched
        return max(0.0, (c + 1) * (f + 1) * (c - m) * (f - m) / ((m + 1) ** 2 * (m + 2)))

    @property
    def correct_share(self) -> float | None:
        """Records that are right, of all there; None without records."""
        return self.proven / self.records if self.records else None

    @property
    def erroneous(self) -> float | None:
        return None if self.correct_share is None else 1 - self.correct_share

    @property
    def gross(self) -> float | None:
        """Records by people: looks good while people are missing, so it never stands alone."""
        return self.records / self.total if self.total else None

    def population(self, registered: int, share: float) -> float | None:
        """People living in the whole area, from its `registered` and its rate of registration."""
        if self.correct_share is None or not share:
            return None
        return registered * self.correct_share / share


@dataclass(frozen=True)
class Stratum:
    """One stratum of a reverse check: the frame's records, those settled, those right."""

    frame: int
    settled: int
    right: int

    @property
    def share(self) -> float:
        return self.right / self.settled


@dataclass(frozen=True)
class Stratified:
    value: float
    error: float

    @property
    def interval(self) -> Interval:
        """The normal interval, kept between none and all."""
        return Interval(
            max(0.0, self.value - Z * self.error), min(1.0, self.value + Z * self.error)
        )


def stratified(strata: Sequence[Stratum]) -> Stratified | None:
    """The rate of all from those of the strata, with its standard error; None without cases.

    Strata without a settled record are left out; one with a single one adds no error of its own.
    """
    told = [each for each in strata if each.settled]
    whole = sum(each.frame for each in told)
    if not whole:
        return None
    value = sum(each.frame / whole * each.share for each in told)
    variance = sum(
        (each.frame / whole) ** 2
        * each.share * (1 - each.share) / (each.settled - 1)
        * (1 - each.settled / each.frame)
        for each in told
        if each.settled > 1
    )  # fmt: skip
    return Stratified(value, sqrt(variance))


def bounds(settled: int, right: int, unresolved: int) -> Interval | None:
    """The rate if everything unresolved were wrong, and if it were right; None without draws."""
    drawn = settled + unresolved
    if not drawn:
        return None
    return Interval(right / drawn, (right + unresolved) / drawn)
