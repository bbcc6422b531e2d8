"""Collection tasks: the list, one task, asking for one, and how many were done on time.

Paper: S-21.
"""

import uuid
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from housing.models import DwellingUnit
from portal.exchange.exports.kinds import may_export
from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.prepared import Prepared, counted
from portal.orgs.scope import Scope
from portal.ui.cells import BulkAction, SavedView
from portal.ui.pages import UNPROCESSABLE, done, page
from residents import services
from residents.collection_tasks import CollectionTaskQuerySet
from residents.models import CollectionTask, Residence
from residents.task_filters import TaskFilter
from residents.task_forms import TaskForm
from residents.task_report import (
    committee_lines,
    month_lines,
    months_before,
    period_of,
    total_of,
)
from residents.task_rows import committee_rows, count_cells, month_rows
from residents.task_tables import TASK_TONES, TaskList, whose
from residents.views.requests import note_look, show_list, show_request

Kind, State = CollectionTask.Kind, CollectionTask.State
#: How long whoever is asked by hand has, unless told.
USUAL = timedelta(days=7)


class Listing(TaskList):
    filterset_class = TaskFilter


def rows_in(scope: Scope) -> CollectionTaskQuerySet:
    """The tasks in scope with what a row shows of its dwelling and person."""
    return CollectionTask.objects.in_scope(scope).select_related("dwelling", "residence")


def gives(scope: Scope) -> bool:
    """Whether the acting post gives out tasks."""
    return scope.level == "committee" and scope.may(Capability.ASSIGN_TASKS)


@require_GET
@needs(Capability.VIEW_REGISTER)
def tasks(request: PortalRequest) -> HttpResponse:
    """The tasks of the acting unit, what is due first before the others."""
    scope, today = request.scope, timezone.localdate()
    bulk = [
        BulkAction(_("分派…"), reverse("residents:assign_tasks"), dialog=True),
        BulkAction(_("撤回…"), reverse("residents:withdraw_tasks"), dialog=True),
    ]
    listing = Listing(
        request, rows_in(scope), views=lambda: _views(scope, today), day=today, scope=scope,
        gives=gives(scope), bulk=bulk * gives(scope),
    )  # fmt: skip
    return show_list(request, listing, "residents/tasks.html")


def _views(scope: Scope, today: date) -> list[SavedView]:
    """The tabs; what is open is counted for all of them in one pass."""
    shares_out = scope.level == "committee"
    (counts,) = _open_tasks.rows(scope, shares_out, day=today, user=scope.user_id or 0)
    views = [
        SavedView(_("待办"), "", counts["all"]),
        SavedView(_("已超期"), "overdue=1", counts["overdue"]),
    ]
    if shares_out:
        views.append(SavedView(_("未分派"), "blank=assigned", counts["nobodys"]))
        if scope.may(Capability.VERIFY):
            views.append(SavedView(_("由我承办"), "mine=1", counts["mine"]))
    return [*views, SavedView(_("已办结"), f"state={State.DONE.value}")]


@Prepared
def _open_tasks(
    scope: Scope, shares_out: bool, *, day: date, user: int
) -> QuerySet[CollectionTask, dict[str, int]]:
    """How many are open, and late; where they are shared out, how many are nobody's and mine."""
    counts = {"all": Q(), "overdue": Q(due_on__lt=day)}
    if shares_out:  # a street's are counted by their index alone
        counts |= {"nobodys": Q(assigned_to=""), "mine": Q(assigned_id=user)}
    return counted(CollectionTask.objects.in_scope(scope).open(), **counts)


@require_GET
@needs(Capability.VIEW_REGISTER)
def task(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One task: what is to be done where, by when, and what became of it."""
    rows = rows_in(request.scope).select_related("committee__parent")
    found = get_in_scope(rows, request.scope, pk=pk)
    note_look(request, "residents.task_viewed", found)
    scope, late = request.scope, found.is_open and found.due_on < timezone.localdate()
    return show_request(
        request, "residents/task.html", found, form=None, refusal="", tone=TASK_TONES[
            State(found.state)
        ],
        heading=found.dwelling.short_address, unit=services.unit_title(found.committee),
        late=late, whose=whose(found), gives=gives(scope) and found.is_open,
        withdraws=gives(scope) and not services.why_not_withdrawn(found),
        enters=found.is_open and scope.may(Capability.EDIT_RESIDENTS),
        crumbs=[
            {"title": _("采集任务"), "url": reverse("residents:tasks")},
            {"title": found.dwelling.short_address},
        ],
    )  # fmt: skip


@needs(Capability.ASSIGN_TASKS)
def ask(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for work at one dwelling, about everybody there or one person."""
    scope, today = request.scope, timezone.localdate()
    dwelling = get_in_scope(DwellingUnit.objects.all(), scope, pk=pk)
    members = Residence.objects.in_scope(scope).open().filter(dwelling=dwelling).order_by("id")
    initial = {"kind": Kind.VERIFY.value, "due_on": today + USUAL}
    handlers = services.handlers_of(dwelling.committee_id, today)
    form = TaskForm(request.POST or None, initial=initial, members=members, handlers=handlers)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            told = dict(form.cleaned_data)
            residence = told.pop("residence")
            services.ask_task(
                dwelling_id=pk, told=services.TaskTold(**told), residence_id=residence, by=scope,
                at=timezone.now(),
            )  # fmt: skip

        where = reverse("residents:tasks")
        try:
            act_once(request, act, where=where)
        except services.UnableToFollowUp as why:
            if not put_at_field(form, why.field, why):
                form.add_error(None, str(why))
        else:
            said = _("已布置 %(place)s 的采集任务") % {"place": dwelling.short_address}
            return done(request, where, said)
    above = reverse("housing:dwelling", args=[pk])
    context = {
        "form": form, "heading": _("布置采集任务"), "facts": dwelling.address, "word": _("布置"),
        "cancel": above, "hint": _("办好所布置的登记、核实、变更或注销后，任务自动办结"),
        "crumbs": [
            {"title": _("采集任务"), "url": reverse("residents:tasks")},
            {"title": dwelling.short_address, "url": above}, {"title": _("布置采集任务")},
        ],
    }  # fmt: skip
    status = UNPROCESSABLE if form.errors else 200
    return page(request, "housing/form_page.html", context, status=status)


@require_GET
@needs(Capability.VIEW_REGISTER)
def report(request: PortalRequest) -> HttpResponse:
    """How many tasks of a month were done on time, committee by committee; never by person."""
    scope, today = request.scope, timezone.localdate()
    period = period_of(request.GET.get("month", ""), today)
    rows = CollectionTask.objects.in_scope(scope)
    units = OrgUnit.objects.under(scope.unit).committees()
    lines = committee_lines(rows, units, period, today)
    total, month = total_of(lines), f"{period[0]:%Y-%m}"
    context = {
        "lines": lines, "rows": committee_rows(lines), "total": total,
        "total_cells": count_cells(total), "months": months_before(today), "month": month,
        "first": period[0], "last": period[1] - timedelta(days=1),
        # of a district the twelve months are a million tasks
        "course": month_rows(month_lines(rows, today)) if scope.level != "district" else "",
        "file": {"key": "task_months", "query": f"month={month}"},
        "may_export": may_export(scope, "task_months"),
    }  # fmt: skip
    return page(request, "residents/tasks_report.html", context)
