"""Reads of the population register: conditions that chain."""

from datetime import date
from typing import TYPE_CHECKING, Self

from portal.orgs.records import ScopedQuerySet

if TYPE_CHECKING:
    from residents.models import Residence, Resident  # noqa: F401

# Categories that count as actual population (domain.md §2.7): all but 户在人不在.
ACTUAL_CATEGORIES = ("11", "12", "20", "31", "32", "40")


class ResidentQuerySet(ScopedQuerySet["Resident"]):
    def living(self) -> Self:
        return self.exclude(vital_status="2")


class ResidenceQuerySet(ScopedQuerySet["Residence"]):
    def open(self) -> Self:
        """Episodes that go on today."""
        return self.filter(status="active")

    def actual(self) -> Self:
        """Open primary episodes that count as actual population (实有人口)."""
        return self.filter(status="active", is_primary=True, category__in=ACTUAL_CATEGORIES)

    def living_on(self, day: date) -> Self:
        """Episodes that cover `day`, for as-of questions."""
        from django.db.models import Q

        return self.exclude(status="void").filter(
            Q(end_on=None) | Q(end_on__gt=day), begin_on__lte=day
        )

    def overdue_on(self, day: date) -> Self:
        """Open episodes whose verification was due before `day`."""
        return self.filter(status="active", due_on__lt=day)
