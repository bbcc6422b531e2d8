"""How each rule stands in a unit: open, new, mended, late, and the last twelve weeks.

Paper: S-67.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q

from portal.orgs.scope import level_of
from portal.quality.models import STOCK, TO_MEND, DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import DEADLINES, QualityRule
from portal.rules.services import Rule

WEEKS = 12
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class RuleState:
    """One rule in a unit. `weeks` is its stock at the end of each week, the last is today."""

    rule: QualityRule
    days: int
    open: int = 0
    new: int = 0
    mended: int = 0
    overdue: int = 0
    in_time: int = 0
    judged: int = 0
    weeks: Sequence[int] = field(default_factory=list)
    units: Sequence[tuple[int, int]] = field(default_factory=list)

    @property
    def on_time_rate(self) -> Decimal | None:
        """Share of the issues due in the last twelve weeks that were mended in time, 0 to 100."""
        return Decimal(self.in_time * 100) / self.judged if self.judged else None

    @property
    def worst_unit(self) -> tuple[int, int] | None:
        return self.units[0] if self.units else None


def rule_states(unit: int, day: date, deadlines: Rule) -> list[RuleState]:
    """All rules, those with open issues first, in two queries."""
    counts = {row["rule"]: row for row in _counted(unit, day)}
    units = _by_unit(unit)
    states = [
        _state(rule, counts.get(rule.key), units.get(rule.key, []), deadlines)
        for rule in quality_rules().values()
    ]
    return sorted(states, key=lambda state: state.open == 0)


def _counted(unit: int, day: date) -> "Any":
    """Counts by rule; one statement, whatever the number of weeks."""
    first = day - timedelta(weeks=WEEKS)
    ends = [day - timedelta(weeks=WEEKS - 1 - place) for place in range(WEEKS)]
    is_open, mended = STOCK, Q(state__in=["fixed", "checked"])
    return (
        DataQualityIssue.objects.under(unit)
        .filter(is_open | Q(closed_on__gte=first))
        .order_by()
        .values("rule")
        .annotate(
            open=Count("id", filter=is_open),
            new=Count("id", filter=Q(detected_on__gt=day - LATELY)),
            mended=Count("id", filter=mended & Q(closed_on__gt=day - LATELY)),
            overdue=Count("id", filter=TO_MEND & Q(due_on__lt=day)),
            in_time=Count("id", filter=mended & Q(closed_on__lte=F("due_on"))),
            judged=Count("id", filter=mended | Q(due_on__lt=day)),
            **{
                f"week_{place}": Count(
                    "id",
                    filter=Q(detected_on__lte=end) & (is_open | Q(closed_on__gt=end)),
                )
                for place, end in enumerate(ends)
            },
        )
    )


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
    rule: QualityRule, row: dict[str, Any] | None, units: list[tuple[int, int]], deadlines: Rule
) -> RuleState:
    days: int = deadlines[DEADLINES[rule.severity]]
    if row is None:
        return RuleState(rule, days)
    return RuleState(
        rule, days, row["open"], row["new"], row["mended"], row["overdue"], row["in_time"],
        row["judged"], [row[f"week_{place}"] for place in range(WEEKS)], units,
    )  # fmt: skip
