"""What a dwelling's page reads, in statements that are written once (`portal.orgs.prepared`).

Eight short lists stand on the page, most of them empty.
"""

from uuid import UUID

from django.db.models import F, QuerySet

from housing.models import (
    DwellingUnit,
    GroupRentalDecision,
    GroupRentalTest,
    HouseCodeEvent,
    HouseCodeRequest,
    Lease,
    LegalityDetermination,
    Room,
)
from portal.orgs.prepared import Prepared
from portal.orgs.scope import Scope
from portal.quality.models import DataQualityIssue

MOST_SHOWN = 20


@Prepared
def dwellings(scope: Scope, *, dwelling: UUID) -> QuerySet[DwellingUnit]:
    """The dwelling, with its building's name (`building_name`)."""
    rows = DwellingUnit.objects.in_scope(scope).filter(pk=dwelling)
    return rows.annotate(building_name=F("building__name"))


@Prepared
def leases(scope: Scope, *, dwelling: UUID) -> QuerySet[Lease]:
    """The latest leases."""
    rows = Lease.objects.in_scope(scope).filter(dwelling=dwelling)
    return rows.order_by("-starts_on", "-id")[:MOST_SHOWN]


@Prepared
def determinations(scope: Scope, *, dwelling: UUID) -> QuerySet[LegalityDetermination]:
    """What was determined of its legality, the latest first."""
    rows = LegalityDetermination.objects.in_scope(scope).filter(dwelling=dwelling)
    return rows.order_by("-at", "-id")[:MOST_SHOWN]


@Prepared
def code_requests(scope: Scope, *, dwelling: UUID) -> QuerySet[HouseCodeRequest]:
    """The request about its code that waits for an answer."""
    rows = HouseCodeRequest.objects.in_scope(scope).waiting().filter(dwelling=dwelling)
    return rows.order_by("pk")[:1]


@Prepared
def code_events(scope: Scope, *, dwelling: UUID) -> QuerySet[HouseCodeEvent]:
    """What happened to its code, the latest first."""
    rows = HouseCodeEvent.objects.in_scope(scope).filter(dwelling=dwelling)
    return rows.order_by("-at", "-id")[:MOST_SHOWN]


@Prepared
def issues(scope: Scope, *, dwelling: UUID) -> QuerySet[DataQualityIssue]:
    """Its open problems, the soonest due first."""
    rows = DataQualityIssue.objects.in_scope(scope).open().filter(dwelling_id=dwelling)
    return rows.order_by("due_on", "id")


@Prepared
def rooms(scope: Scope, *, dwelling: UUID) -> QuerySet[Room]:
    """Its rooms, by their labels."""
    rows = Room.objects.in_scope(scope).standing().filter(dwelling=dwelling)
    return rows.order_by("label", "id")


@Prepared
def rental_tests(scope: Scope, *, dwelling: UUID) -> QuerySet[GroupRentalTest]:
    """How it is let, as its rooms tell; one at most."""
    return GroupRentalTest.objects.in_scope(scope).filter(dwelling=dwelling)


@Prepared
def rental_decisions(scope: Scope, *, dwelling: UUID) -> QuerySet[GroupRentalDecision]:
    """What officers said of how it is let, the latest first."""
    rows = GroupRentalDecision.objects.in_scope(scope).filter(dwelling=dwelling)
    return rows.order_by("-at", "-id")[:MOST_SHOWN]
