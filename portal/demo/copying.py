"""Bulk loading by the owner's connection: COPY, through the same columns and constraints."""

import io
import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connections, models
from django.db.models import NOT_PROVIDED
from psycopg2 import sql


def copy_rows(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> int:
    """COPY rows given by attname; columns left out take the model's default. Returns the count.

    Row-level security refuses COPY FROM to the application's role, on purpose; the owner may.
    """
    names, fillers = _columns(model)
    lines = []
    for row in rows:
        values = [row[name] if name in row else fill() for name, fill in fillers]
        lines.append("\t".join([FORMS[type(value)](value) for value in values]))
    if not lines:
        return 0
    buffer = io.StringIO("\n".join(lines) + "\n")
    with connections["owner"].cursor() as cursor:
        table = sql.Identifier(model._meta.db_table)
        cursor.copy_expert(sql.SQL("COPY {} ({}) FROM STDIN").format(table, names), buffer)
    return len(lines)


@lru_cache
def _columns(model: type[models.Model]) -> tuple[sql.Composed, list[tuple[str, Callable[[], Any]]]]:
    """Names of the columns that are written, and by attname what fills one that a row lacks."""
    serial = model._meta.auto_field
    columns = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and field is not serial
    ]
    return (
        sql.SQL(", ").join(sql.Identifier(field.column) for field in columns),
        [(field.attname, _filler(field)) for field in columns],
    )


def _filler(field: "models.Field[Any, Any]") -> Callable[[], Any]:
    if field.default is not NOT_PROVIDED:
        return field.get_default
    blank = None if field.null else ""
    return lambda: blank


def _escaped(text: str) -> str:
    if "\\" in text or "\t" in text or "\n" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\t", "\\t")
        return text.replace("\n", "\\n").replace("\r", "\\r")
    return text


class _Forms(dict[type, Callable[[Any], str]]):
    """How a value of each type is written in COPY's text format."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        if issubclass(kind, str):  # members of enumerations
            return lambda value: _escaped(str(value))
        raise TypeError(f"no COPY form for {kind}")


FORMS = _Forms({
    type(None): lambda _value: "\\N",
    bool: lambda value: "t" if value else "f",
    str: _escaped,
    bytes: lambda value: f"\\\\x{value.hex()}",
    dict: lambda value: _escaped(json.dumps(value, ensure_ascii=False)),
    list: lambda value: _escaped("{" + ",".join(str(item) for item in value) + "}"),
    **dict.fromkeys((date, datetime, Decimal, UUID, int, float), str),
})  # fmt: skip
