"""Running the rules: issues open and close set-based (D-11).

Over a unit each rule is a statement of its own; over a few dwellings, after a save, all of them
are one.

Paper: S-68.
"""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from portal.orgs.access import NotAllowed
from portal.orgs.planning import expect_many_rows
from portal.orgs.scope import Scope, span_of
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import COLUMNS, DEADLINES, Inspection, QualityRule
from portal.rules.services import rules_on

RULE_SETS = ("verification_cycle", "issue_deadlines", "registration_deadline")

# What the rules find now stands in `found`; what they no longer find is mended. An issue keeps the
# day on which it was first seen, hence its deadline. One that is as it was is left alone: writing
# it again, even in vain, would lock it against the clerk who mends it meanwhile.
RUN_RULES = """
WITH {frames} found AS ({found}),
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
FOUND = """
SELECT %(rule{n})s::text AS rule, %(severity{n})s::text AS severity, %(due{n})s::date AS due_on,
    offender.* FROM ({offenders}) AS offender
"""
# After a save the rules look at a few rows only. These stand under the register's own name, which
# hides it, so that each rule asks as ever; planning a dozen questions to a register with all its
# indexes and its policy takes longer than the rest of the save.
FRAME = """
{table} AS MATERIALIZED (SELECT * FROM {table} WHERE {column} = ANY (%(dwellings)s::uuid[])),
"""


@dataclass(frozen=True)
class Outcome:
    """How many issues a run opened and closed."""

    opened: int = 0
    mended: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.opened + other.opened, self.mended + other.mended)


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
    return _run(unit=unit, dwellings=None, by=by, at=at, run=run, only=only)


@transaction.atomic(savepoint=False)
def check_dwellings(
    *, dwelling_ids: Iterable[uuid.UUID], unit: int, by: Scope, at: datetime
) -> Outcome:
    """Run the rules over some dwellings of a unit and their people, after they were saved.

    The clerk sees at once what is mended and what is still missing.

    :raises NotAllowed: the unit lies outside `by`
    """
    dwellings = list(dwelling_ids)
    if not dwellings:
        return Outcome()
    return _run(unit=unit, dwellings=dwellings, by=by, at=at, run=None, only=None)


def _run(
    *,
    unit: int,
    dwellings: list[uuid.UUID] | None,
    by: Scope,
    at: datetime,
    run: uuid.UUID | None,
    only: Iterable[str] | None,
) -> Outcome:
    if not by.covers(unit):
        raise NotAllowed("该单位不在你的管辖范围内")
    if dwellings is None:
        expect_many_rows(unit)
    day = timezone.localdate(at)
    inspection = Inspection(unit, day, rules_on(RULE_SETS, day))
    wanted = None if only is None else set(only)
    rules = [rule for key, rule in quality_rules().items() if wanted is None or key in wanted]
    batches = [rules] if dwellings is not None else [[rule] for rule in rules]
    total = Outcome()
    for batch in batches:
        total += _run_rules(batch, inspection, dwellings, run)
    return total


def _run_rules(
    rules: Sequence[QualityRule],
    inspection: Inspection,
    dwellings: list[uuid.UUID] | None,
    run: uuid.UUID | None,
) -> Outcome:
    """Several rules in one statement: each opens and closes its own issues only."""
    parts, values, frames = [], _values(inspection, dwellings, run), {}
    for place, rule in enumerate(rules):
        question = _question(rule.key, inspection)
        frames[question.table] = question.column
        query, named = question.at(place)
        parts.append(FOUND.format(n=place, offenders=query))
        values |= named | {
            f"rule{place}": rule.key,
            f"severity{place}": str(rule.severity),
            f"due{place}": due_on(rule, inspection),
        }
    if dwellings is None:
        frames = {}
    table = DataQualityIssue._meta.db_table
    conditions = IN_A_UNIT if dwellings is None else IN_DWELLINGS
    statement = RUN_RULES.format(
        frames="".join(FRAME.format(table=each, column=frames[each]) for each in frames),
        found=" UNION ALL ".join(parts),
        table=table,
        **{name: each.format(table=table) for name, each in conditions.items()},
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values | {"rules": [rule.key for rule in rules]})
        return Outcome(*cursor.fetchone())


@dataclass(frozen=True)
class _Question:
    """A rule's query as SQL, the register that it asks, and that one's column of dwellings."""

    query: str
    params: tuple[Any, ...]
    table: str
    column: str

    def at(self, place: int) -> tuple[str, dict[str, Any]]:
        """The query with its parameters named for this place of a statement."""
        named = {f"found_{place}_{number}": value for number, value in enumerate(self.params)}
        names = iter(named)
        return re.sub("%s", lambda _: f"%({next(names)})s", self.query), named


@lru_cache(maxsize=4096)
def _question(key: str, inspection: Inspection) -> _Question:
    """What the rule asks about a unit on a day; Django takes long to write a dozen of them."""
    offenders = quality_rules()[key].offenders(inspection)
    query, params = offenders.order_by().values(*COLUMNS).query.sql_with_params()
    model = offenders.model._meta
    own = {field.attname: field.column for field in model.concrete_fields}
    column = own.get("dwelling_id", own["id"])
    return _Question(query, tuple(params), model.db_table, column)


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
