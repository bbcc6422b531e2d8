"""What PostgreSQL should expect of statements that read most of the register."""

from django.db import connection

from portal.orgs.scope import level_of

# The second wall's condition is written so that no index can serve it (D-4); for the same reason
# the planner takes one row in two hundred to pass it. Where nearly all do, it would choose to
# look a million rows up one by one, to sort what a table of a few hundred sums can hold, and to
# hand every row from one process to another before it is counted.
FOR_MANY_ROWS = """
SELECT set_config('enable_nestloop', 'off', true), set_config('enable_sort', 'off', true),
    set_config('parallel_tuple_cost', '10', true), set_config('work_mem', '64MB', true)
"""


def expect_many_rows(unit: int) -> None:
    """Until this transaction ends, plan for all rows of a unit above the committees."""
    if level_of(unit) != "committee":
        with connection.cursor() as cursor:
            cursor.execute(FOR_MANY_ROWS)
