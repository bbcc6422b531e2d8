"""How each rule stands in a unit: open, new, mended, late, and what was stored of twelve weeks.

Paper: S-67.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from portal.orgs.scope import level_of
from portal.quality.models import STOCK, TO_MEND, DataQualityIssue, IssueCount, IssueQuerySet
from portal.quality.registry import quality_rules
from portal.quality.rule import DEADLINES, QualityRule
from portal.rules.services import Rule

WEEKS = 12
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class RuleState:
    """One rule in a unit.

    `weeks` is its stock as stored at the end of each of the last weeks; None where no run was made
    in the week, or the rule could not be asked.
    """

    rule: QualityRule
    days: int
    open: int = 0
    new: int = 0
    mended: int = 0
    overdue: int = 0
    in_time: int = 0
    judged: int = 0
    weeks: Sequence[int | None] = field(default_factory=list)
    units: Sequence[tuple[int, int]] = field(default_factory=list)

    @property
    def on_time_rate(self) -> Decimal | None:
        """Share of the issues due in the last twelve weeks that were mended in time, 0 to 100."""
        return on_time(self.in_time, self.judged)

    @property
    def known_weeks(self) -> list[int]:
        return [week for week in self.weeks if week is not None]

    @property
    def last_week(self) -> int:
        return self.known_weeks[-1]

    @property
    def has_trend(self) -> bool:
        """Whether enough was stored for a line."""
        return len(self.known_weeks) > 1

    @property
    def worst_unit(self) -> tuple[int, int] | None:
        return self.units[0] if self.units else None


def on_time(in_time: int, judged: int) -> Decimal | None:
    """The share in percent; None where nothing was due."""
    return Decimal(in_time * 100) / judged if judged else None


def of_the_last_weeks(unit: int, day: date) -> IssueQuerySet:
    """What is open now in a unit, and what was closed in the weeks of the trend."""
    first = day - timedelta(weeks=WEEKS)
    rows = DataQualityIssue.objects.under(unit).filter(STOCK | Q(closed_on__gte=first))
    return rows.order_by()


def counts(day: date) -> dict[str, Count]:
    """How issues of the last weeks are counted, whatever they are grouped by."""
    mended = Q(state__in=["fixed", "checked"])
    return {
        "open": Count("id", filter=STOCK),
        "new": Count("id", filter=Q(detected_on__gt=day - LATELY)),
        "mended": Count("id", filter=mended & Q(closed_on__gt=day - LATELY)),
        "overdue": Count("id", filter=TO_MEND & Q(due_on__lt=day)),
        "in_time": Count("id", filter=mended & Q(closed_on__lte=F("due_on"))),
        "judged": Count("id", filter=mended | Q(due_on__lt=day)),
    }


def rule_states(unit: int, day: date, deadlines: Rule) -> list[RuleState]:
    """All rules, those with open issues first, in four queries."""
    counted = {row["rule"]: row for row in _counted(unit, day)}
    units = _by_unit(unit)
    weeks = _stored(unit, day)
    states = [
        _state(rule, counted.get(key), units.get(key, []), weeks[key], deadlines)
        for key, rule in quality_rules().items()
    ]
    return sorted(states, key=lambda state: state.open == 0)


def _counted(unit: int, day: date) -> "Any":
    """Counts by rule, of what is open now and what was mended in the last weeks."""
    return of_the_last_weeks(unit, day).values("rule").annotate(**counts(day))


def _stored(unit: int, day: date) -> dict[str, list[int | None]]:
    """The stock of each rule on the last stored day of each week; no week is counted anew."""
    stored = IssueCount.objects.under(unit).order_by()
    recent = stored.filter(day__gt=day - timedelta(weeks=WEEKS), day__lte=day)
    last: dict[int, date] = {}
    for each in sorted(recent.values_list("day", flat=True).distinct()):
        last[(day - each).days // 7] = each
    places = {each: WEEKS - 1 - back for back, each in last.items()}
    found: dict[str, list[int | None]] = {
        key: [0 if place in places.values() else None for place in range(WEEKS)]
        for key in quality_rules()
    }
    rows = stored.filter(day__in=places).values_list("rule", "day").annotate(sum=Sum("open"))
    for key, each, stock in rows:
        if key in found:
            found[key][places[each]] = stock
    return found


def _by_unit(unit: int) -> dict[str, list[tuple[int, int]]]:
    """Open issues of each rule by committee (by street for the district), most first."""
    if level_of(unit) == "committee":
        return {}
    grain = "street_id" if level_of(unit) == "district" else "committee_id"
    rows = (
        DataQualityIssue.objects.under(unit)
        .open()
        .order_by()
        .values("rule", grain)
        .annotate(count=Count("id"))
        .order_by("-count", grain)
    )
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        found[row["rule"]].append((row[grain], row["count"]))
    return found


def _state(
    rule: QualityRule, row: dict[str, Any] | None, units: list[tuple[int, int]],
    weeks: Sequence[int | None], deadlines: Rule,
) -> RuleState:  # fmt: skip
    days: int = deadlines[DEADLINES[rule.severity]]
    if row is None:
        return RuleState(rule, days, weeks=weeks)
    return RuleState(
        rule, days, row["open"], row["new"], row["mended"], row["overdue"], row["in_time"],
        row["judged"], weeks, units,
    )  # fmt: skip
