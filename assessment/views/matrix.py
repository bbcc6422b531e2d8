"""The score matrix, the acts on a cycle and the report."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessment import matrix_rows
from assessment.boards import SHOWN, Board, Waiting, board, waiting
from assessment.matrix_reads import computation_of, cycles_of, holdings, published
from assessment.models import AssessmentCycle, SheetState, Stage, UnitSheet
from assessment.report import FORMATS
from assessment.services import computing, cycles, exporting, selfassess
from assessment.services.common import UnableToAssess
from assessment.sheets import Sheet, sheet_of
from assessment.stages import forward, stage_boxes
from portal.jobs.models import Job
from portal.jobs.services import once
from portal.orgs.access import NotAllowed, PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page, private


def get_cycle(scope: Scope, pk: uuid.UUID) -> AssessmentCycle:
    """The cycle, or a 404."""
    for cycle in cycles_of(scope):
        if cycle.pk == pk:
            return cycle
    raise Http404


def address(cycle: AssessmentCycle) -> str:
    return f"{reverse('assessment:matrix')}?year={cycle.year}"


@needs(Capability.VIEW_ASSESSMENT)
@require_GET
def matrix(request: PortalRequest) -> HttpResponse:
    """Streets by indicators, with the stage bar; a street sees its own row."""
    scope, today = request.scope, timezone.localdate()
    found = cycles_of(scope)
    wanted = request.GET.get("year", "")
    cycle = next((each for each in found if str(each.year) == wanted), found[0] if found else None)
    if wanted and cycle and str(cycle.year) != wanted:
        raise Http404
    may_run = scope.may(Capability.RUN_ASSESSMENT)
    context: dict[str, Any] = {"cycle": cycle, "cycles": found, "may_run": may_run}
    context["next_year"] = today.year
    if cycle is not None:
        context |= _matrix(request, cycle)
    return page(request, "assessment/matrix.html", context)


def _matrix(request: PortalRequest, cycle: AssessmentCycle) -> dict[str, Any]:
    scope, today = request.scope, timezone.localdate()
    shown = request.GET.get("show", "")
    held, job = holdings(cycle, scope), computation_of(cycle, scope)
    # what is published is what streets see of one another
    results = published.rows(scope, cycle=cycle.pk) if scope.level == "street" else []
    sheets = [sheet.state for sheet in held.sheets]
    now = cycles.standing_of(cycle, today, sheets, [score.state for score in held.scores])
    own = held.own
    sheet = sheet_of(own, held) if own and cycle.computed_at else None
    found = board(held, shown if shown in SHOWN else "data", results)
    tasks = waiting(held) if cycle.stage == Stage.SELF_ASSESSED else []
    return {
        "board": found,
        "drawn": _drawn(found, sheet, tasks, scope),
        "stages": stage_boxes(cycle, now, sheets.count(SheetState.REVIEWED)),
        "forward": forward(cycle, now),
        "waiting": tasks,
        "job": job if job and (job.is_open or job.state == "failed") else None,
        "may_compute": cycle.stage in {Stage.DRAFT, Stage.OPEN},
        "own": own,
        "sheet": sheet,
        "may_submit": _may_submit(scope, cycle, own),
        "may_export": scope.level == "district" and scope.may(Capability.EXPORT_MASKED),
        "published": results,
    }


def _drawn(
    board: Board, sheet: Sheet | None, tasks: Sequence[Waiting], scope: Scope
) -> dict[str, SafeString]:
    """The big tables of the page: one's own sheet, else the matrix."""
    may_review = scope.may(Capability.RUN_ASSESSMENT)
    drawn = {"waiting": matrix_rows.waiting_rows(tasks, may_review=may_review)}
    if sheet is not None:
        return drawn | {"sheet": matrix_rows.sheet_rows(sheet.rows)}
    return drawn | {
        "titles": matrix_rows.titles(board), "lines": matrix_rows.lines(board),
        "averages": matrix_rows.averages(board),
    }  # fmt: skip


def _may_submit(scope: Scope, cycle: AssessmentCycle, own: UnitSheet | None) -> bool:
    if own is None or not scope.may(Capability.SELF_ASSESS):
        return False
    first = cycle.stage == Stage.OPEN and own.state == "awaiting"
    return first or (cycle.stage == Stage.SELF_ASSESSED and own.state == "returned")


@needs(Capability.RUN_ASSESSMENT)
@require_POST
def open_cycle(request: PortalRequest) -> HttpResponse:
    """Begin this year's assessment and have it computed from the last snapshot."""
    at, by = timezone.now(), request.scope

    def act() -> str:
        year = int(request.POST.get("year", "0") or 0)
        cycle = cycles.open_cycle(year=year, by=by, at=at)
        try:
            computing.request_compute(cycle_id=cycle.pk, by=by, at=at)
        except UnableToAssess as why:
            messages.error(request, str(why))
        return address(cycle)

    try:
        url = once(key=key_of(request), user_id=by.user_id or 0, at=at, act=act)
    except (UnableToAssess, ValueError) as why:
        messages.error(request, str(why))
        return done(request, reverse("assessment:matrix"))
    return done(request, url, _("年度考核已开展"))


@needs(Capability.RUN_ASSESSMENT)
@require_POST
def compute(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Score all units again, from the latest snapshot."""
    cycle = get_cycle(request.scope, pk)
    try:
        computing.request_compute(cycle_id=pk, by=request.scope, at=timezone.now())
    except UnableToAssess as why:
        messages.error(request, str(why))
    return done(request, address(cycle))


@needs(Capability.VIEW_ASSESSMENT)
@require_GET
def progress(request: PortalRequest, pk: uuid.UUID, job: uuid.UUID) -> HttpResponse:
    """How far the computation is; the page is loaded anew once it is over."""
    cycle = get_cycle(request.scope, pk)
    found = Job.objects.in_scope(request.scope).filter(pk=job, kind=computing.JOB).first()
    if found is None:
        raise Http404
    if not found.is_open:
        return done(request, address(cycle))
    return page(request, "assessment/progress.html", {"job": found, "cycle": cycle})


@needs(Capability.RUN_ASSESSMENT)
@require_POST
def advance(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take the cycle to its next stage."""
    cycle = get_cycle(request.scope, pk)
    try:
        cycle = cycles.advance_stage(
            cycle_id=pk, version=int(request.POST.get("version") or 0), by=request.scope,
            at=timezone.now(),
        )  # fmt: skip
    except (UnableToAssess, ValueError) as why:
        messages.error(request, str(why))
        return done(request, address(cycle))
    text = _("已转入%(stage)s") % {"stage": cycle.get_stage_display()}
    return done(request, address(cycle), text)


@needs(Capability.SELF_ASSESS)
@require_POST
def submit(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand in one's own sheet."""
    cycle = get_cycle(request.scope, pk)
    try:
        selfassess.submit_self_assessment(
            cycle_id=pk, unit=request.scope.unit, by=request.scope, at=timezone.now()
        )
    except UnableToAssess as why:
        messages.error(request, str(why))
        return done(request, address(cycle))
    return done(request, address(cycle), _("自评已提交"))


@needs(Capability.EXPORT_MASKED)
@require_POST
def report(request: PortalRequest, pk: uuid.UUID, form: str) -> HttpResponse:
    """The assessment report as a file; every export is on the audit trail."""
    if form not in FORMATS:
        raise Http404
    if request.scope.level != "district" or not request.scope.may(Capability.VIEW_ASSESSMENT):
        raise NotAllowed(_("考核报告由区人口办导出"))
    cycle = get_cycle(request.scope, pk)
    try:
        made = exporting.export_report(
            cycle_id=cycle.pk, form=form, by=request.scope, at=timezone.now()
        )
    except UnableToAssess as why:
        messages.error(request, str(why))
        return done(request, address(cycle))
    response = HttpResponse(made.content, content_type=FORMATS[form])
    response["Content-Disposition"] = made.disposition
    return private(response)
