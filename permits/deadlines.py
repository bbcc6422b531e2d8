"""Days that the permit rules count. Plain Python."""

from __future__ import annotations

from datetime import date, timedelta

from portal.rules.working_days import add_working_days


def decision_due(accepted_on: date, *, working_days: int, calendar_days: int) -> date:
    """Until when a case is decided; a rule counts in working days or in calendar days."""
    if working_days:
        return add_working_days(accepted_on, working_days)
    return accepted_on + timedelta(days=calendar_days)


def a_year_later(day: date) -> date:
    """The same day of the next year; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
