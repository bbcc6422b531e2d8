"""Reads of housing: conditions that chain."""

from typing import TYPE_CHECKING, Self

from portal.orgs.records import ScopedQuerySet

if TYPE_CHECKING:
    from housing.models import Building, DwellingUnit  # noqa: F401


class BuildingQuerySet(ScopedQuerySet["Building"]):
    def existing(self) -> Self:
        """Buildings that stand."""
        return self.exclude(status="demolished")

    def in_walking_order(self) -> Self:
        return self.order_by("committee_id", "sort_key", "id")


class DwellingQuerySet(ScopedQuerySet["DwellingUnit"]):
    def active(self) -> Self:
        """Dwellings on the frame: in use, neither merged, split nor demolished."""
        return self.filter(status="active")

    def with_final_code(self) -> Self:
        return self.filter(code_state="final")
