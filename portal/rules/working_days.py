"""Days that deadlines count. Plain Python.

Public holidays and the weekend days worked in their stead are data, as the General Office of the
State Council publishes them each year (`data/working_days.csv`, every line with its notice). A
year without a notice yet counts Monday to Friday: such a deadline is never later than the law's.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

FRIDAY = 4
FILE = Path(__file__).with_name("data") / "working_days.csv"


@dataclass(frozen=True)
class Calendar:
    """Weekdays that are free and weekend days that are worked, of the years in `years`."""

    years: frozenset[int]
    free: frozenset[date]
    worked: frozenset[date]


@cache
def calendar() -> Calendar:
    """The published years.

    :raises ValueError: a line names another year, ends before it begins, or an unknown kind
    """
    days: dict[str, set[date]] = {"off": set(), "work": set()}
    years = set()
    with FILE.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            first, last = (date.fromisoformat(line[key]) for key in ("first", "last"))
            if not first <= last or {first.year, last.year} != {int(line["year"])}:
                raise ValueError(f"working days: {line}")
            days[line["kind"]].update(_each(first, last))
            years.add(first.year)
    if days["off"] & days["work"]:
        raise ValueError("working days: a day is both free and worked")
    return Calendar(frozenset(years), frozenset(days["off"]), frozenset(days["work"]))


def _each(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Whether offices answer on `day`."""
    known = calendar()
    return day in known.worked or (day.weekday() <= FRIDAY and day not in known.free)


def add_working_days(day: date, count: int) -> date:
    """The day on which the `count`-th working day after `day` falls."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def last_working_days(day: date, count: int) -> list[date]:
    """The latest `count` working days up to `day`, itself included, the earliest first."""
    found: list[date] = []
    while len(found) < count:
        if is_working_day(day):
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]


def working_days_left(today: date, due_on: date) -> int:
    """Working days after today up to the deadline; negative when it is over."""
    if due_on < today:
        return -working_days_left(due_on, today)
    day, left = today, 0
    while day < due_on:
        day += timedelta(days=1)
        left += is_working_day(day)
    return left
