"""Days that deadlines count. Plain Python.

Working days are Monday to Friday; public holidays are not known to the register, so a deadline
here is never later than the one that the law gives.
"""

from datetime import date, timedelta

FRIDAY = 4


def is_working_day(day: date) -> bool:
    """Whether offices answer on `day`."""
    return day.weekday() <= FRIDAY


def add_working_days(day: date, count: int) -> date:
    """The day on which the `count`-th working day after `day` falls."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_left(today: date, due_on: date) -> int:
    """Working days after today up to the deadline; negative when it is over."""
    if due_on < today:
        return -working_days_left(due_on, today)
    day, left = today, 0
    while day < due_on:
        day += timedelta(days=1)
        left += is_working_day(day)
    return left
