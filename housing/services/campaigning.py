"""Campaigns: planned by one person, approved by another, closed when nothing is open (S-74)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from housing.models import (
    Campaign,
    CampaignTarget,
    DwellingUnit,
    GroupRentalTest,
    KeyArea,
    KeyAreaBuilding,
)
from housing.rectifying import AREA_KINDS, CAMPAIGN, GROUP_RENTAL, INFORMAL_SITE, RULE, may_go
from housing.services.errors import UnableToRectify
from housing.services.visits import visitors_at, words
from portal.audit.record import record
from portal.orgs.access import NotAllowed, require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.services import rule_on
from portal.rules.working_days import add_working_days

State = Campaign.State


@dataclass(frozen=True, kw_only=True)
class CampaignTold:
    """The plan of a campaign: what for, by which law, when, where, and who goes along."""

    title: str
    theme: str
    legal_basis: str
    starts_on: date
    ends_on: date
    areas: Sequence[uuid.UUID]
    members: Sequence[int]


@transaction.atomic
def plan_campaign(
    *, told: CampaignTold, by: Scope, at: datetime, campaign_id: uuid.UUID | None = None
) -> Campaign:
    """Plan a campaign of the acting street, or change a plan that nobody has approved.

    :raises UnableToRectify: what cannot be a plan, at its field; or it is past that
    :raises NotAllowed: `by` does not run campaigns
    """
    campaign = (
        Campaign(committee_id=by.unit) if campaign_id is None else _locked_campaign(campaign_id, by)
    )
    require(by, Capability.RUN_CAMPAIGNS, campaign.committee_id)
    if by.level != "street":
        raise UnableToRectify("整治方案由街道（镇）拟订")
    if campaign.state != State.DRAFT:
        raise UnableToRectify("方案已批准，不能再改")
    today = timezone.localdate(at)
    areas, names = _check(campaign, told, by, today)
    campaign.title, campaign.theme = told.title.strip(), told.theme
    campaign.legal_basis = told.legal_basis.strip()
    campaign.starts_on, campaign.ends_on = told.starts_on, told.ends_on
    campaign.area_ids = [area.pk for area in areas]
    campaign.areas = "、".join(area.name for area in areas)[:300]
    campaign.member_ids, campaign.members = sorted(set(told.members)), "、".join(names)[:300]
    campaign.planned_by, campaign.planned_name = by.user_id or 0, by.user_name
    campaign.planned_at, campaign.answer = at, ""
    campaign.due_on = add_working_days(today, int(rule_on(RULE, today)["approve"]))
    campaign.save(force_insert=campaign_id is None)
    _tell("planned" if campaign_id is None else "changed", campaign, by, at)
    return campaign


def _check(
    campaign: Campaign, told: CampaignTold, by: Scope, today: date
) -> tuple[list[KeyArea], list[str]]:
    if not told.title.strip():
        raise UnableToRectify("请填写名称", "title")
    if told.theme not in dict(AREA_KINDS):
        raise UnableToRectify("请选择主题", "theme")
    if not told.legal_basis.strip():
        raise UnableToRectify("写明法律依据", "legal_basis")
    if told.ends_on < told.starts_on:
        raise UnableToRectify("结束日期早于开始日期", "ends_on")
    if told.ends_on < today:
        raise UnableToRectify("结束日期早于今天", "ends_on")
    rows = KeyArea.objects.in_scope(by).standing().filter(committee_id=campaign.committee_id)
    areas = list(rows.filter(pk__in=list(told.areas)).order_by("name", "id"))
    if not areas or len(areas) != len(set(told.areas)):
        raise UnableToRectify("请选择本街道的重点区域", "areas")
    known = visitors_at(campaign.committee_id, today)
    if len(set(told.members)) < 2:
        raise UnableToRectify("工作组应有两人以上", "members")
    if set(told.members) - known.keys():
        raise UnableToRectify("有人已不在本街道的岗位上", "members")
    return areas, [known[each] for each in dict.fromkeys(told.members)]


@transaction.atomic
def decide_campaign(
    *, campaign_id: uuid.UUID, agreed: bool, answer: str, by: Scope, at: datetime
) -> Campaign:
    """Approve a plan, or return it with a reason; whoever planned it does not decide.

    :raises UnableToRectify: decided already, or returned without a reason
    :raises NotAllowed: `by` does not approve, or planned it
    """
    campaign = _locked_campaign(campaign_id, by)
    require(by, Capability.APPROVE_CAMPAIGNS, campaign.committee_id)
    if by.user_id == campaign.planned_by:
        raise NotAllowed("拟订人不能批准自己的方案")
    if campaign.state != State.DRAFT:
        raise UnableToRectify(f"这个方案{campaign.get_state_display()}")
    needed = "" if agreed else "退回要写明理由"
    campaign.answer = words(answer, "answer", needed, UnableToRectify)
    if agreed:
        campaign.decided_by, campaign.decided_name = by.user_id, by.user_name
        campaign.decided_at, campaign.state = at, State.APPROVED.value
        campaign.due_on = max(campaign.starts_on, timezone.localdate(at))
    campaign.save()
    _tell("approved" if agreed else "returned", campaign, by, at, reason=campaign.answer)
    return campaign


@transaction.atomic
def start_campaign(*, campaign_id: uuid.UUID, by: Scope, at: datetime) -> Campaign:
    """Begin an approved campaign: its targets are drawn from its areas as things stand.

    :raises UnableToRectify: not approved, or before its first day
    """
    campaign = _locked_campaign(campaign_id, by)
    require(by, Capability.RUN_CAMPAIGNS, campaign.committee_id)
    today = timezone.localdate(at)
    _check_next(campaign, State.RUNNING)
    if today < campaign.starts_on:
        raise UnableToRectify(f"方案从 {campaign.starts_on} 开始")
    targets = _targets(campaign, today)
    CampaignTarget.objects.bulk_create(targets)
    campaign.target_count, campaign.due_on = len(targets), campaign.ends_on
    campaign.state = State.RUNNING.value
    campaign.save()
    _tell("running", campaign, by, at)
    return campaign


def _targets(campaign: Campaign, today: date) -> list[CampaignTarget]:
    """Dwellings of the areas: suspected of group rental, or not verified within the cycle."""
    areas = {area.pk: area for area in KeyArea.objects.filter(pk__in=campaign.area_ids)}
    held = KeyAreaBuilding.objects.filter(area__in=areas).order_by("area_id", "building_id")
    where = {row.building_id: areas[row.area_id] for row in held}
    rows = DwellingUnit.objects.under(campaign.committee_id).active().filter(building__in=where)
    rows = rows.order_by("address_key", "id")
    if campaign.theme in {GROUP_RENTAL, INFORMAL_SITE}:
        State_ = GroupRentalTest.State
        rows = rows.filter(group_rental__state__in=[State_.SUSPECTED, State_.CONFIRMED])
        chosen = [(row, f"群租{row.group_rental.get_state_display()}")
                  for row in rows.select_related("group_rental")]  # fmt: skip
    else:
        chosen = [
            (row, f"超过 {where[row.building_id].cycle_days} 天没有核实")
            for row in rows
            if _is_stale(row, where[row.building_id], today)
        ]
    return [
        CampaignTarget(
            committee_id=row.committee_id, campaign=campaign, dwelling=row, why=why,
            area=where[row.building_id],
        )
        for row, why in chosen
    ]  # fmt: skip


def _is_stale(row: DwellingUnit, area: KeyArea, today: date) -> bool:
    return row.verified_on is None or row.verified_on < today - timedelta(days=area.cycle_days)


@transaction.atomic
def begin_recheck(*, campaign_id: uuid.UUID, by: Scope, at: datetime) -> Campaign:
    """End the inspection of a campaign; what was found is now rectified and looked at again.

    :raises UnableToRectify: it does not run, or no target has been visited
    """
    campaign = _locked_campaign(campaign_id, by)
    require(by, Capability.RUN_CAMPAIGNS, campaign.committee_id)
    _check_next(campaign, State.RECHECKING)
    if campaign.target_count and not campaign.findings.exists():
        raise UnableToRectify("还没有登记任何一次上门检查")
    campaign.state = State.RECHECKING.value
    campaign.save(update_fields=["state"])
    _tell("rechecking", campaign, by, at)
    return campaign


@transaction.atomic
def close_campaign(*, campaign_id: uuid.UUID, summary: str, by: Scope, at: datetime) -> Campaign:
    """Close a campaign with its summary.

    :raises UnableToRectify: a finding is open, which is named with what it lacks; no summary
    """
    campaign = _locked_campaign(campaign_id, by)
    require(by, Capability.RUN_CAMPAIGNS, campaign.committee_id)
    _check_next(campaign, State.CLOSED)
    open_ones = campaign.findings.unsettled().order_by("due_on", "id")
    if named := list(open_ones[:3]):
        told = "；".join(
            f"{each.place}（{each.get_kind_display()}）{each.get_state_display()}"
            f"{'' if each.assistance else '，没有写帮助安置'}"
            for each in named
        )
        raise UnableToRectify(f"还有 {open_ones.count()} 项没有办结：{told}")
    campaign.summary = words(summary, "summary", "写明总结", UnableToRectify, 2000)
    campaign.state, campaign.closed_by, campaign.closed_at = State.CLOSED.value, by.user_name, at
    campaign.save(update_fields=["summary", "state", "closed_by", "closed_at"])
    _tell("closed", campaign, by, at)
    return campaign


def _check_next(campaign: Campaign, following: str) -> None:
    if not may_go(CAMPAIGN, campaign.state, following):
        raise UnableToRectify(f"这个行动{campaign.get_state_display()}，现在不能这样办")


def _locked_campaign(campaign_id: uuid.UUID, by: Scope) -> Campaign:
    """The campaign in scope, held until the end of the transaction."""
    return Campaign.objects.in_scope(by).select_for_update().get(pk=campaign_id)


def _tell(act: str, campaign: Campaign, by: Scope, at: datetime, reason: str = "") -> None:
    record(
        f"housing.campaign_{act}", by=by, at=at, target=campaign, committee=campaign.committee_id,
        reason=reason, changes={"areas": campaign.areas, "visitors": campaign.members},
    )  # fmt: skip
