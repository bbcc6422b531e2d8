"""What has changed on a dashboard since somebody was last there: ten links (peers 5.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.http import HttpRequest

from portal.metrics.figures import Figure, Snapshot
from portal.metrics.metric import Kind
from portal.metrics.receipts import Receipt
from portal.ui import formats
from portal.ui.keeping import keeper

if TYPE_CHECKING:
    from portal.metrics.dashboards import Board

MOST = 10
#: Numbers that are compared: the rates of the ranking, people, and the stock of open issues.
COMPARED = (
    "freshness", "registration_rate", "accuracy_rate", "house_code_link", "completeness",
    "housing_coverage", "endorsement_on_time", "actual_population", "issues_must",
    "issues_should",
)  # fmt: skip
#: A count has changed notably when it has by this share of itself.
NOTABLE = Decimal("0.02")


@dataclass(frozen=True)
class Change:
    """One number that has moved; `place` is blank on the dashboard of the unit itself."""

    place: str
    title: str
    before: str
    now: Receipt
    by: str
    weight: Decimal


def last_visit(request: HttpRequest, unit: int, today: date) -> date | None:
    """The day of the user's visit before today's; remembers that they are here today."""
    key = f"dashboard-{unit}"
    kept = keeper().kept(request, key)
    if kept.get("seen") == today.isoformat():
        before = kept.get("before", "")
    else:
        before = kept.get("seen", "")
        keeper().keep(request, key, {"seen": today.isoformat(), "before": before})
    return date.fromisoformat(before) if before else None


def night_of(nights: Sequence[Snapshot], since: date | None, today: date) -> Snapshot | None:
    """The numbers that were there on the last visit: of its day or of the last one before it.

    At a first visit: those of the last night.
    """
    known = [night for night in nights if night.day < today and night.closed_at is None]
    seen = [night for night in known if since is None or night.day <= since]
    return max(seen or known[:1], key=lambda night: night.day, default=None)


def changes(board: "Board") -> list[Change]:
    """The numbers of the unit's parts that have moved most since the last visit."""
    if board.month is not None or board.visited is None:
        return []
    found = sorted(_moved(board), key=lambda each: (-each.weight, each.place, each.title))
    return found[:MOST]


def _moved(board: "Board") -> Iterator[Change]:
    sheet = board.past[board.visited.run] if board.visited else None
    places: list[tuple[str, int | None]] = [(part.short_name, part.pk) for part in board.parts]
    places = places or [("", None)]
    for metric in board.known(COMPARED):
        for name, code in places:
            reading = board.reading(metric.key, code)
            past = sheet.of(metric.key, code) if sheet else Figure(metric)
            if reading.value is None or past.value is None or reading.figure.is_few:
                continue
            moved = reading.value - past.value
            shown = formats.change(moved, metric.decimals)
            if not moved or not any(digit in "123456789" for digit in shown):
                continue
            by_itself = max(Decimal(1), abs(past.value) * NOTABLE)
            scale = by_itself if metric.kind is Kind.COUNT else Decimal(metric.axis.scale)
            yield Change(
                name, str(metric.title), formats.decimal(past.value, metric.decimals),
                Receipt(reading.text + reading.shown_unit, reading.number.url, reading.number.rows),
                shown, abs(moved) / scale,
            )  # fmt: skip
