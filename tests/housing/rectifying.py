"""Key areas, campaigns and visits for the tests, made through the services."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from housing import services
from housing.models import Building, CampaignTarget
from portal.orgs.acting import acting
from portal.orgs.models import Appointment


def today():
    return timezone.localdate()


def did(by, act, **told):
    """One act by somebody, now."""
    with acting(by):
        return act(**told, by=by, at=timezone.now())


def an_area(cast, *dwellings, key="staff", **changes):
    """A key area of the street that holds the dwellings' buildings."""
    by = cast.scope(key)
    with acting(by):
        buildings = list(Building.objects.filter(dwellings__in=dwellings).distinct())
    told = {
        "kind": "group_rental_cluster", "name": "棠浦路一带",
        "owner_post": Appointment.objects.get(user=cast.users["street"]).pk,
        "buildings": [each.pk for each in buildings], "since": today(), "cycle_days": 30,
        "targets": {"freshness": Decimal(90)},
    } | changes  # fmt: skip
    return did(by, services.save_area, told=services.AreaTold(**told))


def a_plan(cast, area, *, key="staff", **changes):
    """A plan that nobody has approved."""
    told = {
        "title": "群租整治", "theme": "group_rental_cluster", "legal_basis": "租赁管理办法第十条",
        "starts_on": today(), "ends_on": today() + timedelta(days=60), "areas": [area.pk],
        "members": [cast.users["street"].pk, cast.users["staff"].pk],
    } | changes  # fmt: skip
    return did(cast.scope(key), services.plan_campaign, told=services.CampaignTold(**told))


def running(cast, area, **changes):
    """A campaign that the street's manager approved and the staff began."""
    plan = a_plan(cast, area, **changes)
    did(cast.scope("street"), services.decide_campaign, campaign_id=plan.pk, agreed=True, answer="")
    return did(cast.scope("staff"), services.start_campaign, campaign_id=plan.pk)


def found(cast, dwelling, kind="G4", *, key="staff", campaign=None, **changes):
    """A visit of the street's manager and staff, written down."""
    told = {
        "kind": kind, "visited_on": today(), "badge_shown": True, "entry_basis": "consent",
        "visitors": [cast.users["street"].pk, cast.users["staff"].pk], "facts": "一间住四人",
    } | changes  # fmt: skip
    return did(
        cast.scope(key), services.record_finding, dwelling_id=dwelling.pk,
        told=services.FindingTold(**told), campaign_id=campaign.pk if campaign else None,
    )  # fmt: skip


def rechecked(cast, finding):
    """Told, put right, looked at again by the manager."""
    staff, manager = cast.scope("staff"), cast.scope("street")
    did(
        staff, services.notify_finding, finding_id=finding.pk, notice_no="告 1 号",
        noticed_on=today(), due_on=today() + timedelta(days=30), vulnerable="有一名儿童",
    )  # fmt: skip
    did(staff, services.note_progress, finding_id=finding.pk, progress="已搬走两人")
    return did(
        manager, services.recheck_finding, finding_id=finding.pk, passed=True,
        rechecked_on=today(), progress="每间不超过两人",
    )  # fmt: skip


def targets_of(cast, campaign, key="staff"):
    with acting(cast.scope(key)):
        rows = CampaignTarget.objects.filter(campaign=campaign).select_related("dwelling")
        return {row.dwelling.room_no: row.why for row in rows}
