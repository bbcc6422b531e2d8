"""Running the rules: issues open and close set-based (D-11).

Over a unit the rules of one frame are one statement; over a few dwellings, after a save, all that
a dwelling's own rows can answer are one together. A rule whose question fails leaves its issues as
they were and is told by name; the others are done.

Paper: S-68.
"""

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import DataError, ProgrammingError, connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.orgs.access import NotAllowed
from portal.orgs.planning import expect_a_few, expect_many_rows
from portal.orgs.posts import system_scope
from portal.orgs.prepared import Prepared
from portal.orgs.scope import DISTRICT_SPAN, STREET_SPAN, Scope, level_of, span_of
from portal.quality.models import DataQualityIssue, RuleFailure
from portal.quality.questions import Question, batches, mark, question
from portal.quality.registry import quality_rules, running_rules
from portal.quality.rule import DEADLINES, Inspection, QualityRule
from portal.quality.services.counting import keep_counts
from portal.quality.services.statement import FRAME, statement
from portal.quality.services.steps import CHECK_DAYS
from portal.rules.services import rules_on
from portal.rules.working_days import add_working_days

log = logging.getLogger("portal.quality")
#: What a wrong rule raises; whatever else goes wrong is no rule's fault and fails the run.
WRONG_RULE = (ProgrammingError, DataError)
RULE_SETS = ("verification_cycle", "issue_deadlines", "registration_deadline")


@dataclass(frozen=True)
class Outcome:
    """How many issues a run opened and closed, and the keys of rules that could not be asked."""

    opened: int = 0
    mended: int = 0
    failed: tuple[str, ...] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.opened + other.opened, self.mended + other.mended, self.failed + other.failed
        )


@dataclass(frozen=True)
class Check:
    """One asking of the rules, of a unit or of some of its dwellings.

    :param by: who saved the dwellings, hence mended what is found no longer; a run mends nothing
    """

    inspection: Inspection
    run: uuid.UUID | None = None
    dwellings: list[uuid.UUID] | None = None
    by: Scope | None = None

    @property
    def is_of_dwellings(self) -> bool:
        return self.dwellings is not None


@transaction.atomic
def check_unit(
    *,
    unit: int,
    by: Scope,
    at: datetime,
    run: uuid.UUID | None = None,
    only: Iterable[str] | None = None,
) -> Outcome:
    """Run the rules over a unit and everything below it.

    What other streets' rows decide as well is asked of the whole district only: of one street it
    would look mended.

    :param run: the metric run that this belongs to, remembered by the issues it opens
    :param only: keys of the rules, all of them unless told
    :raises NotAllowed: the unit lies outside `by`
    """
    expect_many_rows(unit)
    return _check_unit(unit, by, at, run, only)


def _check_unit(
    unit: int, by: Scope, at: datetime, run: uuid.UUID | None, only: Iterable[str] | None
) -> Outcome:
    check = Check(_inspection(unit, by, at), run=run)
    wanted = None if only is None else set(only)
    is_whole = level_of(unit) == "district"
    rules = [
        rule for rule in running_rules()
        if (is_whole or not rule.across) and (wanted is None or rule.key in wanted)
    ]  # fmt: skip
    total = Outcome()
    for batch in batches(rules):
        total += _run_batch(batch, check)
    _remember_failures(unit, [rule.key for rule in rules], total.failed, at)
    if run is not None:
        answered = [rule.key for rule in rules if rule.key not in total.failed]
        keep_counts(unit, check.inspection.day, answered)
    return total


def _remember_failures(unit: int, asked: list[str], failed: Sequence[str], at: datetime) -> None:
    """Say which rules could not be asked; what was answered since is forgotten."""
    low, high = unit, unit + span_of(unit)
    earlier = RuleFailure.objects.filter(rule__in=asked, unit__gte=low, unit__lte=high)
    since = dict(earlier.filter(unit=unit).values_list("rule", "since"))
    earlier.delete()
    RuleFailure.objects.bulk_create(
        RuleFailure(rule=key, unit=unit, failed_at=at, since=since.get(key) or at) for key in failed
    )


@transaction.atomic
def check_across(*, unit: int, by: Scope, at: datetime, run: uuid.UUID | None = None) -> Outcome:
    """Run what is left of a district when each street has been asked by itself.

    What these rules look for is told by indexes, and few are found.
    """
    across = [rule.key for rule in running_rules() if rule.across]
    RuleFailure.objects.filter(unit=unit).exclude(rule__in=across).delete()
    expect_a_few()
    return _check_unit(unit, by, at, run, across)


def failures_for(unit: int) -> list[RuleFailure]:
    """Rules whose last check of the unit, of a part of it, or of a unit above, came to nothing."""
    return _failures.rows(system_scope(unit, ""))


@Prepared
def _failures(scope: Scope) -> QuerySet[RuleFailure]:
    unit = scope.unit
    above = {unit, unit // STREET_SPAN * STREET_SPAN, unit // DISTRICT_SPAN * DISTRICT_SPAN}
    found = RuleFailure.objects.filter(
        Q(unit__in=above) | Q(unit__gte=unit, unit__lte=unit + span_of(unit))
    )
    return found.order_by("rule", "-failed_at").distinct("rule")


@transaction.atomic(savepoint=False)
def check_dwellings(
    *, dwelling_ids: Iterable[uuid.UUID], unit: int, by: Scope, at: datetime
) -> Outcome:
    """Ask of some dwellings of a unit and their people, after they were saved.

    The clerk sees at once what is mended and what is still missing. Rules that other dwellings'
    rows decide as well wait for the next run.

    :raises NotAllowed: the unit lies outside `by`
    """
    dwellings = list(dwelling_ids)
    if not dwellings:
        return Outcome()
    check = Check(_inspection(unit, by, at), dwellings=dwellings, by=by)
    rules = [rule for rule in running_rules() if rule.is_asked_after_a_save]
    asked = batches(rules)
    try:
        with transaction.atomic():
            return _ask([question(keys, check.inspection) for keys in asked], check)
    except WRONG_RULE:  # a wrong rule keeps nobody from saving
        each = (_run_batch(keys, check) for keys in asked)
        return sum(each, start=Outcome())


def _inspection(unit: int, by: Scope, at: datetime) -> Inspection:
    if not by.covers(unit):
        raise NotAllowed("该单位不在你的管辖范围内")
    day = timezone.localdate(at)
    return Inspection(unit, day, rules_on(RULE_SETS, day))


def _run_batch(keys: tuple[str, ...], check: Check) -> Outcome:
    """The rules of one batch; where that fails, each alone, so that only the wrong one does."""
    try:
        with transaction.atomic():
            return _ask([question(keys, check.inspection)], check)
    except WRONG_RULE:
        if len(keys) > 1:
            each = (_run_batch((key,), check) for key in keys)
            return sum(each, start=Outcome())
        log.exception("quality rule %s could not be asked", keys[0])
        return Outcome(failed=keys)


def _ask(asked: Sequence[Question], check: Check) -> Outcome:
    """Several questions in one statement: each rule opens and closes its own issues only."""
    keys = [key for each in asked for key in each.rules]
    values = _values(check) | {"rules": keys}
    for key in keys:
        values |= _values_of(quality_rules()[key], check.inspection)
    for each in asked:
        values |= dict(each.params)
    tables = {each.table: each.column for each in asked} if check.is_of_dwellings else {}
    text = statement(
        DataQualityIssue._meta.db_table,
        found=" UNION ALL ".join(each.query for each in asked),
        frames="".join(FRAME.format(table=each, column=tables[each]) for each in tables),
        in_dwellings=check.is_of_dwellings,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return Outcome(*cursor.fetchone())


def _values_of(rule: QualityRule, inspection: Inspection) -> dict[str, Any]:
    key = mark(rule.key)
    return {
        f"rule_{key}": rule.key,
        f"severity_{key}": str(rule.severity),
        f"due_{key}": due_on(rule, inspection),
    }


def _array(keys: Iterable[uuid.UUID]) -> str:
    return "{" + ",".join(map(str, keys)) + "}"


def _values(check: Check) -> dict[str, Any]:
    unit, day, dwellings = check.inspection.unit, check.inspection.day, check.dwellings
    return {
        "day": day,
        "run": None if check.run is None else str(check.run),
        "dwellings": None if dwellings is None else _array(dwellings),
        "low": unit,
        "high": unit + span_of(unit),
        "user_id": check.by.user_id if check.by else None,
        "user_name": check.by.user_name if check.by else "",
        "check_on": add_working_days(day, CHECK_DAYS),
    }


def due_on(rule: QualityRule, inspection: Inspection) -> date:
    """Until when an issue found on this day should be mended (rule set `issue_deadlines`)."""
    days: int = inspection.rules["issue_deadlines"][DEADLINES[rule.severity]]
    return add_working_days(inspection.day, days)
