"""Tasks on time: by committee and month, counts of tasks and never of persons (S-21).

A task belongs to the month of its day; of a running month those count whose day is over. What was
withdrawn asked nothing and stands beside the share. Committees stand in the order of their codes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, TruncMonth

from portal.orgs.models import OrgUnit
from residents.collection_tasks import OPEN, CollectionTask, CollectionTaskQuerySet

MONTHS = 12
IN_TIME = Q(state="done", ended_on__lte=F("due_on"))
LATE = Q(state="done", ended_on__gt=F("due_on"))
#: What became of the tasks of a month.
PARTS: Mapping[str, Q] = {
    "due": ~Q(state="withdrawn"), "in_time": IN_TIME, "late": LATE, "waiting": OPEN,
    "withdrawn": Q(state="withdrawn"),
}  # fmt: skip


@dataclass(frozen=True)
class TaskLine:
    """One committee in a month, or one month of a unit.

    :param due: tasks of the month, without those withdrawn; `waiting` of them are still open
    :param open: tasks that wait now, whatever their month; `overdue` of them past their day
    """

    title: str
    code: int | None = None
    month: date | None = None
    due: int = 0
    in_time: int = 0
    late: int = 0
    waiting: int = 0
    withdrawn: int = 0
    open: int = 0
    overdue: int = 0

    @property
    def query(self) -> str:
        """The conditions of the list of tasks that this line counts; blank for a sum."""
        unit = f"&unit={self.code}" if self.code else ""
        return f"month={self.month:%Y-%m}{unit}" if self.month else ""

    @property
    def share_in_time(self) -> float | None:
        """Per cent of the tasks due; None where none was."""
        return self.in_time * 100 / self.due if self.due else None


def months_before(today: date) -> list[date]:
    """The first days of the last twelve months with a day gone by, the latest first."""
    found = [(today - timedelta(days=1)).replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found


def period_of(text: str, today: date) -> tuple[date, date]:
    """First day and the day after the last one that counts, of a month as `2026-11`.

    Of anything else than one of the last twelve months: the latest.
    """
    known = {f"{first:%Y-%m}": first for first in months_before(today)}
    first = known.get(text, months_before(today)[0])
    return first, min((first + timedelta(days=32)).replace(day=1), today)


def committee_lines(
    tasks: CollectionTaskQuerySet, units: QuerySet[OrgUnit], period: tuple[date, date], today: date
) -> list[TaskLine]:
    """A line for each committee, in the order of their codes.

    :param tasks: the tasks in scope; `units`, the committees
    """
    of_month = _counted(tasks.due_within(*period), "committee_id")
    stand = {"open": Q(), "overdue": Q(due_on__lt=today)}
    now = _counted(tasks.open(), "committee_id", stand)
    return [
        TaskLine(name, code, period[0], **of_month.get(code, {}), **now.get(code, {}))
        for code, name in units.order_by("code").values_list("code", "name")
    ]


def month_lines(tasks: CollectionTaskQuerySet, today: date) -> list[TaskLine]:
    """A line for each of the last twelve months, the latest first."""
    months = months_before(today)
    rows = tasks.due_within(months[-1], today)
    found = _counted(rows.annotate(month=TruncMonth("due_on")), "month")
    return [
        TaskLine(f"{first:%Y-%m}", None, first, **found.get(first, {})) for first in months
    ]  # fmt: skip


def total_of(lines: list[TaskLine]) -> TaskLine:
    """The sum of the lines: never a mean of their shares."""
    names = (*PARTS, "open", "overdue")
    return TaskLine("合计", **{name: sum(getattr(line, name) for line in lines) for name in names})


def by_committee(units: QuerySet[OrgUnit], first: date, until: date) -> QuerySet[OrgUnit]:
    """Committees with the counts of a month as columns, for the file."""
    rows = CollectionTask.objects.due_within(first, until).filter(committee_id=OuterRef("code"))
    counts = {f"n_{name}": _number(rows, part) for name, part in PARTS.items()}
    # the keys under which files divide and order their rows
    return units.annotate(committee_id=F("code"), id=F("code"), **counts)


def _number(rows: CollectionTaskQuerySet, part: Q) -> Coalesce:
    counted = rows.order_by().values("committee_id").annotate(n=Count("pk", filter=part))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), Value(0))


def _counted(
    rows: CollectionTaskQuerySet, by: str, wanted: Mapping[str, Q] = PARTS
) -> dict[Any, dict[str, int]]:
    parts = {name: Count("pk", filter=part) for name, part in wanted.items()}
    return dict(_keyed(rows.order_by().values(by).annotate(**parts), by))


def _keyed(rows: Any, by: str) -> Iterator[tuple[Any, dict[str, int]]]:
    for row in rows:
        yield row.pop(by), row
