"""Two people at once, on two connections that really commit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from portal.orgs.acting import acting
from residents import services
from residents.models import Identity, Resident
from tests.cast import Cast
from tests.residents.builders import home, register, told


@pytest.fixture
def cast(committed):
    return Cast.assembled()


def both(first, second):
    """Run both at the same moment, each on a connection of its own; gives what they raised."""
    barrier = Barrier(2)

    def run(act):
        try:
            barrier.wait(timeout=10)
            act()
        except Exception as error:
            return error
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, (first, second)))


def test_one_number_is_registered_once_however_many_clerks_try(cast):
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    here = home(clerk)[0]
    there = home(neighbour, "兰溪路100弄1号")[0]
    outcomes = both(lambda: register(clerk, here), lambda: register(neighbour, there))
    refused = [each for each in outcomes if each is not None]
    assert len(refused) == 1
    assert isinstance(refused[0], services.UnableToRegister)
    assert "已登记" in str(refused[0])
    with acting(cast.scope("street")):
        assert Resident.objects.count() == Identity.objects.count() == 1


def test_of_two_corrections_the_later_one_is_told_both_versions(cast):
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    residence = register(clerk, home(clerk)[0])

    def correct(scope, phone):
        with acting(scope):
            services.update_resident(
                resident_id=residence.resident_id, version="1.1", told={"phone": phone},
                by=scope, at=timezone.now(),
            )  # fmt: skip

    outcomes = both(
        lambda: correct(clerk, "13900000001"), lambda: correct(colleague, "13900000002")
    )
    (lost,) = [each for each in outcomes if each is not None]
    assert isinstance(lost, services.StaleVersion)
    (conflict,) = lost.conflicts
    assert {conflict.mine, conflict.theirs} == {"139****0001", "139****0002"}
    with acting(clerk):
        assert Resident.objects.get().phone_mask == conflict.theirs


def test_two_households_saved_at_once_do_not_both_win(cast):
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    dwelling = home(clerk)[0]
    rows = [services.Told(row="a", told=told())]

    def save(scope, occupancy):
        with acting(scope):
            services.save_household(
                dwelling_id=dwelling.pk, rows=rows, by=scope, at=timezone.now(),
                dwelling_changes={"occupancy": occupancy}, dwelling_version=dwelling.version,
            )  # fmt: skip

    outcomes = both(lambda: save(clerk, "1"), lambda: save(colleague, "2"))
    assert len([each for each in outcomes if each is not None]) == 1
    with acting(clerk):
        assert Resident.objects.count() == 1
