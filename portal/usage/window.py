"""Over which days the use of the municipal system is counted (domain §4.6, M-30). Plain Python."""

from datetime import date, timedelta

from portal.rules.working_days import is_working_day, last_working_days

#: So many working days up to a day are looked at, itself included.
WINDOW = 22
#: A committee that used the system on so many of them has reached the number.
ENOUGH = 8
#: Sessions of one day that can be right; more are a slip of the key.
MOST_SESSIONS = 9999


def window_of(day: date) -> list[date]:
    """The last 22 working days up to `day`, the earliest first."""
    return last_working_days(day, WINDOW)


def month_of(text: str) -> date | None:
    """First day of the month that an address names as `2026-10`; None for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def month_end(month: date) -> date:
    """The last day of the month that begins on `month`."""
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def working_days_of(month: date) -> list[date]:
    """The working days of the month that begins on `month`."""
    days = (month + timedelta(days=n) for n in range(month_end(month).day))
    return [day for day in days if is_working_day(day)]


def latest_months(today: date, count: int) -> list[date]:
    """First days of the latest months, this one first."""
    months = [today.replace(day=1)]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months
