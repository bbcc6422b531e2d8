"""A record held for the length of a request: nobody changes it between the look and the change."""

from typing import Any

from portal.orgs.records import ScopedQuerySet
from portal.orgs.scope import Scope


def hold(rows: "ScopedQuerySet[Any]", *, pk: Any, by: Scope) -> None:
    """Lock one row in sight until the request's transaction ends; the act's own service follows."""
    rows.in_scope(by).select_for_update(of=("self",)).get(pk=pk)
