"""Bulk loading by the owner's connection: COPY, through the same columns and constraints."""

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connections, models
from django.db.models import NOT_PROVIDED
from psycopg2 import sql

#: Fields whose values `str` writes as COPY reads them, separators inside a text excepted.
PLAIN = (models.CharField, models.TextField, models.IntegerField, models.DateField,
         models.DecimalField, models.UUIDField, models.ForeignKey)  # fmt: skip
#: Backslashes that COPY's form of a value has by itself.
SLASHES: dict[type, int] = {type(None): 1, bytes: 2}
AT_ONCE = 20_000  # rows in one COPY; more would only hold more text


def copy_rows(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> int:
    """COPY rows given by attname; columns left out take the model's default. Returns the count.

    The rows of a call name the same columns. Row-level security refuses COPY FROM to the
    application's role, on purpose; the owner may.
    """
    waiting, done = iter(rows), 0
    while chunk := list(islice(waiting, AT_ONCE)):
        plan = _plan(model, tuple(chunk[0]))
        with connections["owner"].cursor() as cursor:
            cursor.copy_expert(plan.statement, io.StringIO(plan.text(chunk)))
        done += len(chunk)
    return done


@dataclass(frozen=True)
class Plan:
    """How rows with certain columns become COPY's text format.

    :param pattern: a line, with the defaults of columns that no row gives
    :param special: places of the values that `str` alone would write wrongly, and their forms
    """

    statement: sql.Composed
    pattern: str
    given: tuple[str, ...]
    special: tuple[tuple[int, Callable[[Any], str]], ...]

    def text(self, rows: list[dict[str, Any]]) -> str:
        values_of = itemgetter(*self.given)
        lines, slashes = [], self.pattern.count("\\") * len(rows)
        for row in rows:
            values = list(values_of(row))
            for place, form in self.special:
                value = values[place]
                values[place] = form(value)
                slashes += SLASHES.get(type(value), 0)
            lines.append(self.pattern % tuple(values))
        text = "\n".join(lines) + "\n"
        plain = (
            text.count("\t") == self.pattern.count("\t") * len(rows)
            and text.count("\n") == len(rows)
            and text.count("\\") == slashes
            and "\r" not in text
        )
        return text if plain else self._escaped_text(rows)

    def _escaped_text(self, rows: list[dict[str, Any]]) -> str:
        """The same with every value looked at: some text holds what separates values."""
        values_of = itemgetter(*self.given)
        lines = [
            self.pattern % tuple([FORMS[type(value)](value) for value in values_of(row)])
            for row in rows
        ]
        return "\n".join(lines) + "\n"


@lru_cache(maxsize=64)
def _plan(model: type[models.Model], names: tuple[str, ...]) -> Plan:
    serial = model._meta.auto_field
    columns = [
        field
        for field in model._meta.concrete_fields
        if not field.generated and field is not serial
    ]
    given = [field for field in columns if field.attname in names]
    if len(given) < len(names):
        unknown = set(names) - {field.attname for field in given}
        raise KeyError(f"{model.__name__} has no column {', '.join(sorted(unknown))}")
    return Plan(
        sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(model._meta.db_table),
            sql.SQL(", ").join(sql.Identifier(field.column) for field in columns),
        ),
        "\t".join("%s" if field in given else _default(field) for field in columns),
        tuple(field.attname for field in given),
        tuple(
            (place, _form)
            for place, field in enumerate(given)
            if field.null or not isinstance(field, PLAIN)
        ),
    )


def _form(value: Any) -> str:
    return FORMS[type(value)](value)


def _default(field: "models.Field[Any, Any]") -> str:
    """What stands in a column that no row gives, ready for the pattern."""
    value = field.get_default() if field.default is not NOT_PROVIDED else None
    if value is None and not field.null:
        value = ""
    return FORMS[type(value)](value).replace("%", "%%")


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
    date: date.isoformat,
    dict: lambda value: _escaped(json.dumps(value, ensure_ascii=False)),
    list: lambda value: _escaped("{" + ",".join(str(item) for item in value) + "}"),
    **dict.fromkeys((datetime, Decimal, UUID, int, float), str),
})  # fmt: skip
