"""How far committees have come with the municipal system on a day: one reckoning for all.

The list, its file, the grid and the number M-30 read it. Paper: S-10, S-111.
"""

from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import Count, F, IntegerField, Max, OuterRef, Q, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from portal.orgs.models import OrgUnitQuerySet
from portal.usage.models import SystemUsage
from portal.usage.window import ENOUGH, window_of

#: Conditions on committees that `with_use` has dressed.
REACHED = Q(used__gte=ENOUGH)
SHORT = Q(used__lt=ENOUGH)
UNTOLD = Q(told=0)


def has_reached(committee: Any) -> bool:
    """`REACHED` of one committee that `with_use` has dressed."""
    return bool(committee.used >= ENOUGH)


def with_use(units: OrgUnitQuerySet, day: date) -> OrgUnitQuerySet:
    """The committees among `units` that exist on `day`, each with its window up to that day.

    `told` are the working days that somebody has told, `used` those with a purposeful session,
    `sessions` their sum, `told_last` the latest day told (None for none); `committee_id` is the
    committee itself, as in every row of the registers.
    """
    return units.on(day).committees().annotate(**_reckoned(day), committee_id=F("code"))


@lru_cache(maxsize=32)
def _reckoned(day: date) -> dict[str, Combinable]:
    """What `with_use` says of a committee; query sets copy what they are given."""
    days = SystemUsage.objects.filter(committee_id=OuterRef("code"), day__in=window_of(day))

    def of_window(reckoned: Combinable) -> Subquery:
        return Subquery(days.order_by().values("committee_id").annotate(n=reckoned).values("n"))

    def number(reckoned: Combinable) -> Coalesce:
        return Coalesce(of_window(reckoned), 0, output_field=IntegerField())

    return {
        "told": number(Count("pk")), "used": number(Count("pk", filter=Q(sessions__gt=0))),
        "sessions": number(Sum("sessions")), "told_last": of_window(Max("day")),
    }  # fmt: skip
