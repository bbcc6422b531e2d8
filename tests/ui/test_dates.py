"""Days as people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ui.dates import UnreadableDayError, read_day

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-20", "20261120", "2026/11/20", "2026.11.20", "2026年11月20日", "11-20", "11/20",
        "11月20日", "今天", " 2026-11-20 ", "２０２６－１１－２０",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_typed(typed):
    assert read_day(typed, TODAY) == TODAY


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2029-02-30", "2 月没有 30 日"),
        ("2027-02-29", "2027 年 2 月没有 29 日"),
        ("2026-13-01", "没有 13 月"),
        ("261120", "日期应为 8 位数字，如 20261120"),
        ("1120", "日期应为 8 位数字，如 20261120"),
        ("明年", "日期写成 2026-11-20 或 20261120"),
    ],
)
def test_an_unreadable_day_is_answered_with_what_to_type(typed, sentence):
    with pytest.raises(UnreadableDayError, match=f"^{sentence}$"):
        read_day(typed, TODAY)


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d"]))
def test_a_written_day_is_read_back(day, form):
    assert read_day(day.strftime(form), TODAY) == day
