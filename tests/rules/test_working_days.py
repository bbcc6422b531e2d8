"""Working days as the General Office of the State Council publishes them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.rules.working_days import (
    add_working_days,
    calendar,
    is_working_day,
    working_days_left,
)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-01-26", True),  # a Sunday, worked for the spring festival
        ("2025-01-28", False),  # a Tuesday, its eve
        ("2025-10-08", False),  # the eighth day, for mid-autumn
        ("2026-01-02", False),  # a Friday, made up for on Sunday the fourth
        ("2026-01-04", True),
        ("2026-02-14", True),
        ("2026-02-24", True),
        ("2026-05-09", True),
        ("2026-10-10", True),
        ("2026-11-28", False),  # a plain Saturday
        ("2027-01-01", True),  # nothing is published yet: a Friday like others
    ],
)
def test_holidays_and_the_days_worked_for_them(day, works):
    assert is_working_day(date.fromisoformat(day)) is works


def test_a_deadline_over_the_spring_festival_waits_for_it():
    friday = date(2026, 2, 13)
    assert add_working_days(friday, 1) == date(2026, 2, 14)
    assert add_working_days(friday, 2) == date(2026, 2, 24)
    assert working_days_left(friday, date(2026, 2, 24)) == 2


def test_a_deadline_leaves_out_a_plain_weekend():
    assert add_working_days(date(2026, 12, 25), 5) == date(2027, 1, 1)


def test_free_days_are_weekdays_or_weekends_and_worked_days_are_weekends():
    known = calendar()
    assert known.years >= {2025, 2026}
    assert all(day.weekday() > 4 for day in known.worked)
    assert not known.free & known.worked


@given(st.dates(date(2024, 12, 1), date(2027, 2, 1)), st.integers(min_value=1, max_value=40))
def test_a_deadline_is_a_working_day_and_the_days_to_it_are_its_count(day, count):
    due = add_working_days(day, count)
    assert is_working_day(due)
    assert working_days_left(day, due) == count
    assert add_working_days(due - timedelta(days=1), 1) == due
