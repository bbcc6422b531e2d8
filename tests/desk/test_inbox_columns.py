"""Every kind of work tells all columns that its line is made of: no line asks for one more."""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import EmptyResultSet
from django.db import models

from portal.desk import sources
from portal.desk.source import Run, Source, united
from portal.exchange.exports.kinds import export_kinds
from portal.orgs.acting import acting
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.quality.registry import quality_rules
from residents.discovery import CHANNELS
from tests.cast import DISTRICT, HOME, STREET

TODAY = date(2026, 11, 25)
EVERYTHING = frozenset(map(str, Capability))


def kinds(above: type[Source] = Source) -> list[type[Source]]:
    """Every kind of thing to do of the product."""
    found = [each for kind in above.__subclasses__() for each in (kind, *kinds(kind))]
    return [kind for kind in found if kind.__module__.startswith(sources.__package__)]


KINDS = sorted(kinds(), key=lambda kind: kind.key)


def column_of(model: type[models.Model], path: str) -> Any:
    """The column that a path leads to, None where the query works the value out."""
    *relations, last = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model
    columns = {field.attname: field for field in model._meta.concrete_fields}
    return columns.get(last)


#: What the column itself does not tell: codes of other tables, and that nothing is made yet of an
#: export that waits.
CODES = {
    ("DataQualityIssue", "rule"): lambda: [*quality_rules(), "R-none"],
    ("ExportRequest", "kind"): lambda: [*export_kinds()],
    ("ExportRequest", "job_id"): lambda: [None],
    ("Lead", "channel"): lambda: [*CHANNELS.codes],
}


def values_of(model: type[models.Model], path: str) -> list[Any]:
    """What a column may tell, as JSON: each of its codes, or some value; and nothing if it may."""
    column = column_of(model, path)
    if (model.__name__, path) in CODES:
        return CODES[model.__name__, path]()
    if column is None:
        return [TODAY.isoformat()]
    nothing = [None] if column.null else []
    if column.choices:
        return [code for code, _title in column.flatchoices]
    if isinstance(column, models.ForeignKey):
        column = column.target_field
    some = {
        "UUIDField": [str(uuid.UUID(int=1))], "JSONField": [["x"]],
        "DateTimeField": ["2026-11-20T08:00:00+08:00"],
        "DateField": [str(TODAY + timedelta(days=days)) for days in (-40, 0, 40)],
    }  # fmt: skip
    numbers = [1] if isinstance(column, models.IntegerField) else ["x"]
    return some.get(column.get_internal_type(), numbers) + nothing


def rows_of(kind: type[Source], names: tuple[str, ...]) -> Iterator[list[Any]]:
    """Rows in which each column has each of its values once."""
    values = [values_of(kind.model, name) for name in names]
    values[names.index(kind.due)] = [day for day in values[names.index(kind.due)] if day]
    first = [each[0] for each in values]
    for place, some in enumerate(values):
        yield from ([*first[:place], value, *first[place + 1 :]] for value in some)


@pytest.mark.parametrize("may", [EVERYTHING, frozenset[str]()], ids=["everything", "nothing"])
@pytest.mark.parametrize("unit", [HOME, STREET, DISTRICT])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_a_line_is_made_of_what_its_kind_tells(kind, unit, may):
    """A column that was not told would be read from the database, which this test has not."""
    source = kind(Scope(unit, "", "", "", may, user_id=1), TODAY)
    made = 0
    for row in rows_of(kind, source._columns):
        with suppress(KeyError):  # a state in which nothing waits has no words
            item = source.recalled(row)
            made += bool(item.title and item.due_on)
    assert made > len(source._columns)


@pytest.mark.parametrize("user", [7, 8])
@pytest.mark.parametrize("unit", [HOME, STREET, DISTRICT])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_a_statement_that_is_kept_asks_for_whoever_looks(kind, unit, user):
    """Written for others of the role, with this person's unit, number and post in their places."""
    source = kind(
        Scope(unit, "", "", "", EVERYTHING, user_id=user, appointment_id=user * 10), TODAY
    )
    run = Run(None, TODAY, 2, 3)
    try:
        text, params = source.written(5, run).query.get_compiler("default").as_sql()
    except EmptyResultSet:
        assert not source.cut(5, run)._parts
        return
    [(written, given)] = source.cut(5, run)._parts
    assert written.text == text
    assert given == list(params)


@pytest.mark.parametrize("key", ["clerk", "street", "district"])
def test_all_kinds_answer_in_one_statement(cast, key, django_assert_num_queries):
    """Counts of all kinds are united, and rows of all kinds: no name clashes with a column."""
    scope = replace(cast.scope(key), capabilities=EVERYTHING)
    found = [kind(scope, TODAY) for kind in KINDS]
    run = Run(TODAY, TODAY + timedelta(days=7), 0, 5)
    with acting(scope), django_assert_num_queries(2):
        assert not list(united([source.days(place) for place, source in enumerate(found)]))
        assert not list(united([source.cut(place, run) for place, source in enumerate(found)]))
