"""Which columns a query or an expression reads, out of what Django has made of it.

Nothing is executed: the resolved tree of expressions is walked.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Aggregate, Count, QuerySet
from django.db.models.expressions import Col, Combinable
from django.db.models.sql import Query

#: A record's label and a column's name.
Key = tuple[str, str]


def read_by(rows: "QuerySet[Any, Any]", *expressions: Combinable) -> set[Key]:
    """The columns of a query's conditions and of expressions on its rows."""
    found = set(_of(rows.query.where))
    for combined in rows.query.combined_queries:
        found |= set(_of(combined.where))
    for expression in expressions:
        found |= set(_of(resolved(rows, expression)))
    return found


def told_by(rows: "QuerySet[Any, Any]", expression: Combinable) -> set[Key]:
    """The columns whose values an expression on the rows hands on, conditions left out."""
    return set(_of(resolved(rows, expression), conditions=False))


def resolved(rows: "QuerySet[Any, Any]", expression: Combinable) -> Any:
    """The expression as the query understands it."""
    return rows.order_by().annotate(catalogued=expression).query.annotations["catalogued"]


def _of(node: Any, *, conditions: bool = True) -> Iterator[Key]:
    if isinstance(node, Col):
        target = node.target
        yield target.model._meta.label, target.attname
        return
    if isinstance(node, Query):
        yield from _of_query(node, conditions=conditions)
        return
    for each in (*getattr(node, "children", ()), *_sources(node, conditions=conditions)):
        if each is not None:
            yield from _of(each, conditions=conditions)


def _sources(node: Any, *, conditions: bool) -> Sequence[Any]:
    """What an expression is made of; a count hands on no value, a sum those that it adds up."""
    if isinstance(node, Aggregate) and not conditions:
        return [] if isinstance(node, Count) else node.source_expressions
    found = getattr(node, "get_source_expressions", None)
    return found() if found else []


def _of_query(query: Query, *, conditions: bool) -> Iterator[Key]:
    for each in (*query.select, *query.annotation_select.values()):
        yield from _of(each, conditions=conditions)
    if conditions:
        yield from _of(query.where)
