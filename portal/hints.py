"""A cache of hints: what may be missing. When Redis is away, silent or full, it holds nothing.

Names in the frame and the progress of an upload are read through it, so that pages go on without
Redis. Counters of guesses are not: they stay in the default cache, whose failure refuses.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

from portal.outages import BELL_FAULTS

#: Seconds for which a Redis that did not answer is left alone: a page asks it several times.
SILENCE = 5.0


class OneClient(RedisCacheClient):
    """Django's client, made once: redis-py takes longer to make one than to ask by it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._made: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """One for reading and one for writing, whatever the key."""
        if write not in self._made:
            self._made[write] = super().get_client(key, write=write)
        return self._made[write]


class HintCache(RedisCache):
    """Redis, whose absence is a miss."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient
        self._silent_until = 0.0

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._asked(lambda: super(HintCache, self).get(key, default, version), default)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        found: dict[Any, Any] = self._asked(
            lambda: super(HintCache, self).get_many(keys, version), {}
        )
        return found

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self._asked(lambda: super(HintCache, self).set(key, value, *args, **kwargs), None)

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        told: list[Any] = self._asked(
            lambda: super(HintCache, self).set_many(data, *args, **kwargs), [*data]
        )
        return told

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(
            self._asked(lambda: super(HintCache, self).add(key, value, *args, **kwargs), False)
        )

    def _asked(self, ask: Callable[[], Any], otherwise: Any) -> Any:
        """The answer; `otherwise` when there is none, and for some seconds after that."""
        if time.monotonic() < self._silent_until:
            return otherwise
        try:
            return ask()
        except BELL_FAULTS:
            self._silent_until = time.monotonic() + SILENCE
            return otherwise
