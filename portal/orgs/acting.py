"""Doing something in a scope outside of a request: jobs, commands, tests."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from portal.orgs import tokens
from portal.orgs.scope import Scope


@contextmanager
def acting(scope: Scope | None) -> Iterator[Scope | None]:
    """A transaction in which PostgreSQL shows only what `scope` may see.

    Nested uses change the scope for their own block and give the outer one back.
    """
    token = tokens.enter(scope)
    try:
        nested = connection.in_atomic_block
        with transaction.atomic():
            if nested:
                connection.apply_scope()  # type: ignore[attr-defined]
            yield scope
    finally:
        tokens.leave(token)
        if connection.in_atomic_block and not connection.needs_rollback:
            connection.apply_scope()  # type: ignore[attr-defined]
