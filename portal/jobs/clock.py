"""What the clock asks for, and for which moment: plain arithmetic, no clock read here."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module

from django.conf import settings
from django.utils import timezone

from portal.rules.working_days import add_working_days

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Every:
    """Due at each whole multiple of `step`, counted from the year 2000."""

    step: timedelta
    task: str

    def due(self, now: datetime) -> datetime:
        """The latest moment not after `now`."""
        return now - (now - EPOCH) % self.step


@dataclass(frozen=True)
class Daily:
    """Due once a day at a local time."""

    at: time
    task: str

    def due(self, now: datetime) -> datetime:
        """The latest moment not after `now`."""
        local = timezone.localtime(now)
        today = local.replace(hour=self.at.hour, minute=self.at.minute, second=0, microsecond=0)
        return today if today <= local else today - timedelta(days=1)


@dataclass(frozen=True)
class Monthly:
    """Due once a month, at a local time of its so-manieth working day."""

    working_day: int
    at: time
    task: str

    def due(self, now: datetime) -> datetime:
        """The latest moment not after `now`."""
        local = timezone.localtime(now)
        this_month = local.date().replace(day=1)
        last_month = (this_month - timedelta(days=1)).replace(day=1)
        return max(m for m in map(self._in, (last_month, this_month)) if m <= local)

    def _in(self, first: date) -> datetime:
        """The moment of the month that begins on `first`."""
        day = add_working_days(first - timedelta(days=1), self.working_day)
        return timezone.make_aware(datetime.combine(day, self.at))


Clockwork = Every | Daily | Monthly


def clockwork() -> dict[str, Clockwork]:
    """All schedules by name, as the Celery application's module lists them."""
    found: dict[str, Clockwork] = import_module(settings.QUEUE_APP).CLOCKWORK
    return found
