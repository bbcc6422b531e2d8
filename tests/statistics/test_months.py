"""The month that a close keeps: its cells, what of them may be shown, its walls."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from portal.metrics.models import RunKind
from portal.orgs.acting import acting
from portal.statistics.models import PopulationCell, ShownCount
from portal.statistics.services import last_day
from residents.models import Residence
from tests.cast import DISTRICT, HOME, NEXT_DOOR, STREET
from tests.metrics.builders import SYSTEM, altered, computed, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def month(today):
    """The first day of the month before this one."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def kept(month):
    return computed(RunKind.MONTHLY, day=last_day(month), scope=SYSTEM)


def counted(unit, **told):
    """One count as it may be shown; None where it is hidden."""
    told = {"measure": "people", "first": "", "second": ""} | told
    with acting(SYSTEM):
        return ShownCount.objects.filter(committee_id=unit, **told).values_list(
            "people", flat=True
        ).first()  # fmt: skip


def settled(scope, episodes, month, **columns):
    """As if these people had lived here since long before the month."""
    for episode in episodes:
        altered(scope, episode, begin_on=month - timedelta(days=400), **columns)


def test_the_end_of_the_month_is_counted_by_unit_and_small_counts_are_hidden(cast, month):
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    here = people(clerk, 12)
    settled(clerk, here, month, category="20")
    there = people(neighbour, 3, address="花溪路1号", start=50)
    settled(neighbour, there, month, category="11")
    kept(month)
    assert [counted(unit) for unit in (HOME, NEXT_DOOR, STREET, DISTRICT)] == [12, 3, 15, 15]
    category = {"first": "category", "first_value": "11"}
    assert counted(NEXT_DOOR, **category) is None
    assert counted(STREET, **category) is None
    with acting(SYSTEM):
        assert not ShownCount.objects.exclude(first="").filter(people__lt=10).exists()
        assert sum(PopulationCell.objects.values_list("people", flat=True)) == 15


def test_who_came_and_left_makes_the_difference_of_two_months(cast, month):
    clerk = cast.scope("clerk")
    everybody = people(clerk, 30)
    settled(clerk, everybody, month)
    for episode in everybody[:11]:
        altered(clerk, episode, begin_on=month + timedelta(days=3))
    for episode in everybody[11:21]:
        altered(clerk, episode, status="ended", end_reason="02", end_on=last_day(month))
    kept(month)
    flows = [counted(DISTRICT, measure=measure) for measure in ("arrived", "left")]
    assert flows == [11, 10]
    before = 30 - 11
    assert counted(DISTRICT) == before + 11 - 10


def test_somebody_who_is_only_registered_here_is_not_counted(cast, month):
    clerk = cast.scope("clerk")
    here = people(clerk, 12)
    settled(clerk, here, month)
    altered(clerk, here[0], category="13")
    altered(clerk, here[1], is_primary=False)
    altered(clerk, here[2], status="void", end_reason="09", end_on=month)
    altered(clerk, here[3], begin_on=last_day(month) + timedelta(days=1))
    kept(month)
    assert counted(HOME) == 8


def test_a_month_is_kept_once_and_never_changes(cast, month):
    clerk = cast.scope("clerk")
    here = people(clerk, 12)
    settled(clerk, here, month)
    run = kept(month)
    with acting(clerk):
        Residence.objects.filter(pk=here[0].pk).update(is_primary=False)
    assert computed(RunKind.MONTHLY, day=last_day(month), scope=SYSTEM) is None
    assert counted(HOME) == 12
    attempts = (
        lambda: ShownCount.objects.filter(run=run).delete(),
        lambda: ShownCount.objects.filter(run=run).update(people=1),
        lambda: PopulationCell.objects.filter(run=run).delete(),
    )
    for attempt in attempts:
        with acting(SYSTEM), pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_preview_and_a_night_keep_no_month(cast, month):
    people(cast.scope("clerk"), 2)
    computed(scope=SYSTEM)
    computed(RunKind.NIGHTLY, day=last_day(month), scope=SYSTEM)
    with acting(SYSTEM):
        assert not PopulationCell.objects.exists()


def test_the_neighbours_counts_are_not_there_for_anybody_else(cast, month):
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    settled(clerk, people(clerk, 12), month)
    settled(neighbour, people(neighbour, 12, address="花溪路1号", start=50), month)
    kept(month)
    with acting(neighbour):
        assert set(ShownCount.objects.values_list("committee_id", flat=True)) == {NEXT_DOOR}
        assert set(PopulationCell.objects.values_list("committee_id", flat=True)) == {NEXT_DOOR}
