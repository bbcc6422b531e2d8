"""Whose buildings are whose: what other areas ask about patches (片区)."""

from datetime import date
from uuid import UUID

from portal.orgs.scope import Scope
from staffing.models import WorkArea, WorkAreaBuilding


def own_buildings(scope: Scope, day: date) -> set[UUID] | None:
    """Buildings of the patches that the holder of this post leads on `day`.

    None for whoever leads none, which says that the whole committee is theirs. An account and a
    collector are the same person when they bear the same number.
    """
    areas = WorkArea.objects.in_scope(scope).on(day)
    led = areas.filter(lead_collector__staff_no=scope.staff_no).values("pk")
    rows = WorkAreaBuilding.objects.in_scope(scope).filter(area__in=led)
    return set(rows.values_list("building_id", flat=True)) or None
