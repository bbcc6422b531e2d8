"""What work plans came to, by unit and quarter: counts of items, never of persons (S-140).

An item belongs to the quarter of its day. Until its day is over it counts only once it is settled.
Units stand in the order of their codes, which ranks nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import ExtractQuarter

from assessment.models import WorkPlanItem
from assessment.work_plans import OPEN_STATES, WorkPlanItemQuerySet
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope

QUARTERS = (1, 2, 3, 4)
OUTCOMES = {
    "in_time": "按期完成", "late": "逾期完成", "not_done": "未完成", "waiting": "到期未办结",
    "ahead": "未到期",
}  # fmt: skip


def outcome(key: str, day: date) -> Q:
    """The condition of one of `OUTCOMES`, as things stand on `day`; every item meets just one."""
    is_open = Q(state__in=OPEN_STATES)
    return {
        "in_time": Q(state="done", done_on__lte=F("due_on")),
        "late": Q(state="done", done_on__gt=F("due_on")),
        "not_done": Q(state="not_done"),
        "waiting": is_open & Q(due_on__lt=day),
        "ahead": is_open & Q(due_on__gte=day),
    }[key]


def of_quarter(year: int, quarter: int) -> Q:
    """Items due in a quarter, from 1 to 4."""
    first = date(year, 3 * quarter - 2, 1)
    until = date(year + 1, 1, 1) if quarter == max(QUARTERS) else date(year, 3 * quarter + 1, 1)
    return Q(due_on__gte=first, due_on__lt=until)


@dataclass(frozen=True)
class PlanLine:
    """One unit, or one quarter: its items by what became of them.

    `moved` of them had their day changed after the approval.
    """

    title: str
    query: str
    in_time: int = 0
    late: int = 0
    not_done: int = 0
    waiting: int = 0
    ahead: int = 0
    moved: int = 0

    @property
    def due(self) -> int:
        """Items that are settled or whose day is over."""
        return self.in_time + self.late + self.not_done + self.waiting

    @property
    def share_in_time(self) -> float | None:
        """Per cent of those due; None where none was."""
        return self.in_time * 100 / self.due if self.due else None

    @property
    def parts(self) -> list[tuple[str, int]]:
        """Each outcome with its number, in the order of the columns."""
        return [(key, getattr(self, key)) for key in OUTCOMES]


def counted(day: date) -> dict[str, Count]:
    """The columns of a line, as aggregates over items."""
    parts = {key: Count("pk", filter=outcome(key, day)) for key in OUTCOMES}
    return {**parts, "moved": Count("pk", filter=Q(moved__gt=0))}


def grain_of(scope: Scope) -> str:
    """By what the district counts, streets with all their committees; below, each unit itself."""
    return "street_id" if scope.level == "district" else "committee_id"


def unit_lines(
    items: WorkPlanItemQuerySet, scope: Scope, year: int, quarter: int | None, day: date
) -> list[PlanLine]:
    """A line for each unit that has items, in the order of the codes.

    :param quarter: None for the whole year
    """
    grain = grain_of(scope)
    rows = items.filter(year=year)
    if quarter is not None:
        rows = rows.filter(of_quarter(year, quarter))
    found = dict(_keyed(rows, grain, day))
    units: QuerySet[OrgUnit] = OrgUnit.objects.filter(code__in=found).order_by("code")
    when = f"year={year}" + (f"&quarter={quarter}" if quarter else "")
    return [
        PlanLine(own_title(name, code, scope), f"{when}&unit={code}", **found[code])
        for code, name in units.values_list("code", "name")
    ]


def own_title(name: str, code: int, scope: Scope) -> str:
    """A unit's name; of the acting one, that nothing of those below it is meant."""
    return f"{name}本级" if code == scope.unit and scope.level != "committee" else name


def quarter_lines(items: WorkPlanItemQuerySet, year: int, day: date) -> list[PlanLine]:
    """A line for each quarter of a year."""
    rows = items.filter(year=year).annotate(quarter=ExtractQuarter("due_on"))
    found = dict(_keyed(rows, "quarter", day))
    return [
        PlanLine(f"第{'一二三四'[each - 1]}季度", f"year={year}&quarter={each}",
                 **found.get(each, {}))
        for each in QUARTERS
    ]  # fmt: skip


def total_of(lines: list[PlanLine], query: str) -> PlanLine:
    """The sum of the lines: never a mean of their shares."""
    names = (*OUTCOMES, "moved")
    return PlanLine("合计", query, **{
        name: sum(getattr(line, name) for line in lines) for name in names
    })  # fmt: skip


def years_of(items: WorkPlanItemQuerySet, today: date) -> list[int]:
    """Years with items, and this one, the latest first."""
    known = set(items.order_by().values_list("year", flat=True).distinct())
    return sorted(known | {today.year}, reverse=True)


def items_shown(scope: Scope) -> WorkPlanItemQuerySet:
    """What is listed and counted: items of approved plans in scope."""
    return WorkPlanItem.objects.in_scope(scope).in_force()


def _keyed(rows: WorkPlanItemQuerySet, by: str, day: date) -> list[tuple[Any, Mapping[str, int]]]:
    return [(row.pop(by), row) for row in rows.order_by().values(by).annotate(**counted(day))]
