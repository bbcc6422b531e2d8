"""What the pages of the municipal system's use show besides the list: a calendar and a grid."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from portal.orgs.models import OrgUnit
from portal.rules.working_days import is_working_day
from portal.usage.forms import DaysForm, field_of
from portal.usage.models import SystemUsage

DAYS_OF_A_WEEK = 7


@dataclass(frozen=True)
class Cell:
    """One day of the calendar: a field, or what is known of it.

    :param sessions: None where nothing is known
    :param is_rest: a day on which offices are closed; it counts for nothing
    """

    day: date
    is_asked: bool
    is_rest: bool
    sessions: int | None = None
    field: Any = None


def weeks(
    days: Sequence[date], held: Mapping[date, int], form: DaysForm | None
) -> list[list[Cell]]:
    """The days with what lies between them, Monday to Sunday; fields where `form` asks for them."""
    asked, first = set(days), days[0] - timedelta(days=days[0].weekday())
    count = (days[-1] - first).days // DAYS_OF_A_WEEK + 1
    return [
        [
            _cell(first + timedelta(days=DAYS_OF_A_WEEK * week + n), asked, held, form)
            for n in range(DAYS_OF_A_WEEK)
        ]
        for week in range(count)
    ]


def _cell(day: date, asked: set[date], held: Mapping[date, int], form: DaysForm | None) -> Cell:
    field = form[field_of(day)] if form is not None and day in asked else None
    return Cell(day, day in asked, not is_working_day(day), held.get(day), field)


@dataclass(frozen=True)
class Line:
    """One committee's month: a number for each working day, None where nothing is known."""

    unit: OrgUnit
    cells: Sequence[int | None]

    @property
    def told(self) -> int:
        return sum(cell is not None for cell in self.cells)

    @property
    def used(self) -> int:
        return sum(bool(cell) for cell in self.cells)

    @property
    def sessions(self) -> int:
        return sum(cell or 0 for cell in self.cells)


def grid(units: Iterable[OrgUnit], days: Sequence[date], within: int) -> list[Line]:
    """What the committees, all of the unit `within`, told of these days: one query."""
    held: dict[int, dict[date, int]] = defaultdict(dict)
    rows = SystemUsage.objects.by_committees(within).filter(day__in=days)
    for committee, day, sessions in rows.values_list("committee_id", "day", "sessions"):
        held[committee][day] = sessions
    return [Line(unit, [held[unit.pk].get(day) for day in days]) for unit in units]
