"""Rows of the database as CSV, straight out of PostgreSQL's own COPY, in the acting scope.

`COPY (SELECT …)` is a query like any other to row-level security. Rows come in the order of an
index; what is finer than that, `Rows` does.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Func, IntegerField, QuerySet
from psycopg2 import sql
from psycopg2.extensions import get_wait_callback

from portal.exchange.exports.csvfile import Rows, line
from portal.exchange.exports.kinds import ExportColumn, ExportKind

PREFIX = "x_"


class SerialDay(Func):
    """A day as spreadsheets count it."""

    template = "(%(expressions)s - DATE '1899-12-30')"
    output_field = IntegerField()


def selected(
    kind: ExportKind, rows: "QuerySet[Any]", columns: Sequence[ExportColumn], day: date, *,
    serial_days: bool,
) -> "QuerySet[Any, Any]":  # fmt: skip
    """The columns of the rows, by committee and then in walking order.

    In a list of people the keys of place and person stand behind them, as `Rows` takes them.

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
    if kind.person:
        names += [kind.place, kind.person]
    found: QuerySet[Any, Any] = (
        rows.annotate(**named).order_by("committee_id", kind.order, "pk").values_list(*names)
    )
    return found


def copy_rows(found: "QuerySet[Any, Any]", out: Rows) -> None:
    """Write the rows as CSV into `out`, which counts them.

    A web server, whose driver waits with an end to its patience, cannot COPY: its small files are
    read row by row.
    """
    query, params = found.query.sql_with_params()
    with connection.cursor() as cursor:
        if get_wait_callback() is None:
            bound = cursor.cursor.mogrify(query, params).decode()
            statement = sql.SQL("COPY ({query}) TO STDOUT WITH (FORMAT csv)").format(
                query=sql.SQL(bound)
            )
            cursor.cursor.copy_expert(statement, out)
        else:
            cursor.execute(query, params)
            for row in cursor:
                out.write(line(["" if cell is None else str(cell) for cell in row]))
    out.flush()
