"""How many issues stood open on each day, kept for the trend of a rule (domain §4, S-68: ageing).

A page shows stored numbers of the past and counts only what is open now.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from portal.orgs.scope import span_of
from portal.quality import transitions
from portal.quality.models import DataQualityIssue, IssueCount

#: The trend is twelve weeks long.
KEPT = timedelta(days=100)
KEEP = """
INSERT INTO {counts} (id, committee_id, day, rule, open)
SELECT gen_random_uuid(), committee_id, %(day)s, rule, count(*)
FROM {issues}
WHERE state IN {stock} AND committee_id BETWEEN %(low)s AND %(high)s
    AND rule = ANY (%(rules)s)
GROUP BY committee_id, rule
ON CONFLICT (committee_id, day, rule) DO NOTHING
"""


def keep_counts(unit: int, day: date, rules: Sequence[str]) -> None:
    """Remember the day's stock of a unit; what an earlier run of the day kept stays.

    :param rules: those that were asked and answered; the others have no number of this day
    """
    statement = KEEP.format(
        counts=IssueCount._meta.db_table, issues=DataQualityIssue._meta.db_table,
        stock="(" + ", ".join(f"'{state}'" for state in transitions.STOCK) + ")",
    )  # fmt: skip
    values: dict[str, Any] = {
        "day": day,
        "low": unit,
        "high": unit + span_of(unit),
        "rules": [*rules],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    IssueCount.objects.under(unit).filter(day__lt=day - KEPT).delete()
