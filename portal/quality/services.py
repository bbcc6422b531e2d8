"""Running the rules: issues open and close set-based, one statement for each rule (D-11)."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from portal.orgs.access import NotAllowed
from portal.orgs.scope import Scope, span_of
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import COLUMNS, DEADLINES, Inspection, QualityRule
from portal.rules.services import rules_on

RULE_SETS = ("verification_cycle", "issue_deadlines", "registration_deadline")

# What the rule finds now stands in `found`; what it no longer finds is mended. An issue keeps the
# day on which it was first seen, hence its deadline.
RUN_RULE = """
WITH found AS ({offenders}),
opened AS (
    INSERT INTO {table} (id, committee_id, rule, severity, object_id, dwelling_id, residence_id,
        subject, place, detail, detected_on, due_on, state, first_seen_run)
    SELECT gen_random_uuid(), committee_id, %(rule)s, %(severity)s, object_id, dwelling_id,
        residence_id, left(subject, 80), left(place, 80), left(detail, 200), %(day)s, %(due)s,
        'open', %(run)s
    FROM found
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
    WHERE state = 'open' AND rule = %(rule)s AND committee_id BETWEEN %(low)s AND %(high)s
    AND (%(dwellings)s::uuid[] IS NULL OR dwelling_id = ANY (%(dwellings)s::uuid[]))
    AND object_id NOT IN (SELECT object_id FROM found)
    RETURNING 1
)
SELECT (SELECT count(*) FROM opened WHERE is_new), (SELECT count(*) FROM mended)
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


@transaction.atomic
def check_dwellings(
    *, dwelling_ids: Iterable[uuid.UUID], unit: int, by: Scope, at: datetime
) -> Outcome:
    """Run the rules over some dwellings of a unit and their people, after they were saved.

    The clerk sees at once what is mended and what is still missing.

    :raises NotAllowed: the unit lies outside `by`
    """
    return _run(unit=unit, dwellings=list(dwelling_ids), by=by, at=at, run=None, only=None)


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
    day = timezone.localdate(at)
    inspection = Inspection(unit, day, rules_on(RULE_SETS, day))
    wanted = None if only is None else set(only)
    total = Outcome()
    for rule in quality_rules().values():
        if wanted is None or rule.key in wanted:
            total += _run_rule(rule, inspection, dwellings, run)
    return total


def _run_rule(
    rule: QualityRule,
    inspection: Inspection,
    dwellings: list[uuid.UUID] | None,
    run: uuid.UUID | None,
) -> Outcome:
    offenders = rule.offenders(inspection)
    if dwellings is not None:
        offenders = offenders.filter(dwelling_id__in=dwellings)
    query, params = offenders.order_by().values(*COLUMNS).query.sql_with_params()
    named = {f"found_{place}": value for place, value in enumerate(params)}
    names = iter(named)
    statement = RUN_RULE.format(
        offenders=re.sub("%s", lambda _: f"%({next(names)})s", query),
        table=DataQualityIssue._meta.db_table,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, named | _values(rule, inspection, dwellings, run))
        opened, mended = cursor.fetchone()
    return Outcome(opened, mended)


def _values(
    rule: QualityRule,
    inspection: Inspection,
    dwellings: list[uuid.UUID] | None,
    run: uuid.UUID | None,
) -> dict[str, Any]:
    return {
        "rule": rule.key,
        "severity": str(rule.severity),
        "day": inspection.day,
        "due": due_on(rule, inspection),
        "run": None if run is None else str(run),
        "dwellings": None if dwellings is None else [str(key) for key in dwellings],
        "low": inspection.unit,
        "high": inspection.unit + span_of(inspection.unit),
    }


def due_on(rule: QualityRule, inspection: Inspection) -> date:
    """Until when an issue found on this day should be mended (rule set `issue_deadlines`)."""
    days: int = inspection.rules["issue_deadlines"][DEADLINES[rule.severity]]
    return inspection.day + timedelta(days=days)
