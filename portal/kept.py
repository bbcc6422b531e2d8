"""Small facts of an office that page after page shows: kept a minute, or until they change.

How many people a committee has, what a street shares, whether an upload is still being read: every
page asks and few acts change it. A fact is kept together with the mark of its subject. Whoever
changes the subject gives it a new mark at the commit, so that neither what was worked out before
nor what somebody works out meanwhile is read again. Without Redis every page works it out anew.

Counts and words of offices, nothing of a person; a key names the unit whose posts read it.
"""

import threading
import uuid
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import caches
from django.db import transaction

Fact = TypeVar("Fact")
KEPT_SECONDS = 60
#: A mark outlives whatever was kept under the one before it.
MARKED_SECONDS = 2 * KEPT_SECONDS
RULES = "rules"


class _Waiting(threading.local):
    """Subjects that this thread has changed and not yet committed."""

    def __init__(self) -> None:
        self.subjects: set[str] = set()


_waiting = _Waiting()


def unit(code: int) -> str:
    """The register, the open issues and all else of one unit, as a subject."""
    return f"unit:{code}"


def fact(key: str, subject: str, work: Callable[[], Fact]) -> Fact:
    """What `work` gives: as it is kept under the subject's mark, else worked out and kept.

    :param key: names the fact and for whom it holds: the unit, the day
    """
    if subject in _waiting.subjects:  # changed here and not committed: nobody else sees it yet
        return work()
    hints, name, mark = caches["hints"], f"fact:{key}", f"mark:{subject}"
    known = hints.get_many([name, mark])
    current, stored = known.get(mark), known.get(name)
    if stored is not None and stored[0] == current:
        found: Fact = stored[1]
        return found
    found = work()
    hints.set(name, (current, found), KEPT_SECONDS)
    return found


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
