"""How PostgreSQL reads what the pages ask, as the restricted role in the asking user's scope."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bench.asking import Asked, Statement
from portal.orgs.acting import acting
from portal.orgs.scope import Scope

#: A table of fewer rows is read whole at no cost.
FEW_ROWS = 5000
#: What is cheaper than an index as long as a table is small.
DETOURS = ("enable_seqscan", "enable_bitmapscan", "enable_sort")
WALLED = """
    SELECT relname FROM pg_class
    WHERE relrowsecurity AND relkind = 'r' AND reltuples >= %s
"""


@dataclass(frozen=True)
class Scan:
    """One table access of a plan: its kind, its table or index, and what the index decides."""

    kind: str
    table: str
    index: str
    condition: str
    #: straight under a limit: a scan ends with the last row that is wanted
    limited: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether a table is read from end to end."""
        return self.kind == "Seq Scan" and not self.limited


def registers() -> set[str]:
    """The walled tables that are too big to be read whole."""
    with connection.cursor() as cursor:
        cursor.execute(WALLED, [FEW_ROWS])
        return {row[0] for row in cursor.fetchall()}


def plan_of(statement: Statement, scope: Scope, *, whole: bool = True) -> list[Scan]:
    """The table accesses of a statement, planned anew in this scope.

    :param whole: whether a table may be read from end to end, by a bitmap, or sorted; without,
        only if nothing else works
    """
    with acting(scope), connection.cursor() as cursor:
        if not whole:
            for way in DETOURS:
                cursor.execute(f"SET LOCAL {way} = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.params)
        (found,) = cursor.fetchone()
        if not whole:
            for way in DETOURS:
                cursor.execute(f"SET LOCAL {way} = on")
    return list(_scans(found[0]["Plan"]))


def _scans(node: dict[str, Any], limited: bool = False) -> Iterator[Scan]:
    if "Scan" in node["Node Type"] and ("Relation Name" in node or "Index Name" in node):
        yield Scan(
            node["Node Type"], node.get("Relation Name", ""), node.get("Index Name", ""),
            node.get("Index Cond", ""), limited,
        )  # fmt: skip
    for child in node.get("Plans", []):
        yield from _scans(child, node["Node Type"] == "Limit")


def read_whole(asked: Asked, scope: Scope, big: Sequence[str] | set[str]) -> list[str]:
    """The register tables that the page's statements read from end to end, with the statement."""
    return [
        f"{scan.table}: {statement.sql}"
        for statement in asked.statements
        if statement.sql.startswith("SELECT") and any(name in statement.sql for name in big)
        for scan in plan_of(statement, scope)
        if scan.is_whole and scan.table in big
    ]
