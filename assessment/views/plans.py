"""Work plans: the list of what stands in them, the plans, one plan, and what they came to.

Paper: S-140.
"""

import uuid
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessment import plan_report as reports
from assessment.models import PlanState, WorkPlan, WorkPlanChange
from assessment.plan_forms import ApproveForm, PlanForm, ReturnForm, SummaryForm
from assessment.plan_lists import PLAN_TONES, PlanItemList, PlanList, state_of
from assessment.plan_readings import present_values
from assessment.services import planning
from housing.forms.campaigns import NoWords
from portal.exchange.exports.kinds import may_export
from portal.jobs.acts import act_once, put_at_field
from portal.jobs.courses import Act, Course
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui import formats
from portal.ui.cells import SavedView
from portal.ui.forms import PortalForm
from portal.ui.listing import FEW
from portal.ui.pages import UNPROCESSABLE, done, page


def above() -> dict[str, str]:
    """The page that all others stand under."""
    return {"title": _("年度工作计划"), "url": reverse("assessment:plan_items")}


def tabs(here: str, scope: Scope) -> list[dict[str, Any]]:
    """The three pages: what is to be done, the plans, what they came to."""
    pages = [("plan_items", _("事项")), ("plans", _("计划")), ("plan_report", _("完成情况"))]
    return [
        {"title": title, "url": reverse(f"assessment:{name}"), "on": name == here}
        for name, title in pages
        if name != "plans" or scope.level != "committee"
    ]


@require_GET
@needs(Capability.VIEW_PLANS)
def plan_items(request: PortalRequest) -> HttpResponse:
    """What stands in approved plans for the acting unit and below, the earliest day first."""
    scope, today = request.scope, timezone.localdate()
    rows = reports.items_shown(scope)

    def views() -> list[SavedView]:
        return [
            SavedView(_("未办结"), "", rows.open().count()),
            SavedView(_("已超期"), "overdue=1", rows.overdue_on(today).count()),
            SavedView(_("已完成"), "state=done"), SavedView(_("未完成"), "state=not_done"),
        ]  # fmt: skip

    listing = PlanItemList(
        request, rows.select_related("committee"), views=views, scope=scope, day=today,
        most_counted=FEW,
    )  # fmt: skip
    context = {
        "tabs": tabs("plan_items", scope), "may_export": may_export(scope, listing.key),
        "may_add": scope.may(Capability.EDIT_PLANS),
    }  # fmt: skip
    return listing.respond("assessment/plan_items.html", context)


@require_GET
@needs(Capability.VIEW_PLANS)
def plans(request: PortalRequest) -> HttpResponse:
    """The plans of the acting unit and of those below, the latest year first."""
    settled = Q(items__state__in=["done", "not_done"])
    rows = WorkPlan.objects.in_scope(request.scope).select_related("committee").annotate(
        item_count=Count("items"), settled_count=Count("items", filter=settled),
        decided_on=TruncDate("decided_at"),
    )  # fmt: skip
    listing = PlanList(request, rows, most_counted=FEW)
    context = {
        "tabs": tabs("plans", request.scope), "may_export": False,
        "may_add": request.scope.may(Capability.EDIT_PLANS),
    }  # fmt: skip
    return listing.respond("assessment/plan_items.html", context)


@require_GET
@needs(Capability.VIEW_PLANS)
def plan_report(request: PortalRequest) -> HttpResponse:
    """What a year's items came to, by unit and by quarter."""
    scope, today = request.scope, timezone.localdate()
    items = reports.items_shown(scope)
    years = reports.years_of(items, today)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and int(asked) in years else today.year
    told = request.GET.get("quarter", "")
    quarter = int(told) if told in {str(each) for each in reports.QUARTERS} else None
    lines = reports.unit_lines(items, scope, year, quarter, today)
    quarters = reports.quarter_lines(items, year, today)
    when = f"year={year}" + (f"&quarter={quarter}" if quarter else "")
    context = {
        "tabs": tabs("plan_report", scope), "lines": lines, "quarters": quarters,
        "total": reports.total_of(lines, when),
        "whole": reports.total_of(quarters, f"year={year}"), "years": years, "year": year,
        "quarter": quarter, "numbers": reports.QUARTERS, "outcomes": reports.OUTCOMES,
        "file": {"key": "plan_items", "query": f"{when}&state=planned&state=under_way"
                 "&state=done&state=not_done"},
        "may_export": may_export(scope, "plan_items"),
    }  # fmt: skip
    return page(request, "assessment/plan_report.html", context)


def _shown(request: PortalRequest, row: WorkPlan) -> dict[str, Any]:
    scope, today = request.scope, timezone.localdate()
    items = list(row.items.select_related("committee").order_by("number"))
    present = present_values(items, scope, today)
    own = row.committee_id == scope.unit and scope.may(Capability.EDIT_PLANS)
    done_ones = sum(item.state == "done" for item in items)
    facts = [
        (_("编制单位"), row.committee.name), (_("年度"), str(row.year)), (_("文号"), row.doc_no),
        (_("事项"), _("%(n)s 项，已完成 %(m)s 项") % {"n": len(items), "m": done_ones}),
        (_("总结"), row.summary),
    ]  # fmt: skip
    links = []
    if own and row.is_draft:
        edit = reverse("assessment:edit_plan", args=[row.pk])
        links.append({"url": edit, "title": _("修改名称、文号"), "icon": "edit"})
    if own and (row.is_draft or row.is_in_force):
        add = reverse("assessment:add_plan_item", args=[row.pk])
        links.append({"url": add, "title": _("添加事项") if row.is_draft else _("增列事项"),
                      "icon": "plus"})  # fmt: skip
    changes = WorkPlanChange.objects.in_scope(scope).filter(item__plan=row)
    return {
        "heading": row.title, "kind": _("年度工作计划"), "facts": facts, "steps": _course(row),
        "tone": PLAN_TONES[row.state], "links": links, "edits": own and row.is_draft,
        "items": [
            {"row": item, "present": present.get(item.pk), "state": state_of(item, today)}
            for item in items
        ],
        "changes": changes.select_related("item").order_by("-at", "-pk"),
        "crumbs": [above(), {"title": _("计划"), "url": reverse("assessment:plans")},
                   {"title": str(row.year)}],
    }  # fmt: skip


def _course(row: WorkPlan) -> list[tuple[str, str, str, str]]:
    """What became of a plan: what, by whom, when, and what was said."""
    told = [
        (_("拟订"), row.written_name, row.written_at, row.answer if row.is_draft else ""),
        (_("提交批准"), row.asked_name, None if row.is_draft else row.asked_at, ""),
        (_("批准"), row.decided_name, row.decided_at, row.answer),
        (_("办结"), row.closed_name, row.closed_at, ""),
    ]
    return [
        (what, who, formats.day(timezone.localdate(at)),
         _("退回：%(why)s") % {"why": words} if words and row.is_draft else words)
        for what, who, at, words in told
        if at is not None
    ]  # fmt: skip


def _wrote_it(request: PortalRequest, row: WorkPlan) -> bool:
    return request.scope.user_id in row.writer_ids


def _not_own(request: PortalRequest, row: WorkPlan) -> bool:
    return row.committee_id != request.scope.unit


def _read(row: WorkPlan) -> dict[str, Any]:
    """What a decision is about: the plan as it was read."""
    return {"version": row.version, "doc_no": row.doc_no}


EDIT, APPROVE = Capability.EDIT_PLANS, Capability.APPROVE_PLANS
COURSE = Course(
    lambda: WorkPlan.objects.select_related("committee"), "plan_id", "assessment:plan",
    (
        Act("ask", _("提交批准"), _("提交，由另一人批准"), _("已提交，等待另一人批准"), NoWords,
            planning.ask_approval, (PlanState.DRAFT,), EDIT, _not_own),
        Act("approve", _("批准计划"), _("批准"), _("已批准"), ApproveForm, planning.decide_plan,
            (PlanState.ASKED,), APPROVE, _wrote_it, {"agreed": True}, _read),
        Act("return", _("退回计划"), _("退回"), _("已退回"), ReturnForm, planning.decide_plan,
            (PlanState.ASKED,), APPROVE, _wrote_it, {"agreed": False}, _read),
        Act("withdraw", _("撤回修改"), _("撤回"), _("已撤回，可以修改"), NoWords,
            planning.withdraw_plan, (PlanState.ASKED,), EDIT, _not_own),
        Act("close", _("办结计划"), _("办结"), _("已办结"), SummaryForm, planning.close_plan,
            (PlanState.APPROVED,), EDIT, _not_own),
    ),
    _shown, "assessment/plan.html",
)  # fmt: skip


@require_GET
@needs(Capability.VIEW_PLANS)
def plan(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One plan with its items."""
    return COURSE.show(request, pk)


@require_POST
@needs(Capability.VIEW_PLANS)
def plan_act(request: PortalRequest, pk: uuid.UUID, act: str) -> HttpResponse:
    """One act on a plan; each names the capability that it takes."""
    return COURSE.act(request, pk, act)


@needs(Capability.EDIT_PLANS)
def add_plan(request: PortalRequest) -> HttpResponse:
    """Begin the acting unit's plan of a year."""
    return _form(request, None)


@needs(Capability.EDIT_PLANS)
def edit_plan(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Change what a draft is called."""
    return _form(request, get_in_scope(WorkPlan.objects.all(), request.scope, pk=pk))


def _form(request: PortalRequest, found: WorkPlan | None) -> HttpResponse:
    scope, today = request.scope, timezone.localdate()
    if found is not None:
        initial = {"year": found.year, "title": found.title, "doc_no": found.doc_no}
    else:
        initial = _proposed(scope, today.year)
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            made = planning.save_plan(
                told=planning.PlanTold(**form.cleaned_data), plan_id=found.pk if found else None,
                version=asked_version(request), by=scope, at=timezone.now(),
            )  # fmt: skip
            return reverse("assessment:plan", args=[made.pk])

        try:
            url = act_once(request, act)
        except planning.UnableToPlan as why:
            refuse(form, why)
        else:
            return done(request, url, _("已保存，接着添加事项"))
    heading = _("修改工作计划") if found else _("编制工作计划")
    crumbs = [above(), {"title": _("计划"), "url": reverse("assessment:plans")}]
    context = {
        "form": form, "heading": heading, "word": _("保存"), "facts": scope.unit_name,
        "version": found.version if found else None, "cancel": crumbs[-1]["url"],
        "hint": _("先保存，再逐项添加；提交后由没有参与拟订的人批准"),
        "crumbs": [*crumbs, {"title": heading}],
    }  # fmt: skip
    status = UNPROCESSABLE if form.errors else 200
    return page(request, "housing/form_page.html", context, status=status)


def _proposed(scope: Scope, year: int) -> dict[str, Any]:
    """What a new plan may be called: of this year, or of the next where this one has its plan."""
    if WorkPlan.objects.in_scope(scope).filter(committee_id=scope.unit, year=year).exists():
        year += 1
    told = {"unit": scope.unit_name, "year": year}
    return {"year": year, "title": _("%(unit)s%(year)s年人口服务管理工作计划") % told}


def asked_version(request: PortalRequest) -> int:
    """The version that the form was opened with; 0 for none."""
    told = request.POST.get("version", "")
    return int(told) if told.isdecimal() else 0


def refuse(form: PortalForm, why: planning.UnableToPlan) -> None:
    """Say why at its field, or above the form."""
    if not put_at_field(form, why.field, why):
        form.add_error(None, str(why))
