"""How often a run reads each register, in one street of the district: statement by statement.

PostgreSQL counts the rows that a statement fetches from a table, whatever way it finds them. A
statement that fetches at least half of a street's rows has read them; what it looks up by key
besides is told in the note.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from bench.figures import Figure, Sample, at_most, compared
from portal.metrics import services
from portal.metrics.models import MetricRun, RunKind
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from portal.orgs.models import OrgUnit
from portal.orgs.records import CommitteeRecord
from portal.orgs.scope import Scope
from portal.quality import services as quality
from residents.models import Residence

AREAS = ("residents", "housing", "permits", "staffing")
#: Of smaller tables the planner reads all as it pleases.
FEWEST = 500
HALF = 0.5
MOST_READINGS = 2
COUNTS = """
SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
WHERE relname = ANY (%s)
"""


@dataclass
class Readings:
    """By table: rows of the street, statements that read them, and all rows that were fetched."""

    rows: Mapping[str, int]
    times: Counter[str] = field(default_factory=Counter)
    fetched: Counter[str] = field(default_factory=Counter)


def figures(by: Scope) -> Iterator[Figure]:
    """How often each register is read by all rules and numbers of the largest street."""
    street = max(
        OrgUnit.objects.streets(),
        key=lambda each: Residence.objects.using("owner").under(each.pk).count(),
    )
    found = Readings(_rows_of(street.pk))
    with acting(by), _counting(found):
        allow_work(clockwork=True)
        _run(street.pk, by)
        transaction.set_rollback(True)
    for table, rows in found.rows.items():
        if found.fetched[table]:
            yield compared(
                f"readings of {table} in a run", Sample.of(found.times[table], "readings"),
                Sample.of(1, "reading"), at_most(MOST_READINGS),
                f"{found.fetched[table] / rows:.2f} times its {rows:,} rows of a street, "
                "with what is looked up by key",
            )  # fmt: skip


def _run(street: int, by: Scope) -> None:
    at = timezone.now()
    run = MetricRun.objects.create(
        kind=RunKind.PREVIEW, unit_id=street, as_of=timezone.localdate(at), requested_at=at
    )
    quality.check_unit(unit=street, by=by, at=at, run=run.pk)
    services.measure_unit(run=run, unit=street, at=at)


def _rows_of(street: int) -> dict[str, int]:
    """How many rows each register has in the street; small ones are left out."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in AREAS and issubclass(model, CommitteeRecord):
            rows: Any = model._default_manager.using("owner")
            found[model._meta.db_table] = rows.under(street).count()
    return {table: rows for table, rows in found.items() if rows >= FEWEST}


@contextmanager
def _counting(found: Readings) -> Iterator[None]:
    """Take down what each statement fetches; nobody else's process works for it meanwhile."""

    def take_down(
        execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        before = _fetched(found)
        try:
            return execute(sql, params, many, context)
        finally:
            for table, rows in (_fetched(found) - before).items():
                found.fetched[table] += rows
                found.times[table] += rows >= found.rows[table] * HALF

    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('max_parallel_workers_per_gather', '0', true)")
    with connection.execute_wrapper(take_down):
        yield


def _fetched(found: Readings) -> Counter[str]:
    # a cursor of psycopg itself: the wrapper does not hear of it
    with connection.connection.cursor() as cursor:
        cursor.execute(COUNTS, [list(found.rows)])
        return Counter(dict(cursor.fetchall()))
