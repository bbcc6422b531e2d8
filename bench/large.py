"""A whole run, numbers and rules, over twenty-five million people, beside the district's own.

The bench's database is copied. In the copy everybody, with stays and open issues, is multiplied:
each copy bears another name and telephone, so that what is a duplicate among the district's own
stays one, and nothing becomes one. Dwellings are not multiplied; no key holds there that would ask
for them. The copy is dropped afterwards. It takes an hour and 50 GB of disk, and runs only when it
is named.
"""

import os
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from django.db import connections, models, transaction
from django.utils import timezone
from psycopg2 import sql

from bench.asking import listening
from bench.district import District
from bench.figures import Figure, Sample, at_most, compared
from bench.metrics import MOST_MEMORY, clockwork, explained, found, one_pass
from bench.serving import UnableToMeasure
from portal.administrator import administrator
from portal.demo import bulk
from portal.jobs import services as ledger
from portal.metrics import services
from portal.metrics.models import RunKind
from portal.quality.models import DataQualityIssue
from portal.quality.registry import running_rules
from portal.quality.rule import About
from residents.models import Residence, Resident, Secret

PEOPLE = 25_000_000
ROOM = 50 * 2**30  # bytes of disk
GROWTH = 1.3  # a person may cost so much more than in the district
ONE_PASS = 4  # how often a run may take what one pass takes
MOST_SECONDS = 2 * 60 * 60

#: The n-th copy of a key: its first byte, of its moment and the same in all, becomes another.
KEY = "overlay({column}::text PLACING lpad(to_hex(copy + 1), 2, '0') FROM 1 FOR 2)::uuid"
DIALLED = "overlay({column} PLACING set_byte('\\x00'::bytea, 0, copy) FROM 1 FOR 1)"
CALLED = {"name": "{column} || chr(19968 + copy)", "name_key": "{column} || chr(96 + copy)"}
COPIED: dict[type[models.Model], Mapping[str, str]] = {
    Resident: CALLED | {"id": KEY, "guardian_id": KEY, "phone_index": DIALLED},
    Residence: CALLED | {key: KEY for key in ("id", "resident_id", "dwelling_id", "household_id")},
    DataQualityIssue: {"id": "gen_random_uuid()"}
    | {key: KEY for key in ("object_id", "residence_id", "dwelling_id")},
}
MULTIPLY = """
INSERT INTO {table} ({columns})
SELECT {values} FROM {table}, generate_series(1, %(copies)s) AS copy WHERE {which}
"""
#: Indexes that only pages use; they would take as much room as everybody's rows.
OF_PAGES = {
    "res_name", "res_committee_address", "res_street_address", "res_address", "res_han",
    "res_initials", "res_tail", "residents_changed",
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A run and its yardstick: seconds, megabytes, and the plans of what was slowest."""

    people: int
    seconds: float
    one_pass: float
    memory: float
    plans: str


_plans: list[str] = []


def figures(district: District) -> list[Figure]:
    """What a run costs at either size, and what a person costs more at the larger one."""
    _in_its_own_process(_run)  # the first one after a change writes more
    small = _measured(district.people)
    with _copied(), _multiplied(copies := -(-PEOPLE // district.people) - 1):
        large = _measured(district.people * (copies + 1))
    _plans[:] = [large.plans]
    more, before = (
        Sample.of(run.seconds / run.people * 1e6, "s a million") for run in (large, small)
    )
    limit = Sample.of(MOST_MEMORY, "MB")
    return [
        *(
            compared(
                f"numbers and rules, {run.people:,} people", Sample.of(run.seconds, "s"),
                Sample.of(run.one_pass, "s"), at_most(ONE_PASS),
                "one pass for the numbers, and counting what each rule finds",
            )
            for run in (small, large)
        ),
        compared("a person, there", more, before, at_most(GROWTH), "a person in the district"),
        compared("worker memory, there", Sample.of(large.memory, "MB"), limit,
                 at_most(1), "the limit"),
    ]  # fmt: skip


def appendix() -> str:
    """The slowest statements of the run over the larger one."""
    return "\n".join(_plans)


def _measured(people: int) -> Run:
    """A run by a process of its own, as a worker does it, then the yardstick."""
    seconds, memory, plans = _in_its_own_process(_run)
    return Run(people, seconds, _in_its_own_process(_counted), memory, plans)


def _in_its_own_process(act: Callable[[], Any]) -> Any:
    connections.close_all()
    with get_context("fork").Pool(1) as pool:
        return pool.apply(act)


def _run() -> tuple[float, float, str]:
    """A preview of today, all its chunks one after the other; with the plans of the slowest."""
    started, at = time.perf_counter(), timezone.now()
    with listening() as asked:
        run = services.run_district(kind=RunKind.PREVIEW, as_of=timezone.localdate(at), at=at)
        assert run is not None
        assert run.job_id is not None
        ledger.work(run.job_id, run.unit_id)
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, memory, explained("The slowest statements over the larger one", asked)


def _counted() -> float:
    by, started = clockwork(), time.perf_counter()
    one_pass(by)
    found(by)
    return time.perf_counter() - started


@contextmanager
def _copied() -> Iterator[None]:
    """Meanwhile all connections lead to a copy of the database.

    :raises UnableToMeasure: there is not room enough for it
    """
    used = connections.databases["owner"]["NAME"]
    copy = f"{used}_large"
    _need_room()
    connections.close_all()
    _administer("DROP DATABASE IF EXISTS {copy}", copy=copy)
    _administer("CREATE DATABASE {copy} TEMPLATE {used} OWNER {owner} STRATEGY FILE_COPY",
                copy=copy, used=used, owner=connections.databases["owner"]["USER"])  # fmt: skip
    try:
        _lead_to(copy)
        yield
    finally:
        _lead_to(used)
        _administer("DROP DATABASE IF EXISTS {copy} WITH (FORCE)", copy=copy)


def _need_room() -> None:
    with administrator() as cursor:
        cursor.execute("SHOW data_directory")
        (folder,) = cursor.fetchone()
    room = os.statvfs(folder)
    if room.f_bavail * room.f_frsize < ROOM:
        raise UnableToMeasure(f"25 million people need {ROOM >> 30} GB of free disk in {folder}")


def _administer(statement: str, **names: str) -> None:
    quoted = {key: sql.Identifier(name) for key, name in names.items()}
    with administrator() as cursor:
        cursor.execute(sql.SQL(statement).format(**quoted))


def _lead_to(database: str) -> None:
    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = database


@contextmanager
def _multiplied(copies: int) -> Iterator[None]:
    """Everybody so many times more; nothing of it is written to the log."""
    tables = list(COPIED)
    aside = bulk.lay_aside(tables)
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql.SQL("TRUNCATE {}").format(_name(Secret)))  # room; a run opens none
    for table in tables:
        _multiply(table, copies)
    bulk.build([part for part in aside if part.kind != "key" and _is_of_a_run(part)])
    bulk.analyse(tables)
    yield


def _is_of_a_run(part: bulk.Part) -> bool:
    """Whether a run uses the index. Nobody in a copy moves: no stays are compared either."""
    return part.name not in OF_PAGES and "EXCLUDE" not in part.definition


def _multiply(model: type[models.Model], copies: int) -> None:
    columns = [str(field.column) for field in model._meta.concrete_fields if not field.generated]
    forms = COPIED[model]
    statement = sql.SQL(MULTIPLY).format(
        table=_name(model),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(
            sql.SQL(forms.get(column, "{column}")).format(column=sql.Identifier(column))
            for column in columns
        ),
        which=sql.SQL("rule = ANY(%(rules)s)" if model is DataQualityIssue else "true"),
    )
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(sql.SQL("ALTER TABLE {} SET UNLOGGED").format(_name(model)))
        cursor.execute(statement, {"copies": copies, "rules": _rules_of_people()})


def _rules_of_people() -> list[str]:
    return [rule.key for rule in running_rules() if rule.about is About.PEOPLE and rule.keyed]


def _name(model: type[models.Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)
