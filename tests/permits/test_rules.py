"""The plain rules of permits: the table of moves, the truth tables, the days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from permits import deadlines, defaults, eligibility, materials, transitions
from permits.eligibility import Met
from portal.rules import working_days

TABLE_2013, TABLE_2018 = (rule.parameters["conditions"] for rule in defaults.RULES)


def test_every_state_is_reached_from_a_draft():
    reached, open_states = {transitions.DRAFT}, [transitions.DRAFT]
    while open_states:
        for state in transitions.MOVES[open_states.pop()].values():
            if state not in reached:
                reached.add(state)
                open_states.append(state)
    assert reached == set(transitions.MOVES) == {*transitions.TITLES, transitions.DRAFT}


def test_every_act_has_a_word_and_every_state_leaves_or_is_closed():
    for state, moves in transitions.MOVES.items():
        assert set(moves) <= set(transitions.ACTS)
        assert moves or state in transitions.CLOSED


@pytest.mark.parametrize(
    ("state", "reviewed", "stage"),
    [
        ("incomplete", False, 0), ("accepted", False, 0), ("transferred", False, 1),
        ("reviewing", False, 1), ("reviewing", True, 2), ("approved", True, 3),
        ("ready", True, 4), ("collected", True, 5),
    ],
)  # fmt: skip
def test_the_stepper_stands_at_the_stage_of_the_state(state, reviewed, stage):
    assert transitions.stage_of(state, reviewed=reviewed) == stage


@pytest.mark.paper("S-94")
@pytest.mark.parametrize(
    ("table", "found", "verdict"),
    [
        (TABLE_2013, {"C2": "yes", "C3": "yes"}, Met.YES),
        (TABLE_2013, {"C2": "yes", "C5": "yes", "C3": "no"}, Met.YES),
        (TABLE_2013, {"C2": "no", "C3": "yes"}, Met.NO),
        (TABLE_2013, {"C2": "yes", "C3": "no", "C4": "no"}, Met.UNPROVEN),
        (TABLE_2018, {"C1": "yes", "C4": "yes"}, Met.YES),
        (TABLE_2018, {"C1": "yes"}, Met.UNPROVEN),
        (TABLE_2018, {"C1": "no", "C2": "yes", "C3": "yes"}, Met.NO),
        (TABLE_2018, {"C1": "yes", "C2": "no", "C3": "no", "C4": "no"}, Met.NO),
    ],
)
def test_a_truth_table_tells_met_from_failed_and_from_unproven(table, found, verdict):
    assert eligibility.judge(table, found) == verdict


def test_a_truth_table_reads_as_a_sentence():
    assert eligibility.in_words(TABLE_2018) == (
        "居住登记满期，并且合法稳定居住、合法稳定就业、连续就读之一"
    )


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 0),
        (date(2025, 11, 2), date(2026, 11, 20), 12),
        (date(2026, 5, 20), date(2026, 11, 20), 6),
        (date(2026, 5, 21), date(2026, 11, 20), 5),
    ],
)
def test_months_count_when_they_are_full(since, until, months):
    assert eligibility.months_between(since, until) == months


def test_working_days_skip_weekends():
    friday = date(2026, 11, 20)
    assert working_days.add_working_days(friday, 1) == date(2026, 11, 23)
    assert working_days.add_working_days(friday, 12) == date(2026, 12, 8)


@given(st.dates(date(2013, 7, 1), date(2040, 1, 1)), st.integers(0, 60))
def test_what_is_left_of_a_deadline_is_what_it_was_given(day, count):
    assert working_days.working_days_left(day, working_days.add_working_days(day, count)) == count


def test_a_permit_of_the_leap_day_runs_to_the_28th():
    assert deadlines.a_year_later(date(2024, 2, 29)) == date(2025, 2, 28)


@pytest.mark.parametrize("reason", list(materials.REASONS))
def test_every_reason_asks_for_document_form_dwelling_and_photo(reason):
    keys = [material.key for material in materials.needed_for(reason)]
    assert {"document", "form", "dwelling", "photo"} <= set(keys)
    assert len(keys) == len(set(keys))
