"""Dates as people type them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.exchange.dates import DateProblem, read_date

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "value",
    [
        "1964-01-09",
        "1964-1-9",
        "1964.1.9",
        "1964.01.09.",
        "1964/1/9",
        "1964年1月9日",
        "1964年1月9号",
        "1964 年 1 月 9 日",
        "１９６４．１．９",
        "19640109",
        "1964 0109",
        "1964-01-09 00:00:00",
        "1964-01-09T00:00:00",
        " 1964-1-9\u200b",
        19640109,
        19640109.0,
        date(1964, 1, 9),
        datetime(1964, 1, 9, 13, 30),
    ],
)
def test_day_is_read_however_it_is_written(value):
    reading = read_date(value, today=TODAY)
    assert (reading.day, reading.warning_zh) == (date(1964, 1, 9), "")
    assert type(reading.day) is date


def test_day_count_of_a_spreadsheet_is_read_with_a_warning():
    reading = read_date(23385.0, today=TODAY, what="出生日期")
    assert reading.day == date(1964, 1, 9)
    assert reading.warning_zh == "出生日期是数字 23385，已按表格日期读作 1964-01-09，请核对"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "出生日期未填写"),
        ("1990-02-30", "2 月没有 30 日"),
        ("1999.2.29", "1999 年 2 月没有 29 日"),
        ("1990-13-01", "没有 1990 年 13 月"),
        ("1990-00-01", "没有 1990 年 0 月"),
        ("0000-01-01", "没有 0000 年"),
        ("19900431", "4 月没有 31 日"),
        ("64.1.9", "年份应写 4 位"),
        ("1799-01-01", "过早"),
        ("2031-01-01", "出生日期 2031-01-01 晚于今天"),
        ("1964", "不完整"),
        ("1964.1", "不完整"),
        ("1964年1月", "不完整"),
        ("去年", "看不懂出生日期「去年」"),
        ("٢٠٢٤-٠١-٠١", "看不懂"),
        (1964.0, "看不懂"),
        (1964.1, "看不懂"),
        (3.1e17, "看不懂"),
        (float("1e300"), "看不懂"),
        (float("nan"), "看不懂"),
    ],
)
def test_refusal_says_what_is_wrong(value, words):
    with pytest.raises(DateProblem, match=words):
        read_date(value, today=TODAY, what="出生日期")


def test_a_later_day_may_be_allowed():
    assert read_date("2026-12-01", today=TODAY, latest=date(2026, 12, 20)).day.month == 12
    with pytest.raises(DateProblem, match="晚于2026-12-20"):
        read_date("2026-12-21", today=TODAY, latest=date(2026, 12, 20))


@given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y年%m月%d日"]))
def test_every_day_reads_back(day, form):
    assert read_date(day.strftime(form), today=TODAY).day == day


@given(
    st.text("0123456789-./年月日 ", max_size=14) | st.floats(allow_nan=False, allow_infinity=False)
)
def test_nothing_else_than_a_date_problem_is_raised(value):
    try:
        assert read_date(value, today=TODAY).day <= TODAY
    except DateProblem:
        return
