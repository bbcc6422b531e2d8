"""One address per comparison: its columns, its progress, its result. Paper: S-115, S-116."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.audit.record import record
from portal.exchange.comparisons import pages, services
from portal.exchange.comparisons.forms import ListForm
from portal.exchange.comparisons.models import (
    ComparisonRow,
    ComparisonRun,
    RunState,
)
from portal.exchange.comparisons.services.matching import MOST_LISTED, is_listed
from portal.exchange.comparisons.services.receiving import allowed_fields, kind_of_run
from portal.exchange.comparisons.services.telling import MOST_AT_ONCE
from portal.exchange.views.answers import number_in
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import key_of
from portal.ui.pages import UNPROCESSABLE, done, page, wants_fragment

MOST_SHOWN = 100


@needs(Capability.COMPARE_LISTS)
@require_GET
def runs(request: PortalRequest) -> HttpResponse:
    """The comparisons of the acting unit and below, the newest first."""
    found = ComparisonRun.objects.in_scope(request.scope).select_related("committee")
    context = {
        "runs": found.order_by("-asked_at", "-id")[:MOST_SHOWN],
        "may_reconcile": request.scope.may(Capability.VIEW_DASHBOARD),
    }
    return page(request, "comparisons/list.html", context)


@needs(Capability.COMPARE_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """A partner's list, for a registered purpose."""
    scope, at = request.scope, timezone.now()
    scenarios = list(services.scenarios_for(scope, at).order_by("kind", "title"))
    form = ListForm(request.POST or None, request.FILES or None, scenarios=scenarios)
    if request.method == "POST" and form.is_valid():
        try:
            return done(request, once(
                key=key_of(request), user_id=scope.user_id or 0, at=at,
                act=lambda: _received(request, form.cleaned_data),
            ))  # fmt: skip
        except services.UnableToCompare as why:
            form.add_error(why.field if why.field in form.fields else None, str(why))
    context = {
        "form": form, "scenarios": scenarios,
        "crumbs": [
            {"title": _("名单比对"), "url": reverse("comparisons:list")},
            {"title": _("新的比对"), "url": ""},
        ],
    }  # fmt: skip
    return page(request, "comparisons/new.html", context)


def _received(request: PortalRequest, told: dict[str, Any]) -> str:
    sent = told["file"]
    run = services.receive_list(
        asked=services.AskedFor(told["scenario"], told["letter"], told["query"]),
        file_name=sent.name, content=sent.read(), by=request.scope, at=timezone.now(),
    )  # fmt: skip
    return reverse("comparisons:run", args=[run.pk])


def _in_sight(request: PortalRequest, run_id: uuid.UUID) -> ComparisonRun:
    rows = ComparisonRun.objects.select_related("committee", "job", "scenario")
    return get_in_scope(rows, request.scope, pk=run_id)


@needs(Capability.COMPARE_LISTS)
@require_GET
def run(request: PortalRequest, run_id: uuid.UUID) -> HttpResponse:
    """The step that this comparison is at."""
    found = _in_sight(request, run_id)
    if found.state == RunState.RECEIVED:
        return _mapping_page(request, found)
    if found.state == RunState.WORKING:
        return page(request, "comparisons/progress.html", _facts(request, found))
    return _result_page(request, found)


def _facts(request: PortalRequest, found: ComparisonRun) -> dict[str, Any]:
    kind = kind_of_run(found)
    return {
        "run": found, "kind": kind, "mine": found.asked_by == request.scope.user_id,
        "crumbs": [
            {"title": _("名单比对"), "url": reverse("comparisons:list")},
            {"title": found.number, "url": ""},
        ],
    }  # fmt: skip


def _mapping_page(
    request: PortalRequest, found: ComparisonRun, *, chosen: list[str | None] | None = None,
    refusal: str = "",
) -> HttpResponse:  # fmt: skip
    rows = pages.mapping_rows(found, chosen or found.mapping)
    context = _facts(request, found) | {
        "rows": rows, "fields": allowed_fields(found), "refusal": refusal,
        "ask": [row.state for row in rows].count("ask"),
    }  # fmt: skip
    status = UNPROCESSABLE if refusal else 200
    return page(request, "comparisons/mapping.html", context, status=status)


def _result_page(request: PortalRequest, found: ComparisonRun) -> HttpResponse:
    scope = request.scope
    context = _facts(request, found)
    if found.state == RunState.DONE:
        chosen = pages.chosen_result(found, request.GET.get("result", ""))
        paged = Paginator(pages.rows_of(found, chosen, scope), pages.PAGE_ROWS)
        shown = paged.get_page(number_in(request.GET, "page") or 1)
        rows: list[ComparisonRow] = list(shown.object_list)
        record(
            "exchange.comparison_viewed", by=scope, at=timezone.now(), target=found,
            committee=found.committee_id, changes={"result": chosen, "rows": len(rows)},
            subjects=[row.target_id for row in rows if row.target_id],
        )  # fmt: skip
        context |= {
            "tiles": pages.tiles(found, chosen), "chosen": chosen, "paged": shown,
            "lines": pages.lines(found, rows, scope), "listed": is_listed(found),
            "most_listed": MOST_LISTED, "most_at_once": MOST_AT_ONCE,
            "may_tell": context["mine"] and pages.may_become_leads(chosen)
            and found.emptied_at is None,
            "may_export": scope.may(Capability.EXPORT_MASKED) and found.emptied_at is None,
            "export": f"compared_{found.kind}",
        }  # fmt: skip
    return page(request, "comparisons/result.html", context)


@needs(Capability.COMPARE_LISTS)
@require_POST
def begin(request: PortalRequest, run_id: uuid.UUID) -> HttpResponse:
    """Confirm which column means what; the work begins."""
    found = _in_sight(request, run_id)
    chosen = [request.POST.get(f"column-{place}") or None for place in range(len(found.headers))]
    try:
        services.begin_comparison(
            run_id=run_id, mapping=chosen, by=request.scope, at=timezone.now()
        )
    except services.UnableToCompare as why:
        found.refresh_from_db()
        if found.state == RunState.RECEIVED:
            return _mapping_page(request, found, chosen=chosen, refusal=str(why))
        messages.error(request, str(why))
    return done(request, reverse("comparisons:run", args=[run_id]))


@needs(Capability.COMPARE_LISTS)
@require_POST
def abandon(request: PortalRequest, run_id: uuid.UUID) -> HttpResponse:
    """Give the list up; its rows are deleted at once."""
    _in_sight(request, run_id)
    try:
        services.abandon_run(run_id=run_id, by=request.scope, at=timezone.now())
    except services.UnableToCompare as why:
        messages.error(request, str(why))
        return done(request, reverse("comparisons:run", args=[run_id]))
    return done(request, reverse("comparisons:list"), _("已放弃比对，名单已删除"))


@needs(Capability.COMPARE_LISTS)
@require_GET
def progress(request: PortalRequest, run_id: uuid.UUID) -> HttpResponse:
    """How far the worker is, asked for every second; the page itself when it is over."""
    found = _in_sight(request, run_id)
    working = found.state == RunState.WORKING and found.job is not None and found.job.is_open
    if not working or not wants_fragment(request):
        return done(request, reverse("comparisons:run", args=[run_id]))
    return page(request, "comparisons/progress.html", _facts(request, found), partial="work")


@needs(Capability.COMPARE_LISTS)
@require_POST
def tell(request: PortalRequest, run_id: uuid.UUID) -> HttpResponse:
    """Make leads of the ticked rows, at the committees concerned."""
    found = _in_sight(request, run_id)
    here = f"{reverse('comparisons:run', args=[run_id])}?result={request.POST.get('result', '')}"
    try:
        told = services.tell_differences(
            run_id=run_id, row_ids=_keys(request.POST.getlist("pick")), by=request.scope,
            at=timezone.now(),
        )  # fmt: skip
    except services.UnableToCompare as why:
        messages.error(request, str(why))
        return done(request, here)
    return done(request, here, _said(found, told))


def _keys(texts: list[str]) -> set[uuid.UUID]:
    """Keys among what was posted; whatever is none is left out."""
    found = set()
    for text in texts:
        try:
            found.add(uuid.UUID(text))
        except ValueError:
            continue
    return found


def _said(run: ComparisonRun, told: services.Told) -> str:
    parts = [_("已转 %(n)d 条线索，由所在居（村）委办理") % {"n": told.leads}] if told.leads else []
    if told.before:
        parts.append(_("%(n)d 行以前转过，没有重复") % {"n": told.before})
    parts += [f"{count} 行没有转：{why}" for why, count in told.refused.items()]
    return "；".join(parts) or _("没有可转的行")
