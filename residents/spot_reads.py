"""What a spot round's page reads beside it, in statements that are written once (ADR 32)."""

from datetime import date
from uuid import UUID

from django.db.models import F, QuerySet

from portal.orgs.models import OrgUnit
from portal.orgs.prepared import Prepared
from portal.orgs.scope import Scope
from residents.models import SpotPlace, SpotRound


@Prepared
def rechecks(scope: Scope, *, of: UUID) -> QuerySet[SpotRound]:
    """What went back to doors of a round, as far as the post may see it."""
    rows = SpotRound.objects.told_to(scope).defer("frame").filter(rechecks=of)
    return rows.exclude(state="cancelled").order_by("planned_at")


@Prepared
def places(scope: Scope, *, of: UUID) -> QuerySet[SpotPlace]:
    """Places that no list has, found on the way of a round, as far as the post may see them.

    Each tells its committee's name (`committee_name`), and how far its lead is (`lead_state`;
    None where there is none, or none that the post may see).
    """
    rows = SpotPlace.objects.told_to(scope).filter(round=of).order_by("id")
    return rows.annotate(committee_name=F("committee__name"), lead_state=F("lead__state"))


@Prepared
def closed_units(_scope: Scope, street: int, *, since: date, until: date) -> QuerySet[OrgUnit]:
    """Units of a street that were closed within a time; each names its `heir`.

    :param since: the day before the first
    """
    closed = OrgUnit.objects.under(street).filter(valid_to__gt=since, valid_to__lte=until)
    return closed.annotate(heir=F("successor__name")).order_by("code")
