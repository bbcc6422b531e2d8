"""Reads of staffing: conditions that chain."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from portal.orgs.records import ScopedQuerySet

if TYPE_CHECKING:
    from staffing.models import Collector, WorkArea  # noqa: F401


def at_work_on(day: date) -> Q:
    """The condition of `CollectorQuerySet.at_work`."""
    return Q(status="appointed", appointed_on__lte=day) | Q(status="probation", trained_on__lte=day)


class CollectorQuerySet(ScopedQuerySet["Collector"]):
    def employed(self) -> Self:
        """Everybody who has not left."""
        return self.exclude(status="left")

    def at_work(self, day: date) -> Self:
        """Those who count as posts on `day`: appointed, or on probation once trained (M-15)."""
        return self.filter(at_work_on(day))

    def by_number(self) -> Self:
        return self.order_by("staff_no")


class WorkAreaQuerySet(ScopedQuerySet["WorkArea"]):
    def on(self, day: date) -> Self:
        """Patches in force on `day`."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def in_order(self) -> Self:
        return self.select_related("lead_collector").order_by("committee_id", "code")
