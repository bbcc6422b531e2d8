"""Whose hukou is in a street, by stage of life: planned for by where people live (S-110)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.metrics.models import RunKind
from portal.orgs.acting import acting
from portal.statistics.models import ShownCount
from portal.statistics.stages import ELSEWHERE, HUKOU, STAGE, Hukou, shown_hukou, stage_of
from tests.cast import DISTRICT, HOME, STREET
from tests.metrics.builders import SYSTEM, computed, people
from tests.statistics.test_months import settled

FEWEST = 10
STREETS = [DISTRICT + 14_000 + 1_000 * place for place in range(4)]
AGES = {"0": 5, "15": 30, "60": 65, "80": 85}


def whose(*counts: int) -> Hukou:
    """As many of each stage who live there, and as many who live elsewhere, as told in turn."""
    found = Hukou()
    for place, (kind, stage) in enumerate((k, s) for k in HUKOU for s in STAGE.codes):
        found.add(kind, AGES[stage], counts[place % len(counts)])
    return found


def test_the_stages_are_children_adults_the_old_and_the_very_old():
    assert [stage_of(age) for age in (0, 10, 15, 55, 60, 75, 80, 85)] == [
        "0", "0", "15", "15", "60", "60", "80", "80",
    ]  # fmt: skip


def test_streets_and_the_district_are_told_when_enough_are_behind_each_count():
    shown = shown_hukou({STREETS[0]: whose(20), STREETS[1]: whose(30)})
    assert shown == {
        STREETS[0]: dict.fromkeys(STAGE.codes, 40),
        STREETS[1]: dict.fromkeys(STAGE.codes, 60),
        DISTRICT: dict.fromkeys(STAGE.codes, 100),
    }


def test_beside_a_hidden_street_another_one_is_hidden():
    shown = shown_hukou({
        STREETS[0]: whose(20, 20, 20, 9), STREETS[1]: whose(50), STREETS[2]: whose(30),
    })  # fmt: skip
    assert set(shown) == {STREETS[1], DISTRICT}


def test_the_district_is_hidden_when_it_would_tell_of_a_few():
    assert set(shown_hukou({STREETS[0]: whose(3), STREETS[1]: whose(4)})) == set()
    assert shown_hukou({STREETS[0]: whose(9)}) == {}


@given(st.lists(st.lists(st.integers(0, 30), min_size=8, max_size=8), min_size=1, max_size=4))
def test_nothing_that_can_be_worked_out_is_of_fewer_than_ten(counts):
    streets = {code: whose(*each) for code, each in zip(STREETS, counts, strict=False)}
    shown = shown_hukou(streets)
    for code in shown.keys() - {DISTRICT}:
        assert streets[code].fewest >= FEWEST
    hidden = [each for code, each in streets.items() if code not in shown]
    if DISTRICT in shown and hidden:
        assert len(hidden) > 1
        rest = sum(hidden, Hukou())
        assert rest.fewest >= FEWEST


@pytest.fixture
def month(cast, today):
    """A kept month: of every stage a dozen who live at their hukou, and ten who do not."""
    day = today.replace(day=1) - timedelta(days=1)
    clerk = cast.scope("clerk")
    everybody = people(clerk, 4 * 22)
    for place, age in enumerate((8, 40, 70, 84)):
        born = day.replace(year=day.year - age, day=1)
        these = everybody[place * 22 : (place + 1) * 22]
        settled(clerk, these[:12], day.replace(day=1), category="11", birth_date=born)
        settled(clerk, these[12:], day.replace(day=1), category=ELSEWHERE, birth_date=born)
    computed(RunKind.MONTHLY, day=day, scope=SYSTEM)
    return day.replace(day=1)


@pytest.mark.django_db
@pytest.mark.paper("S-110")
def test_a_street_reads_who_lives_there_beside_whose_hukou_is_there(cast, month):
    with acting(SYSTEM):
        kept = ShownCount.objects.filter(measure="hukou", committee_id=STREET, month=month)
        assert dict(kept.values_list("first_value", "people")) == dict.fromkeys(STAGE.codes, 22)
    response = cast.client("street").get("/statistics/structure/")
    (line,) = response.context["shown"].needs
    assert line.counts == [(12, 22)] * 4 or line.counts == [(None, 22)] * 4
    assert "居住与户籍" in response.content.decode()
    # a committee is told nothing of hukou by age, and who lives elsewhere is nobody's population
    answer = cast.client("clerk").get("/statistics/structure/")
    assert answer.context["shown"].needs == []
    assert "居住与户籍" not in answer.content.decode()
    assert answer.context["shown"].people == 48
    with acting(cast.scope("clerk")):
        assert not ShownCount.objects.filter(measure="hukou", committee_id=HOME).exists()
