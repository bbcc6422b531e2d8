"""Loading millions of rows: indexes and foreign keys laid aside, then put back as they were.

A row that goes into a table without indexes and keys costs a tenth. What is laid aside is written
down in a table of its own first, in the same transaction; so whatever happens in between, the
next start finds it, empties the half-filled tables and puts everything back.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections, models, transaction
from psycopg2 import sql

LAID_ASIDE = "demo_laid_aside"
SIDE_BY_SIDE = 2

# Unique and exclusion constraints bring their index; primary keys stay, others refer to them.
# So do the few indexes with a list in their condition: PostgreSQL writes a list that it has written
# before in other words, and the schema would not be the same to the letter.
FIND = """
CREATE TABLE demo_laid_aside AS
SELECT 'key' AS kind, conrelid::regclass::text AS place, conname::text AS name,
    pg_get_constraintdef(oid) AS definition
FROM pg_constraint
WHERE contype = 'f' AND (conrelid = ANY (%(tables)s::text[]::regclass[])
    OR confrelid = ANY (%(tables)s::text[]::regclass[]))
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
FROM pg_constraint
WHERE contype IN ('u', 'x') AND conrelid = ANY (%(tables)s::text[]::regclass[])
UNION ALL
SELECT 'index', indrelid::regclass::text, relname::text, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = ANY (%(tables)s::text[]::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = indexrelid
        AND c.contype IN ('p', 'u', 'x'))
    AND pg_get_indexdef(indexrelid) NOT LIKE '%%ARRAY[%%'
"""
# Constraints first, the largest table's above all: one of them takes as long as everything else,
# and holds its table meanwhile. The indexes of that table therefore come last.
READ = """
SELECT kind, place, name, definition FROM demo_laid_aside
ORDER BY CASE kind WHEN 'index' THEN pg_relation_size(place::regclass) END NULLS FIRST,
    row_number() OVER (PARTITION BY kind, place ORDER BY name),
    pg_relation_size(place::regclass) DESC, name
"""
THERE = """
SELECT conrelid::regclass::text, conname::text, convalidated FROM pg_constraint
UNION ALL
SELECT indrelid::regclass::text, relname::text, true
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
"""


@dataclass(frozen=True)
class Part:
    """An index, a constraint or a foreign key (`kind`) of a table."""

    kind: str
    place: str
    name: str
    definition: str

    @property
    def drop(self) -> sql.Composable:
        if self.kind == "index":
            return sql.SQL("DROP INDEX {}").format(sql.Identifier(self.name))
        return self._alter("DROP CONSTRAINT {}")

    @property
    def build(self) -> sql.Composable:
        """The statement that makes it again; a foreign key is made without looking at rows."""
        if self.kind == "index":
            return sql.SQL(self.definition)
        later = " NOT VALID" if self.kind == "key" else ""
        return self._alter("ADD CONSTRAINT {} " + self.definition + later)

    @property
    def validate(self) -> sql.Composable:
        return self._alter("VALIDATE CONSTRAINT {}")

    def _alter(self, act: str) -> sql.Composable:
        table = sql.Identifier(self.place)
        return sql.SQL("ALTER TABLE {} ").format(table) + sql.SQL(act).format(
            sql.Identifier(self.name)
        )


@contextmanager
def laid_aside(tables: Sequence[type[models.Model]]) -> Iterator[None]:
    """Fill the empty `tables` inside; afterwards they are as before, and analysed.

    When filling fails, or what was filled breaks a constraint, they are emptied again.
    """
    lay_aside(tables)
    try:
        yield
        _put_back()
    except BaseException:
        recover(tables)
        raise
    analyse(tables)


def lay_aside(tables: Sequence[type[models.Model]]) -> list[Part]:
    """Take indexes, constraints and keys off the tables; returns them, as they are written down."""
    with transaction.atomic(using="owner"):
        _execute(FIND, {"tables": _names(tables)})
        parts = _parts()
        for kind in ("key", "constraint", "index"):
            for part in parts:
                if part.kind == kind:
                    _execute(part.drop)
    return parts


def analyse(tables: Sequence[type[models.Model]]) -> None:
    """Leave the tables as autovacuum would: what is visible known, and counted."""
    names = map(sql.Identifier, _names(tables))
    _side_by_side(_execute, [sql.SQL("VACUUM (ANALYZE) {}").format(name) for name in names])


def recover(tables: Sequence[type[models.Model]]) -> bool:
    """Undo a load that did not come to its end; returns whether there was one."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [LAID_ASIDE])
        if not cursor.fetchone()[0]:
            return False
    # what hung on them by a key that was laid aside goes as well, as CASCADE would have it
    emptied = {*_names(tables), *(part.place for part in _parts() if part.kind == "key")}
    names = sql.SQL(", ").join(map(sql.Identifier, sorted(emptied)))
    _execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
    _put_back()
    return True


def _put_back() -> None:
    """Make what is missing, every row checked, and forget that it was laid aside."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(THERE)
        checked = {(place, name): valid for place, name, valid in cursor.fetchall()}
    parts = [part for part in _parts() if not checked.get((part.place, part.name))]
    absent = [part for part in parts if (part.place, part.name) not in checked]
    build([part for part in absent if part.kind != "key"])
    for part in absent:
        if part.kind == "key":
            _execute(part.build)
    _side_by_side(_build, [part.validate for part in parts if part.kind == "key"])
    _execute(f"DROP TABLE {LAID_ASIDE}")


def build(parts: Sequence[Part]) -> None:
    """Make indexes, constraints or keys again."""
    _side_by_side(_build, [part.build for part in parts])


def _parts() -> list[Part]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(READ)
        return [Part(*row) for row in cursor.fetchall()]


def _names(tables: Iterable[type[models.Model]]) -> list[str]:
    return [model._meta.db_table for model in tables]


def _execute(statement: Any, params: dict[str, Any] | None = None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, params)


def _side_by_side(act: Callable[[sql.Composable], None], statements: list[sql.Composable]) -> None:
    """Two at a time, each on a connection of its own, in about this order."""

    def apart(statement: sql.Composable) -> None:
        try:
            act(statement)
        finally:
            connections["owner"].close()

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(apart, statements))


def _build(statement: sql.Composable) -> None:
    with transaction.atomic(using="owner"):
        _execute("SET LOCAL maintenance_work_mem = '256MB'")  # for sorting one index
        _execute("SET LOCAL max_parallel_maintenance_workers = 0")
        _execute("SET LOCAL synchronous_commit = off")
        _execute(statement)
