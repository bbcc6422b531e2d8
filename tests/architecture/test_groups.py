"""Tests that share a stage run in one process, so that it is made once."""

import os

import pytest

pytestmark = pytest.mark.xdist_group("together")


def test_a_group_is_scheduled_as_one(request: pytest.FixtureRequest) -> None:
    """pytest-xdist schedules by the group's name in a test's id; a pytest that it cannot write
    that into makes it deal the tests out one by one, in silence."""
    spread = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@together") is spread
