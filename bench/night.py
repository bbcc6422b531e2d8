"""Pages while the whole night's work runs beside them: rules, numbers, deadlines, clearing up.

The yardstick is the same page on the same servers when nothing else is done, before and after. A
night lasts seconds here, so that it is begun again until every page has been asked for often
enough.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from typing import Any

from django.db import connections
from django.utils import timezone
from django.utils.module_loading import import_string

from bench.asking import Inside
from bench.district import District
from bench.figures import Figure, Sample, at_most, compared
from bench.serving import UnableToMeasure, Visitor, served
from bench.targets import Target, targets
from portal.celery import CLOCKWORK
from portal.jobs import services as ledger
from portal.jobs.clock import Daily
from portal.metrics import services
from portal.metrics.models import RunKind

ASKED = ("residents, first page of 50", "search by name prefix", "building board",
         "resident page", "dashboard")  # fmt: skip
ROUNDS = 40
MOST_SECONDS = 60  # of one phase
BEGUN_WITHIN = 60
NIGHT = "nightly"  # the numbers: here by hand, since a day has one snapshot


def figures(district: District) -> list[Figure]:
    """Every page's latency during the night against its idle one."""
    inside = Inside(district)
    wanted = [each for each in targets(district) if each.name in ASKED]
    with served("portal.wsgi") as port:
        asks = [_asking(inside, target, port) for target in wanted]
        before = _times(asks)
        with _night() as nights:
            meanwhile = _times(asks)
            lasted = nights()
        after = _times(asks)
    found = []
    for target, idle, later, busy in zip(wanted, before, after, meanwhile, strict=True):
        quiet = Sample(idle + later)
        note = f"idle; {lasted} nights of {len(_chores()) + 1} tasks begun meanwhile"
        found.append(
            compared(f"during the night: {target.title}", Sample(busy), quiet, at_most(1.5), note)
        )
    return found


def _asking(inside: Inside, target: Target, port: int) -> Callable[[], object]:
    visitor = Visitor(port, inside.sessions[target.level])
    if target.body:
        return partial(visitor.post, target.path, target.body)
    return partial(visitor.get, target.path)


def _times(asks: list[Callable[[], object]]) -> list[tuple[float, ...]]:
    """Milliseconds of each page, in turns, warm."""
    found: list[list[float]] = [[] for _ in asks]
    until = time.perf_counter() + MOST_SECONDS
    for turn in range(ROUNDS + 2):
        for place, ask in enumerate(asks):
            started = time.perf_counter()
            ask()
            if turn >= 2:
                found[place].append((time.perf_counter() - started) * 1000)
        if turn >= 2 and time.perf_counter() > until:
            break
    return [tuple(values) for values in found]


@contextmanager
def _night() -> Iterator[Callable[[], int]]:
    """Nights one after the other in a process of their own; gives how many have begun."""
    connections.close_all()
    context = get_context("fork")
    stop, begun = context.Event(), context.Value("i", 0)
    worker = context.Process(target=_nights, args=(stop, begun))
    worker.start()
    try:
        until = time.monotonic() + BEGUN_WITHIN
        while not begun.value:
            if time.monotonic() > until or not worker.is_alive():
                raise UnableToMeasure("the night did not begin")
            time.sleep(0.1)
        yield lambda: begun.value
        if not worker.is_alive():
            raise UnableToMeasure("the night ended too early")
    finally:
        stop.set()
        worker.join()


def _nights(stop: Event, begun: Any) -> None:
    """The nightly tasks in the order of the clock, again and again."""
    while not stop.is_set():
        begun.value += 1
        at = timezone.now()
        run = services.run_district(kind=RunKind.PREVIEW, as_of=timezone.localdate(at), at=at)
        if run is None or run.job_id is None:
            raise UnableToMeasure("no run was asked for")
        ledger.work(run.job_id, run.unit_id)
        for chore in _chores():
            chore()
    connections.close_all()


def _chores() -> list[Callable[[], object]]:
    """What else the clock does once a day."""
    tasks = [entry.task for name, entry in CLOCKWORK.items()
             if isinstance(entry, Daily) and name != NIGHT]  # fmt: skip
    return [import_string(path) for path in tasks]
