"""Reads of the assessment: conditions that chain."""

from typing import TYPE_CHECKING, Self

from portal.orgs.records import ScopedQuerySet

if TYPE_CHECKING:
    from assessment.models import Score  # noqa: F401


class ScoreQuerySet(ScopedQuerySet["Score"]):
    def to_review(self) -> Self:
        """Scores that wait for the district: claims to judge and adjustments to second."""
        return self.filter(state__in=["claimed", "proposed"])

    def unsettled(self) -> Self:
        """Scores that keep the review from ending."""
        return self.filter(state__in=["new", "claimed", "proposed", "returned"])
