"""Numbers, days and masks as people read them."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ui import formats


@pytest.mark.parametrize(
    ("value", "shown"),
    [(96243, "96,243"), (0, "0"), (None, "—"), ("", "—"), (-5, "−5"), (Decimal("2.5"), "3")],
)
def test_a_count_has_separators_and_an_unknown_one_is_a_dash(value, shown):
    assert formats.whole(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("3.00"), "3"),
        (Decimal("3.50"), "3.5"),
        (Decimal("3.25"), "3.3"),
        (1500, "1,500"),
        (None, "—"),
        (Decimal("NaN"), "—"),
    ],
)
def test_a_number_has_a_decimal_where_it_needs_one(value, shown):
    assert formats.tenths(value) == shown


@pytest.mark.parametrize(
    ("value", "target", "shown"),
    [
        (Decimal("98.594"), None, "98.59"),
        (Decimal("98.595"), None, "98.60"),
        (Decimal("91.996"), 92, "91.99"),
        (Decimal("91.99"), 92, "91.99"),
        (Decimal("92"), 92, "92.00"),
        (Decimal("92.004"), 92, "92.00"),
        (None, 92, "—"),
    ],
)
def test_a_rate_is_rounded_half_up_but_never_up_to_its_target(value, target, shown):
    assert formats.rate(value, target=target) == shown


@given(
    st.decimals(min_value=0, max_value=100, places=6),
    st.decimals(min_value=1, max_value=100, places=1),
)
def test_whoever_is_below_the_target_is_shown_below_it(value, target):
    shown = Decimal(formats.rate(value, target=target))
    assert (shown < target) == (value < target)


@given(st.decimals(min_value=0, max_value=99, places=5))
def test_a_shown_gap_and_a_shown_rate_add_up_to_the_target(value):
    lacking = formats.gap(value, 100)
    assert Decimal(formats.rate(value, target=100)) + Decimal(lacking) == 100


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0.18", "+0.18"), ("-1.12", "−1.12"), (0, "0.00"), ("-0.001", "0.00"), (None, "—")],
)
def test_a_change_carries_its_sign(value, shown):
    assert formats.change(value) == shown


def test_no_gap_is_named_when_the_target_is_reached():
    assert formats.gap(92, 92) == ""
    assert formats.gap("90.56", 92) == "1.44"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1302846, "130.3 万"), (92000, "9.2 万"), (9999, "9,999"), (None, "—")],
)
def test_large_counts_are_told_in_ten_thousands(value, shown):
    assert formats.wan(value) == shown


def test_an_estimate_says_that_it_is_one():
    assert formats.count(92_345, exact=False) == "约 9.2 万"
    assert formats.count(1284) == "1,284"


def test_days_are_short_within_the_year_and_long_in_sentences():
    today = date(2026, 11, 20)
    assert formats.short_day(date(2026, 8, 14), today) == "08-14"
    assert formats.short_day(date(2025, 8, 14), today) == "2025-08-14"
    assert formats.long_day(today) == "11月20日 星期五"
    assert formats.moment(datetime(2026, 11, 20, 6, 0), today) == "11-20 06:00"
    assert formats.day(None) == "—"


@pytest.mark.parametrize(
    ("deadline", "shown"),
    [
        (date(2026, 11, 17), "超期 3 天"),
        (date(2026, 11, 20), "今天"),
        (date(2026, 11, 24), "4 天后"),
        (None, "—"),
    ],
)
def test_a_deadline_is_told_from_today(deadline, shown):
    assert formats.due(deadline, date(2026, 11, 20)) == shown


def test_a_masked_number_keeps_four_characters_at_either_end():
    assert formats.mask_id("319999198607185021") == "3199**********5021"
    assert formats.mask_id("E1234567") == "******67"
    assert formats.mask_phone("13812342671") == "138****2671"
    assert formats.mask_phone("55500100") == "*****100"
    assert formats.mask_birth(date(1986, 7, 18)) == "1986-**-**"


@given(st.text(alphabet="0123456789X", min_size=1, max_size=30))
def test_a_mask_never_shows_more_than_eight_characters(number):
    masked = formats.mask_id(number)
    assert len(masked) == len(number)
    assert sum(char != "*" for char in masked) <= 8
