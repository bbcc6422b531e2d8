"""Many rows in one statement, as the application's own role.

Row-level security refuses COPY to that role, so a chunk of rows goes to PostgreSQL as one array
per column and comes out of `unnest`: the policy's check, the constraints and the keys hold as for
a single row, at a fraction of what one literal per value costs (performance.md, advice 6).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from psycopg2 import sql

Column = tuple[str, str, str, Callable[[Any], str]]


def insert_rows(rows: Iterable[models.Model], *, ignore_conflicts: bool = False) -> None:
    """Insert rows of one model in one statement; keys that the database gives are not read back.

    :param ignore_conflicts: leave out a row that a unique constraint refuses
    """
    held = list(rows)
    if not held:
        return
    _insert(type(held[0]), [row.__dict__ for row in held], ignore_conflicts=ignore_conflicts)
    for row in held:
        row._state.adding, row._state.db = False, connection.alias


def insert_values(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows that nobody needs as objects, given by attribute name, all with the same names.

    Names left out take the model's default.
    """
    held = list(rows)
    if not held:
        return
    for attname, default in _defaults(model):
        if attname not in held[0]:
            for row in held:
                row[attname] = default()
    _insert(model, held)


@lru_cache(maxsize=64)
def _defaults(model: type[models.Model]) -> list[tuple[str, Callable[[], Any]]]:
    return [(f.attname, f.get_default) for f in _given(model)]


def _insert(
    model: type[models.Model], rows: Sequence[dict[str, Any]], *, ignore_conflicts: bool = False
) -> None:
    columns = _columns(model, None)
    ending = sql.SQL(" ON CONFLICT DO NOTHING") if ignore_conflicts else sql.SQL("")
    statement = sql.SQL("INSERT INTO {table} ({names}) SELECT {values} FROM {rows}{ending}").format(
        table=sql.Identifier(model._meta.db_table),
        names=sql.SQL(", ").join(sql.Identifier(name) for _, name, _, _ in columns),
        values=_values(columns),
        rows=_unnested(columns),
        ending=ending,
    )
    _execute(statement, columns, rows)


def update_rows(rows: Iterable[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of rows that are there already, found by their primary key."""
    held = list(rows)
    if not held:
        return
    model = type(held[0])
    key = model._meta.pk
    assert key is not None
    columns = _columns(model, (key.name, *dict.fromkeys(fields)))
    changes = sql.SQL(", ").join(
        sql.SQL("{name} = {value}").format(name=sql.Identifier(name), value=_value(column))
        for column in columns[1:]
        for name in [column[1]]
    )
    statement = sql.SQL(
        "UPDATE {table} AS held SET {changes} FROM {rows} WHERE held.{key} = given.{key}"
    ).format(
        table=sql.Identifier(model._meta.db_table), changes=changes, rows=_unnested(columns),
        key=sql.Identifier(columns[0][1]),
    )  # fmt: skip
    _execute(statement, columns, [row.__dict__ for row in held])


def _execute(
    statement: sql.Composable, columns: Sequence[Column], rows: Sequence[dict[str, Any]]
) -> None:
    arrays = []
    for attname, _, _, written in columns:
        held = [row[attname] for row in rows]
        arrays.append(
            "{" + ",".join(["NULL" if one is None else written(one) for one in held]) + "}"
        )
    with connection.cursor() as cursor:
        cursor.execute(statement, arrays)


def _values(columns: Sequence[Column]) -> sql.Composable:
    return sql.SQL(", ").join(_value(column) for column in columns)


def _value(column: Column) -> sql.Composable:
    """A column of `given`; an array in it has travelled as text: `unnest` would flatten it."""
    _, name, kind, _ = column
    value = sql.SQL("given.{}").format(sql.Identifier(name))
    return sql.SQL("{}::{}").format(value, sql.SQL(kind)) if kind.endswith("[]") else value


def _unnested(columns: Sequence[Column]) -> sql.Composable:
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
