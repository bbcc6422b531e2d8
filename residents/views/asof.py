"""The day that a person's page shows: today, or one that somebody slides back to (S-09)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from portal.ui.dates import UnreadableDayError, read_day
from residents.models import Residence


@dataclass(frozen=True)
class AsOf:
    """The day shown, between the first episode's beginning and today."""

    day: date
    first: date
    today: date
    problem: str = ""

    @property
    def is_past(self) -> bool:
        return self.day < self.today

    @property
    def span(self) -> int:
        """Days that the slider covers."""
        return (self.today - self.first).days

    @property
    def place(self) -> int:
        """The slider's position, in days after the first."""
        return (self.day - self.first).days


def as_of(request: HttpRequest, episodes: Sequence[Residence], today: date) -> AsOf:
    """The day asked for by `on`; one that cannot be read or lies outside says so and is today."""
    first = min((row.begin_on for row in episodes), default=today)
    asked = request.GET.get("on", "").strip()
    if not asked:
        return AsOf(today, first, today)
    try:
        day = read_day(asked, today)
    except UnreadableDayError as why:
        return AsOf(today, first, today, str(why))
    if not first <= day <= today:
        between = {"first": first, "today": today}
        return AsOf(today, first, today, _("请选 %(first)s 至 %(today)s 之间的日期") % between)
    return AsOf(day, first, today)


def living_then(episodes: Sequence[Any], then: AsOf) -> Any:
    """The episode of that day: today the open one; the primary one where there are several."""
    if not then.is_past:
        return next((row for row in episodes if row.is_open), None)
    covering = [
        row for row in episodes
        if row.begin_on <= then.day and (row.end_on is None or row.end_on > then.day)
    ]  # fmt: skip
    return next(iter(sorted(covering, key=lambda row: not row.is_primary)), None)
