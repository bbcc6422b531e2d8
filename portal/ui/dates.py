"""Days as people type them. Plain Python."""

import re
from datetime import date

_WHOLE = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MONTH_DAY = re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?")
_WORDS = {"今天": 0, "昨天": -1, "前天": -2}
_FULL_WIDTH = str.maketrans("０１２３４５６７８９－／．", "0123456789-/.")


class UnreadableDayError(ValueError):
    """The text is not a day; the message says what is wrong and what to type."""


def read_day(text: str, today: date) -> date:
    """The day that a text means: `2026-11-20`, `20261120`, `2026/11/20`, `2026.11.20`,
    `2026年11月20日`, `11-20` (this year) or `今天`.

    :raises UnreadableDayError: with a sentence for the person who typed it
    """
    typed = text.strip().translate(_FULL_WIDTH)
    if typed in _WORDS:
        return date.fromordinal(today.toordinal() + _WORDS[typed])
    if found := _COMPACT.fullmatch(typed):
        return _day(*(int(part) for part in found.groups()))
    if _digits_only(typed):
        raise UnreadableDayError("日期应为 8 位数字，如 20261120")
    if found := _WHOLE.fullmatch(typed):
        return _day(*(int(part) for part in found.groups()))
    if found := _MONTH_DAY.fullmatch(typed):
        return _day(today.year, *(int(part) for part in found.groups()))
    raise UnreadableDayError("日期写成 2026-11-20 或 20261120")


def _digits_only(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _day(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        raise UnreadableDayError(f"没有 {month} 月")
    try:
        return date(year, month, day)
    except ValueError:
        when = f"{year} 年 2 月" if (month, day) == (2, 29) else f"{month} 月"
        raise UnreadableDayError(f"{when}没有 {day} 日") from None
