"""Topics of appeals and how soon they are answered: aggregates only, small numbers not told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q

from residents.appeals import AppealQuerySet, ResidentAppeal

#: Below this many, days and shares of a topic would tell of single people.
FEWEST = 5


@dataclass(frozen=True)
class TopicLine:
    """One topic in a period. Where few spoke of it only that is told: `is_few`."""

    title: str
    heard: int
    answered: int
    in_time: int
    days: float | None
    overdue: int

    @property
    def is_few(self) -> bool:
        return 0 < self.heard < FEWEST

    @property
    def share_in_time(self) -> float | None:
        """Per cent of those answered; None where nothing was answered yet."""
        return self.in_time * 100 / self.answered if self.answered else None


_TIME = ExpressionWrapper(F("answered_on") - F("received_on"), output_field=DurationField())
_COUNTS: dict[str, Any] = {
    "heard": Count("id"),
    "answered": Count("id", filter=Q(state="answered")),
    "in_time": Count("id", filter=Q(answered_on__lte=F("due_on"))),
    "time": Avg(_TIME, filter=Q(state="answered")),
}


def topics_of(rows: AppealQuerySet, since: date, today: date) -> list[TopicLine]:
    """A line for each topic, then one for all of them, of what was received since a day."""
    heard = rows.filter(received_on__gte=since)
    late = Count("id", filter=Q(due_on__lt=today) & ~Q(state="answered"))
    by_topic = {
        found["topic"]: _line_of(found)
        for found in heard.order_by().values("topic").annotate(**_COUNTS, overdue=late)
    }
    nothing = {"heard": 0, "answered": 0, "in_time": 0, "days": None, "overdue": 0}
    lines = [
        TopicLine(str(topic.label), **by_topic.get(topic.value, nothing))
        for topic in ResidentAppeal.Topic
    ]
    return [*lines, _total(lines)]


def _line_of(found: Any) -> dict[str, Any]:
    """A counted topic, its mean time in days."""
    time = found["time"]
    counts = {key: found[key] for key in ("heard", "answered", "in_time", "overdue")}
    return counts | {"days": None if time is None else time.total_seconds() / 86_400}


def _total(told: Sequence[TopicLine]) -> TopicLine:
    """Of the topics that are told: else what is not told could be reckoned from it."""
    lines = [line for line in told if not line.is_few]
    answered = sum(line.answered for line in lines)
    days = sum((line.days or 0) * line.answered for line in lines)
    return TopicLine(
        "合计（列明的主题）", sum(line.heard for line in lines), answered,
        sum(line.in_time for line in lines), days / answered if answered else None,
        sum(line.overdue for line in lines),
    )  # fmt: skip
