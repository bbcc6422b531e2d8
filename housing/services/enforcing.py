"""Sites of joint enforcement: told, handled, closed only when nobody is left without a place."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from housing.models import Building, EnforcementSite
from housing.rectifying import COMPETENT, DEPARTMENTS, LIVED_IN, RULE, SCHOOLS, SITE, may_go
from housing.services.errors import UnableToRectify
from housing.services.visits import words
from portal.audit.record import record
from portal.orgs.access import require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.rules.working_days import add_working_days

State = EnforcementSite.State
Refused = UnableToRectify


@dataclass(frozen=True, kw_only=True)
class SiteTold:
    """A site as it was found; people and children are counted, never listed."""

    kind: str
    place: str
    facts: str
    department: str = ""
    people: int | None = None
    children: int | None = None


@dataclass(frozen=True, kw_only=True)
class SiteEnd:
    """What became of those who were there.

    :param placed: how many children have a place elsewhere
    """

    measures: str
    child_placement: str = ""
    children: int | None = None
    placed: int | None = None
    resettlement: str = ""


@transaction.atomic
def register_site(
    *, building_id: uuid.UUID, told: SiteTold, by: Scope, at: datetime
) -> EnforcementSite:
    """Write down a site in or at a building.

    :raises UnableToRectify: what cannot be a site, at its field
    :raises NotAllowed: `by` does not run campaigns there
    """
    building = Building.objects.in_scope(by).get(pk=building_id)
    require(by, Capability.RUN_CAMPAIGNS, building.committee_id)
    if told.kind not in COMPETENT:
        raise Refused("请选择类型", "kind")
    department = told.department or COMPETENT[told.kind]
    if department not in dict(DEPARTMENTS):
        raise Refused("请选择主管部门", "department")
    today = timezone.localdate(at)
    site = EnforcementSite(
        committee_id=building.committee_id, building=building, kind=told.kind,
        place=words(told.place, "place", "写明地点", Refused, 160),
        facts=words(told.facts, "facts", "写明看到的情况", Refused), department=department,
        people=told.people, children=told.children, found_name=by.user_name, found_at=at,
        due_on=add_working_days(today, int(rule_on(RULE, today)["notice"])),
    )  # fmt: skip
    site.save(force_insert=True)
    _tell("registered", site, by, at, site.facts)
    return site


@transaction.atomic
def notice_site(
    *, site_id: uuid.UUID, noticed_on: date, due_on: date, by: Scope, at: datetime
) -> EnforcementSite:
    """Hand over the notice with its deadline."""
    site, today = _locked(site_id, by), timezone.localdate(at)
    _check_next(site, State.NOTICED)
    if noticed_on > today:
        raise Refused("告知日期晚于今天", "noticed_on")
    least = int(rule_on(RULE, today)["least_days"])
    if due_on < noticed_on + timedelta(days=least):
        raise Refused(f"期限不少于 {least} 天", "due_on")
    site.noticed_on, site.due_on, site.state = noticed_on, due_on, State.NOTICED.value
    site.save()
    _tell("noticed", site, by, at)
    return site


@transaction.atomic
def handle_site(*, site_id: uuid.UUID, measures: str, by: Scope, at: datetime) -> EnforcementSite:
    """Write down the measures that the departments take together."""
    site = _locked(site_id, by)
    _check_next(site, State.HANDLING)
    site.measures = words(measures, "measures", "写明处置措施", Refused)
    site.state = State.HANDLING.value
    site.save()
    _tell("handling", site, by, at, site.measures)
    return site


@transaction.atomic
def close_site(*, site_id: uuid.UUID, end: SiteEnd, by: Scope, at: datetime) -> EnforcementSite:
    """Close a site: of a school every child has a place, and where people lived they have one.

    :raises UnableToRectify: a child is without a place, people were not helped, no measures
    """
    site = _locked(site_id, by)
    _check_next(site, State.CLOSED)
    site.measures = words(end.measures, "measures", "写明处置结果", Refused)
    site.child_placement = words(end.child_placement, "child_placement", "", Refused)
    site.resettlement = words(end.resettlement, "resettlement", "", Refused)
    site.children = site.children if end.children is None else end.children
    site.children_placed = end.placed
    _check_children(site)
    if site.kind in LIVED_IN and not site.resettlement:
        raise Refused(f"{site.place}：写明住在那里的人怎样安置，没有写不能办结", "resettlement")
    site.state, site.closed_by = State.CLOSED.value, by.user_name
    site.closed_on = timezone.localdate(at)
    site.save()
    _tell("closed", site, by, at, site.measures)
    return site


def _check_children(site: EnforcementSite) -> None:
    if site.kind not in SCHOOLS:
        return
    if site.children is None:
        raise Refused(f"{site.place}：填写涉及儿童人数，没有的填 0", "children")
    if not site.child_placement:
        raise Refused(
            f"{site.place}：写明儿童转到哪里就学、入园，没有写不能办结", "child_placement"
        )
    left = site.children - (site.children_placed or 0)
    if left > 0:
        raise Refused(f"{site.place}：还有 {left} 名儿童没有安置，不能办结", "placed")
    if left < 0:
        raise Refused("已安置人数多于涉及儿童人数", "placed")
    site.children_placed = site.children


def _check_next(site: EnforcementSite, following: str) -> None:
    if not may_go(SITE, site.state, following):
        raise Refused(f"这个点位{site.get_state_display()}，现在不能这样办")


def _locked(site_id: uuid.UUID, by: Scope) -> EnforcementSite:
    site = EnforcementSite.objects.in_scope(by).select_for_update().get(pk=site_id)
    require(by, Capability.RUN_CAMPAIGNS, site.committee_id)
    return site


def _tell(act: str, site: EnforcementSite, by: Scope, at: datetime, reason: str = "") -> None:
    record(
        f"housing.site_{act}", by=by, at=at, target=site, committee=site.committee_id,
        reason=reason,
    )  # fmt: skip
