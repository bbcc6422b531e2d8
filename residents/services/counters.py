"""What follows from a change of who lives in a dwelling: its counters, issues and tasks."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q

from housing import services as housing
from portal.orgs.scope import Scope
from portal.quality import services as quality
from residents.models import Residence
from residents.querysets import ACTUAL_CATEGORIES
from residents.services.rooming import examine_dwellings
from residents.services.settling import settle

LIVING_HERE = Q(category__in=ACTUAL_CATEGORIES)


def refresh_dwellings(*, dwellings: Collection[UUID], by: Scope, at: datetime) -> None:
    """Count who lives at each dwelling, and look at its issues again.

    People whose hukou is here but who live elsewhere (户在人不在) are no occupants.
    """
    counted = {
        row["dwelling_id"]: row
        for row in Residence.objects.in_scope(by)
        .open()
        .filter(dwelling_id__in=list(dwellings))
        .values("dwelling_id")
        .annotate(
            people=Count("id", filter=LIVING_HERE),
            homes=Count("household_id", filter=LIVING_HERE, distinct=True),
        )
    }
    nobody = {"people": 0, "homes": 0}
    housing.set_occupancy_counters(
        counters=[
            housing.OccupancyCounters(dwelling, held["people"], held["homes"])
            for dwelling in dwellings
            for held in [counted.get(dwelling, nobody)]
        ],
        by=by,
        at=at,
    )
    examine_dwellings(dwellings, by=by, at=at)
    recheck(dwellings, by=by, at=at)


def recheck(dwellings: Collection[UUID], *, by: Scope, at: datetime) -> None:
    """Open and close the quality issues of dwellings whose people changed, and end their tasks.

    The clerk's to-do list tells at once what is mended and what is still missing.
    """
    settle(dwellings=dwellings, by=by, at=at)
    quality.check_dwellings(dwelling_ids=dwellings, unit=by.unit, by=by, at=at)
