"""The short soak (`make soak`): work without a pause, and nothing that grows.

Clerks read and save, files are imported, numbers are computed, and three of a hundred database
sessions are cut at random. After the first third, while caches fill, memory, open files and
connections must stand still. Named on the command line only: it takes a quarter of an hour.
"""

import contextlib
import os
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import psutil
from django.db import connection

from portal.jobs import reads
from portal.orgs.acting import acting
from tests.faults.browser import Browser
from tests.faults.builders import Import
from tests.faults.test_web import BROKEN_LINE, households
from tests.metrics import builders as metrics

MINUTES = float(os.environ.get("MINUTES", "15"))
RATE = float(os.environ.get("RATE", "6"))  # requests a second of all clerks together
CLERKS = 3
CUT_SHARE = 0.03  # of the database sessions, every ten seconds
MOST_GROWTH = 1.05
PAGES = [
    "/",
    "/residents/",
    "/housing/buildings/",
    "/residents/?q=%E7%8E%8B",
    "/imports/",
    "/quality/",
]
ROWS = 200


@dataclass
class Soak:
    """What runs side by side until `ends`, and what is noted meanwhile."""

    live: object
    cast: object
    dice: object
    ends: float
    statuses: Counter = field(default_factory=Counter)
    seconds: list = field(default_factory=list)  # (moment, seconds) of each answer
    samples: list = field(default_factory=list)
    imports: int = 0
    runs: int = 0
    cut: int = 0
    faults: list = field(default_factory=list)

    def going_on(self):
        return time.monotonic() < self.ends and not self.faults

    def loop(self, act, pause):
        """`act` again and again; what it raises ends the soak."""

        def run():
            try:
                while self.going_on():
                    began = time.monotonic()
                    act()
                    rest = pause - (time.monotonic() - began)
                    time.sleep(max(0.0, min(rest, self.ends - time.monotonic())))
            except Exception as error:
                self.faults.append(error)
            finally:
                connection.close()

        return threading.Thread(target=run)

    def reads(self, clerk):
        with contextlib.suppress(*BROKEN_LINE):
            self._note(clerk.get(self.dice.choice(PAGES)))

    def saves(self, waiting):
        if waiting:
            with contextlib.suppress(*BROKEN_LINE):
                self._note(waiting.pop().sent())

    def _note(self, answer):
        self.statuses[answer.status] += 1
        self.seconds.append((time.monotonic(), answer.seconds))

    def imports_a_file(self):
        start = 2000 + self.imports * ROWS
        file = Import.checked(self.live, self.cast, ROWS, start=start, lane=1000 + self.imports)
        file.begins().ends(120)
        assert file.state() == "done"
        self.imports += 1

    def computes(self):
        metrics.asked(scope=metrics.CLOCK)
        self.runs += 1

    def cuts(self):
        sessions = self.live.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'live'")
        for (pid,) in sessions:
            if self.dice.random() < CUT_SHARE:
                self.live.sql("SELECT pg_terminate_backend(%s)", pid)
                self.cut += 1

    def samples_once(self):
        programs = [self.live.programs[name] for name in ("web", "worker", "beat")]
        memory = files = 0
        for program in programs:
            for process in [psutil.Process(program.pid), *program.children()]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    memory += process.memory_info().rss
                    files += process.num_fds()
        idle = self.live.sql(
            "SELECT coalesce(max(extract(epoch FROM now() - state_change)), 0)"
            " FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%'"
        )[0][0]
        with acting(metrics.SYSTEM):
            age = reads.queue_age().total_seconds()
        sessions = self.live.count("pg_stat_activity", "usename LIKE 'portal%%'")
        self.samples.append((memory, files, sessions, float(idle), age))


def thirds(values):
    size = max(1, len(values) // 3)
    return values[size : 2 * size] or values, values[2 * size :] or values


def p95(values):
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else 0.0


def test_nothing_grows_under_steady_work(live, cast, clerk, dice, settings):
    settings.IMPORTS_PER_DAY = 10_000  # a day's files of one clerk are sent in ten minutes
    live.web()
    live.worker()
    live.beat()
    families = households(live, clerk, cast, 40)
    soak = Soak(live, cast, dice, time.monotonic() + 60 * MINUTES)
    desks = [Browser.of(live, cast, "clerk") for _ in range(CLERKS)]
    threads = [
        *(soak.loop(lambda desk=desk: soak.reads(desk), CLERKS / RATE) for desk in desks),
        soak.loop(lambda: soak.saves(families), 60 * MINUTES / 40),
        soak.loop(soak.imports_a_file, 30),
        soak.loop(soak.computes, 120),
        soak.loop(soak.cuts, 10),
        soak.loop(soak.samples_once, 5),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60 * MINUTES + 180)
    assert not soak.faults, soak.faults
    report(soak)
    memory, files, sessions, idle, ages = zip(*soak.samples, strict=True)
    middle, last = thirds(memory)
    assert statistics.median(last) <= MOST_GROWTH * statistics.median(middle)
    for counted in (files, sessions):
        middle, last = thirds(counted)
        assert max(last) <= max(middle) + 10
    assert max(idle) <= 30
    assert max(ages) < 60
    assert soak.statuses[500] == 0
    assert soak.statuses[503] <= soak.cut  # each cut breaks one request at the most


def report(soak):
    memory, files, sessions, idle, ages = zip(*soak.samples, strict=True)
    middle, last = thirds([seconds for _, seconds in soak.seconds])
    mb = [statistics.median(part) / 2**20 for part in thirds(memory)]
    print(
        f"\nsoak of {MINUTES:g} min: {sum(soak.statuses.values())} answers {dict(soak.statuses)},"
        f" {soak.imports} imports, {soak.runs} runs, {soak.cut} sessions cut"
        f"\nmemory {mb[0]:.0f} -> {mb[1]:.0f} MB, files {max(files)}, sessions {max(sessions)},"
        f" idle in transaction {max(idle):.1f} s, queue age {max(ages):.1f} s,"
        f" p95 {p95(middle):.2f} -> {p95(last):.2f} s"
    )
