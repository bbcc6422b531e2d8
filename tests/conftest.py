"""Real PostgreSQL and Redis for every test; the application's own restricted role throughout."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from portal import rows
from portal.audit.models import AuditEvent
from tests.cast import Cast


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> Iterator[None]:
    """A fresh database made by its owner; tests then run as the role that owns nothing.

    With `KEEP_DATABASE=1` the last run's is emptied and used again, while nothing has changed
    that it was made from.
    """
    from tests import database

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        if database.keeps_database() and database.recipe_of(database.own()) == database.recipe():
            database.wipe()
        else:
            database.make_database()
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        for connection in connections.all():
            connection.close()
        if not database.keeps_database():
            database.drop_database()


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    """Throttles, counters and changes that were undone do not reach the next test."""
    from django.core.cache import cache

    from portal import kept

    cache.clear()
    kept._waiting.subjects.clear()
    kept._page.set(None)


@pytest.fixture
def at() -> datetime:
    """Now, as the clock on the wall shows it: its day is the district's day, before eight too."""
    return timezone.localtime()


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def units(db: None) -> None:
    """The district's units, loaded with the database."""


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """Real commits, for races, workers and the catalogue; everything is wiped afterwards.

    (Django's own transactional test would truncate as the application, which may not.)
    """
    from tests.database import wipe

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        for connection in connections.all():
            connection.close()
        wipe()


@pytest.fixture
def cast(units: None) -> Cast:
    """The people of the tests, each in a post (`tests/cast.py` says who is who)."""
    return Cast.assembled()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The audit events written in this test, in order.

    The application's role cannot read them and the test's transaction is not committed, so the
    rows are taken down as they go to the database.
    """
    found: list[dict[str, Any]] = []
    columns = [field.attname for field in AuditEvent._meta.concrete_fields]
    insert_values = rows.insert_values

    def inserted(model: Any, events: Any) -> None:
        held = list(events)
        insert_values(model, held)
        found.extend({name: event.get(name) for name in columns} for event in held)

    monkeypatch.setattr("portal.audit.record.insert_values", inserted)
    return found


@pytest.fixture
def told(written: list[dict[str, Any]]) -> Callable[..., list[dict[str, Any]]]:
    """The audit events written in this test, by action."""
    return lambda action: [event for event in written if event["action"] == action]
