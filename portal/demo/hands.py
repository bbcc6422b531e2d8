"""Several things at once, each in a process of its own: what a large district is made by."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import Any

from django.db import connections

#: Does something with each of many, as `map` does.
Hands = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


@contextmanager
def hands(processes: int) -> Iterator[Hands]:
    """So many processes at once, each thing in a fresh one; none are begun where one is enough.

    They are forked, so they find settings and test databases as they are here; connections are
    closed first, for no two may share one. What comes first is given first.
    """
    if processes == 1:
        yield map
        return
    connections.close_all()
    with get_context("fork").Pool(processes, maxtasksperchild=1) as pool:
        yield lambda act, things: pool.imap_unordered(partial(_alone, act), things)


def _alone(act: Callable[[Any], Any], thing: Any) -> Any:
    try:
        return act(thing)
    finally:
        connections.close_all()
