"""The rules as SQL: those of one frame are one pass over its table (D-11)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Case, CharField, Q, QuerySet, When

from portal.quality.registry import quality_rules
from portal.quality.rule import COLUMNS, PLACES, Inspection, QualityRule

# One row of a frame may offend several rules: it is read once and told once for each of them.
FRAMED = """
SELECT told.rule, told.severity, told.due_on, {places}, told.detail
FROM ({{query}}) AS offender CROSS JOIN LATERAL (VALUES {{told}})
    AS told (rule, severity, due_on, detail)
WHERE told.detail IS NOT NULL
""".format(places=", ".join(f"offender.{place}" for place in PLACES))
TOLD = "(%(rule_{key})s::text, %(severity_{key})s::text, %(due_{key})s::date, offender.detail_{n})"
ALONE = """
SELECT %(rule_{key})s::text AS rule, %(severity_{key})s::text AS severity,
    %(due_{key})s::date AS due_on, offender.* FROM ({{query}}) AS offender
"""


@dataclass(frozen=True)
class Question:
    """What some rules ask of a unit on a day, and of which table.

    `column` is that table's column of dwellings. The query wants each rule's key, severity and
    deadline as `rule_…`, `severity_…` and `due_…`.
    """

    rules: tuple[str, ...]
    query: str
    params: tuple[tuple[str, Any], ...]
    table: str
    column: str


def mark(key: str) -> str:
    """A rule's key as part of a parameter's name."""
    return key.replace("-", "_")


def questions(rules: Iterable[QualityRule], inspection: Inspection) -> Iterator[Question]:
    """The fewest questions that these rules need: one for each frame, one for each query."""
    for keys in batches(rules):
        yield question(keys, inspection)


def batches(rules: Iterable[QualityRule]) -> list[tuple[str, ...]]:
    """Keys of rules that are asked together."""
    framed: dict[str, list[str]] = {}
    alone: list[tuple[str, ...]] = []
    for rule in rules:
        if rule.frame is not None:
            framed.setdefault(rule.frame.key, []).append(rule.key)
        else:
            alone.append((rule.key,))
    return [*map(tuple, framed.values()), *alone]


@lru_cache(maxsize=4096)
def question(keys: tuple[str, ...], inspection: Inspection) -> Question:
    """The rules of one batch as SQL; Django takes long to write it, and writes it once."""
    rules = [quality_rules()[key] for key in keys]
    frame = rules[0].frame
    if frame is None:
        rows = rules[0].offenders(inspection)
        query, params = _sql(rows, COLUMNS, mark(rules[0].key))
        text = ALONE.format(key=mark(rules[0].key)).format(query=query)
    else:
        rows = _together(rules, inspection)
        columns = [*PLACES, *(f"detail_{n}" for n in range(len(rules)))]
        query, params = _sql(rows, columns, frame.key)
        told = ", ".join(TOLD.format(key=mark(rule.key), n=n) for n, rule in enumerate(rules))
        text = FRAMED.format(query=query, told=told)
    model = rows.model._meta
    own = {field.attname: field.column for field in model.concrete_fields}
    column = own.get("dwelling_id", own["id"])
    return Question(keys, text, params, model.db_table, column)


def _together(rules: Sequence[QualityRule], inspection: Inspection) -> "QuerySet[Any, Any]":
    """Rows of the frame that offend at least one of the rules, with each one's words or NULL."""
    frame = rules[0].frame
    assert frame is not None
    faults = [rule.faulty(inspection) for rule in rules]
    anything = Q()
    for fault in faults:
        anything |= fault
    details = {
        f"detail_{n}": Case(
            When(fault, then=rule.told(inspection)), default=None, output_field=CharField()
        )
        for n, (rule, fault) in enumerate(zip(rules, faults, strict=True))
    }
    rows: QuerySet[Any, Any] = frame.rows(inspection).filter(anything).annotate(**details)
    return rows


def _sql(
    rows: "QuerySet[Any, Any]", columns: Sequence[str], name: str
) -> tuple[str, tuple[tuple[str, Any], ...]]:
    """The query with its parameters named, so that several stand in one statement.

    A column that the rows' own table has in another meaning is annotated as `as_…`.
    """
    told = rows.query.annotations
    columns = [f"as_{name}" if f"as_{name}" in told else name for name in columns]
    query, params = rows.order_by().values(*columns).query.sql_with_params()
    named = tuple((f"of_{name}_{place}", value) for place, value in enumerate(params))
    names = iter(named)
    return re.sub("%s", lambda _: f"%({next(names)[0]})s", query), named
