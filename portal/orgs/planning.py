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
# One street of many is another matter: its rows are found by their index, and whom they belong to
# is looked up for each. A table of everybody, made anew for each street, would cost the more the
# larger the district is.
FOR_A_STREET = """
SELECT set_config('enable_sort', 'off', true), set_config('parallel_tuple_cost', '10', true),
    set_config('work_mem', '64MB', true)
"""
# What is looked for among all rows and found in an index: the few are then looked up one by one.
FOR_A_FEW = "SELECT set_config('work_mem', '64MB', true)"
# A file's rows come in the order of an index that is there: much cheaper than sorting fifty
# thousand long rows by their addresses.
BY_AN_INDEX = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
    set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true)
"""


def read_by_an_index() -> None:
    """Until this transaction ends, read rows in the order of an index."""
    with connection.cursor() as cursor:
        cursor.execute(BY_AN_INDEX)


def expect_a_few() -> None:
    """Until this transaction ends, plan for a few rows that are found among all."""
    with connection.cursor() as cursor:
        cursor.execute(FOR_A_FEW)


def expect_many_rows(unit: int) -> None:
    """Until this transaction ends, plan for all rows of a unit above the committees."""
    found = {"district": FOR_MANY_ROWS, "street": FOR_A_STREET}.get(level_of(unit))
    if found is not None:
        with connection.cursor() as cursor:
            cursor.execute(found)
