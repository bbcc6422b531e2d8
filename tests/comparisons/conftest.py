"""Who compares, for which use, and who is registered."""

import pytest

from tests.comparisons.builders import NAMES, Desk, scenario
from tests.residents.builders import home, number, register


@pytest.fixture
def desk(cast):
    return Desk(cast)


@pytest.fixture
def use(cast):
    return scenario(cast.scope("district"))


@pytest.fixture
def people(cast):
    """Three people in three homes of the clerk's committee."""
    scope = cast.scope("clerk")
    homes = home(scope)
    for place, name in enumerate(NAMES):
        register(scope, homes[place], name=name, document_number=number(sequence=place + 2),
                 phone=f"150123466{place:02d}")  # fmt: skip
    return homes
