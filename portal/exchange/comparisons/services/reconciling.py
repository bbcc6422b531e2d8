"""How far both sides agreed, unit by unit, is kept: the partner's rows go after their time (M-35).

Paper: S-115.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from portal.exchange.comparisons.models import (
    OF_UNION,
    ComparisonRow,
    ComparisonRun,
    Reconciliation,
    Result,
)


def keep_agreement(run: ComparisonRun, rest: Mapping[int, int], at: datetime) -> None:
    """Keep of each unit that the run tells of how many records there are and how many are equal.

    :param rest: by committee, our side's records of which the list tells nothing
    """
    rows = ComparisonRow.objects.filter(run=run, line__isnull=False, result__in=OF_UNION)
    union, same = Counter(rest), Counter[int]()
    for unit, result, count in rows.values_list("committee_id", "result").annotate(n=Count("pk")):
        union[unit] += count
        if result == Result.SAME:
            same[unit] += count
    Reconciliation.objects.bulk_create(
        Reconciliation(
            run=run, committee_id=unit, partner=run.partner, kind=run.kind,
            finished_on=timezone.localdate(at), same=same[unit], records=records,
        )
        for unit, records in sorted(union.items())
    )  # fmt: skip
