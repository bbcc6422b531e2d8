"""Paging by key: a page begins after a row, never after a number of rows.

The address carries the boundary row's id only (names and numbers stay out of addresses); its sort
values are read again, one look-up by primary key. An index on the sort fields and the id serves
every page at the same cost, however deep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

Params = list[Any]


class RowComparison(Func):
    """`(a, b, id) > (x, y, z)`, one row comparison that a B-tree answers in order."""

    def __init__(self, left: Sequence[Any], operator: str, right: Sequence[Any]) -> None:
        if operator not in {">", "<"}:
            raise ValueError(operator)
        super().__init__(*left, *right, output_field=BooleanField())
        self.operator = operator

    def as_sql(  # type: ignore[override]  # the stub's tuple of parameters is narrower than Django
        self, compiler: SQLCompiler, connection: Any, *args: Any, **kwargs: Any
    ) -> tuple[str, Params]:
        """The comparison and its parameters, left side first."""
        compiled = [compiler.compile(source) for source in self.get_source_expressions()]
        half = len(compiled) // 2
        left = ", ".join(sql for sql, _params in compiled[:half])
        right = ", ".join(sql for sql, _params in compiled[half:])
        params = [param for _sql, values in compiled for param in values]
        return f"(({left}) {self.operator} ({right}))", params


@dataclass(frozen=True)
class Page:
    """One page of rows in reading order, and whether there are more on either side."""

    rows: list[Any]
    has_previous: bool
    has_next: bool


def page_of(
    queryset: QuerySet[Any],
    fields: Sequence[str],
    *,
    size: int,
    descending: bool = False,
    after: str = "",
    before: str = "",
    known: QuerySet[Any] | None = None,
) -> Page:
    """The page of `size` rows after or before a row; the first page when there is no such row.

    :param fields: sort fields, none of them NULL; the primary key is added as the last
    :param after: id of the row that the page follows; wins over `before`
    :param known: where the boundary row is looked up, the unfiltered rows of the scope
    """
    keys = [*fields, "pk"]
    boundary_id, backwards = (after, False) if after else (before, bool(before))
    source = queryset if known is None else known
    boundary = _boundary(source, keys, boundary_id) if boundary_id else None
    if boundary is None:
        backwards = False
    reverse = descending != backwards
    found = queryset.order_by(*(f"-{key}" if reverse else key for key in keys))
    if boundary is not None:
        operator = "<" if reverse else ">"
        found = found.filter(
            RowComparison([F(key) for key in keys], operator, [Value(part) for part in boundary])
        )
    rows = list(found[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    if backwards and not more:
        # The beginning is reached: a full first page, however few rows stood before the boundary.
        return page_of(queryset, fields, size=size, descending=descending)
    if backwards:
        rows.reverse()
        return Page(rows, has_previous=True, has_next=True)
    return Page(rows, has_previous=boundary is not None, has_next=more)


def _boundary(source: QuerySet[Any], keys: Sequence[str], pk: str) -> tuple[Any, ...] | None:
    """The boundary row's sort values; None when the id is no id or the row is not in sight."""
    try:
        return source.order_by().filter(pk=pk).values_list(*keys).first()
    except (ValueError, ValidationError):
        return None


def capped_count(queryset: QuerySet[Any], cap: int) -> tuple[int, bool]:
    """How many rows there are, and whether that is exact; counting stops after `cap`.

    An order that the query set has is kept: it says by which index the rows are walked.
    """
    found = queryset.values("pk")[: cap + 1].count()
    return min(found, cap), found <= cap


def key_of(row: Model) -> str:
    """The row's id as addresses carry it."""
    return str(row.pk)
