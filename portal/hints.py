"""A cache of hints: what may be missing. When Redis is away, silent or full, it holds nothing.

Names in the frame and the progress of an upload are read through it, so that pages go on without
Redis. Counters of guesses are not: they stay in the default cache, whose failure refuses.
"""

from typing import Any

from django.core.cache.backends.redis import RedisCache

from portal.outages import BELL_FAULTS


class HintCache(RedisCache):
    """Redis, whose absence is a miss."""

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except BELL_FAULTS:
            return default

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        try:
            super().set(key, value, *args, **kwargs)
        except BELL_FAULTS:
            return

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        try:
            return bool(super().add(key, value, *args, **kwargs))
        except BELL_FAULTS:
            return False
