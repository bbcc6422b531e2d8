"""Collectors and their work: ratio, effective posts, workload, balance, diversion, turnover.

实施意见 三(二)1: information collectors are provided at one for 1,500 actual residents (1500:1).
All arithmetic is in Decimal; nothing is rounded here, except `required_collectors`, which counts
whole posts. A missing denominator is None and is shown as "—".

Paper: S-40, S-43, S-46, S-54.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

DEFAULT_RATIO = 1500
#: Hours of one full post in a month, by which diverted hours become posts.
HOURS_PER_POST = Decimal(160)
#: Leave longer than this many days takes the post out of the count.
LONG_LEAVE_DAYS = 30
LOWEST_SHARE, HIGHEST_SHARE = Decimal("0.8"), Decimal("1.2")

#: Workload units of a dwelling by its kind (domain §4.5, M-16).
DEFAULT_UNITS: Mapping[str, Decimal] = {
    "owner_occupied": Decimal("1.0"),
    "rented": Decimal("2.0"),
    "key_area": Decimal("3.0"),
    "vacant": Decimal("0.5"),
}


@dataclass(frozen=True, slots=True)
class Post:
    """One collector on a day. `fte` is the share of a full post, 0 to 1."""

    fte: Decimal
    is_trained: bool = True
    is_appointed: bool = True
    leave_days: int = 0


@dataclass(frozen=True, slots=True)
class Provision:
    """How a unit stands to the ratio. `gap` is missing posts, 0 where there are enough."""

    actual: int
    required: int
    effective: Decimal
    ratio: Decimal | None
    gap: Decimal

    @property
    def is_compliant(self) -> bool:
        """Whether effective posts reach the required number."""
        return self.effective >= self.required


@dataclass(frozen=True, slots=True)
class Balance:
    """Spread of workload over areas: `variation` is standard deviation by mean (0 to 1 and up).

    `shares` are each area's workload by the mean; `is_balanced` when all lie in 0.8 to 1.2.
    """

    mean: Decimal
    variation: Decimal
    shares: Mapping[str, Decimal]
    is_balanced: bool


def required_collectors(actual: int, ratio: int = DEFAULT_RATIO) -> int:
    """Posts that the actual population asks for, rounded up; none for nobody.

    :raises ValueError: negative population, or a ratio below one.
    """
    if actual < 0 or ratio < 1:
        raise ValueError("population from 0, ratio from 1")
    return -(-actual // ratio)


def diverted_posts(hours: Decimal, hours_per_post: Decimal = HOURS_PER_POST) -> Decimal:
    """Posts lost to other work (挪作他用): diverted hours in a month by hours of a post."""
    return hours / hours_per_post


def effective_posts(posts: Iterable[Post], diverted: Decimal = Decimal(0)) -> Decimal:
    """Posts that do the work: appointed, trained, not on long leave, less the diverted ones."""
    working = sum(
        (
            post.fte
            for post in posts
            if post.is_appointed and post.is_trained and post.leave_days <= LONG_LEAVE_DAYS
        ),
        Decimal(0),
    )
    return max(Decimal(0), working - diverted)


def provision(actual: int, effective: Decimal, ratio: int = DEFAULT_RATIO) -> Provision:
    """Residents per effective post and what is missing; ratio None when nobody is posted."""
    required = required_collectors(actual, ratio)
    return Provision(
        actual=actual,
        required=required,
        effective=effective,
        ratio=Decimal(actual) / effective if effective > 0 else None,
        gap=max(Decimal(0), Decimal(required) - effective),
    )


def workload_index(
    dwellings: Mapping[str, int], units: Mapping[str, Decimal] = DEFAULT_UNITS
) -> Decimal:
    """Workload of an area: its dwellings by kind, weighted.

    :raises KeyError: a kind that has no weight.
    """
    return sum((units[kind] * count for kind, count in dwellings.items()), Decimal(0))


def balance(areas: Mapping[str, Decimal]) -> Balance | None:
    """How evenly workload lies on areas; None without areas or without any work.

    The areas are all there are, not a sample: the standard deviation divides by their number.
    """
    if not areas:
        return None
    values: Sequence[Decimal] = list(areas.values())
    mean = sum(values, Decimal(0)) / len(values)
    if mean <= 0:
        return None
    spread = (sum(((value - mean) ** 2 for value in values), Decimal(0)) / len(values)).sqrt()
    shares = {name: value / mean for name, value in areas.items()}
    even = all(LOWEST_SHARE <= share <= HIGHEST_SHARE for share in shares.values())
    return Balance(mean, spread / mean, shares, even)


def diversion_rate(diverted_hours: Decimal, worked_hours: Decimal) -> Decimal | None:
    """Share of worked hours spent on other work, 0 to 1; None without hours."""
    return diverted_hours / worked_hours if worked_hours > 0 else None


def turnover(leavers: int, headcounts: Sequence[int]) -> Decimal | None:
    """Leavers by mean headcount of the period, 0 and up; None without staff."""
    total = sum(headcounts)
    return Decimal(leavers) * len(headcounts) / total if total > 0 else None
