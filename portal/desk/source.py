"""What a kind of thing to do is to the inbox: how many are due when, rows, buttons (ui 4.9)."""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Count, F, Func, IntegerField, Model, Value

from portal.desk.columns import recalled, told
from portal.orgs.prepared import Asked, Prepared
from portal.orgs.scope import Scope
from portal.ui.addresses import address_if_any

BUCKETS = ("overdue", "today", "week", "later")
#: The gravest first, as a list of what is due on the same day begins with them.
LEVELS = ("must", "should", "note")


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


class Due(NamedTuple):
    """How many things of one kind and gravity (a place in `LEVELS`) are due on a day."""

    day: date
    gravity: int
    rows: int


class Run(NamedTuple):
    """Rows that follow one another in the order of their source.

    :param low: the first day of the bucket in which they begin, None where no row is due before
    :param high: the day after the bucket in which they end, None where no row is due later
    :param offset: how many rows from `low` on are passed over
    """

    low: date | None
    high: date | None
    offset: int
    rows: int


class Source(ABC):
    """One kind of thing to do: how many are due on which day, and any run of its rows."""

    key: str
    title: str
    model: type[Model]
    #: The columns that an item is made of, besides its key and its day.
    shown: Sequence[str]
    due = "due_on"
    #: How grave a thing is once it is late, and before that.
    levels = ("should", "should")
    #: The column that tells how grave each is, where their day alone does not.
    graded = ""
    #: Whether the statement says who looks otherwise than by a number in its place.
    by_person = False

    def __init__(self, scope: Scope, today: date) -> None:
        self.scope = scope
        self.today = today

    @abstractmethod
    def rows(self) -> Any:
        """What is to be done, in scope."""

    @abstractmethod
    def item(self, row: Any) -> Item:
        """One of the rows as the inbox shows it."""

    @property
    def is_late_only(self) -> bool:
        """Whether the rows are all late, and as many for every post of a unit above committees."""
        return False

    def level(self, due_on: date) -> str:
        """How grave a thing is that is due on the day."""
        return self.levels[due_on >= self.today]

    def days(self, place: int) -> Any:
        """How many rows are due on which day, as values to be united with those of other kinds.

        The gravity is 0 where the day alone tells it.

        :param place: tells the kind in the united answer
        """
        gravity = self._gravity if self._is_graded else Value(0)
        days = self.rows().order_by().values(
            of_kind=Value(place), on_day=F(self.due), of_gravity=gravity
        )  # fmt: skip
        return days.annotate(how_many=Count("pk"))

    def due_of(self, values: dict[str, Any]) -> Due:
        """What one of the values of `days` says."""
        day, gravity = values["on_day"], values["of_gravity"]
        known = LEVELS.index(self.level(day)) if gravity == 0 else gravity - 1
        return Due(day, known, values["how_many"])

    def cut(self, place: int, run: Run) -> Asked[dict[str, Any]]:
        """The rows of a run by what is shown of them, as values to be united like `days`.

        Fifteen kinds are cut for a page: each statement is written once for all of a role.
        """
        scope = self.scope
        who = (scope.user_id or 0, scope.appointment_id or 0)
        fixed = (type(self), scope.role, scope.capabilities, self.today, run)
        if self.by_person:
            return _cut_of_one.asked(scope, *fixed, *who, place=place)
        return _cut.asked(scope, *fixed, place=place, user=who[0], post=who[1])

    def written(self, place: int, run: Run) -> Any:
        """The cut as the query set that is written."""
        rows = self.rows()
        if run.low:
            rows = rows.filter(**{f"{self.due}__gte": run.low})
        if run.high:
            rows = rows.filter(**{f"{self.due}__lt": run.high})
        graver = [self._gravity] if self._is_graded else []
        rows = rows.order_by(self.due, *graver, "pk")[run.offset : run.offset + run.rows]
        return rows.values(of_kind=Value(place), as_shown=told(self._columns))

    def recalled(self, values: Sequence[Any]) -> Item:
        """The item of a row that told these values of its columns."""
        row = recalled(self.model, self._columns, values)
        if type(due := getattr(row, self.due)) is str:  # the query worked it out: it is no column
            setattr(row, self.due, date.fromisoformat(due))
        return self.item(row)

    @cached_property
    def _columns(self) -> tuple[str, ...]:
        return ("id", *({self.due} - {*self.shown}), *self.shown)

    @property
    def _is_graded(self) -> bool:
        """Tens of thousands of rows are walked by the index of their days."""
        return bool(self.graded) and not self.is_late_only

    @property
    def _gravity(self) -> Func:
        """The place in `LEVELS`, counted from 1."""
        levels = Value([*LEVELS], output_field=ArrayField(CharField()))
        return Func(
            levels, F(self.graded), function="array_position", output_field=IntegerField()
        )  # fmt: skip


@Prepared
def _cut(
    scope: Scope, kind: type[Source], role: str, may: frozenset[str], today: date, run: Run, *,
    place: int, user: int, post: int,
) -> Any:  # fmt: skip
    """A run of the things to do of a kind, for whoever is in such a post of the unit.

    :param user: 0 for nobody, as `post`
    """
    whose = replace(scope, role=role, capabilities=may, user_id=user, appointment_id=post)
    return kind(whose, today).written(place, run)


@Prepared
def _cut_of_one(
    scope: Scope, kind: type[Source], role: str, may: frozenset[str], today: date, run: Run,
    user: int, post: int, *, place: int,
) -> Any:  # fmt: skip
    """The same for one person, who is part of the statement."""
    whose = replace(scope, role=role, capabilities=may, user_id=user, appointment_id=post)
    return kind(whose, today).written(place, run)


def united(parts: Sequence[Any]) -> Any:
    """Values of many kinds as one answer."""
    first, *others = parts
    return first.union(*others, all=True) if others else first


def bucket_of(day: date, today: date) -> str:
    """The bucket in which a thing stands that is due on the day."""
    return BUCKETS[bisect_right(_bounds(today), day)]


def span_of(bucket: str, today: date) -> tuple[date | None, date | None]:
    """The days of a bucket, [from, to); None where it has no end."""
    ends = [None, *_bounds(today), None]
    place = BUCKETS.index(bucket)
    return ends[place], ends[place + 1]


@lru_cache(maxsize=4)
def _bounds(today: date) -> tuple[date, date, date]:
    """With which days the second, the third and the last bucket begin."""
    tomorrow = today + timedelta(days=1)
    monday = today + timedelta(days=7 - today.weekday())
    return today, tomorrow, max(monday, tomorrow)


def links(*wanted: tuple[str, str, str, Any]) -> list[Act]:
    return [
        Act(title, f"{address}?{query}" if query else address)
        for title, view, query, key in wanted
        if (address := address_if_any(view, key))
    ]
