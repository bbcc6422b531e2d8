"""What the staffing page reads, in statements that are written once (ADR 32).

The scope of each is that of the unit shown, which may lie below the reader's own.
"""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum, Value

from portal.orgs.models import OrgUnit
from portal.orgs.prepared import Prepared, counted
from portal.orgs.scope import Scope
from staffing.models import Collector, CollectorStatus, WorkArea, WorkAreaBuilding
from staffing.querysets import at_work_on

#: Who is on the roster and not where a collector should be.
ABNORMAL = (CollectorStatus.TRANSFERRED, CollectorStatus.SUSPENDED, CollectorStatus.LEAVING)
#: Who is on the roster and does not count as a post.
AWAY = (CollectorStatus.TRANSFERRED, CollectorStatus.SUSPENDED, CollectorStatus.CANDIDATE)


@Prepared
def parts(scope: Scope, *, day: date) -> QuerySet[OrgUnit]:
    """The units right below: streets of the district, committees of a street; else the unit."""
    below = Q(pk=scope.unit) if scope.level == "committee" else Q(parent_id=scope.unit)
    units = OrgUnit.objects.filter(below).on(day)
    rows = units.streets() if scope.level == "district" else units.committees()
    return rows.order_by("code")


@Prepared
def headcounts(scope: Scope, *, day: date, since: date) -> QuerySet[Collector, Any]:
    """Of each part: posts at work, people employed, trained, bound to secrecy, away by status.

    People kept at the street office count for the street; a part without anybody is absent.

    :param since: the day from which a pledge of secrecy still holds
    """
    grain = "street_id" if scope.level == "district" else "committee_id"
    signed = Q(confidentiality_signed_on__gte=since)
    lapsed = Q(confidentiality_signed_on__lt=since, status__in=["probation", "appointed"])
    away = {str(status): Count("pk", filter=Q(status=status)) for status in AWAY}
    rows = Collector.objects.in_scope(scope).employed().order_by().values(part=F(grain))
    return rows.annotate(
        posts=Sum("fte", filter=at_work_on(day)), employed=Count("pk"),
        trained=Count("pk", filter=Q(trained_on__isnull=False)),
        pledged=Count("pk", filter=signed), lapsed=Count("pk", filter=lapsed), **away,
    )  # fmt: skip


@Prepared
def people(scope: Scope, *, committee: int) -> QuerySet[Collector]:
    """Who works in a committee and, anywhere in the unit, who is not where they should be.

    :param committee: 0 for none
    """
    rows = Collector.objects.in_scope(scope).employed().select_related("committee")
    return rows.filter(Q(committee_id=committee) | Q(status__in=ABNORMAL)).by_number()


@Prepared
def areas(scope: Scope, *, committee: int, leads: list[UUID], day: date) -> QuerySet[WorkArea]:
    """Patches not yet given up by `day`: those of a committee, and those that people lead.

    :param committee: 0 for none
    """
    led = Q(lead_collector__id__any_of=Value(leads))  # passed on as it is
    rows = WorkArea.objects.in_scope(scope).filter(Q(committee_id=committee) | led)
    return rows.filter(Q(valid_to=None) | Q(valid_to__gt=day)).in_order()


@Prepared
def leaderless(scope: Scope, *, day: date) -> QuerySet[WorkArea, dict[str, int]]:
    """How many patches nobody leads (`areas`)."""
    return counted(WorkArea.objects.in_scope(scope).on(day), areas=Q(lead_collector=None))


@Prepared
def buildings(scope: Scope, *, areas: list[UUID]) -> QuerySet[WorkAreaBuilding, Any]:
    """The buildings of patches in walking order: `area_id`, `name` and who lives there (`people`).

    The housing register itself counts the people of each dwelling; None where there is none.
    """
    rows = WorkAreaBuilding.objects.in_scope(scope).filter(area__id__any_of=Value(areas))
    in_order = rows.order_by("building__sort_key", "building_id")
    living = Q(building__dwellings__status="active")
    told = in_order.values("area_id", "building_id", name=F("building__short_name"))
    return told.annotate(people=Sum("building__dwellings__occupants", filter=living))
