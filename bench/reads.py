"""How often a run reads each register: the rows PostgreSQL took from it, by the rows it holds.

Whatever way a row is found, from end to end or by an index, it is counted when it is fetched from
its table.
"""

from collections.abc import Iterator, Mapping

from django.db import connections

from bench.figures import Figure, Sample, at_most, compared

#: Smaller tables are read as it pleases the planner.
FEWEST = 5_000
MOST_READS = 2
#: What the areas hold; runs, sessions and the trail are no source of any number.
COUNTS = """
SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0), n_live_tup
FROM pg_stat_user_tables WHERE relname ~ %s AND n_live_tup >= %s ORDER BY n_live_tup DESC
"""
REGISTERS = "^(residents|housing|permits|staffing)_"


def taken() -> dict[str, tuple[int, int]]:
    """Rows fetched so far from each register, and rows it holds."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(COUNTS, [REGISTERS, FEWEST])
        return {name: (fetched, rows) for name, fetched, rows in cursor.fetchall()}


def since(before: Mapping[str, tuple[int, int]]) -> Iterator[Figure]:
    """How many rows of each register were fetched since, by all its rows."""
    for name, (fetched, rows) in taken().items():
        came = fetched - before.get(name, (fetched, 0))[0]
        if came:
            yield compared(
                f"rows of {name} that a run reads", Sample.of(came, "rows"),
                Sample.of(rows, "rows"), at_most(MOST_READS), "its rows",
            )  # fmt: skip
