"""Small facts of an office that page after page shows: kept a minute, or until they change.

How many people a committee has, what a street shares, whether an upload is still being read: every
page asks and few acts change it. A fact is kept together with the mark of its subject. Whoever
changes the subject gives it a new mark at the commit, so that neither what was worked out before
nor what somebody works out meanwhile is read again. Without Redis every page works it out anew.

Counts and words of offices, nothing of a person; a key names the unit whose posts read it.
"""

import threading
import uuid
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from datetime import date
from typing import Any, NamedTuple, TypeVar

from django.core.cache import caches
from django.db import transaction

Fact = TypeVar("Fact")
KEPT_SECONDS = 60
#: A mark outlives whatever was kept under the one before it.
MARKED_SECONDS = 2 * KEPT_SECONDS


# --- subjects: what changes -------------------------------------------------------------------

RULES = "rules"


def unit(code: int) -> str:
    """The register, the open issues and all else of one unit."""
    return f"unit:{code}"


def work_of(user_id: int | None) -> str:
    """What somebody has asked to be done in the background."""
    return f"work:{user_id}"


def views_of(street: int) -> str:
    """The views that a street shares with its committees."""
    return f"views:{street}"


# --- facts: what is kept ----------------------------------------------------------------------


class Key(NamedTuple):
    """A fact by name, and what it depends on."""

    name: str
    subject: str


def must_mend(code: int) -> Key:
    """How many open issues of a unit must be mended."""
    return Key(f"must:{code}", unit(code))


def running(code: int, user_id: int | None) -> Key:
    """How many pieces of somebody's work in a unit are not over."""
    return Key(f"running:{code}:{user_id}", work_of(user_id))


def shared_views(street: int, list_key: str) -> Key:
    """The views that a street shares of one list."""
    return Key(f"views:{street}:{list_key}", views_of(street))


def rows_of(list_key: str, reader: int, code: int) -> Key:
    """How many rows a list has of one unit, as posts of the unit `reader` see it."""
    return Key(f"rows:{list_key}:{reader}:{code}", unit(code))


def tabs_of(list_key: str, code: int, day: date, own: int | None = None) -> Key:
    """How many rows of a list stand under each of its tabs on a day.

    :param own: the user or the post for whom some of the tabs are counted
    """
    return Key(f"tabs:{list_key}:{code}:{day}:{own or ''}", unit(code))


def dwellings_of(code: int, day: date) -> Key:
    """What the dwellings of a committee come to on a day."""
    return Key(f"dwellings:{code}:{day}", unit(code))


def issue_counts(code: int, day: date) -> Key:
    """How the rules stand in a unit."""
    return Key(f"issues:{code}:{day}", unit(code))


def issue_weeks(code: int, day: date) -> Key:
    """How many issues of each rule stood open at the end of each of the last weeks."""
    return Key(f"weeks:{code}:{day}", unit(code))


def late_days(kind: str, code: int, day: date) -> Key:
    """How many things of one kind are late in a street or the district, by their day."""
    return Key(f"late_days:{kind}:{code}:{day}", unit(code))


def to_do(code: int, user_id: int | None, role: str, day: date) -> Key:
    """How many things of each kind wait for somebody in a post, by the day they are due."""
    return Key(f"to_do:{code}:{user_id}:{role}:{day}", unit(code))


def strip(code: int, day: date) -> Key:
    """How far the verification of each building of a committee is."""
    return Key(f"strip:{code}:{day}", unit(code))


def housing_below(code: int, day: date) -> Key:
    """Buildings and dwellings of the units right below a street or the district on a day."""
    return Key(f"housing-below:{code}:{day}", unit(code))


def yardstick(day: date) -> Key:
    """By which rules freshness is measured on a day."""
    return Key(f"yardstick:{day}", RULES)


def parameters(rule: str, day: date) -> Key:
    """What a rule says on a day."""
    return Key(f"rule:{rule}:{day}", RULES)


def revisions(day: date) -> Key:
    """Which rules have been revised in the weeks before a day."""
    return Key(f"revisions:{day}", RULES)


# --- keeping ----------------------------------------------------------------------------------


class _Waiting(threading.local):
    """Subjects that this thread has changed and not yet committed."""

    def __init__(self) -> None:
        self.subjects: set[str] = set()


class _Page:
    """What one request will ask for, and what Redis has told it so far."""

    def __init__(self, expected: Iterable[Key]) -> None:
        self.expected = set(expected)
        self.told: dict[Key, tuple[Any, Any]] = {}

    def ask(self, key: Key) -> tuple[Any, Any]:
        """The mark in force and what is kept; all that is expected comes in the same answer."""
        if key not in self.told:
            self.told |= _ask({key, *self.expected})
            self.expected.clear()
        return self.told[key]


_waiting = _Waiting()
_page: ContextVar[_Page | None] = ContextVar("kept_for_page", default=None)


def begin(*expected: Key) -> None:
    """A request begins, in which these will be asked for: Redis is asked for them together.

    What the request before changed and did not commit was undone: nothing waits for its mark.
    """
    if not transaction.get_connection().in_atomic_block:
        _waiting.subjects.clear()
    _page.set(_Page(expected))


def expect(*keys: Key) -> None:
    """These too, later in this request."""
    if page := _page.get():
        page.expected.update(keys)


def fact(key: Key, work: Callable[[], Fact]) -> Fact:
    """What `work` gives: as it is kept under the subject's mark, else worked out and kept."""
    if key.subject in _waiting.subjects:  # changed here and not committed: nobody else sees it yet
        return work()
    page = _page.get()
    mark, stored = page.ask(key) if page else _ask([key])[key]
    if stored is not None and stored[0] == mark:
        found: Fact = stored[1]
        return found
    found = work()
    caches["hints"].set(f"fact:{key.name}", (mark, found), KEPT_SECONDS)
    return found


def _ask(keys: Iterable[Key]) -> dict[Key, tuple[Any, Any]]:
    """Of each fact the mark of its subject and what is kept with its mark, None for either."""
    wanted = list(keys)
    names = {f"fact:{key.name}" for key in wanted} | {f"mark:{key.subject}" for key in wanted}
    told = caches["hints"].get_many(names)
    return {key: (told.get(f"mark:{key.subject}"), told.get(f"fact:{key.name}")) for key in wanted}


def changed(*subjects: str) -> None:
    """Say that facts of these subjects may differ once the transaction has committed."""
    _waiting.subjects.update(subjects)
    transaction.on_commit(_mark_anew)


def _mark_anew() -> None:
    """One new mark for all that waits; whichever of a transaction's calls comes first does it."""
    subjects, _waiting.subjects = _waiting.subjects, set()
    if subjects:
        mark = uuid.uuid4().hex
        caches["hints"].set_many({f"mark:{each}": mark for each in subjects}, MARKED_SECONDS)
