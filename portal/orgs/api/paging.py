"""Pages of the API: a page begins after a row, which its address names by key alone.

The order is that of the keys (UUIDv7: by creation) unless a view names another: rows that others
write, change or remove meanwhile make no row come twice and none be left out.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from portal.ui import keyset

SIZE, MOST = 50, 200
AFTER, SIZE_OF = "after", "size"


@dataclass(frozen=True)
class Page:
    """Rows in order, and the address of the next page; None on the last one."""

    rows: list[Any]
    next: str | None


def page_of(request: Request, rows: "QuerySet[Any]", order: tuple[str, ...] = ()) -> Page:
    """The page that the request's `after` and `size` ask for.

    :raises rest_framework.exceptions.ValidationError: a size out of bounds, or no such row
    """
    size, after = size_of(request), request.query_params.get(AFTER, "")
    if not order:
        return _by_key(request, rows, size, after)
    found = keyset.page_of(rows, order, size=size, after=after)
    if after and not found.has_previous:
        raise serializers.ValidationError({AFTER: NO_PLACE})
    more = str(found.rows[-1].pk) if found.has_next else None
    return Page(found.rows, next_address(request, AFTER, more))


NO_PLACE = "不是上一页给出的位置，请从头读取"


def _by_key(request: Request, rows: "QuerySet[Any]", size: int, after: str) -> Page:
    """By the key alone the boundary itself need not exist any more."""
    if after:
        try:
            rows = rows.filter(pk__gt=rows.model._meta.pk.to_python(after))
        except Exception as none:
            raise serializers.ValidationError({AFTER: NO_PLACE}) from none
    found = list(rows.order_by("pk")[: size + 1])
    more = str(found[size - 1].pk) if len(found) > size else None
    return Page(found[:size], next_address(request, AFTER, more))


def size_of(request: Request) -> int:
    """How many rows are asked for.

    :raises rest_framework.exceptions.ValidationError: no number, or out of bounds
    """
    text = request.query_params.get(SIZE_OF, str(SIZE))
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST):
        raise serializers.ValidationError({SIZE_OF: f"每页行数应在 1 到 {MOST} 之间"})
    return int(text)


def next_address(request: Request, name: str, place: str | None) -> str | None:
    """This address again, from another place on; without the host, which a proxy may rewrite."""
    if place is None:
        return None
    query = request.query_params.copy()
    query[name] = place
    return f"{request.path}?{query.urlencode()}"
