"""Rows of many tables in one statement: each tells in JSON the columns that its item is made of.

A table's own statement would read forty columns of which ten are shown, and a street's list shows
fifteen kinds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from django.db import connection
from django.db.models import F, Func, JSONField, Model
from django.db.models.fields.related import ForeignKey


def told(names: Iterable[str]) -> Func:
    """These columns of a row; those of rows beside it by path (`committee__name`)."""
    return Func(*map(F, names), function="jsonb_build_array", output_field=JSONField())


def recalled(model: type[Model], names: tuple[str, ...], values: Sequence[Any]) -> Any:
    """The record that told these columns; a column that it did not tell is read when asked for.

    What is no column of the table is left as JSON has it.
    """
    plan = _plan(model, names)
    known = {name: read(values[place]) for place, name, read in plan.own}
    row = model.from_db(connection.alias, known.keys(), known.values())
    for place, name in plan.more:
        setattr(row, name, values[place])
    for link, parts, places in plan.beside:
        key = known[link.attname]
        there = [key, *(values[place] for place in places)]
        found = None if key is None else recalled(link.related_model, parts, there)
        link.set_cached_value(row, found)
    return row


class _Plan(NamedTuple):
    """What each place of the told values is.

    :param own: the table's columns in its order, each with what reads its JSON
    :param more: names that are no columns
    :param beside: rows that a column leads to, what is told of them and where
    """

    own: list[tuple[int, str, Callable[[Any], Any]]]
    more: list[tuple[int, str]]
    beside: list[tuple[Any, tuple[str, ...], list[int]]]


@lru_cache(maxsize=64)
def _plan(model: type[Model], names: tuple[str, ...]) -> _Plan:
    place_of = {name: place for place, name in enumerate(names)}
    columns = {field.attname: field for field in model._meta.concrete_fields}
    beside: dict[str, list[str]] = defaultdict(list)
    for name in names:
        relation, _, rest = name.partition("__")
        if rest:
            beside[relation].append(rest)
    return _Plan(
        [(place_of[name], name, field.to_python) for name, field in columns.items()
         if name in place_of],
        [(place, name) for name, place in place_of.items()
         if name not in columns and "__" not in name],
        [_beside(model, relation, parts, place_of) for relation, parts in beside.items()],
    )  # fmt: skip


def _beside(
    model: type[Model], relation: str, parts: Sequence[str], place_of: Mapping[str, int]
) -> tuple[Any, tuple[str, ...], list[int]]:
    link = cast("ForeignKey[Any, Any]", model._meta.get_field(relation))
    places = [place_of[f"{relation}__{part}"] for part in parts]
    return link, (link.target_field.attname, *parts), places
