"""Many rows in one statement, as the application's own role.

Row-level security refuses COPY to that role, so a chunk of rows goes to PostgreSQL as one array
per column and comes out of `unnest`: the policy's check, the constraints and the keys hold as for
a single row, at a fraction of what one literal per value costs (performance.md, advice 6).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache, partial
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from psycopg2 import sql

Row = TypeVar("Row", bound=models.Model)
Column = tuple[str, str, str, Callable[[Any], str]]


def insert_rows(rows: Iterable[models.Model], *, ignore_conflicts: bool = False) -> None:
    """Insert rows of one model in one statement; keys that the database gives are not read back.

    :param ignore_conflicts: leave out a row that a unique constraint refuses
    """
    held = list(rows)
    if not held:
        return
    model = type(held[0])
    given = [row.__dict__ for row in held]
    values = [[row[column[0]] for row in given] for column in _columns(model, None)]
    _insert(model, values, ignore_conflicts=ignore_conflicts)
    for row in held:
        row._state.adding, row._state.db = False, connection.alias


def insert_values(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows that nobody needs as objects, given by attribute name, all with the same names.

    Names left out take the model's default.
    """
    held = list(rows)
    if not held:
        return
    values = [
        [row[field.attname] for row in held]
        if field.attname in held[0]
        else _defaults(field, len(held))
        for field in _given(model)
    ]
    _insert(model, values)


def columns_of(alias: str, model: type[models.Model]) -> sql.Composed:
    """All columns of a model's table under this alias, as `row_of` takes them."""
    return sql.SQL(", ").join(
        sql.Identifier(alias, str(field.column)) for field in model._meta.concrete_fields
    )


@cache
def written(statement: Callable[[], sql.Composable]) -> str:
    """A statement without values of its own, as text."""
    return _text(statement())


def row_of(model: type[Row], values: Sequence[Any]) -> Row:
    """The row that a statement has read by `columns_of`, as Django would have made it."""
    names, converted = _reading(model)
    held = list(values)
    for place, convert in converted:
        held[place] = convert(held[place])
    return model.from_db("default", names, held)


@lru_cache(maxsize=16)
def _reading(
    model: type[models.Model],
) -> tuple[list[str], list[tuple[int, Callable[[Any], Any]]]]:
    """The attributes of all columns, and what turns those into Python that the driver does not."""
    fields = model._meta.concrete_fields
    converted: list[tuple[int, Callable[[Any], Any]]] = [
        (place, partial(_convert, field))
        for place, field in enumerate(fields)
        if hasattr(field, "from_db_value")
    ]
    return [field.attname for field in fields], converted


def _convert(field: Any, value: Any) -> Any:
    return field.from_db_value(value, field.cached_col, connection)


def _defaults(field: "models.Field[Any, Any]", count: int) -> list[Any]:
    if callable(field.default):  # a key, or something that rows must not share
        return [field.get_default() for _ in range(count)]
    return [field.get_default()] * count


def _insert(
    model: type[models.Model], values: Sequence[list[Any]], *, ignore_conflicts: bool = False
) -> None:
    """:param values: of all rows, a list for each column that is ours to give"""
    given = _Given(_columns(model, None), values)
    with connection.cursor() as cursor:
        cursor.execute(_inserting(model, given.alike, ignore_conflicts), given.params)


@lru_cache(maxsize=256)
def _inserting(model: type[models.Model], alike: tuple[bool, ...], ignore_conflicts: bool) -> str:
    columns = _columns(model, None)
    ending = sql.SQL(" ON CONFLICT DO NOTHING") if ignore_conflicts else sql.SQL("")
    statement = sql.SQL("INSERT INTO {table} ({names}) SELECT {values} FROM {rows}{ending}")
    return _text(statement.format(
        table=sql.Identifier(model._meta.db_table),
        names=sql.SQL(", ").join(sql.Identifier(column[1]) for column in columns),
        values=sql.SQL(", ").join(_expressions(columns, alike)),
        rows=_unnested(columns, alike),
        ending=ending,
    ))  # fmt: skip


def update_rows(
    rows: Iterable[Any], fields: Sequence[str], *, model: type[models.Model] | None = None
) -> None:
    """Write these fields of rows that are there already, found by their primary key.

    :param model: whose rows they are, where they are no instances but have its attributes
    """
    taken = list(rows)
    if not taken:
        return
    held = [row.__dict__ for row in taken]
    of: Any = model or type(taken[0])
    key = of._meta.pk
    columns = _columns(of, (key.name, *dict.fromkeys(fields)))
    given = _Given(columns, [[row[column[0]] for row in held] for column in columns])
    with connection.cursor() as cursor:
        cursor.execute(_updating(of._meta.db_table, columns, given.alike), given.params)


@lru_cache(maxsize=256)
def _updating(table: str, columns: tuple[Column, ...], alike: tuple[bool, ...]) -> str:
    values = _expressions(columns, alike)
    changes = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(column[1]), value)
        for column, value in zip(columns[1:], values[1:], strict=True)
    )
    statement = sql.SQL(
        "UPDATE {table} AS held SET {changes} FROM {rows} WHERE held.{key} = given.{key}"
    )
    return _text(statement.format(
        table=sql.Identifier(table), changes=changes, rows=_unnested(columns, alike),
        key=sql.Identifier(columns[0][1]),
    ))  # fmt: skip


class _Given:
    """Rows on their way into a statement: a parameter for each column.

    A column that all rows have alike is one value, the others are arrays that `unnest` turns into
    rows. The first column always travels as an array: it says how many rows there are.
    """

    def __init__(self, columns: Sequence[Column], values: Sequence[list[Any]]) -> None:
        #: of each column, whether all rows have the same in it; the statement depends on no more
        self.alike = tuple(
            place > 0 and _is_one(held, column)
            for place, (column, held) in enumerate(zip(columns, values, strict=True))
        )
        constants, arrays = [], []
        for column, held, alike in zip(columns, values, self.alike, strict=True):
            if alike:
                constants.append(_array_of(held[:1], column))
            else:
                arrays.append(_array_of(held, column))
        self.params = [*constants, *arrays]


def _expressions(columns: Sequence[Column], alike: Sequence[bool]) -> list[sql.Composable]:
    return [
        _constant(column) if one else _value(column)
        for column, one in zip(columns, alike, strict=True)
    ]


def _text(statement: sql.Composable) -> str:
    """As the driver would write it, once for all times that it is asked."""
    with connection.cursor() as cursor:
        return str(statement.as_string(cursor.cursor))


def _is_one(values: list[Any], column: Column) -> bool:
    return column[2] != "jsonb" and values.count(values[0]) == len(values)


def _array_of(values: list[Any], column: Column) -> str:
    written = column[3]
    return "{" + ",".join(["NULL" if one is None else written(one) for one in values]) + "}"


def _constant(column: Column) -> sql.Composable:
    """One value out of an array of its own, so that it is written as in a longer one."""
    kind = column[2]
    if kind.endswith("[]"):
        return sql.SQL("(%s::text[])[1]::{}").format(sql.SQL(kind))
    return sql.SQL("(%s::{}[])[1]").format(sql.SQL(kind))


def _value(column: Column) -> sql.Composable:
    """A column of `given`; an array in it has travelled as text: `unnest` would flatten it."""
    _, name, kind, _ = column
    value = sql.SQL("given.{}").format(sql.Identifier(name))
    return sql.SQL("{}::{}").format(value, sql.SQL(kind)) if kind.endswith("[]") else value


def _unnested(columns: Sequence[Column], alike: Sequence[bool]) -> sql.Composable:
    """The columns that differ from row to row."""
    columns = [column for column, one in zip(columns, alike, strict=True) if not one]
    return sql.SQL("unnest({arrays}) AS given({names})").format(
        arrays=sql.SQL(", ").join(
            sql.SQL("%s::{}[]").format(sql.SQL("text" if kind.endswith("[]") else kind))
            for _, _, kind, _ in columns
        ),
        names=sql.SQL(", ").join(sql.Identifier(name) for _, name, _, _ in columns),
    )


@lru_cache(maxsize=256)
def _columns(model: type[models.Model], names: tuple[str, ...] | None) -> tuple[Column, ...]:
    """Attribute, column, type and written form of the fields; without names, all that are given.

    Text travels as `text`, so that a value too long is refused and not cut by a cast.
    """
    fields: Iterable[Any] = _given(model)
    if names is not None:
        fields = map(model._meta.get_field, names)
    return tuple((field.attname, field.column, *_form(field)) for field in fields)


@lru_cache(maxsize=64)
def _given(model: type[models.Model]) -> list["models.Field[Any, Any]"]:
    """The fields whose values come from us, not from the database."""
    serial = model._meta.auto_field
    return [f for f in model._meta.concrete_fields if not f.generated and f is not serial]


def _form(field: "models.Field[Any, Any]") -> tuple[str, Callable[[Any], str]]:
    """The type in PostgreSQL and how a value is written inside an array of it."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    kind = (field.db_type(connection) or "").partition("(")[0]
    kind = {"varchar": "text", "bigserial": "bigint", "serial": "integer"}.get(kind, kind)
    if kind.endswith("[]"):
        return kind, _array
    return kind, _FORMS.get(kind, str)


def _quoted(text: str) -> str:
    """Text inside an array's literal."""
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _binary(value: bytes) -> str:
    return f'"\\\\x{bytes(value).hex()}"'


def _json(value: Any) -> str:
    return _quoted(_dumped(value))


def _array(value: Iterable[Any]) -> str:
    return _quoted("{" + ",".join(_quoted(str(each)) for each in value) + "}")


def _moment(value: date | datetime) -> str:
    return f'"{value.isoformat()}"'


_dumped = DjangoJSONEncoder(ensure_ascii=False).encode
_FORMS: dict[str, Callable[[Any], str]] = {
    "text": _quoted,
    "inet": _quoted,
    "bytea": _binary,
    "jsonb": _json,
    "date": _moment,
    "timestamp with time zone": _moment,
}
