"""What a kind of thing to do is to the inbox: counts, first rows, buttons (ui 4.9)."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateField, Exists, F, Func, IntegerField, Q, Value, Window
from django.db.models.functions import RowNumber

from portal import kept
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.ui.addresses import address_if_any

BUCKETS = ("overdue", "today", "week", "later")
MOST_OPENED = 200


@dataclass(frozen=True)
class Act:
    """A button of the opened row; with `fields` it posts, `key` is the letter that presses it."""

    title: str
    url: str
    fields: dict[str, str] = field(default_factory=dict)
    posts: bool = False


@dataclass(frozen=True)
class Item:
    """One thing to do: a row of the inbox, opened in place when it is the current one."""

    key: str
    kind: str
    level: str
    title: str
    subject: str
    place: str
    reason: str
    due_on: date
    facts: Sequence[tuple[str, str]] = ()
    acts: Sequence[Act] = ()


Loaded = dict[str, tuple[int, list["Item"]]]


class Source(ABC):
    """One kind of thing to do, read in one query: counts by bucket, and the first rows of each."""

    key: str
    title: str
    due = "due_on"

    def __init__(self, scope: Scope, today: date) -> None:
        self.scope = scope
        self.today = today

    @abstractmethod
    def rows(self) -> Any:
        """What is to be done, in scope."""

    @abstractmethod
    def item(self, row: Any) -> Item:
        """One of the rows as the inbox shows it."""

    #: A kind of which there is often nothing: whether there is, is asked for all such at once.
    seldom = False

    @property
    def is_late_only(self) -> bool:
        """Whether the rows are all late, and so many that they are not gone through for a page."""
        return False

    def load(self, most: int, opened: str) -> Loaded:
        """By bucket, how many there are and the first `most`; more of the opened bucket."""
        if self.is_late_only:
            return self._load_late(MOST_OPENED if opened == "overdue" else most)
        wanted = Q(ordinal__lte=most)
        if opened in BUCKETS:
            wanted |= Q(bucket=BUCKETS.index(opened), ordinal__lte=MOST_OPENED)
        rows = (
            self.rows()
            .annotate(bucket=_bucket(self.due, self.today))
            .annotate(
                of=Window(Count("pk"), partition_by="bucket"),
                ordinal=Window(RowNumber(), partition_by="bucket", order_by=[self.due, "pk"]),
            )
            .filter(wanted)
            .order_by(self.due, "pk")
        )
        found: Loaded = {}
        for row in rows.exclude(bucket=None):
            bucket = BUCKETS[row.bucket]
            found.setdefault(bucket, (row.of, []))[1].append(self.item(row))
        return found

    def _load_late(self, most: int) -> Loaded:
        """The first rows by an index; how many there are is up to a minute old."""
        rows = self.rows()
        first = list(rows.order_by(self.due, "pk")[:most])
        if len(first) < most:
            count = len(first)
        else:
            key = kept.late_items(self.key, self.scope.unit, self.today)
            count = max(kept.fact(key, rows.count), len(first))
        return {"overdue": (count, [self.item(row) for row in first])} if first else {}


def load_all(found: Sequence[Source], most: int, opened: str) -> list[tuple[Source, Loaded]]:
    """Each source with what it holds; those that hold nothing are not asked for rows."""
    busy = _with_work([source for source in found if source.seldom])
    return [
        (each, {} if each.seldom and each not in busy else each.load(most, opened))
        for each in found
    ]


def _with_work(found: Sequence[Source]) -> list[Source]:
    """Those that hold at least one row, in one statement."""
    if not found:
        return []
    asked = {f"has_{source.key}": Exists(source.rows()) for source in found}
    held = OrgUnit.objects.filter(pk=found[0].scope.unit).annotate(**asked).values(*asked).get()
    return [source for source in found if held[f"has_{source.key}"]]


def _bucket(column: str, today: date) -> Func:
    """The place in `BUCKETS` of a day, NULL for none.

    One function of PostgreSQL: Django writes the same as a CASE five times into each statement.
    """
    tomorrow = today + timedelta(days=1)
    bounds = [today, tomorrow, max(_week_end(today) + timedelta(days=1), tomorrow)]
    days = Value(bounds, output_field=ArrayField(DateField()))
    return Func(F(column), days, function="width_bucket", output_field=IntegerField())


def _week_end(today: date) -> date:
    """The Sunday of the week."""
    return today + timedelta(days=6 - today.weekday())


def links(*wanted: tuple[str, str, str, Any]) -> list[Act]:
    return [
        Act(title, f"{address}?{query}" if query else address)
        for title, view, query, key in wanted
        if (address := address_if_any(view, key))
    ]
