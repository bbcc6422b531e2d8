"""Reads of permits: conditions that chain."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from permits.transitions import (
    ACCEPTED,
    APPROVED,
    CLOSED,
    INCOMPLETE,
    MAKING,
    READY,
    RECONSIDERATION,
    REVIEWING,
    TRANSFERRED,
)
from portal.orgs.capabilities import Capability
from portal.orgs.records import ScopedQuerySet
from portal.orgs.scope import Scope

if TYPE_CHECKING:
    from permits.models import PermitApplication, ResidencePermit  # noqa: F401

AT_WINDOW = (INCOMPLETE, ACCEPTED, APPROVED, MAKING, READY)


class ApplicationQuerySet(ScopedQuerySet["PermitApplication"]):
    def open(self) -> Self:
        """Cases on which somebody still has to act."""
        return self.exclude(state__in=CLOSED)

    def awaiting(self, scope: Scope) -> Self:
        """Cases that the acting post can move on: whoever had a hand in one does not judge it."""
        mine = Q(pk__in=[])
        if scope.may(Capability.RECEIVE_PERMITS):
            mine |= Q(state__in=AT_WINDOW)
        if scope.may(Capability.REVIEW_PERMITS):
            mine |= Q(state__in=[TRANSFERRED, REVIEWING], reviewed_at=None) & ~Q(
                accepted_by=scope.user_id
            )
        if scope.may(Capability.DECIDE_PERMITS):
            waiting = Q(state=REVIEWING, reviewed_at__isnull=False) | Q(state=RECONSIDERATION)
            mine |= waiting & ~Q(accepted_by=scope.user_id) & ~Q(reviewed_by=scope.user_id)
        return self.filter(mine)

    def expiring_on(self, day: date, window: int = 30) -> Self:
        """Cases whose permit may be endorsed on `day`: it runs out within `window` days."""
        return self.filter(
            permit__status="valid",
            permit__valid_to__gte=day,
            permit__valid_to__lte=day + timedelta(days=window),
        )

    def expired_on(self, day: date) -> Self:
        """Cases whose permit has run out without endorsement: its function is suspended."""
        return self.filter(permit__status="valid", permit__valid_to__lt=day)


class PermitQuerySet(ScopedQuerySet["ResidencePermit"]):
    def to_endorse_on(self, day: date, window: int = 30) -> Self:
        """Valid permits that run out within `window` days, or have run out already."""
        return self.filter(status="valid", valid_to__lte=day + timedelta(days=window))
