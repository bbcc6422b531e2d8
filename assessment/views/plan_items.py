"""One item of a work plan: what is asked, what became of it, and how it is changed.

Paper: S-140.
"""

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessment.models import PlanState, WorkPlan, WorkPlanChange, WorkPlanItem
from assessment.plan_forms import DoneForm, ItemForm, NotDoneForm, ReasonForm
from assessment.plan_lists import ITEM_TONES, state_of
from assessment.plan_readings import present_values
from assessment.services import plan_items as services
from assessment.services.planning import UnableToPlan
from assessment.views.plans import above, asked_version, refuse
from housing.forms.campaigns import NoWords
from portal.jobs.acts import act_once
from portal.jobs.courses import Act, Course
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.rules.paper import clauses
from portal.ui import formats
from portal.ui.pages import UNPROCESSABLE, done, page

State = WorkPlanItem.State
WHAT_LENGTH = 24


def _shown(request: PortalRequest, row: WorkPlanItem) -> dict[str, Any]:
    scope, today = request.scope, timezone.localdate()
    due = formats.day(row.due_on)
    moved = _("%(day)s（批准后调整过 %(n)s 次）") % {"day": due, "n": row.moved}
    facts = [
        (_("工作事项"), row.what), (_("承办单位"), row.committee.name),
        (_("来自"), f"{row.plan_title}　{row.doc_no}".strip()), (_("文件条款"), row.clause),
        (_("完成期限"), moved if row.moved else due),
        (_("状态"), state_of(row, today).text),
        (_("完成日期"), formats.day(row.done_on)), (_("完成情况和依据"), row.evidence),
        (_("未完成原因"), row.not_done_for),
    ]  # fmt: skip
    wanted = [fact for fact in facts if fact[1] and fact[1] != formats.DASH]
    changes = WorkPlanChange.objects.in_scope(scope).filter(item=row).order_by("at", "pk")
    course = [
        (each.told, each.by_name, formats.day(timezone.localdate(each.at)), each.reason)
        for each in changes
    ]
    if row.settled_at:
        day = formats.day(timezone.localdate(row.settled_at))
        course.append((row.get_state_display(), row.settled_by, day, ""))
    return {
        "heading": _short(row.what), "kind": _("工作计划事项"), "facts": wanted, "steps": course,
        "tone": ITEM_TONES[row.state], "links": _links(row, scope),
        "present": present_values([row], scope, today).get(row.pk),
        "crumbs": [above(), *_plan_crumb(row, scope), {"title": _("事项")}],
    }  # fmt: skip


def _short(text: str) -> str:
    return text if len(text) <= WHAT_LENGTH else f"{text[:WHAT_LENGTH]}…"


def _plan_crumb(row: WorkPlanItem, scope: Scope) -> list[dict[str, str]]:
    """The plan, for those who see it: its unit and those above."""
    if not scope.covers(row.plan_unit_id):
        return []
    return [{"title": _("计划"), "url": reverse("assessment:plan", args=[row.plan_id])}]


def _links(row: WorkPlanItem, scope: Scope) -> list[dict[str, str]]:
    edits = row.plan_unit_id == scope.unit and scope.may(Capability.EDIT_PLANS)
    open_plan = row.plan_state in {PlanState.DRAFT, PlanState.APPROVED}
    if not (edits and open_plan and row.is_open):
        return []
    title = _("修改事项") if row.plan_state == PlanState.DRAFT else _("调整事项")
    return [{"url": reverse("assessment:edit_plan_item", args=[row.pk]), "title": title,
             "icon": "edit"}]  # fmt: skip


def _not_ours(request: PortalRequest, row: WorkPlanItem) -> bool:
    """Neither carried out nor planned by the acting unit, or not of a plan in force."""
    ours = request.scope.unit in {row.committee_id, row.plan_unit_id}
    return not ours or row.plan_state != PlanState.APPROVED


def _today(row: WorkPlanItem) -> dict[str, Any]:
    return {"done_on": timezone.localdate()}


REPORT = Capability.REPORT_PLANS
OPEN = (State.PLANNED, State.UNDER_WAY)
COURSE = Course(
    lambda: WorkPlanItem.objects.select_related("committee"), "item_id", "assessment:plan_item",
    (
        Act("start", _("开始办理"), _("开始"), _("已登记开始办理"), NoWords,
            services.start_item, (State.PLANNED,), REPORT, _not_ours),
        Act("done", _("登记完成"), _("完成"), _("已登记完成"), DoneForm,
            services.finish_item, OPEN, REPORT, _not_ours, {}, _today),
        Act("not_done", _("登记未完成"), _("未完成"), _("已登记未完成"), NotDoneForm,
            services.give_up_item, OPEN, REPORT, _not_ours),
        Act("reopen", _("重新办理"), _("重新办理"), _("已重新办理"), ReasonForm,
            services.reopen_item, (State.DONE, State.NOT_DONE), REPORT, _not_ours),
    ),
    _shown, "assessment/plan_item.html",
)  # fmt: skip


@require_GET
@needs(Capability.VIEW_PLANS)
def plan_item(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One item with what may be said of it."""
    return COURSE.show(request, pk)


@require_POST
@needs(Capability.REPORT_PLANS)
def plan_item_act(request: PortalRequest, pk: uuid.UUID, act: str) -> HttpResponse:
    """One act on an item."""
    return COURSE.act(request, pk, act)


@needs(Capability.EDIT_PLANS)
def add_plan_item(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Add an item to a plan of the acting unit."""
    return _form(request, get_in_scope(WorkPlan.objects.all(), request.scope, pk=pk), None)


@needs(Capability.EDIT_PLANS)
def edit_plan_item(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Change an item; of an approved plan with the reason."""
    rows = WorkPlanItem.objects.select_related("plan")
    found = get_in_scope(rows, request.scope, pk=pk)
    return _form(request, _own_plan(found, request.scope), found)


@needs(Capability.EDIT_PLANS)
def remove_plan_item(request: PortalRequest, pk: uuid.UUID, item: uuid.UUID) -> HttpResponse:
    """Take an item out of a draft, asked once more."""
    scope = request.scope
    plan = get_in_scope(WorkPlan.objects.all(), scope, pk=pk)
    where = reverse("assessment:plan", args=[plan.pk])

    def found() -> WorkPlanItem:
        return get_in_scope(WorkPlanItem.objects.filter(plan=plan), scope, pk=item)

    def act() -> None:
        found()
        services.remove_item(item_id=item, by=scope, at=timezone.now())

    form = NoWords(request.POST) if request.method == "POST" else NoWords()
    if form.is_bound and form.is_valid():
        try:
            return done(request, act_once(request, act, where=where), _("已删除一项"))
        except UnableToPlan as why:
            form.add_error(None, str(why))
    context = {
        "form": form, "heading": _("删除事项"), "word": _("删除"), "cancel": where,
        "facts": plan.title, "version": None, "hint": found().what,
        "crumbs": [above(), {"title": _("计划"), "url": where}, {"title": _("删除事项")}],
    }  # fmt: skip
    return page(request, "housing/form_page.html", context)


def _own_plan(item: WorkPlanItem, scope: Scope) -> WorkPlan:
    """The plan of an item, which units that only carry it out do not see.

    :raises Http404: it is not in sight
    """
    if not scope.covers(item.plan_unit_id):
        raise Http404
    return item.plan


def _form(request: PortalRequest, plan: WorkPlan, found: WorkPlanItem | None) -> HttpResponse:
    scope, today = request.scope, timezone.localdate()
    form = ItemForm(
        request.POST or None, initial=_values(found), in_force=plan.is_in_force,
        choices={
            "clause": {each.ref: f"{each.ref} {_short(each.heading)}" for each in clauses()},
            "owner": services.owners_of(plan.committee_id, today),
            "metric": {key: f"{each.title}（{each.unit}）" if each.unit else str(each.title)
                       for key, each in services.targetable().items()},
        },
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        reason = told.pop("reason", "")

        def act() -> str:
            services.save_item(
                plan_id=plan.pk, told=services.ItemTold(**told), reason=reason,
                item_id=found.pk if found else None, version=asked_version(request),
                by=scope, at=timezone.now(),
            )  # fmt: skip
            return reverse("assessment:plan", args=[plan.pk])

        try:
            url = act_once(request, act)
        except UnableToPlan as why:
            refuse(form, why)
        else:
            return done(request, url, _("已保存“%(what)s”") % {"what": _short(told["what"])})
    heading = _("修改事项") if found else _("添加事项")
    where = reverse("assessment:plan", args=[plan.pk])
    context = {
        "form": form, "heading": heading, "word": _("保存"), "cancel": where,
        "facts": plan.title, "version": found.version if found else None,
        "crumbs": [above(), {"title": _("计划"), "url": where}, {"title": heading}],
    }  # fmt: skip
    status = UNPROCESSABLE if form.errors else 200
    return page(request, "housing/form_page.html", context, status=status)


def _values(found: WorkPlanItem | None) -> dict[str, Any]:
    """What the form shows of an item."""
    if found is None:
        return {}
    names = ("what", "clause", "due_on", "metric", "target")
    return {name: getattr(found, name) for name in names} | {"owner": found.committee_id}
