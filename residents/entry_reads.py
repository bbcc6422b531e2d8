"""What the pages of one dwelling at the door read beside it: the entry page, the pane of the board.

In statements that are written once (`portal.orgs.prepared`).
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, F, Q, QuerySet

from housing.models import DwellingUnit
from housing.querysets import within
from portal.orgs.prepared import Prepared, counted
from portal.orgs.scope import Scope
from residents.models import CollectionTask, EntryDraft, Residence, Resident, Transfer, Verification
from residents.newcomers import registered_since, was_told

#: Visits that are read: as many for one household as a page may tell of.
MOST_VISITS = 60
#: Requests for a transfer that are told of.
MOST_ASKED = 20


@Prepared
def dwellings(scope: Scope, *, dwelling: UUID, today: date, since: date) -> QuerySet[DwellingUnit]:
    """A dwelling with its building; `has_newcomers` where any were registered today, anywhere.

    Only then is the building asked for those without a sheet (`untold`).
    """
    rows = DwellingUnit.objects.in_scope(scope).filter(pk=dwelling).select_related("building")
    newcomers = registered_since(Residence.objects.in_scope(scope), since)
    return rows.annotate(has_newcomers=Exists(newcomers.filter(registered_on=today)))


def household(scope: Scope, dwelling: UUID) -> list[Residence]:
    """Who lives in a dwelling, each with the person's record.

    In two reads: PostgreSQL weighs for longer how to join the two registers than both take.
    """
    rows = members.rows(scope, dwelling=dwelling)
    keys = {f"resident{place}": row.resident_id for place, row in enumerate(rows)}
    known = {row.pk: row for row in people.rows(scope, **keys)} if keys else {}
    found = [row for row in rows if row.resident_id in known]
    for row in found:
        row.resident = known[row.resident_id]
    return found


@Prepared
def people(scope: Scope, **residents: UUID) -> QuerySet[Resident]:
    """The records of these people."""
    return Resident.objects.in_scope(scope).filter(pk__in=list(residents.values()))


@Prepared
def drafts(scope: Scope, *, dwelling: UUID, user: int, since: datetime) -> QuerySet[EntryDraft]:
    """What somebody typed for a dwelling and did not save, since then."""
    return EntryDraft.objects.in_scope(scope).kept(user, since).filter(dwelling=dwelling)


@Prepared
def neighbours(scope: Scope, *, building: UUID, key: str) -> QuerySet[DwellingUnit]:
    """The dwellings right before and behind a place in the building's order."""
    rows = DwellingUnit.objects.in_scope(scope).active().filter(building=building)
    before = rows.filter(address_key__lt=key).order_by("-address_key", "-id")
    behind = rows.filter(address_key__gt=key).order_by("address_key", "id")
    return before[:1].union(behind[:1], all=True)


@Prepared
def progress(
    scope: Scope, today: date, cycles: Sequence[tuple[str, int]], *, building: UUID
) -> QuerySet[DwellingUnit, dict[str, int]]:
    """How many dwellings of a building were verified within their cycle, and all of them."""
    rows = DwellingUnit.objects.in_scope(scope).active().filter(building=building)
    return counted(rows, seen=within("verified_on", today, dict(cycles)), total=Q())


@Prepared
def arriving(scope: Scope, *, dwelling: UUID) -> QuerySet[Transfer]:
    """Who is asked for at other committees, to live in a dwelling."""
    rows = Transfer.objects.arriving(scope).open().filter(dwelling=dwelling)
    return rows.order_by("id")[:MOST_ASKED]


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
