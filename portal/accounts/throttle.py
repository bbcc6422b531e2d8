"""Guesses of passwords and codes, counted in Redis before anything is looked at.

The count is one atomic INCR ahead of the check, so guesses sent at once cannot slip past it, and a
request that is rolled back or killed has been counted all the same. A lock stands for one door
and one name: for the login the account *and* the address, so that nobody can lock a whole street
out from elsewhere. Without Redis nothing is counted, and then nothing is let in either: whoever
is logged in goes on working, a password is not tried uncounted.
"""

import hashlib
import time
from dataclasses import dataclass

from django.core.cache import cache
from redis.exceptions import RedisError

from portal.telemetry import LOGINS

LIMIT = 5  # guesses until the lock
WINDOW = 15 * 60  # seconds in which they are counted together
FIRST_LOCK = 15 * 60
LONGEST_LOCK = 4 * 3600
MEMORY = 24 * 3600  # for how long a lock makes the next one longer


class UnableToCount(Exception):
    """Redis does not answer: no guess may be tried."""


@dataclass(frozen=True)
class Guess:
    """Whether this guess may be tried, and what is left after it."""

    door: str
    key: str
    allowed: bool
    left: int = 0
    locked_for: int = 0  # seconds


def count_guess(door: str, *who: object, limit: int = LIMIT) -> Guess:
    """Count one guess at `door` by `who`, before it is tried.

    :param limit: how many are let in within the window
    :raises UnableToCount: Redis does not answer
    """
    name = hashlib.sha256("\0".join(map(str, who)).encode()).hexdigest()[:40]
    key = f"guess:{door}:{name}"
    try:
        locked = _locked_for(key)
        if not locked:
            count = _increased(key)
            if count <= limit:
                return Guess(door, key, allowed=True, left=limit - count)
            locked = _lock(key)
    except RedisError as down:
        raise UnableToCount from down
    LOGINS.labels(door, "locked").inc()
    return Guess(door, key, allowed=False, locked_for=locked)


def was_wrong(guess: Guess) -> Guess:
    """A guess was wrong; after the last one allowed the door is locked."""
    LOGINS.labels(guess.door, "wrong").inc()
    if guess.left:
        return guess
    try:
        return Guess(guess.door, guess.key, allowed=False, locked_for=_lock(guess.key))
    except RedisError as down:
        raise UnableToCount from down


def was_right(guess: Guess) -> None:
    """Forget the guesses and the locks before them."""
    try:
        cache.delete_many([guess.key, f"{guess.key}:lock", f"{guess.key}:locks"])
    except RedisError as down:
        raise UnableToCount from down


def _increased(key: str) -> int:
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out between the two
        return _increased(key)


def _locked_for(key: str) -> int:
    until = cache.get(f"{key}:lock", 0)
    return max(0, int(until - time.time()) + 1) if until else 0


def _lock(key: str) -> int:
    """Lock the door, each time for twice as long; the count ends just before the lock."""
    locks = cache.get(f"{key}:locks", 0) + 1
    seconds: int = min(FIRST_LOCK * 2 ** (locks - 1), LONGEST_LOCK)
    if cache.add(f"{key}:lock", time.time() + seconds, seconds):
        cache.set(f"{key}:locks", locks, MEMORY)
        cache.touch(key, seconds - 1)
    return _locked_for(key) or seconds
