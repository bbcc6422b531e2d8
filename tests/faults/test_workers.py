"""Workers that die: a chunk is one transaction, so it is done wholly or found undone."""

import contextlib
import time

import psutil

from tests.faults.builders import CHUNK, Import, chunks_for
from tests.faults.system import until

REAPED_WITHIN = 60  # seconds from the last kill to the end of the job


def busy_children(worker):
    """The pool's processes that compute at the moment."""
    busy = []
    for child in worker.children():
        with contextlib.suppress(psutil.NoSuchProcess):  # it ended while we looked
            if child.cpu_percent(0.02) > 20:
                busy.append(child)
    return busy


def test_an_import_survives_the_death_of_pool_children(live, cast, kills, dice):
    """Fault B: kill -9 of the child in hand, as the kernel does when memory runs out."""
    file = Import.checked(live, cast, chunks_for(kills) * CHUNK).begins()
    worker = live.worker()
    live.beat()
    until(file.has_begun, 60, "the import has begun")
    killed = 0
    while killed < kills and not file.is_over():
        time.sleep(dice.uniform(0, 0.4))
        for child in busy_children(worker)[:1]:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
                killed += 1
    assert killed == kills
    file.ends(REAPED_WITHIN)
    file.must_be_whole()


def test_an_import_survives_the_death_of_the_whole_worker(live, cast, kills, dice):
    """Fault C: kill -9 of the worker and its children, then a new worker."""
    file = Import.checked(live, cast, chunks_for(kills) * CHUNK).begins()
    live.beat()
    worker = live.worker()
    for _ in range(kills):
        until(lambda: psutil.Process(worker.pid).children(), 60, "the worker has children")
        time.sleep(dice.uniform(0, 1.5))
        worker.kill_all()
        worker.start()
    file.ends(REAPED_WITHIN + 60)
    file.must_be_whole()


def test_an_import_stopped_under_the_worker_s_hands_goes_on_where_it_stood(live, cast, kills, dice):
    """Fault R: whole chunks only, each line once, however often and whenever somebody stops it."""
    file = Import.checked(live, cast, chunks_for(kills) * CHUNK).begins()
    live.worker()
    live.beat()
    until(file.has_begun, 60, "the import has begun")
    for _ in range(kills):
        time.sleep(dice.uniform(0, 0.4))
        if not file.stops():
            break
        file.must_hold_whole_chunks()
        file.begins()
    file.ends(REAPED_WITHIN)
    file.must_be_whole()
    file.is_taken_back()
    assert not live.count("residents_resident") + live.count("residents_identity")
