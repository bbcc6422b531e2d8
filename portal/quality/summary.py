"""How each rule stands in a unit: open, new, mended, late, and what was stored of twelve weeks.

Paper: S-67.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from portal import kept
from portal.orgs.posts import system_scope
from portal.orgs.prepared import Prepared
from portal.orgs.scope import Scope, level_of
from portal.quality.models import (
    STOCK,
    TO_MEND,
    DataQualityIssue,
    IssueCount,
    IssueQuerySet,
    RuleFailure,
)
from portal.quality.registry import quality_rules
from portal.quality.rule import DEADLINES, QualityRule, Severity
from portal.rules.services import revised_since

WEEKS = 12
LATELY = timedelta(days=7)
DEADLINE_RULE = "issue_deadlines"
_GRAVITY = list(Severity)


@dataclass(frozen=True)
class RuleState:
    """One rule in a unit.

    `weeks` is its stock as stored at the end of each of the last weeks; None where no run was made
    in the week, or the rule could not be asked. `failure` tells since when it cannot be asked;
    `changed_on` from when a parameter of it holds that was revised within these weeks.
    """

    rule: QualityRule = field(hash=False)  # its key would do, and it holds a dozen texts
    days: int
    open: int = 0
    new: int = 0
    mended: int = 0
    overdue: int = 0
    in_time: int = 0
    judged: int = 0
    weeks: tuple[int | None, ...] = ()
    units: tuple[tuple[int, int], ...] = ()
    failure: RuleFailure | None = None
    changed_on: date | None = None
    changed_week: int | None = None

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


@dataclass(frozen=True)
class Total:
    """All rules of a unit together.

    :param change: against the stock stored a week ago, of the rules that were asked then; None
        where none was
    :param clear: how many rules find nothing
    """

    open: int
    change: int | None
    clear: int


def total_of(states: Sequence[RuleState]) -> Total:
    """What the rules come to, beside what they came to a week ago."""
    then = [(state.open, week) for state in states if (week := state.weeks[-2]) is not None]
    return Total(
        sum(state.open for state in states),
        sum(now - before for now, before in then) if then else None,
        sum(state.rule.is_run and not state.open and not state.failure for state in states),
    )


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


def rule_states(
    unit: int, day: date, deadlines: Mapping[str, int], failures: Sequence[RuleFailure] = ()
) -> list[RuleState]:
    """All rules in five queries: those with open issues first, the gravest and largest on top.

    A committee's counts follow its acts; a street's and the district's, which go through tens of
    thousands of rows, are up to a minute old.

    :param deadlines: what `DEADLINE_RULE` says on the day
    :param failures: rules that cannot be asked now, each once
    """
    counted, units = kept.fact(kept.issue_counts(unit, day), partial(_counts_of, unit, day))
    failed = {failure.rule: failure for failure in failures}
    weeks = _stored(unit, day, failed)
    revised = kept.fact(kept.revisions(day), partial(_revised, day))
    states = []
    for key, rule in quality_rules().items():
        changed = max(filter(None, map(revised.get, (rule.follows, DEADLINE_RULE))), default=None)
        state = _state(
            rule, counted.get(key), tuple(units.get(key, ())), tuple(weeks[key]), deadlines
        )
        week = None if changed is None else WEEKS - 1 - (day - changed).days // 7
        states.append(
            replace(state, failure=failed.get(key), changed_on=changed, changed_week=week)
        )
    return sorted(states, key=lambda s: (s.open == 0, _GRAVITY.index(s.rule.severity), -s.open))


def _revised(day: date) -> dict[str, date]:
    """Rules that were revised within the weeks of the trend, and from when their version holds."""
    codes = {rule.follows for rule in quality_rules().values()} | {DEADLINE_RULE}
    return revised_since(codes, day - timedelta(weeks=WEEKS), day)


ByRule = dict[str, dict[str, Any]]
ByUnit = dict[str, list[tuple[int, int]]]


def _counts_of(unit: int, day: date) -> tuple[ByRule, ByUnit]:
    """By rule: counts of what is open now and was mended in the last weeks; and open by unit."""
    rows = _counts_in.rows(system_scope(unit, ""), day)
    return {row["rule"]: row for row in rows}, _by_unit(unit)


@Prepared
def _counts_in(scope: Scope, day: date) -> "QuerySet[Any, dict[str, Any]]":
    """Of each rule what is open now in a unit and was mended in the last weeks."""
    by_rule = of_the_last_weeks(scope.unit, day).values("rule")
    rows: QuerySet[Any, Any] = by_rule.annotate(**counts(day))
    return rows


def _stored(unit: int, day: date, failed: Mapping[str, RuleFailure]) -> dict[str, list[int | None]]:
    """The stock of each rule on the last stored day of each week, up to a minute old.

    A day without a row of a rule had none of its issues, unless the rule could not be asked then.
    """
    last, rows = kept.fact(kept.issue_weeks(unit, day), partial(_weeks, unit, day))
    places = {each: WEEKS - 1 - back for back, each in last.items()}
    found: dict[str, list[int | None]] = {key: [None] * WEEKS for key in quality_rules()}
    for key, line in found.items():
        since = _unknown_since(failed.get(key))
        for each, place in places.items():
            line[place] = 0 if since is None or each < since else None
    for key, each, stock in rows:
        if key in found:
            found[key][places[each]] = stock
    return found


def _weeks(unit: int, day: date) -> tuple[dict[int, date], list[tuple[str, date, int]]]:
    """The last stored day of each week, by how many weeks ago; and on these the stock by rule."""
    stored = IssueCount.objects.under(unit).order_by()
    recent = stored.filter(day__gt=day - timedelta(weeks=WEEKS), day__lte=day)
    days = sorted(recent.values_list("day", flat=True).distinct())
    last = {(day - each).days // 7: each for each in days}
    rows = stored.filter(day__in=last.values()).values_list("rule", "day")
    return last, list(rows.annotate(sum=Sum("open")))


def _unknown_since(failure: RuleFailure | None) -> date | None:
    """The first day on which a rule could not be asked."""
    return None if failure is None else timezone.localdate(failure.since or failure.failed_at)


def _by_unit(unit: int) -> ByUnit:
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
    found: ByUnit = {}
    for row in rows:
        found.setdefault(row["rule"], []).append((row[grain], row["count"]))
    return found


def _state(
    rule: QualityRule, row: dict[str, Any] | None, units: tuple[tuple[int, int], ...],
    weeks: tuple[int | None, ...], deadlines: Mapping[str, int],
) -> RuleState:  # fmt: skip
    days = deadlines[DEADLINES[rule.severity]]
    if row is None:
        return RuleState(rule, days, weeks=weeks)
    return RuleState(
        rule, days, row["open"], row["new"], row["mended"], row["overdue"], row["in_time"],
        row["judged"], weeks, units,
    )  # fmt: skip
