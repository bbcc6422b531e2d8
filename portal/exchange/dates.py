"""Dates as people type them into tables.

Births and permits are days, never moments: whatever the cell holds, a `datetime.date` comes out.
"""

from __future__ import annotations

import math
import re
import unicodedata
from calendar import monthrange
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

#: What a cell can hold: text, a number, or a date that the spreadsheet knows as one.
Readable = str | int | float | date

_EARLIEST_YEAR = 1890
_SERIAL_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 61, 73_050  # 1900-03-01 (before it Excel miscounts) to 2099-12-31
_PLAIN = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_PARTS = re.compile(
    r"([0-9]{1,4})[-./年,、 ]+([0-9]{1,2})[-./月,、 ]+([0-9]{1,2}) ?[日号.]?"
    r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?)?"
)
_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SHORT_OF_DAY = re.compile(r"([0-9]{4})[-./年]?([0-9]{1,2})?[-./月]?")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_FORM = "请写成 1964-01-09 这样的形式"


class DateProblem(ValueError):
    """A date that cannot be taken; `message_zh` for the clerk."""

    def __init__(self, code: str, message_zh: str) -> None:
        super().__init__(message_zh)
        self.code = code
        self.message_zh = message_zh


@dataclass(frozen=True, slots=True)
class DateReading:
    """A day, and a sentence where the reading should be looked at (`warning_zh`, else "")."""

    day: date
    warning_zh: str = ""


def read_date(
    value: Readable, *, today: date, what: str = "日期", latest: date | None = None
) -> DateReading:
    """The day that a cell means.

    :param what: the column's name in sentences, e.g. 出生日期.
    :param latest: last day allowed, by default today.
    :raises DateProblem: missing, impossible, too early, in the future, or no date.
    """
    reading = _reading(value, what)
    last = today if latest is None else latest
    if reading.day.year < _EARLIEST_YEAR:
        raise DateProblem("early", f"{what} {reading.day} 过早，请核对")
    if reading.day > last:
        limit = "今天" if last == today else str(last)
        raise DateProblem("future", f"{what} {reading.day} 晚于{limit}，请核对")
    return reading


def _reading(value: Readable, what: str) -> DateReading:
    if isinstance(value, datetime):
        return DateReading(value.date())
    if isinstance(value, date):
        return DateReading(value)
    if isinstance(value, str):
        return DateReading(_from_text(value, what))
    return _from_number(value, what)


def _from_text(text: str, what: str) -> date:
    plain = _PLAIN.fullmatch(text)
    if plain is None or not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
        plain = _PARTS.fullmatch(text) or _EIGHT.fullmatch(text.replace(" ", ""))
    else:
        with suppress(ValueError):  # no such day: said below
            return date.fromisoformat(text)
    if plain is not None:
        return _day(plain[1], plain[2], plain[3], what)
    if not text:
        raise DateProblem("missing", f"{what}未填写")
    if _SHORT_OF_DAY.fullmatch(text):
        raise DateProblem("incomplete", f"{what}「{text}」不完整，{_FORM}")
    raise DateProblem("form", f"看不懂{what}「{text}」，{_FORM}")


def _from_number(number: int | float, what: str) -> DateReading:
    """Eight digits that lost their text format, or a day count of the spreadsheet."""
    if math.isfinite(number) and number == int(number):
        whole = int(number)
        eight = _EIGHT.fullmatch(str(whole))
        if eight:
            return DateReading(_day(eight[1], eight[2], eight[3], what))
        if _FIRST_SERIAL <= whole <= _LAST_SERIAL and not 1890 <= whole <= 2100:
            day = _SERIAL_EPOCH + timedelta(days=whole)
            return DateReading(day, f"{what}是数字 {whole}，已按表格日期读作 {day}，请核对")
    raise DateProblem("form", f"看不懂{what}「{number:g}」，{_FORM}")


def _day(year_text: str, month_text: str, day_text: str, what: str) -> date:
    if len(year_text) != 4:
        raise DateProblem("year", f"{what}的年份应写 4 位，{_FORM}")
    year, month, day = int(year_text), int(month_text), int(day_text)
    if year == 0 or not 1 <= month <= 12:
        raise DateProblem("impossible", f"{what}有误：没有 {year_text} 年 {month} 月")
    if day == 0 or day > monthrange(year, month)[1]:
        said = f"{year} 年 2 月" if (month, day) == (2, 29) else f"{month} 月"
        raise DateProblem("impossible", f"{what}有误：{said}没有 {day} 日")
    return date(year, month, day)
