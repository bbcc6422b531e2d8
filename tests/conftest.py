"""Real PostgreSQL and Redis for every test; the application's own restricted role throughout."""

import os
import tempfile

from portal import embedded

os.environ["PORTAL_MODE"] = "test"
if "PORTAL_RUN_DIR" not in os.environ:
    os.environ["PORTAL_RUN_DIR"] = os.path.join(tempfile.gettempdir(), f"portal-test-{os.getuid()}")
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
os.environ["PORTAL_DATABASE"] = f"portal_test_{_worker}"
if _worker == "main":
    # The first process starts the servers and outlives the workers, which find them running.
    embedded.start()

from collections.abc import Iterator  # noqa: E402  settings read the lines above
from datetime import date, datetime  # noqa: E402

import pytest  # noqa: E402
from django.db import connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests.cast import Cast  # noqa: E402


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> Iterator[None]:
    """A fresh database made by its owner; tests then run as the role that owns nothing."""
    from django.core.management import call_command

    from tests.database import drop_database

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        drop_database()
        call_command("prepare_database", verbosity=0)
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        for connection in connections.all():
            connection.close()
        drop_database()


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    """Throttles and counters of one test do not reach the next."""
    from django.core.cache import cache

    cache.clear()
    yield


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def units(db: None) -> None:
    """The district's units, loaded with the database."""


@pytest.fixture
def cast(units: None) -> Cast:
    """The people of the tests, each in a post (`tests/cast.py` says who is who)."""
    return Cast.assembled()
