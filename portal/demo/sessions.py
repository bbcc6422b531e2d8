"""How often the invented committees used the municipal system in the last months, day by day.

Told of all committees of the district, as its administrator's table would: most use it on most
days, some seldom, a few tell nothing.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Any

from django.utils import timezone

from portal.demo import cast
from portal.orgs.acting import acting
from portal.orgs.limits import allow_work
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope
from portal.rows import insert_values
from portal.rules.working_days import add_working_days, last_working_days
from portal.usage.models import Source, SystemUsage

#: Working days that are told: three months.
DAYS = 66
#: Of a hundred committees so many tell nothing, and so many use the system seldom.
SILENT, SELDOM = 3, 10
AT_ONCE = 2000


def tell_use(*, today: date, seed: int, by: Scope) -> dict[str, int]:
    """Write the days of all committees; returns how many there are."""
    days = last_working_days(today - timedelta(days=1), DAYS)
    told = 0
    with acting(by):
        allow_work(clockwork=True)
        committees = OrgUnit.objects.on(today).committees().order_by("code")
        rows = _rows(list(committees.values_list("code", flat=True)), days, seed)
        while part := list(islice(rows, AT_ONCE)):
            insert_values(SystemUsage, part)
            told += len(part)
    return {SystemUsage._meta.label: told}


def _rows(committees: list[int], days: list[date], seed: int) -> Iterator[dict[str, Any]]:
    for code in committees:
        random = Random(f"{seed}/usage/{code}")  # noqa: S311  invention, not secrecy
        kind = random.randrange(100)
        # somebody can be looked at whose days are all there, and somebody who has told nothing
        if code == cast.HOME:
            kind = 99
        elif code == cast.NEXT_DOOR:
            kind = 0
        if kind < SILENT:
            continue
        share = 0.22 if kind < SILENT + SELDOM else random.uniform(0.5, 0.95)
        yield from (_row(code, day, random, share) for day in days)


def _row(code: int, day: date, random: Random, share: float) -> dict[str, Any]:
    sessions = random.randint(1, 9) if random.random() < share else 0
    at = datetime.combine(add_working_days(day, 1), time(9, 30))
    return {
        "committee_id": code, "day": day, "sessions": sessions, "source": Source.FILE,
        "updated_at": min(timezone.make_aware(at), timezone.now()),
    }  # fmt: skip
