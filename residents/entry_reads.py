"""What the pages of one dwelling at the door read beside it: the entry page, the pane of the board.

In statements that are written once (`portal.orgs.prepared`).
"""

from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet

from portal.orgs.prepared import Prepared, counted
from portal.orgs.scope import Scope
from residents.models import CollectionTask, Residence, Verification
from residents.newcomers import registered_since, was_told

#: Visits that are read: as many for one household as a page may tell of.
MOST_VISITS = 60


@Prepared
def untold(
    scope: Scope, *, building: UUID, today: date, since: date
) -> QuerySet[Residence, dict[str, int]]:
    """How many newcomers a round through the building found today who have no sheet yet."""
    rows = registered_since(Residence.objects.in_scope(scope), since).exclude(was_told())
    return counted(rows.filter(registered_on=today, dwelling__building=building), n=Q())


@Prepared
def gone(scope: Scope, *, dwelling: UUID) -> QuerySet[Residence, dict[str, int]]:
    """How many have moved out of a dwelling."""
    rows = Residence.objects.in_scope(scope).filter(dwelling=dwelling)
    return counted(rows.filter(status=Residence.Status.ENDED), n=Q())


@Prepared
def visits(scope: Scope, *, dwelling: UUID) -> QuerySet[Verification]:
    """The latest visits to a dwelling."""
    rows = Verification.objects.in_scope(scope).filter(dwelling=dwelling)
    return rows.order_by("-id")[:MOST_VISITS]


@Prepared
def members(scope: Scope, *, dwelling: UUID) -> QuerySet[Residence]:
    """Who lives in a dwelling."""
    return Residence.objects.in_scope(scope).open().filter(dwelling=dwelling).order_by("id")


@Prepared
def tasks(scope: Scope, *, dwelling: UUID) -> QuerySet[CollectionTask]:
    """What is to be done there, the soonest first; each names whom it is about (`about`)."""
    rows = CollectionTask.objects.in_scope(scope).open().filter(dwelling=dwelling)
    return rows.annotate(about=F("residence__name")).order_by("due_on", "pk")
