"""Two people at once at one dwelling, on two connections that really commit."""

import pytest

from housing import services
from housing.models import Lease
from portal.orgs.acting import acting
from tests.cast import Cast
from tests.housing.builders import a_building, let, the_dwelling
from tests.races import both


@pytest.fixture
def cast(committed):
    return Cast.assembled()


@pytest.mark.paper("S-84")
def test_a_dwelling_is_let_once_however_many_clerks_try(cast):
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    a_building(clerk)
    home = the_dwelling(clerk)
    outcomes = both(
        lambda: let(clerk, home, lessee="吴甲"), lambda: let(colleague, home, lessee="吴乙")
    )
    (refused,) = [each for each in outcomes if each is not None]
    assert isinstance(refused, services.UnableToLease)
    assert "已登记整租" in str(refused)
    with acting(clerk):
        assert Lease.objects.filter(dwelling=home).count() == 1
