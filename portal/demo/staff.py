"""Invented collectors: about one full post for 1,500 people, some units a little short."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from portal.demo.people import People
from portal.orgs.records import new_id

PROVIDERS = ("普安社区服务有限公司", "和邻社工服务中心")
PER_COLLECTOR = 1500
TENTH = Decimal("0.1")


def collectors(random: Random, population: dict[int, int], today: date) -> Iterator[dict[str, Any]]:
    """One collector for each committee; committees this small share a full post."""
    people = People(random, today)
    for sequence, (committee, count) in enumerate(population.items(), start=1):
        needed = Decimal(count) / PER_COLLECTOR
        slack = Decimal(random.choice(("-0.1", "0", "0", "0.1", "0.1")))
        fte = min(Decimal(1), max(TENTH, (needed + slack).quantize(TENTH)))
        status = random.choices(("appointed", "probation", "transferred"), (90, 7, 3))[0]
        since = today - timedelta(days=random.randint(30, 2000))
        yield {
            "id": new_id(), "committee_id": committee, "staff_no": f"CJ-{sequence:04d}",
            "name": people.name(random.choice("12"))[1], "employment_type": "purchased",
            "provider": random.choice(PROVIDERS), "fte": fte, "status": status,
            "status_since": since, "trained_on": since, "appointed_on": since,
            "badge_no": f"PT{sequence:05d}", "confidentiality_signed_on": since,
        }  # fmt: skip
