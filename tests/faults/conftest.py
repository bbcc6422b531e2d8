"""A private live system for the fault tests, and the dice that choose the moments.

`KILLS` is how often each loop kills (once; `make faults` takes 20), `SEED` repeats a run. The
test process's own Django is pointed at the live system, so that the builders of the other tests
drive it: what a builder writes, worker and web of the live system see.
"""

import contextlib
import os
import random
from collections.abc import Generator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import OperationalError, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from portal.celery import app
from portal.jobs.clock import clockwork
from portal.jobs.models import Tick
from tests.cast import Cast
from tests.database import wipe
from tests.exchange.builders import Wizard
from tests.faults.browser import Browser
from tests.faults.system import DATABASE, LiveSystem, until

KILLS = int(os.environ.get("KILLS", "1"))
SEED = os.environ.get("SEED") or str(random.SystemRandom().randrange(10**9))
HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test in here is a fault test; they share one live system and hence one process."""
    for item in items:
        if HERE in Path(item.path).parents:
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.xdist_group("faults"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, Any]:
    """A failure shows what the programs have logged: they are gone when somebody looks."""
    report = yield
    live = getattr(item, "funcargs", {}).get("live")
    if report.failed and live is not None:
        report.sections += live.last_words()
    return report


@pytest.fixture(scope="package")
def system(django_db_blocker: object) -> Iterator[LiveSystem]:
    """PostgreSQL and Redis of the live system, prepared; this process's Django points there.

    Until the last test of this folder: those that follow in the same process have their own.
    """
    with LiveSystem.started() as live, django_db_blocker.unblock():  # type: ignore[attr-defined]
        live.prepare()
        before = {alias: dict(connections[alias].settings_dict) for alias in connections}
        broker = app.conf.broker_url
        _point_at(live)
        yield live
        for alias, given in before.items():
            connections[alias].close()
            connections[alias].settings_dict.update(given)
        ContentType.objects.clear_cache()
        _ring_through(broker)


def _point_at(live: LiveSystem) -> None:
    ContentType.objects.clear_cache()  # numbers of a row in one database say nothing in another
    for connection in connections.all():
        connection.close()
        connection.settings_dict.update(
            NAME=DATABASE, HOST=str(live.folder / "postgres"), PORT="", CONN_MAX_AGE=0
        )
    _ring_through(live.redis_url.replace("unix://", "redis+socket://", 1))


def _ring_through(broker: str) -> None:
    """Let this process's Celery send to another broker."""
    app.pool.force_close_all()
    app.conf.broker_url = app.conf.broker_write_url = broker
    app._pool = app.amqp._producer_pool = None


@pytest.fixture
def live(system: LiveSystem, settings: Settings) -> Iterator[LiveSystem]:
    """The live system of one test: empty, servers up; programs start when it asks for them."""
    storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(system.files)},
    }
    settings.STORAGES = {**django_settings.STORAGES, "default": storage}
    settings.AUDIT_HEADS_PATH = str(system.heads)
    settings.CACHES = {
        alias: {**given, "LOCATION": f"{system.redis_url}?db=1"}
        for alias, given in django_settings.CACHES.items()
    }
    _quiet_clock()
    yield system
    system.rest()
    bell = system.bell()
    bell.delete("celery", "unacked", "unacked_index", "unacked_mutex")
    cache.clear()
    for connection in connections.all():
        connection.close()
    until(_emptied, 60, "the programs leave the tables alone for a moment", every=0.5)
    system.heads.unlink(missing_ok=True)


def _emptied() -> bool:
    """Every table empty; False when somebody was still at work in one of them."""
    with contextlib.suppress(OperationalError), transaction.atomic("owner"):
        wipe(at_work=True)
        _quiet_clock()
        return True
    return False


def _quiet_clock() -> None:
    """Only the reaper has something to do: numbers and sweeping are as if done for now."""
    now = timezone.now()
    rows = [
        Tick(schedule=name, due_at=moment, done_at=now)
        for name, piece in clockwork().items()
        if name != "reap"
        for moment in {piece.due(now + timedelta(minutes=ahead)) for ahead in range(0, 120, 5)}
    ]
    Tick.objects.using("owner").bulk_create(rows, ignore_conflicts=True)


@pytest.fixture
def cast(live: LiveSystem) -> Cast:
    """The people of the tests, in their posts on the live system."""
    return Cast.assembled()


@pytest.fixture
def wizard(cast: Cast) -> Wizard:
    """A clerk who imports files; a worker of the live system does the work."""
    return Wizard(cast, "clerk")


@pytest.fixture
def clerk(live: LiveSystem, cast: Cast) -> Browser:
    """The clerk at a browser that talks to the live web server."""
    return Browser.of(live, cast, "clerk")


@pytest.fixture
def kills() -> int:
    """How often a loop kills."""
    return KILLS


@pytest.fixture
def thorough() -> bool:
    """Whether the loops are the long ones of `make faults`."""
    return KILLS >= 20


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """Chooses the moments of one test; a failure prints what repeats them."""
    print(f"repeat with SEED={SEED} KILLS={KILLS}")
    return random.Random(f"{SEED} {request.node.nodeid}")


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    """The live system's cache is emptied with it; the other tests' is not ours."""


def pytest_report_header() -> str:
    return f"faults: SEED={SEED} KILLS={KILLS}"
