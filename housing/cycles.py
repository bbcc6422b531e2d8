"""How often a dwelling is looked at again, by who lives in it (domain §4.4). Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

RULE = "verification_cycle"
#: The parameter of the rule that holds for each occupancy status.
PARAMETER_OF = {
    "1": "owner_occupied",
    "2": "rented",
    "3": "lent",
    "4": "vacant",
    "5": "shared",
    "6": "other",
    "9": "other",
}


def cycles_by_occupancy(parameters: Mapping[str, int]) -> dict[str, int]:
    """Days between two verifications, by occupancy status."""
    return {code: parameters[name] for code, name in PARAMETER_OF.items()}


def due_before(day: date, cycles: Mapping[str, int]) -> dict[int, tuple[date, list[str]]]:
    """By cycle: the earliest day that still counts on `day`, and the statuses it holds for."""
    grouped: dict[int, list[str]] = {}
    for code, days in cycles.items():
        grouped.setdefault(days, []).append(code)
    return {days: (day - timedelta(days=days), codes) for days, codes in grouped.items()}


def is_within(checked_on: date | None, day: date, cycle: int) -> bool:
    """Whether a check still counts on `day`; one that never took place does not."""
    return checked_on is not None and (day - checked_on).days <= cycle


def days_since(checked_on: date | None, day: date) -> int | None:
    """Days since a check; None when there was none."""
    return None if checked_on is None else (day - checked_on).days


def share_within(checks: Iterable[tuple[date | None, int]], day: date) -> tuple[int, int]:
    """How many of the (checked on, cycle) pairs count on `day`, and how many there are."""
    found = [is_within(checked_on, day, cycle) for checked_on, cycle in checks]
    return sum(found), len(found)
