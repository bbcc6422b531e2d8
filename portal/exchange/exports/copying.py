"""Rows of the database as CSV, straight out of PostgreSQL's own COPY, in the acting scope.

`COPY (SELECT …)` is a query like any other to row-level security. The order of a file tells which
export it came from: people at one address stand in an order that follows from the export's number.
"""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Func, IntegerField, QuerySet, Value
from psycopg2 import sql

from portal.exchange.exports.csvfile import Rows
from portal.exchange.exports.kinds import ExportColumn, ExportKind

PREFIX = "x_"
SIGNED = 1 << 63


class Traced(Func):
    """A number for a row that no other export gives it."""

    function = "uuid_hash_extended"

    def __init__(self, column: str, seed: int) -> None:
        super().__init__(column, Value(seed), output_field=BigIntegerField())


def seed_of(export_id: uuid.UUID) -> int:
    """The export's own seed: its number as PostgreSQL's bigint."""
    return export_id.int % (SIGNED << 1) - SIGNED


class SerialDay(Func):
    """A day as spreadsheets count it."""

    template = "(%(expressions)s - DATE '1899-12-30')"
    output_field = IntegerField()


def selected(
    kind: ExportKind, rows: "QuerySet[Any]", columns: Sequence[ExportColumn], day: date, *,
    seed: int, serial_days: bool,
) -> "QuerySet[Any, Any]":  # fmt: skip
    """The columns of the rows, by committee, then in walking order, then in the export's own.

    :param serial_days: days as numbers, for workbooks
    """
    values = {f"{PREFIX}{column.key}": column.expression(day) for column in columns}
    if serial_days:
        values |= {
            f"{PREFIX}{column.key}": SerialDay(column.expression(day))
            for column in columns
            if column.form == "day"
        }
    named = {name: value for name, value in values.items() if not isinstance(value, str)}
    names = [name if name in named else value for name, value in values.items()]
    found: QuerySet[Any, Any] = (
        rows.annotate(**named)
        .order_by("committee_id", kind.order, Traced(kind.person or "id", seed))
        .values_list(*names)
    )
    return found


def copy_rows(found: "QuerySet[Any, Any]", out: Rows) -> int:
    """Write the rows as CSV into `out` and give their number."""
    query, params = found.query.sql_with_params()
    with connection.cursor() as cursor:
        bound = cursor.cursor.mogrify(query, params).decode()
        statement = sql.SQL("COPY ({query}) TO STDOUT WITH (FORMAT csv)").format(
            query=sql.SQL(bound)
        )
        cursor.cursor.copy_expert(statement, out)
    out.flush()
    return out.count
