"""Reads of housing: conditions that chain."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Count, Q, Sum

from housing.cycles import due_before
from portal.orgs.records import ScopedQuerySet

if TYPE_CHECKING:
    from housing.models import Building, DwellingUnit  # noqa: F401


class BuildingQuerySet(ScopedQuerySet["Building"]):
    def existing(self) -> Self:
        """Buildings that stand."""
        return self.exclude(status="demolished")

    def named(self, address: str) -> Self:
        """Buildings of this address, written with or without a blank behind the lane."""
        plain = "".join(address.split())
        return self.filter(name__in={address.strip(), plain, plain.replace("弄", "弄 ", 1)})

    def in_walking_order(self) -> Self:
        return self.order_by("committee_id", "sort_key", "id")


def within(column: str, day: date, cycles: Mapping[str, int]) -> Q:
    """The day in `column` still counts on `day`, by the cycle of each dwelling's occupancy.

    :param cycles: days by occupancy status (`housing.cycles`)
    """
    found = Q(pk__in=[])
    for earliest, codes in due_before(day, cycles).values():
        found |= Q(occupancy__in=codes, **{f"{column}__gte": earliest})
    return found


class DwellingQuerySet(ScopedQuerySet["DwellingUnit"]):
    def active(self) -> Self:
        """Dwellings on the frame: in use, neither merged, split nor demolished."""
        return self.filter(status="active")

    def with_final_code(self) -> Self:
        return self.filter(code_state="final")

    def coded_like(self, code: str) -> Self:
        """Dwellings whose code begins so; the blank ones are ruled out as the index does."""
        return self.filter(house_code__starts_with=code).exclude(house_code="")

    def verified_within(self, day: date, cycles: Mapping[str, int]) -> Self:
        """Dwellings whose last verification still counts on `day` (M-07 by dwelling)."""
        return self.filter(within("verified_on", day, cycles))

    def verification_overdue(self, day: date, cycles: Mapping[str, int]) -> Self:
        """Dwellings that were never verified, or too long before `day`."""
        return self.exclude(within("verified_on", day, cycles) & Q(verified_on__isnull=False))

    def occupancy_checked_within(self, day: date, cycles: Mapping[str, int]) -> Self:
        """Dwellings whose occupancy was looked at and still counts on `day` (M-10's numerator)."""
        return self.filter(within("occupancy_checked_on", day, cycles)).exclude(occupancy="9")

    def occupancy_check_overdue(self, day: date, cycles: Mapping[str, int]) -> Self:
        """The dwellings that M-10's numerator leaves out."""
        counted = within("occupancy_checked_on", day, cycles) & Q(
            occupancy_checked_on__isnull=False
        )
        return self.filter(~counted | Q(occupancy="9"))

    def totals(self, day: date, cycles: Mapping[str, int]) -> dict[str, object]:
        """Aggregates of a group of dwellings, for `annotate` after `values`."""
        return {
            "dwellings": Count("pk"),
            "people": Sum("occupants"),
            "vacant": Count("pk", filter=Q(occupancy="4")),
            "unknown": Count("pk", filter=Q(occupancy="9")),
            "uncoded": Count("pk", filter=~Q(code_state="final")),
            "fresh": Count("pk", filter=within("verified_on", day, cycles)),
        }
