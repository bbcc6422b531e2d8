"""Yearly work plans: written by some, approved by another person, closed when all is settled.

Paper: S-140.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assessment.models import PlanState, WorkPlan
from assessment.services.selfassess import PERSONAL
from assessment.work_plans import YEARS
from portal.audit.record import record
from portal.jobs.refusals import Refusal
from portal.orgs.access import NotAllowed, require
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.working_days import add_working_days

MOST_ITEMS = 60
#: Working days within which a plan is decided.
TO_DECIDE = 5
STALE = "同事刚改过，请重新打开核对后再提交"


class UnableToPlan(Refusal):
    """The plan or its item cannot go on so."""


@dataclass(frozen=True, kw_only=True)
class PlanTold:
    """What a plan is called; its number may wait for the approval."""

    year: int
    title: str
    doc_no: str = ""


@transaction.atomic
def save_plan(
    *, told: PlanTold, by: Scope, at: datetime, plan_id: uuid.UUID | None = None, version: int = 0
) -> WorkPlan:
    """Begin the acting unit's plan of a year, or change what a draft is called.

    :raises UnableToPlan: the year has its plan; no title; changed meanwhile, or past a draft
    :raises NotAllowed: `by` does not write plans, or not this unit's
    """
    require(by, Capability.EDIT_PLANS)
    if by.level == "committee":
        raise NotAllowed("年度工作计划由区和街道（镇）编制")
    plan = WorkPlan(committee_id=by.unit) if plan_id is None else _draft(plan_id, by)
    if plan_id is not None and plan.version != version:
        raise UnableToPlan(STALE)
    if not YEARS[0] <= told.year <= YEARS[1]:
        raise UnableToPlan("年度应在 2016 到 2100 之间", "year")
    same = WorkPlan.objects.filter(committee_id=plan.committee_id, year=told.year)
    if same.exclude(pk=plan.pk).exists():
        raise UnableToPlan(f"{told.year} 年度已有工作计划", "year")
    if plan_id is not None and told.year != plan.year and plan.items.exists():
        raise UnableToPlan("已有事项的期限在原年度内，不能改年度", "year")
    plan.year, plan.doc_no = told.year, told.doc_no.strip()
    plan.title = words(told.title, "title", "请填写名称", 100)
    _sign(plan, by, at)
    plan.version += plan_id is not None
    plan.save(force_insert=plan_id is None)
    _carry(plan)
    tell_plan("written", plan, by, at)
    return plan


@transaction.atomic
def ask_approval(*, plan_id: uuid.UUID, by: Scope, at: datetime) -> WorkPlan:
    """Hand a draft in; until it is decided or taken back nobody changes it.

    :raises UnableToPlan: nothing stands in it, or it is no draft
    """
    plan = _draft(plan_id, by)
    if not plan.items.exists():
        raise UnableToPlan("计划里还没有事项，先添加事项再提交")
    plan.state, plan.asked_name, plan.asked_at = PlanState.ASKED.value, by.user_name, at
    plan.answer, plan.decide_by = "", add_working_days(timezone.localdate(at), TO_DECIDE)
    return _moved("asked", plan, by, at)


@transaction.atomic
def withdraw_plan(*, plan_id: uuid.UUID, by: Scope, at: datetime) -> WorkPlan:
    """Take a plan back that nobody has decided, to change it.

    :raises UnableToPlan: it does not wait for approval
    """
    plan = _locked_plan(plan_id, by)
    require(by, Capability.EDIT_PLANS)
    _be_at(plan, PlanState.ASKED)
    plan.state = PlanState.DRAFT.value
    return _moved("withdrawn", plan, by, at)


@transaction.atomic
def decide_plan(
    *, plan_id: uuid.UUID, agreed: bool, answer: str, version: int, by: Scope, at: datetime,
    doc_no: str = "",
) -> WorkPlan:  # fmt: skip
    """Approve a plan under its number, or return it with a reason.

    :param version: the plan as it was read
    :raises UnableToPlan: not handed in; changed meanwhile; no number, or returned without a reason
    :raises NotAllowed: `by` does not approve plans, or wrote any of this one
    """
    plan = WorkPlan.objects.in_scope(by).select_for_update().get(pk=plan_id)
    require(by, Capability.APPROVE_PLANS, plan.committee_id)
    if by.user_id in plan.writer_ids:
        raise NotAllowed("拟订人不能批准自己拟订的计划")
    _be_at(plan, PlanState.ASKED)
    if plan.version != version:
        raise UnableToPlan(STALE)
    plan.answer = words(answer, "answer", "" if agreed else "退回要写明理由", 200)
    if not agreed:
        plan.state = PlanState.DRAFT.value
        return _moved("returned", plan, by, at, plan.answer)
    plan.doc_no = words(doc_no, "doc_no", "写明文号", 40)
    plan.state, plan.decided_by = PlanState.APPROVED.value, by.user_id
    plan.decided_name, plan.decided_at = by.user_name, at
    return _moved("approved", plan, by, at, plan.answer)


@transaction.atomic
def close_plan(*, plan_id: uuid.UUID, summary: str, by: Scope, at: datetime) -> WorkPlan:
    """Close a plan of which every item is done, or not done for a reason.

    :raises UnableToPlan: an item is open, which is named; no summary; not in force
    """
    plan = _locked_plan(plan_id, by)
    require(by, Capability.EDIT_PLANS)
    _be_at(plan, PlanState.APPROVED)
    items = plan.items.select_for_update().order_by("number")  # nobody reopens one meanwhile
    if left := [item for item in items if item.is_open]:
        told = "；".join(f"{each.number}. {each.what}" for each in left[:3])
        raise UnableToPlan(f"还有 {len(left)} 项没有办结：{told}")
    plan.summary = words(summary, "summary", "写明总结", 1000)
    plan.state, plan.closed_name, plan.closed_at = PlanState.CLOSED.value, by.user_name, at
    return _moved("closed", plan, by, at)


def _locked_plan(plan_id: uuid.UUID, by: Scope) -> WorkPlan:
    """A plan of the acting unit itself, held until the transaction ends.

    :raises NotAllowed: it is another unit's
    """
    plan = WorkPlan.objects.in_scope(by).select_for_update().get(pk=plan_id)
    if plan.committee_id != by.unit:
        raise NotAllowed("计划由编制单位自己修改")
    return plan


def _draft(plan_id: uuid.UUID, by: Scope) -> WorkPlan:
    plan = _locked_plan(plan_id, by)
    require(by, Capability.EDIT_PLANS)
    _be_at(plan, PlanState.DRAFT)
    return plan


def _be_at(plan: WorkPlan, state: PlanState) -> None:
    if plan.state != state:
        raise UnableToPlan(f"这个计划{plan.get_state_display()}，现在不能这样办")


def _sign(plan: WorkPlan, by: Scope, at: datetime) -> None:
    """Note who has written of a plan: none of them approves it."""
    plan.written_by, plan.written_name, plan.written_at = by.user_id or 0, by.user_name, at
    plan.writer_ids = sorted({*plan.writer_ids, by.user_id or 0})


def _moved(act: str, plan: WorkPlan, by: Scope, at: datetime, reason: str = "") -> WorkPlan:
    plan.version += 1
    plan.save()
    _carry(plan)
    tell_plan(act, plan, by, at, reason)
    return plan


def _carry(plan: WorkPlan) -> None:
    """Give the items what they tell of their plan: units that own one do not see the plan."""
    plan.items.update(
        plan_title=plan.title, plan_state=plan.state, doc_no=plan.doc_no, year=plan.year
    )


def _touch(plan: WorkPlan, by: Scope, at: datetime) -> None:
    """A draft whose items were changed: signed, and another version than the one read before."""
    _sign(plan, by, at)
    plan.version += 1
    plan.save(
        update_fields=["written_by", "written_name", "written_at", "writer_ids", "version"]
    )  # fmt: skip


def next_number(plan: WorkPlan) -> int:
    """The number of one more item.

    :raises UnableToPlan: the plan is full
    """
    if plan.items.count() >= MOST_ITEMS:
        raise UnableToPlan(f"一个计划最多 {MOST_ITEMS} 项，请合并")
    return (plan.items.aggregate(last=Max("number"))["last"] or 0) + 1


def _close_gap(plan: WorkPlan, number: int) -> None:
    """Let the items behind a number that was taken out move up, one by one."""
    for item in plan.items.filter(number__gt=number).order_by("number"):
        item.number -= 1
        item.save(update_fields=["number"])


def words(text: str, field: str, needed: str, most: int) -> str:
    """What was written, on one line, without numbers of people.

    :param needed: what is said when nothing was written; blank where nothing need be
    :raises UnableToPlan: at `field`
    """
    found = " ".join(text.split())
    if needed and not found:
        raise UnableToPlan(needed, field)
    if len(found) > most:
        raise UnableToPlan(f"最多 {most} 字，多了 {len(found) - most} 字", field)
    if PERSONAL.search(found):
        raise UnableToPlan("计划是单位的事，不写证件号、手机号", field)
    return found


def tell_plan(act: str, plan: WorkPlan, by: Scope, at: datetime, reason: str = "") -> None:
    """Write into the trail what became of a plan."""
    record(
        f"assessment.plan_{act}", by=by, at=at, target=plan, committee=plan.committee_id,
        reason=reason, changes={"year": plan.year, "doc_no": plan.doc_no},
    )  # fmt: skip
