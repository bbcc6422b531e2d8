"""Requests are called with room for their frames."""

import gc
import resource
import runpy
import threading
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from portal.headroom import with_headroom

CALLS = 300
#: More frames than pages have: some loop must meet an edge of 16 KiB.
DEPTHS = range(300)


def _inner(*given: object) -> int:
    return len(given)


def _leaf(*given: object) -> int:
    """Two frames, so that they are larger than the step from one depth to the next."""
    return _inner(*given)


def _at(depth: int) -> int:
    """A loop of calls below so many others; how many page faults it took."""
    if depth:
        return _at(depth - 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        _leaf(1, 2, 3)
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def _application(_environ: object, _begin: object) -> Iterable[Any]:
    return [_at(depth) for depth in DEPTHS]


def _worst(application: Callable[..., Iterable[Any]]) -> int:
    """The most faults of any loop, in a thread of its own as a server has them."""
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.extend(application({}, None)))
    thread.start()
    thread.join()
    return max(found)


def test_no_loop_maps_memory_with_each_call() -> None:
    assert _worst(with_headroom(_application)) < CALLS / 10


def test_every_worker_of_the_server_gives_it() -> None:
    configured = runpy.run_path(str(settings.BASE_DIR / "gunicorn.conf.py"))
    worker = SimpleNamespace(wsgi=_application)
    configured["post_worker_init"](worker)
    gc.unfreeze()  # this process goes on to other tests
    assert _worst(worker.wsgi) < CALLS / 10


def test_the_answer_is_the_applications() -> None:
    def echo(environ: object, begin: object) -> Iterator[Any]:
        yield from (environ, begin)

    assert list(with_headroom(echo)({"a": 1}, len)) == [{"a": 1}, len]


def test_what_the_application_raises_is_passed_on() -> None:
    def fails(_environ: object, _begin: object) -> Iterable[bytes]:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        with_headroom(fails)({}, None)
