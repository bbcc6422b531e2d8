"""Reads that page after page asks: the statement is written once, its values are given each time.

For a handful of rows Django takes longer to write the statement than PostgreSQL to answer it. A
prepared read is an ordinary query set, which begins with `in_scope` like any other; what it says in
SQL is kept per process, with places for the acting unit and for the values.

    @Prepared
    def episodes(scope: Scope, *, resident: UUID) -> QuerySet[Residence]:
        return Residence.objects.in_scope(scope).filter(resident=resident)

    rows = episodes.rows(request.scope, resident=pk)

What is given by name is a value and is passed on as it is; what is given by position (a flag) is
part of the statement. The scope names the unit and nothing else, so that nobody's post can stay
behind in a statement that others use. Reads of the same columns can be asked as one:

    rows = first.asked(scope, kind=1).union(second.asked(scope, kind=2), all=True)
"""

import uuid
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import count
from typing import Any, Generic, Literal, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.query import ModelIterable, ValuesIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler

from portal.orgs.scope import DISTRICT_SPAN, STREET_SPAN, Level, Scope

Row = TypeVar("Row")
Build = Callable[..., "QuerySet[Any, Any]"]
Kinds = tuple[tuple[str, type], ...]
UNIT = "unit"
#: Statements of each sort that a process keeps; one takes a few kilobytes.
MOST_KEPT = 2048


class UnableToPrepare(TypeError):
    """The statement depends on a value otherwise than by passing it on."""


class Prepared(Generic[Row]):
    """A read by its unit and its values; decorates the function that says it as a query set."""

    def __init__(self, build: "Callable[..., QuerySet[Any, Row]]") -> None:
        self._build = build
        self.__doc__ = build.__doc__

    def rows(self, scope: Scope, *fixed: Hashable, **values: Any) -> list[Row]:
        """The rows as the query set would give them: records, or dictionaries after `values()`.

        :raises UnableToPrepare: the function computes with a value, or the value is of a kind
            that cannot be told from others
        """
        return list(self.asked(scope, *fixed, **values))

    def first(self, scope: Scope, *fixed: Hashable, **values: Any) -> Row | None:
        """The first of the rows, None where there is none."""
        return next(iter(self.rows(scope, *fixed, **values)), None)

    def asked(self, scope: Scope, *fixed: Hashable, **values: Any) -> "Asked[Row]":
        """The read with its values, which asks when it is gone through.

        :raises UnableToPrepare: as `rows`
        """
        kinds = tuple((name, type(value)) for name, value in values.items())
        try:
            written = _of_level(self._build, scope.level, fixed, kinds)
            if written is None:
                written = _of_unit(self._build, scope.unit, fixed, kinds)
        except EmptyResultSet:  # Django sees from the conditions that no row can meet them
            return Asked(())
        return Asked(((written, written.filled({UNIT: scope.unit, **values})),))


class Asked(Generic[Row]):
    """Prepared reads of the same columns with their values: one statement, however many."""

    def __init__(self, parts: "tuple[tuple[_Statement, list[Any]], ...]") -> None:
        self._parts = parts

    def union(self, *others: "Asked[Row]", all: Literal[True]) -> "Asked[Row]":
        """Their rows and those of the others, as a query set's `union` gives them."""
        del all  # rows that are the same are never made one
        return Asked((*self._parts, *(part for other in others for part in other._parts)))

    def __iter__(self) -> Iterator[Row]:
        if not self._parts:
            return
        # texts that Django wrote, with a place for each value
        texts = [written.text for written, _params in self._parts]
        text = " UNION ALL ".join([f"({each})" for each in texts]) if len(texts) > 1 else texts[0]
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(text, [value for _written, params in self._parts for value in params])
            found = cursor.fetchall()
        first, _params = self._parts[0]
        yield from (first.made(row, connection) for row in found)


def counted(rows: "QuerySet[Any, Any]", **conditions: Q) -> "QuerySet[Any, dict[str, int]]":
    """One row: how many of these rows meet each condition. (`aggregate` would ask at once.)"""
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    # a value that is nobody's column: PostgreSQL counts all rows as one group
    found: QuerySet[Any, dict[str, int]] = (
        rows.order_by().values(of=Value(1)).annotate(**counts).values(*counts)
    )
    return found


@dataclass(frozen=True)
class _Statement:
    """A statement, the parameters that it always has, and the places of the others."""

    text: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, str], ...]
    shape: Callable[[Sequence[Any]], Any]
    #: columns whose values Django turns into others, and by what
    converted: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]

    def filled(self, values: Mapping[str, Any]) -> list[Any]:
        """The parameters, each value in its places."""
        params = list(self.params)
        for place, name in self.places:
            params[place] = values[name]
        return params

    def made(self, row: Sequence[Any], connection: Any) -> Any:
        """What the query set would have made of an answered row."""
        return self.shape(self._converted(row, connection))

    def _converted(self, row: Sequence[Any], connection: Any) -> Sequence[Any]:
        if not self.converted:
            return row
        held = list(row)
        for place, converters, expression in self.converted:
            for convert in converters:
                held[place] = convert(held[place], expression, connection)
        return held


# --- writing a statement ----------------------------------------------------------------------

#: Units that do not exist, two of each level: a statement that two of them share is the level's.
_NOBODYS: dict[Level, tuple[int, int]] = {
    "committee": (STREET_SPAN + 1, 2 * STREET_SPAN + 2),
    "street": (DISTRICT_SPAN + STREET_SPAN, 2 * DISTRICT_SPAN + 2 * STREET_SPAN),
    "district": (DISTRICT_SPAN, 2 * DISTRICT_SPAN),
}
#: Values that stand for others while a statement is written; told by what they are, not by what
#: they equal.
_STAND_INS: dict[type, Callable[[int], Any]] = {
    uuid.UUID: lambda n: uuid.UUID(int=n),
    date: lambda n: date.fromordinal(700_000 + n),
    datetime: lambda n: datetime.fromtimestamp(1_000_000_000 + n, tz=UTC),
    str: "stands for {}".format,
    bytes: lambda n: b"stands for %d" % n,
    int: lambda n: 1_000_000 + n,
    list: lambda n: [uuid.UUID(int=n)],  # keys, for a lookup that takes them as one array
}


@lru_cache(maxsize=MOST_KEPT)
def _of_level(
    build: Build, level: Level, fixed: tuple[Hashable, ...], kinds: Kinds
) -> _Statement | None:
    """The statement for every unit of a level; None where it has to be written for each unit."""
    return _written(build, _NOBODYS[level], fixed, kinds, (UNIT,))


@lru_cache(maxsize=MOST_KEPT)
def _of_unit(build: Build, unit: int, fixed: tuple[Hashable, ...], kinds: Kinds) -> _Statement:
    written = _written(build, (unit, unit), fixed, kinds, ())
    if written is None:
        raise UnableToPrepare(f"{build.__qualname__} computes with what it is given")
    return written


def _written(
    build: Build, units: tuple[int, int], fixed: Sequence[Hashable], kinds: Kinds,
    also: tuple[str, ...],
) -> _Statement | None:  # fmt: skip
    """Written for two sets of values; one statement serves all where only these values differ.

    :param also: `unit` where the unit is such a value as well
    """
    numbers = count(1)
    drafts = [_Draft(build, unit, fixed, kinds, also, numbers) for unit in units]
    one, other = drafts
    return one.statement() if one.rest == other.rest else None


class _Draft:
    """A statement as Django writes it for values that stand for others."""

    def __init__(
        self, build: Build, unit: int, fixed: Sequence[Hashable], kinds: Kinds,
        also: tuple[str, ...], numbers: Iterable[int],
    ) -> None:  # fmt: skip
        given = {name: _stand_in(kind)(n) for (name, kind), n in zip(kinds, numbers, strict=False)}
        scope = Scope(unit, "", "", "", frozenset())
        self._rows = build(scope, *fixed, **given)
        self._compiler = self._rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self._text, params = self._compiler.as_sql()
        known = given | {name: unit for name in also}
        names = [_name_of(param, known) for param in params]
        self._places = tuple((place, name) for place, name in enumerate(names) if name)
        self._params = tuple(
            None if name else param for param, name in zip(params, names, strict=True)
        )

    @property
    def rest(self) -> tuple[Any, ...]:
        """All that has to be the same for other values."""
        return self._text, self._params, self._places

    def statement(self) -> _Statement:
        compiler: Any = self._compiler
        shown = [column[0] for column in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(shown)
        converted = tuple((place, *how) for place, how in converters.items())
        shape = _shape_of(self._rows, compiler)
        return _Statement(self._text, self._params, self._places, shape, converted)


def _stand_in(kind: type) -> Callable[[int], Any]:
    if kind not in _STAND_INS:
        raise UnableToPrepare(f"nothing stands for a value of the kind {kind.__name__}")
    return _STAND_INS[kind]


def _name_of(param: Any, given: Mapping[str, Any]) -> str:
    """The name under which this very object was given; blank for what the statement always has."""
    held = getattr(param, "adapted", param)  # the driver's wrapping of bytes
    return next((name for name, value in given.items() if value is held), "")


def _shape_of(rows: "QuerySet[Any, Any]", compiler: SQLCompiler) -> Callable[[Sequence[Any]], Any]:
    """What makes of a row what the query set would have made of it."""
    query, made_by = rows.query, rows._iterable_class
    if made_by is ValuesIterable:
        names = list(query.selected or query.annotation_select)
        return lambda row: dict(zip(names, row, strict=True))
    if made_by is not ModelIterable:
        raise UnableToPrepare("ask for records or for values()")
    information: Any = compiler.klass_info
    columns = information["select_fields"]
    first, behind = columns[0], columns[-1] + 1
    shown: Any = compiler.select
    attributes = [shown[place][0].target.attname for place in columns]
    beside = tuple((compiler.annotation_col_map or {}).items())
    populators: Callable[..., list[Any]] = get_related_populators
    related = populators(information, shown, DEFAULT_DB_ALIAS)
    model = rows.model

    def record(row: Sequence[Any]) -> Any:
        made = model.from_db(DEFAULT_DB_ALIAS, attributes, row[first:behind])
        for each in related:
            each.populate(row, made)
        for name, place in beside:
            setattr(made, name, row[place])
        return made

    return record
