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
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DataError, ProgrammingError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.orgs.access import NotAllowed
from portal.orgs.planning import expect_many_rows
from portal.orgs.scope import DISTRICT_SPAN, STREET_SPAN, Scope, span_of
from portal.quality.models import DataQualityIssue, RuleFailure
from portal.quality.questions import Question, batches, mark, question
from portal.quality.registry import quality_rules, running_rules
from portal.quality.rule import DEADLINES, Inspection, QualityRule
from portal.rules.services import rules_on

log = logging.getLogger("portal.quality")
#: What a wrong rule raises; whatever else goes wrong is no rule's fault and fails the run.
WRONG_RULE = (ProgrammingError, DataError)
RULE_SETS = ("verification_cycle", "issue_deadlines", "registration_deadline")

# What the rules find now stands in `found`; what they no longer find is mended. An issue keeps the
# day on which it was first seen, hence its deadline. One that is as it was is left alone: writing
# it again, even in vain, would lock it against the clerk who mends it meanwhile.
RUN_RULES = """
WITH {frames} found (rule, severity, due_on, committee_id, dwelling_id, residence_id, object_id,
    subject, place, detail) AS ({found}),
opened AS (
    INSERT INTO {table} (id, committee_id, rule, severity, object_id, dwelling_id, residence_id,
        subject, place, detail, detected_on, due_on, state, first_seen_run)
    SELECT gen_random_uuid(), committee_id, rule, severity, object_id, dwelling_id,
        residence_id, left(subject, 80), left(place, 80), left(detail, 200), %(day)s, due_on,
        'open', %(run)s
    FROM found
    WHERE {is_news}
    ON CONFLICT (rule, object_id) WHERE state = 'open' DO UPDATE
    SET committee_id = EXCLUDED.committee_id, severity = EXCLUDED.severity,
        dwelling_id = EXCLUDED.dwelling_id, subject = EXCLUDED.subject, place = EXCLUDED.place,
        detail = EXCLUDED.detail
    WHERE ({table}.committee_id, {table}.severity, {table}.dwelling_id, {table}.subject,
        {table}.place, {table}.detail) IS DISTINCT FROM (EXCLUDED.committee_id,
        EXCLUDED.severity, EXCLUDED.dwelling_id, EXCLUDED.subject, EXCLUDED.place,
        EXCLUDED.detail)
    RETURNING (xmax = 0) AS is_new
),
mended AS (
    UPDATE {table} SET state = 'fixed', closed_on = %(day)s
    WHERE state = 'open' AND rule = ANY (%(rules)s)
    AND committee_id BETWEEN %(low)s AND %(high)s
    AND (%(dwellings)s::uuid[] IS NULL OR dwelling_id = ANY (%(dwellings)s::uuid[]))
    AND {is_mended}
    RETURNING 1
)
SELECT (SELECT count(*) FROM opened WHERE is_new), (SELECT count(*) FROM mended)
"""
IN_A_UNIT = {
    "is_news": """NOT EXISTS (SELECT FROM {table} AS known
        WHERE known.rule = found.rule AND known.state = 'open'
        AND known.object_id = found.object_id
        AND known.committee_id = found.committee_id
        AND known.severity = found.severity
        AND known.dwelling_id IS NOT DISTINCT FROM found.dwelling_id
        AND known.subject = left(found.subject, 80)
        AND known.place = left(found.place, 80)
        AND known.detail = left(found.detail, 200))""",
    "is_mended": """NOT EXISTS (SELECT FROM found
        WHERE found.rule = {table}.rule AND found.object_id = {table}.object_id)""",
}
# The same for some dwellings. How many rows the frames hold nobody can tell the planner; it takes
# them for a handful and would compare each with each, which for an import's hundred crowded
# dwellings are a hundred million. What is asked in this form it looks up in a hash instead.
IN_DWELLINGS = {
    "is_news": """(rule, object_id, committee_id, severity, dwelling_id,
        left(subject, 80), left(place, 80), left(detail, 200))
        NOT IN (SELECT known.rule, known.object_id, known.committee_id, known.severity,
            known.dwelling_id, known.subject, known.place, known.detail
            FROM {table} AS known
            WHERE known.state = 'open' AND known.dwelling_id = ANY (%(dwellings)s::uuid[]))""",
    "is_mended": "(rule, object_id) NOT IN (SELECT found.rule, found.object_id FROM found)",
}
# After a save the rules look at a few rows only. These stand under the register's own name, which
# hides it, so that each rule asks as ever; planning a dozen questions to a register with all its
# indexes and its policy takes longer than the rest of the save.
FRAME = """
{table} AS MATERIALIZED (SELECT * FROM {table} WHERE {column} = ANY (%(dwellings)s::uuid[])),
"""


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

    :param run: the metric run that this belongs to, remembered by the issues it opens
    :param only: keys of the rules, all of them unless told
    :raises NotAllowed: the unit lies outside `by`
    """
    inspection = _inspection(unit, by, at)
    expect_many_rows(unit)
    wanted = None if only is None else set(only)
    rules = [rule for rule in running_rules() if wanted is None or rule.key in wanted]
    total = Outcome()
    for batch in batches(rules):
        total += _run_batch(batch, inspection, run)
    _remember_failures(unit, [rule.key for rule in rules], total.failed, at)
    return total


def _remember_failures(unit: int, asked: list[str], failed: Sequence[str], at: datetime) -> None:
    """Say which rules could not be asked; what was answered since is forgotten."""
    low, high = unit, unit + span_of(unit)
    RuleFailure.objects.filter(rule__in=asked, unit__gte=low, unit__lte=high).delete()
    RuleFailure.objects.bulk_create(
        RuleFailure(rule=key, unit=unit, failed_at=at) for key in failed
    )


def failures_for(unit: int) -> QuerySet[RuleFailure]:
    """Rules whose last check of the unit, or of a unit above it, came to nothing."""
    above = {unit, unit // STREET_SPAN * STREET_SPAN, unit // DISTRICT_SPAN * DISTRICT_SPAN}
    return RuleFailure.objects.filter(unit__in=above).order_by("rule", "-failed_at")


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
    inspection = _inspection(unit, by, at)
    rules = [rule for rule in running_rules() if rule.is_asked_after_a_save]
    asked = batches(rules)
    try:
        with transaction.atomic():
            return _ask([question(keys, inspection) for keys in asked], inspection, dwellings)
    except WRONG_RULE:  # a wrong rule keeps nobody from saving
        each = (_run_batch(keys, inspection, dwellings=dwellings) for keys in asked)
        return sum(each, start=Outcome())


def _inspection(unit: int, by: Scope, at: datetime) -> Inspection:
    if not by.covers(unit):
        raise NotAllowed("该单位不在你的管辖范围内")
    day = timezone.localdate(at)
    return Inspection(unit, day, rules_on(RULE_SETS, day))


def _run_batch(
    keys: tuple[str, ...],
    inspection: Inspection,
    run: uuid.UUID | None = None,
    dwellings: list[uuid.UUID] | None = None,
) -> Outcome:
    """The rules of one batch; where that fails, each alone, so that only the wrong one does."""
    try:
        with transaction.atomic():
            return _ask([question(keys, inspection)], inspection, dwellings, run)
    except WRONG_RULE:
        if len(keys) > 1:
            each = (_run_batch((key,), inspection, run, dwellings) for key in keys)
            return sum(each, start=Outcome())
        log.exception("quality rule %s could not be asked", keys[0])
        return Outcome(failed=keys)


def _ask(
    asked: Sequence[Question],
    inspection: Inspection,
    dwellings: list[uuid.UUID] | None,
    run: uuid.UUID | None = None,
) -> Outcome:
    """Several questions in one statement: each rule opens and closes its own issues only."""
    keys = [key for each in asked for key in each.rules]
    values = _values(inspection, dwellings, run) | {"rules": keys}
    for key in keys:
        values |= _values_of(quality_rules()[key], inspection)
    for each in asked:
        values |= dict(each.params)
    tables = {} if dwellings is None else {each.table: each.column for each in asked}
    table = DataQualityIssue._meta.db_table
    conditions = IN_A_UNIT if dwellings is None else IN_DWELLINGS
    statement = RUN_RULES.format(
        frames="".join(FRAME.format(table=each, column=tables[each]) for each in tables),
        found=" UNION ALL ".join(each.query for each in asked),
        table=table,
        **{name: each.format(table=table) for name, each in conditions.items()},
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
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


def _values(
    inspection: Inspection, dwellings: list[uuid.UUID] | None, run: uuid.UUID | None
) -> dict[str, Any]:
    return {
        "day": inspection.day,
        "run": None if run is None else str(run),
        "dwellings": None if dwellings is None else _array(dwellings),
        "low": inspection.unit,
        "high": inspection.unit + span_of(inspection.unit),
    }


def due_on(rule: QualityRule, inspection: Inspection) -> date:
    """Until when an issue found on this day should be mended (rule set `issue_deadlines`)."""
    days: int = inspection.rules["issue_deadlines"][DEADLINES[rule.severity]]
    return inspection.day + timedelta(days=days)
