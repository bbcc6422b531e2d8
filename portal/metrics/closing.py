"""When a month is closed: on the third working day after it, at eight in the evening (domain §4.1).

What belongs to the month and was entered by then is counted; what comes to light later is noted by
a later close. Working days are those of the State Council's calendar.

Paper: S-140.
"""

from datetime import date, datetime, time, timedelta

from portal.rules.working_days import add_working_days

WORKING_DAYS = 3
CLOSING_TIME = time(20, 0)
#: How many closed months before its own a close looks at again.
LOOKS_BACK = 3


def month_end_before(day: date) -> date:
    """The last day of the month before the one of `day`."""
    return day.replace(day=1) - timedelta(days=1)


def is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def closing_day(month_end: date) -> date:
    """The day on which the month that ends so is closed."""
    return add_working_days(month_end, WORKING_DAYS)


def closing_moment(month_end: date) -> datetime:
    """When the month that ends so is closed, by the clock on the wall."""
    return datetime.combine(closing_day(month_end), CLOSING_TIME)


def latest_to_close(today: date) -> date:
    """Last day of the latest month whose closing day has come."""
    month_end = month_end_before(today)
    return month_end if closing_day(month_end) <= today else month_end_before(month_end)
