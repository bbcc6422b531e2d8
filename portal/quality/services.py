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
from typing import Any

from django.db import connection, transaction
from django.db.models import BooleanField, F, Func, Value
from django.utils import timezone

from portal.orgs.access import NotAllowed
from portal.orgs.planning import expect_many_rows
from portal.orgs.scope import Scope, span_of
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import COLUMNS, DEADLINES, Inspection, QualityRule
from portal.rules.services import rules_on

RULE_SETS = ("verification_cycle", "issue_deadlines", "registration_deadline")

# What the rule finds now stands in `found`; what it no longer finds is mended. An issue keeps the
# day on which it was first seen, hence its deadline. One that is as it was is left alone: writing
# it again, even in vain, would lock it against the clerk who mends it meanwhile.
RUN_RULE = """
found{n} AS ({offenders}),
opened{n} AS (
    INSERT INTO {table} (id, committee_id, rule, severity, object_id, dwelling_id, residence_id,
        subject, place, detail, detected_on, due_on, state, first_seen_run)
    SELECT gen_random_uuid(), committee_id, %(rule{n})s, %(severity{n})s, object_id, dwelling_id,
        residence_id, left(subject, 80), left(place, 80), left(detail, 200), %(day)s, %(due{n})s,
        'open', %(run)s
    FROM found{n}
    WHERE NOT EXISTS (SELECT FROM {table} AS known
        WHERE known.rule = %(rule{n})s AND known.state = 'open'
        AND known.object_id = found{n}.object_id
        AND known.committee_id = found{n}.committee_id
        AND known.severity = %(severity{n})s
        AND known.dwelling_id IS NOT DISTINCT FROM found{n}.dwelling_id
        AND known.subject = left(found{n}.subject, 80)
        AND known.place = left(found{n}.place, 80)
        AND known.detail = left(found{n}.detail, 200))
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
mended{n} AS (
    UPDATE {table} SET state = 'fixed', closed_on = %(day)s
    WHERE state = 'open' AND rule = %(rule{n})s AND committee_id BETWEEN %(low)s AND %(high)s
    AND (%(dwellings)s::uuid[] IS NULL OR dwelling_id = ANY (%(dwellings)s::uuid[]))
    AND NOT EXISTS (SELECT FROM found{n} WHERE found{n}.object_id = {table}.object_id)
    RETURNING 1
)
"""
COUNT_OPENED = "(SELECT count(*) FROM opened{n} WHERE is_new)"
COUNT_MENDED = "(SELECT count(*) FROM mended{n})"


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


@transaction.atomic
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
    parts, values = [], _values(inspection, dwellings, run)
    for place, rule in enumerate(rules):
        query, named = _offenders(rule, place, inspection, dwellings)
        parts.append(
            RUN_RULE.format(n=place, offenders=query, table=DataQualityIssue._meta.db_table)
        )
        values |= named | {
            f"rule{place}": rule.key,
            f"severity{place}": str(rule.severity),
            f"due{place}": due_on(rule, inspection),
        }
    places = range(len(rules))
    opened = " + ".join(COUNT_OPENED.format(n=place) for place in places)
    mended = " + ".join(COUNT_MENDED.format(n=place) for place in places)
    statement = "WITH " + ", ".join(parts) + f" SELECT {opened}, {mended}"
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return Outcome(*cursor.fetchone())


def _offenders(
    rule: QualityRule, place: int, inspection: Inspection, dwellings: list[uuid.UUID] | None
) -> tuple[str, dict[str, Any]]:
    """What the rule finds, as SQL whose parameters are named for this place of the statement."""
    offenders = rule.offenders(inspection)
    if dwellings is not None:
        offenders = offenders.filter(OneOf(F("dwelling_id"), Value(_array(dwellings))))
    query, params = offenders.order_by().values(*COLUMNS).query.sql_with_params()
    named = {f"found_{place}_{number}": value for number, value in enumerate(params)}
    names = iter(named)
    return re.sub("%s", lambda _: f"%({next(names)})s", query), named


class OneOf(Func):
    """Whether a key is one of an array's: one parameter, however many they are."""

    template = "%(expressions)s::uuid[])"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


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
