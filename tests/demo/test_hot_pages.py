"""The pages that are open all day: few queries, and every look into a register by an index.

Times are ratios and measured by `make bench`; here the same pages are held to what cannot vary.
Tables of a small district are read whole whatever their indexes, so plans are asked for with that
way closed: then each look must still name an index that the question's own words lead into.
`make bench` looks at the plans of a full district with every way open.
"""

import pytest

from bench.asking import Inside, Statement
from bench.district import District
from bench.plans import plan_of
from bench.targets import targets
from portal.orgs.scope import level_of

pytestmark = pytest.mark.xdist_group("district")  # made once, for one worker

MOST_QUERIES = 12
REGISTERS = {
    "residents_residence", "residents_resident", "residents_identity",
    "housing_dwellingunit", "housing_building",
}  # fmt: skip


def faults(statement, scope):
    """Looks into a register that no condition of the statement leads into an index.

    The district has no column to equate: its lists come in order, from an index without condition,
    and a count that stops at a thousand rows reads no more than those.
    """
    everything = level_of(scope.unit) == "district"
    for scan in plan_of(statement, scope, whole=False):
        if scan.table not in REGISTERS:
            continue
        if scan.is_whole or not (scan.condition or everything):
            yield f"{scan.kind} {scan.table} {scan.index}: {statement.sql[:300]}"


def test_hot_pages_ask_few_questions_and_each_has_its_index(made):
    district, found = District(2000), []
    inside, wanted = Inside(district), targets(district)
    for target in wanted:
        inside.asks(target)
        statements, scope = inside.asks(target).statements, district.scope(target.level)
        if len(statements) > MOST_QUERIES:
            found.append(f"{target.title}: {len(statements)} queries")
        read = [each for each in statements if each.sql.startswith("SELECT")]
        found += [f"{target.title}: {fault}" for each in read for fault in faults(each, scope)]
    assert len(wanted) == 33
    assert not found, "\n".join(found)


@pytest.mark.parametrize("condition", ["name LIKE '王%%'", "upper(id_mask) = 'X'", "reason = '1'"])
def test_what_no_index_serves_is_found(made, condition):
    statement = Statement(
        f"SELECT id FROM residents_residence WHERE status = 'active' AND {condition}", [], 0
    )
    assert list(faults(statement, District(2000).scope("street")))
