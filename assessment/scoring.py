"""Scores of the annual assessment (年度考核), as the rule set declares them.

Every function takes a weight and gives points from 0 to the weight, in Decimal and unrounded;
:func:`rounded` rounds half up, once, at the end. None means "no cases" or "not to be scored": the
weight then goes to the other indicators of the family, and a family without any to the others.

Paper: S-132.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO, ONE = Decimal(0), Decimal(1)
MAX_HALF_WIDTH = Decimal(5)
FEWEST_RANKED = 5
BONUS_CAP = Decimal(3)
DEFAULT_GRADES: tuple[tuple[str, Decimal], ...] = (
    ("A", Decimal(90)),
    ("B", Decimal(80)),
    ("C", Decimal(70)),
)
LOWEST_GRADE = "D"
VETO_CAP = "C"


def _clip(share: Decimal) -> Decimal:
    return min(ONE, max(ZERO, share))


def linear(weight: Decimal, value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """Nothing at `low`, all at `high`; `low > high` where lower is better.

    :raises ValueError: the two are equal.
    """
    if low == high:
        raise ValueError("low and high are the same")
    return weight * _clip((value - low) / (high - low))


@dataclass(frozen=True, slots=True)
class Interval:
    """A sampled rate with its confidence interval, in points of 0 to 100."""

    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low end above high end")

    @property
    def half_width(self) -> Decimal:
        """Half of the distance between the ends, in points."""
        return (self.high - self.low) / 2

    def overlaps(self, other: Interval) -> bool:
        """Whether the two cannot be told apart."""
        return self.low <= other.high and other.low <= self.high


def interval_linear(
    weight: Decimal, interval: Interval, floor: Decimal, target: Decimal
) -> Decimal | None:
    """Linear with the benefit of the doubt: an interval that reaches the target is full.

    None where the sample is too small (half-width above 5 points): the round is extended.
    """
    if interval.half_width > MAX_HALF_WIDTH:
        return None
    if interval.high >= target:
        return weight
    return linear(weight, interval.high, floor, target)


def threshold(value: Decimal, steps: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """Points of the highest step that the value reaches, nothing below all of them.

    :param steps: (from this value on, points).
    """
    reached = [(cut, points) for cut, points in steps if value >= cut]
    return max(reached)[1] if reached else ZERO


def band(
    weight: Decimal,
    value: Decimal,
    full: tuple[Decimal, Decimal],
    zero: tuple[Decimal, Decimal],
) -> Decimal:
    """All inside `full`, linear down to nothing at the ends of `zero`.

    An end of `zero` that meets `full` is a cliff: a budget spent beyond 100% scores nothing.

    :raises ValueError: `zero` lies inside `full`.
    """
    (low, high), (none_below, none_above) = full, zero
    if not none_below <= low <= high <= none_above:
        raise ValueError("the band's ends are out of order")
    if low <= value <= high:
        return weight
    if value < low:
        return linear(weight, value, none_below, low) if none_below < low else ZERO
    return linear(weight, value, none_above, high) if none_above > high else ZERO


def proportion(weight: Decimal, reached: int, of: int) -> Decimal | None:
    """Share of cases that reach their aim; None without cases.

    :raises ValueError: more reached than there are.
    """
    if not 0 <= reached <= max(of, 0):
        raise ValueError("reached out of range")
    return weight * reached / of if of else None


def deduction(weight: Decimal, penalties: Iterable[Decimal]) -> Decimal:
    """The weight less its penalties, never below nothing.

    :raises ValueError: a negative penalty.
    """
    taken = list(penalties)
    if any(penalty < 0 for penalty in taken):
        raise ValueError("a penalty is never negative")
    return max(ZERO, weight - sum(taken, ZERO))


def binary(weight: Decimal, is_met: bool) -> Decimal:
    """All or nothing."""
    return weight if is_met else ZERO


def ranking(
    weight: Decimal, values: Mapping[str, Decimal | Interval], *, higher_is_better: bool = True
) -> dict[str, Decimal] | None:
    """Points by rank; None for fewer than five units.

    Equal values, and intervals that overlap with a neighbour's, are ties and share their mean
    rank. Off in the default rule set: neighbours should not be set against each other.
    """
    if len(values) < FEWEST_RANKED:
        return None
    ordered = sorted(values, key=lambda name: _middle(values[name]), reverse=higher_is_better)
    points: dict[str, Decimal] = {}
    for group in _ties(ordered, values):
        first = len(points) + 1
        mean_rank = Decimal(first + first + len(group) - 1) / 2
        share = (len(values) - mean_rank) / (len(values) - 1)
        points |= dict.fromkeys(group, weight * share)
    return points


def _middle(value: Decimal | Interval) -> Decimal:
    return (value.low + value.high) / 2 if isinstance(value, Interval) else value


def _ties(ordered: Sequence[str], values: Mapping[str, Decimal | Interval]) -> Iterable[list[str]]:
    group: list[str] = []
    for name in ordered:
        if group and not _is_tie(values[group[-1]], values[name]):
            yield group
            group = []
        group.append(name)
    if group:
        yield group


def _is_tie(left: Decimal | Interval, right: Decimal | Interval) -> bool:
    if isinstance(left, Interval) and isinstance(right, Interval):
        return left.overlaps(right)
    return _middle(left) == _middle(right)


def improvement(weight: Decimal, before: Decimal, now: Decimal, aim: Decimal) -> Decimal:
    """Progress on one's own previous year, against the progress aimed at.

    :param aim: change that earns all; negative where lower is better.
    :raises ValueError: no change is aimed at.
    """
    if aim == 0:
        raise ValueError("the aim is no change")
    return weight * _clip((now - before) / aim)


@dataclass(frozen=True, slots=True)
class Scored:
    """One indicator's weight and points; None where it could not be scored."""

    weight: Decimal
    points: Decimal | None


def family_points(indicators: Sequence[Scored]) -> Decimal | None:
    """Points of a family out of its whole weight; None when none of it could be scored.

    The weight of what could not be scored is spread over the rest of the family.
    """
    scored = [each for each in indicators if each.points is not None]
    base = sum((each.weight for each in scored), ZERO)
    if base <= 0:
        return None
    reached = sum((each.points for each in scored if each.points is not None), ZERO)
    whole = sum((each.weight for each in indicators), ZERO)
    return reached if base == whole else reached * whole / base


def total(families: Mapping[str, Sequence[Scored]], *, bonus: Decimal = ZERO) -> Decimal | None:
    """The unrounded total out of all families' weight, with bonus; None with nothing scored.

    A family without any points has its weight spread over the others. The bonus is capped at 3,
    and the total at the whole weight.
    """
    points = {name: family_points(indicators) for name, indicators in families.items()}
    weights = {
        name: sum((each.weight for each in indicators), ZERO)
        for name, indicators in families.items()
    }
    base = sum((weights[name] for name, each in points.items() if each is not None), ZERO)
    if base <= 0:
        return None
    whole = sum(weights.values(), ZERO)
    reached = sum((each for each in points.values() if each is not None), ZERO)
    score = reached if base == whole else reached * whole / base
    return min(whole, score + min(BONUS_CAP, max(ZERO, bonus)))


def rounded(score: Decimal, places: int = 1) -> Decimal:
    """Half up, for the last step only."""
    return score.quantize(ONE.scaleb(-places), ROUND_HALF_UP)


def grade(
    score: Decimal,
    grades: Sequence[tuple[str, Decimal]] = DEFAULT_GRADES,
    *,
    has_veto: bool = False,
) -> str:
    """Grade of a rounded total; a veto (falsified data, leak, diversion ordered, retaliation)
    leaves at most C."""
    letters = [letter for letter, _ in grades] + [LOWEST_GRADE]
    reached = next((letter for letter, lowest in grades if score >= lowest), LOWEST_GRADE)
    if has_veto and VETO_CAP in letters:
        return max(reached, VETO_CAP, key=letters.index)
    return reached


def democratic_score(means: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """Points of 0 to 100 from answers of 1 to 5.

    :param means: (mean answer, weight) of each question; the weights sum to 1.
    :raises ValueError: they do not.
    """
    if sum((weight for _, weight in means), ZERO) != ONE:
        raise ValueError("weights do not sum to 1")
    return (sum((mean * weight for mean, weight in means), ZERO) - 1) / 4 * 100


def committee_score(
    objective: Decimal, democratic: Decimal, share: Decimal = Decimal("0.40")
) -> Decimal:
    """Objective points and democratic evaluation, the latter with a share of 0.30 to 0.60.

    :raises ValueError: another share.
    """
    if not Decimal("0.30") <= share <= Decimal("0.60"):
        raise ValueError("the share of democratic evaluation is 0.30 to 0.60")
    return (ONE - share) * objective + share * democratic
