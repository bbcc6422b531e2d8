"""The stage that the worlds stand on, and what the pages tell of themselves; made once."""

import sys

import pytest
from django.utils import timezone

from tests.isolation import stage
from tests.isolation.asks import Asker
from tests.isolation.extent import THOROUGH
from tests.isolation.forms import Known, learn
from tests.isolation.stage import SMALL, World

LEARNERS = [
    ("committee_security", SMALL.leaves[0]), ("street_manager", SMALL.streets[0]),
    ("street_staff", SMALL.streets[0]), ("center_clerk", SMALL.streets[0]),
]  # fmt: skip


@pytest.fixture(scope="module")
def a_stage(django_db_setup, django_db_blocker):
    """The database without the frame of a test: worlds are really committed."""
    with django_db_blocker.unblock():
        stage.strike()
        yield


@pytest.fixture(scope="module")
def known(a_stage):
    """The forms of all pages, and whose keys each address takes, as the pages themselves tell."""
    found = Known()
    for role, unit in LEARNERS if THOROUGH else LEARNERS[:1]:
        with stage.raised(World(SMALL, role, unit, {}), timezone.localdate()) as client:
            learn(found, client, role, Asker(SMALL, unit))
    return found


@pytest.fixture(scope="session")
def say(request):
    """Tell whoever runs a check by its command what it did, whatever pytest captures."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def told(line):
        with capture.global_and_fixture_disabled():
            print(line, file=sys.stderr)

    return told
