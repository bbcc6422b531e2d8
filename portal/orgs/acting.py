"""Doing something in a scope outside of a request: jobs, commands, tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.db import connection, transaction

from portal.orgs import tokens
from portal.orgs.capabilities import Capability
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


#: What a lent scope carries: it moves a registration, and nothing else.
LENT = frozenset(map(str, (Capability.VIEW_REGISTER, Capability.EDIT_RESIDENTS, Capability.VERIFY)))


def reaching(by: Scope, unit: int) -> Scope:
    """`by`'s own hand over the wider `unit`, for one act that `CROSSINGS` permits.

    Only services use it, for rows that they name by key; the trail tells `by`'s own office.
    """
    office = by.office or (by.unit, by.unit_name)
    return replace(by, unit=unit, appointment_id=None, capabilities=LENT, office=office)
