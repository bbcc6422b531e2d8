"""Items of work plans: what is to be done by which unit, and what became of it.

After the approval a change takes a reason and stays on record. Paper: S-140.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from assessment.models import PlanState, WorkPlan, WorkPlanChange, WorkPlanItem
from assessment.services.planning import (
    STALE,
    UnableToPlan,
    _close_gap,
    _locked_plan,
    _touch,
    next_number,
    words,
)
from portal.audit.record import record
from portal.metrics.metric import Good, Kind, Metric
from portal.metrics.registry import metrics
from portal.orgs.access import NotAllowed, require
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.scope import Scope, level_of
from portal.rules.paper import clauses

State = WorkPlanItem.State
LABELS = {
    "what": "工作事项", "clause": "文件条款", "owner": "承办单位", "due_on": "完成期限",
    "metric": "对应指标", "target": "目标值",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ItemTold:
    """What is to be done, on which clause, by which unit (its code), by when.

    `target` is what the value of the metric of key `metric` should come to, in the metric's unit.
    """

    what: str
    clause: str
    owner: int
    due_on: date
    metric: str = ""
    target: Decimal | None = None


def targetable() -> dict[str, Metric]:
    """Metrics that a plan may aim at: measured ones of which more or less is good.

    Counts of people are none of them: nobody plans how many people there should be.
    """
    return {
        key: metric for key, metric in metrics().items()
        if metric.is_measured and metric.good is not Good.NEITHER
    }  # fmt: skip


def owners_of(unit: int, day: date) -> dict[int, str]:
    """Units that may carry out items of this unit's plan, itself first: names by code.

    Of the district itself and its streets and towns; of a street itself and its committees.
    """
    rows = OrgUnit.objects.under(unit).on(day).order_by("code")
    known = dict(rows.values_list("code", "name"))
    if level_of(unit) == "district":
        return {code: name for code, name in known.items() if level_of(code) != "committee"}
    return known


@transaction.atomic
def save_item(
    *, plan_id: uuid.UUID, told: ItemTold, by: Scope, at: datetime,
    item_id: uuid.UUID | None = None, version: int = 0, reason: str = "",
) -> WorkPlanItem:  # fmt: skip
    """Add an item to a plan, or change one; in an approved plan with the reason, which is kept.

    :raises UnableToPlan: what cannot be an item, at its field; no reason; changed meanwhile; the
        plan waits or is closed, or the item is settled
    :raises NotAllowed: `by` does not write plans, or not this unit's
    """
    plan = _locked_plan(plan_id, by)
    require(by, Capability.EDIT_PLANS)
    if plan.state not in {PlanState.DRAFT, PlanState.APPROVED}:
        raise UnableToPlan(f"这个计划{plan.get_state_display()}，事项不能再改")
    item = WorkPlanItem(plan=plan) if item_id is None else _item_of(plan, item_id)
    if item_id is not None and item.version != version:
        raise UnableToPlan(STALE)
    why = words(reason, "reason", "写明调整理由" if plan.is_in_force else "", 200)
    before = {} if item_id is None else told_of(item)
    _fill(item, told, plan, timezone.localdate(at))
    after = told_of(item)
    changed = [name for name in after if before.get(name) != after[name]]
    if item_id is not None and not changed:
        return item
    if plan.is_in_force:
        item.moved += before != {} and "due_on" in changed
    item.version += item_id is not None
    item.save(force_insert=item_id is None)
    if plan.is_in_force:
        item.changes.update(committee_id=item.committee_id)
        told_lines = [_line(name, before, after) for name in changed] if before else ["增列本项"]
        _keep(item, "；".join(told_lines), why, by, at)
    else:
        _touch(plan, by, at)
    _tell("adjusted" if plan.is_in_force else "written", item, by, at, why,
          {name: [before.get(name, ""), after[name]] for name in changed})  # fmt: skip
    return item


def _item_of(plan: WorkPlan, item_id: uuid.UUID) -> WorkPlanItem:
    item = plan.items.select_for_update().get(pk=item_id)
    if not item.is_open:
        raise UnableToPlan(f"这一项{item.get_state_display()}，先重新办理再改")
    return item


def _fill(item: WorkPlanItem, told: ItemTold, plan: WorkPlan, day: date) -> None:
    item.what = words(told.what, "what", "请填写工作事项", 200)
    if told.clause not in {clause.ref for clause in clauses()}:
        raise UnableToPlan("请选择文件条款", "clause")
    if told.owner not in owners_of(plan.committee_id, day):
        raise UnableToPlan("请选择本计划范围内的单位", "owner")
    if told.due_on.year != plan.year:
        raise UnableToPlan(f"期限应在 {plan.year} 年内", "due_on")
    if plan.is_in_force and told.due_on != item.due_on and told.due_on < day:
        raise UnableToPlan("调整后的期限不能早于今天", "due_on")
    _check_target(told)
    item.clause, item.committee_id, item.due_on = told.clause, told.owner, told.due_on
    item.metric, item.target = told.metric, told.target
    item.plan_unit_id, item.plan_title, item.plan_state = plan.committee_id, plan.title, plan.state
    item.doc_no, item.year = plan.doc_no, plan.year
    item.number = item.number or next_number(plan)


def _check_target(told: ItemTold) -> None:
    if not told.metric:
        if told.target is not None:
            raise UnableToPlan("填了目标值，请选择指标", "metric")
        return
    metric = targetable().get(told.metric)
    if metric is None:
        raise UnableToPlan("这个指标不能定目标", "metric")
    if told.target is None:
        raise UnableToPlan("写明目标值", "target")
    if told.target < 0 or (metric.kind is Kind.RATE and told.target > 100):
        raise UnableToPlan("比率的目标值应在 0 到 100 之间", "target")


def told_of(item: WorkPlanItem) -> dict[str, str]:
    """What an item asks for, as people read it, by field."""
    metric = metrics().get(item.metric)
    return {
        "what": item.what, "clause": item.clause,
        "owner": OrgUnit.objects.values_list("name", flat=True).get(code=item.committee_id),
        "due_on": f"{item.due_on}", "metric": str(metric.title) if metric else item.metric,
        "target": "" if item.target is None else f"{item.target.normalize():f}",
    }  # fmt: skip


def _line(name: str, before: dict[str, str], after: dict[str, str]) -> str:
    return f"{LABELS[name]} {before[name] or '无'} 改为 {after[name] or '无'}"


@transaction.atomic
def remove_item(*, item_id: uuid.UUID, by: Scope, at: datetime) -> WorkPlan:
    """Take an item out of a draft. After the approval it is settled as not done, with a reason.

    :raises UnableToPlan: the plan is past a draft
    """
    item = WorkPlanItem.objects.in_scope(by).get(pk=item_id)
    plan = _locked_plan(item.plan_id, by)
    require(by, Capability.EDIT_PLANS)
    if not plan.is_draft:
        raise UnableToPlan("计划已提交，不能删除事项；批准后不办的，登记未完成并写明原因")
    _tell("removed", item, by, at, "", {"what": [item.what, ""]})
    item.delete()
    _close_gap(plan, item.number)
    _touch(plan, by, at)
    return plan


@transaction.atomic
def start_item(*, item_id: uuid.UUID, by: Scope, at: datetime) -> WorkPlanItem:
    """Say that the unit has begun.

    :raises UnableToPlan: the plan is not in force, or the item has begun or is settled
    """
    item = _owned(item_id, by)
    _be_in(item, State.PLANNED)
    item.state = State.UNDER_WAY.value
    return _went("started", item, by, at)


@transaction.atomic
def finish_item(
    *, item_id: uuid.UUID, done_on: date, evidence: str, by: Scope, at: datetime
) -> WorkPlanItem:
    """Say that it is done, since when, and by what one sees that: a person says so, no number does.

    :raises UnableToPlan: a day to come or of another year; no evidence; settled already
    """
    item = _owned(item_id, by)
    _be_in(item, State.PLANNED, State.UNDER_WAY)
    if done_on > timezone.localdate(at):
        raise UnableToPlan("完成日期晚于今天", "done_on")
    if done_on < date(item.year, 1, 1):
        raise UnableToPlan(f"完成日期早于 {item.year} 年", "done_on")
    item.evidence = words(evidence, "evidence", "写明完成情况和依据", 500)
    item.done_on = done_on
    return _settled(State.DONE, "done", item, by, at)


@transaction.atomic
def give_up_item(*, item_id: uuid.UUID, not_done_for: str, by: Scope, at: datetime) -> WorkPlanItem:
    """Say that it was not done, and why.

    :raises UnableToPlan: no reason; settled already
    """
    item = _owned(item_id, by)
    _be_in(item, State.PLANNED, State.UNDER_WAY)
    item.not_done_for = words(not_done_for, "not_done_for", "写明未完成原因", 200)
    return _settled(State.NOT_DONE, "not_done", item, by, at, item.not_done_for)


@transaction.atomic
def reopen_item(*, item_id: uuid.UUID, reason: str, by: Scope, at: datetime) -> WorkPlanItem:
    """Take back what was said of an item by mistake; what it said stays on record.

    :raises UnableToPlan: it is open, the plan is closed, or there is no reason
    """
    item = _owned(item_id, by)
    _be_in(item, State.DONE, State.NOT_DONE)
    why = words(reason, "reason", "写明重新办理的理由", 200)
    said = f"完成于 {item.done_on}，{item.evidence}" if item.done_on else item.not_done_for
    _keep(item, f"原登记{item.get_state_display()}：{said}", why, by, at)
    item.state, item.done_on, item.evidence = State.UNDER_WAY.value, None, ""
    item.not_done_for, item.settled_by, item.settled_at = "", "", None
    return _went("reopened", item, by, at, why)


def _owned(item_id: uuid.UUID, by: Scope) -> WorkPlanItem:
    """An item that the acting unit carries out or has planned, held until the transaction ends.

    :raises NotAllowed: `by` does not report on items, or is neither of both units
    """
    item = WorkPlanItem.objects.in_scope(by).select_for_update().get(pk=item_id)
    require(by, Capability.REPORT_PLANS, item.committee_id)
    if by.unit not in {item.committee_id, item.plan_unit_id}:
        raise NotAllowed("由承办单位或编制单位登记")
    if item.plan_state != PlanState.APPROVED:
        raise UnableToPlan("计划批准后、办结前才能登记办理情况")
    return item


def _be_in(item: WorkPlanItem, *states: State) -> None:
    if item.state not in states:
        raise UnableToPlan(f"这一项{item.get_state_display()}，现在不能这样办")


def _settled(
    state: State, act: str, item: WorkPlanItem, by: Scope, at: datetime, reason: str = ""
) -> WorkPlanItem:
    item.state, item.settled_by, item.settled_at = state.value, by.user_name, at
    return _went(act, item, by, at, reason)


def _went(act: str, item: WorkPlanItem, by: Scope, at: datetime, reason: str = "") -> WorkPlanItem:
    item.version += 1
    item.save()
    _tell(act, item, by, at, reason, {} if item.done_on is None else {"done_on": item.done_on})
    return item


def _keep(item: WorkPlanItem, told: str, reason: str, by: Scope, at: datetime) -> None:
    WorkPlanChange.objects.create(
        item=item, committee_id=item.committee_id, told=told[:600], reason=reason,
        by_name=by.user_name, by_unit=by.unit_name, at=at,
    )  # fmt: skip


def _tell(
    act: str, item: WorkPlanItem, by: Scope, at: datetime, reason: str, changes: dict[str, Any]
) -> None:
    record(
        f"assessment.plan_item_{act}", by=by, at=at, target=item, committee=item.committee_id,
        reason=reason, changes={**changes, "year": item.year},
    )  # fmt: skip
