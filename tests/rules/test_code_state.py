"""How a house code stood at a moment, and what of it belongs on the month's list."""

from datetime import UTC, date, datetime

import pytest

from housing.code_state import CodeEvent, CodeThen, code_at, fault_of, what_is_wrong
from housing.codes import mod11_10

pytestmark = pytest.mark.paper("S-81")
FIRST, FINAL, RIGHT = "P-310107005001-000017", "310107005001-0006-1203", "310107005001-0006-1204"
LAST = date(2026, 10, 31)
GRACE = {"uncoded_days": 30, "provisional_days": 60}
BODY = "4403030070020300006000002"


def day(month, number):
    return datetime(2026, month, number, 9, tzinfo=UTC)


MONTH_END = day(11, 1)


@pytest.mark.parametrize(
    ("now", "events", "expected"),
    [
        (CodeThen("", True), [], CodeThen("", True)),
        (
            CodeThen(FINAL, True),
            [CodeEvent("assign", FIRST, FINAL, day(11, 3)),
             CodeEvent("assign", "", FIRST, day(2, 1))],
            CodeThen(FIRST, True, day(2, 1)),
        ),
        (
            CodeThen(RIGHT, True),
            [CodeEvent("correct", FINAL, RIGHT, day(11, 3)),
             CodeEvent("assign", FIRST, FINAL, day(10, 3))],
            CodeThen(FINAL, True, day(10, 3)),
        ),
        (
            CodeThen(FINAL, False),
            [CodeEvent("retire", FINAL, "", day(11, 3)), CodeEvent("assign", "", FINAL, day(2, 1))],
            CodeThen(FINAL, True, day(2, 1)),
        ),
        (
            CodeThen(FINAL, True),
            [CodeEvent("restore", "", FINAL, day(11, 9)), CodeEvent("retire", FINAL, "", day(3, 1)),
             CodeEvent("assign", "", FINAL, day(2, 1))],
            CodeThen(FINAL, False, day(2, 1)),
        ),
        (
            CodeThen(FINAL, True),
            [CodeEvent("restore", "", FINAL, day(11, 9)),
             CodeEvent("assign", "", FINAL, day(2, 1))],
            CodeThen("", True),
        ),
        (
            CodeThen(FINAL, True),
            [CodeEvent("verify", FINAL, FINAL, day(11, 2)),
             CodeEvent("assign", "", FINAL, day(2, 1))],
            CodeThen(FINAL, True, day(2, 1)),
        ),
    ],
    ids=["never_coded", "coded_since", "corrected_since", "retired_since", "came_back_since",
         "given_again_since",
         "looked_at_since"],
)  # fmt: skip
def test_a_code_is_read_back_from_its_events(now, events, expected):
    assert code_at(MONTH_END, now, events) == expected


@pytest.mark.parametrize(
    ("then", "entered", "given_on", "expected"),
    [
        (CodeThen("", True), date(2026, 10, 1), None, ("missing", date(2026, 10, 1))),
        (CodeThen("", True), date(2026, 10, 2), None, None),
        (CodeThen(FIRST, True), date(2026, 1, 1), date(2026, 9, 1),
         ("provisional", date(2026, 9, 1))),
        (CodeThen(FIRST, True), date(2026, 1, 1), date(2026, 9, 2), None),
        (CodeThen(BODY + "9", True), date(2026, 1, 1), date(2026, 10, 30),
         ("invalid", date(2026, 10, 30))),
        (CodeThen(FINAL, True), date(2026, 1, 1), None, None),
        (CodeThen("", False), date(2026, 1, 1), None, None),
    ],
    ids=["thirty_days_without", "one_day_less", "sixty_days_provisional", "one_day_short",
         "wrong_check_digit", "in_order", "off_the_frame"],
)  # fmt: skip
def test_a_dwelling_is_on_the_list_after_its_grace(then, entered, given_on, expected):
    assert what_is_wrong(then, entered, given_on, LAST, GRACE) == expected


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (FINAL, None), (FIRST, None), (BODY + mod11_10(BODY), None),
        (BODY[:20] + "*" + BODY[21:] + "0", None),
        (BODY + "4", "末位校验码应为 3"), ("0006/1203", "不是已知的编码格式"),
    ],
    ids=["internal", "provisional", "standard", "unknown_date", "check_digit", "form"],
)  # fmt: skip
def test_a_code_that_cannot_be_right_says_why(code, fault):
    assert fault_of(code) == fault
