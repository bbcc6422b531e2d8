"""Dashboards of the district, a street and a committee; they read stored values only (D-10)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.fresh import needs_fresh
from portal.jobs.acts import act_once, put_at_field
from portal.jobs.models import Job
from portal.metrics import services, tables, visits
from portal.metrics.dashboards import DEFAULT_ORDER, Board
from portal.metrics.explaining import Explanations, definition, edges
from portal.metrics.figures import Latest, latest
from portal.metrics.forms import CloseForm
from portal.metrics.kept import Kept
from portal.metrics.models import MetricRun, RunKind
from portal.metrics.months import past_months
from portal.metrics.receipts import Standards
from portal.metrics.registry import metrics
from portal.metrics.tiles import tile_map
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.models import OrgUnit
from portal.orgs.posts import posts_of
from portal.orgs.scope import Level
from portal.rules.services import rules_on
from portal.ui import formats
from portal.ui.pages import UNPROCESSABLE, done, page, private, wants_fragment
from portal.ui.words import language

#: How often one unit may be computed on demand; the clock asks by itself.
AGAIN_AFTER = timedelta(minutes=1)
#: Workbooks are made a floor above.
EXPORT = "statistics:board"
PAGES: dict[Level, str] = {
    "district": "metrics:district",
    "street": "metrics:street",
    "committee": "metrics:committee",
}


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def district(request: PortalRequest) -> HttpResponse:
    """The district by its streets and towns."""
    return _dashboard(request, "district", _("全区看板"))


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def street(request: PortalRequest) -> HttpResponse:
    """A street by its committees; the district sees any of them with `?unit=`."""
    return _dashboard(request, "street", _("街道看板"))


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def committee(request: PortalRequest) -> HttpResponse:
    """One committee by its metrics."""
    unit = unit_asked(request, "committee")
    board = _board(request, unit)
    context = _context(request, board, _("居委看板"))

    def shown() -> dict[str, Any]:
        return context | {
            "changes": visits.changes(board),
            "rulers": board.rulers,
            "rules": tables.rule_rows(board),
            "issue_totals": tables.issue_totals(board),
            "stock": tables.stock(board),
            "loads": tables.loads(board),
        }

    body = drawn(board, "metrics/committee_body.html", shown)
    return page(request, "metrics/dashboard.html", context | {"body": body})


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def committee_panel(request: PortalRequest) -> HttpResponse:
    """The right column of the clerk's home: the same figures as rulers, and who lives here."""
    board = Board(unit_asked(request, "committee"), request.scope, timezone.localdate())
    return page(request, "metrics/committee_panel.html", _context(request, board, "", "panel-"))


def _board(request: PortalRequest, unit: OrgUnit) -> Board:
    today = timezone.localdate()
    since = visits.last_visit(request, unit.pk, today)
    return Board(unit, request.scope, today, month=month_asked(request), since=since)


def _dashboard(request: PortalRequest, level: Level, title: str) -> HttpResponse:
    unit = unit_asked(request, level)
    board = _board(request, unit)
    order = request.GET.get("by", DEFAULT_ORDER)
    context = _context(request, board, title)
    if wants_fragment(request) and request.htmx.target == "ranking":  # type: ignore[attr-defined]
        ranking = tables.ranking(board, order)
        return page(request, "metrics/ranking.html", context | {"ranking": ranking})

    def shown() -> dict[str, Any]:
        return context | {
            "ranking": tables.ranking(board, order),
            "loads": tables.loads(board),
            "heat": tables.heat_map(board),
            "changes": visits.changes(board),
            "tile_map": tile_map(board, "freshness"),
            "rules": tables.rule_rows(board),
            "issue_totals": tables.issue_totals(board),
            "stock": tables.stock(board),
        }

    body = drawn(board, "metrics/units_body.html", shown, order)
    return page(request, "metrics/dashboard.html", context | {"body": body})


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def definition_page(request: PortalRequest, key: str) -> HttpResponse:
    """How a metric is worked out, on a page of its own."""
    metric = metrics().get(key)
    if metric is None:
        raise Http404
    standards = Standards(rules_on(services.RULE_SETS, timezone.localdate()))
    context = {
        "metric": metric,
        "definition": definition(
            metric, standards.target(metric), standards.limit(metric),
            _("每 15 分钟预览，每日 01:00 留存快照，次月第三个工作日 20:00 月结"),
        ),
        "title": metric.title,
        "edges": edges(metric),
        "rules": standards.rules.values(),
    }  # fmt: skip
    return page(request, "metrics/definition.html", context)


@needs(Capability.RUN_METRICS)
@require_POST
def run(request: PortalRequest) -> HttpResponse:
    """Ask for the numbers of a unit to be computed now; the page then shows the progress."""
    unit, now = unit_asked(request, None), timezone.now()
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = f"{reverse(PAGES[unit.level])}?unit={unit.pk}"
    if MetricRun.objects.asked_since(now - AGAIN_AFTER, unit.pk).exists():
        return done(request, back, _("一分钟内刚计算过，请稍后再试"))
    services.request_run(
        kind=RunKind.PREVIEW, unit=unit.pk, as_of=timezone.localdate(now), by=request.scope, at=now
    )
    return done(request, back, _("已开始计算，完成后自动刷新"))


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def closes(request: PortalRequest) -> HttpResponse:
    """How each past month stands; who may close one by hand finds the form here."""
    return _closes(request)


@needs(Capability.RUN_METRICS)
@require_POST
@needs_fresh("手工月结")
def close(request: PortalRequest, month: str) -> HttpResponse:
    """Close a month whose own close has failed or never came."""
    month_end = _month_end(month)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _closes(request, month_end, form)

    def act() -> None:
        services.close_by_hand(
            month_end=month_end, reason=form.cleaned_data["reason"], by=request.scope,
            at=timezone.now(),
        )  # fmt: skip

    try:
        act_once(request, act, where=reverse("metrics:closes"))
    except services.UnableToClose as why:
        if not put_at_field(form, why.field, why):
            form.add_error(None, str(why))
        return _closes(request, month_end, form)
    return done(request, reverse("metrics:closes"), _("已开始月结，完成后此后不变"))


def _closes(
    request: PortalRequest, month_end: date | None = None, form: CloseForm | None = None
) -> HttpResponse:
    scope = request.scope
    months = past_months(scope, timezone.now())
    waiting = [month for month in months if month.waits_for_somebody]
    may_close = scope.level == "district" and scope.may(Capability.RUN_METRICS)
    forms = [
        (month, form if form and month.month_end == month_end else CloseForm())
        for month in waiting if may_close
    ]  # fmt: skip
    refusal = form if form and month_end not in [month.month_end for month in waiting] else None
    context = {"months": months, "forms": forms, "form": refusal, "waiting": waiting}
    return page(request, "metrics/closes.html", context, status=UNPROCESSABLE if form else 200)


def _month_end(text: str) -> date:
    """The last day of a month that an address names as `2026-10`."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise Http404 from error
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@needs(Capability.VIEW_DASHBOARD)
@require_GET
def progress(request: PortalRequest) -> HttpResponse:
    """How far the run of a unit is; when it is over the page reloads."""
    unit = unit_asked(request, None)
    running = _running(request, latest(unit.pk))
    response = page(request, "metrics/progress.html", {"running": running, "unit": unit})
    if running is None and wants_fragment(request):
        response["HX-Refresh"] = "true"
    return private(response)


@needs(Capability.VIEW_QUALITY)
@require_GET
def checked(request: PortalRequest) -> HttpResponse:
    """When the rules were last asked of a unit, and how far the run is that asks them now."""
    unit = unit_asked(request, None)
    known = latest(unit.pk)
    may_follow = request.scope.may(Capability.VIEW_DASHBOARD)
    context = {
        "at": min((moment for _run, moment in known.runs), default=None), "unit": unit,
        "running": _running(request, known) if may_follow else None,
    }  # fmt: skip
    return private(page(request, "metrics/checked.html", context))


def drawn(
    board: Board, template: str, shown: Callable[[], dict[str, Any]], order: str = ""
) -> SafeString:
    """The numbers of a board as a page shows them, drawn once for each state that they are in.

    :param shown: the template's context, which is worked out only where it must be drawn
    :param order: what else the template depends on
    """
    mark = (template, order, language(), board.mark)
    known = _drawn.get(mark)
    if known is None:
        known = render_to_string(template, shown())
        _drawn.keep(mark, known)
    return known


#: Some 150 kB each; a street's and the district's board are the largest.
_drawn: Kept[SafeString] = Kept(64)


@dataclass(frozen=True)
class Running:
    """A run under way."""

    percent: int
    parts_done: int
    parts: int


def _running(request: PortalRequest, latest: Latest) -> Running | None:
    if not latest.computing:
        return None
    jobs = Job.objects.in_scope(request.scope).filter(pk__in=latest.computing)
    job = next((job for job in jobs.order_by("-created_at") if job.is_open), None)
    return Running(job.percent, job.chunks_done, job.chunk_count) if job else None


def unit_asked(request: PortalRequest, level: Level | None) -> OrgUnit:
    """The unit asked for, else the acting one; foreign, absent and of another level are a 404."""
    asked = request.POST.get("unit") or request.GET.get("unit") or str(request.scope.unit)
    if not (asked.isascii() and asked.isdigit()) or not request.scope.covers(int(asked)):
        raise Http404
    own = {post.unit_id: post.unit for post in posts_of(request)}
    unit = own.get(int(asked)) or (
        OrgUnit.objects.select_related("parent").filter(pk=int(asked)).first()
    )
    if unit is None or (level is not None and unit.level != level):
        raise Http404
    return unit


def month_asked(request: PortalRequest) -> date | None:
    """A past month that the address names as `2026-10`."""
    text = request.GET.get("month", "")
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return asked if asked < timezone.localdate().replace(day=1) else None


def _export_url(request: PortalRequest, board: Board) -> str:
    """Where the page as it is seen can be taken as a workbook; blank for who may not."""
    if not request.scope.may(Capability.EXPORT_MASKED):
        return ""
    asked = request.GET.copy()
    asked["unit"] = str(board.unit.pk)
    return f"{reverse(EXPORT)}?{asked.urlencode()}"


def _context(
    request: PortalRequest, board: Board, title: str, prefix: str = "definition-"
) -> dict[str, Any]:
    """:param prefix: of the explanations' ids: the panel may stand on a page with others"""
    now = timezone.now()
    measured = board.measured_at
    words = formats.moment(timezone.localtime(measured), board.today) if measured else _("尚未计算")
    return {
        "title": title,
        "board": board,
        "unit": board.unit,
        "own": board.unit.pk == request.scope.unit,
        "stale": board.is_stale(now),
        "measured": words,
        "explanations": Explanations(board.standards, words, prefix),
        "may_run": request.scope.may(Capability.RUN_METRICS) and board.month is None,
        "export_url": _export_url(request, board),
        "running": _running(request, board.latest),
        "page_url": reverse(PAGES[board.unit.level]),
        "levels": PAGES,
    }
