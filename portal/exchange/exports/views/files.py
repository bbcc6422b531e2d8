"""One's own exports: how far they are, and the file itself, once for each link."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.http import FileResponse, Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.exchange.exports import querying, services
from portal.exchange.exports.forms import DecideForm
from portal.exchange.exports.kinds import export_kinds
from portal.exchange.exports.services.making import columns_of
from portal.exchange.exports.telling import told_of
from portal.exchange.exports.words import Line, line_of, who_decides
from portal.exchange.models import ExportDecision, ExportRequest, ExportState
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import done, page, private, wants_fragment

MOST_SHOWN = 100
CONFLICT = 409
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@needs(Capability.EXPORT_MASKED)
@require_GET
def own(request: PortalRequest) -> HttpResponse:
    """What this person asked for in the acting post, newest first."""
    rows = querying.own(request.scope).select_related("job")[:MOST_SHOWN]
    return page(request, "exports/list.html", tabs(request, "own") | {"lines": lines_of(rows)})


def lines_of(rows: Iterable[ExportRequest]) -> list[Line]:
    """Exports with their decisions, in two queries."""
    found = list(rows)
    decisions: dict[uuid.UUID, list[ExportDecision]] = {}
    for decision in ExportDecision.objects.filter(request__in=found).order_by("at"):
        decisions.setdefault(decision.request_id, []).append(decision)
    return [line_of(row, decisions.get(row.pk, [])) for row in found]


def tabs(request: PortalRequest, here: str) -> dict[str, object]:
    """The tabs of the export centre; approvals for those who may approve."""
    scope, day = request.scope, timezone.localdate()
    found: list[dict[str, object]] = [
        {"key": "own", "title": _("我的导出"), "url": reverse("exports:own")}
    ]
    if scope.may(Capability.APPROVE_EXPORTS):
        waiting = querying.waiting_for(scope, day).count()
        found += [
            {"key": "waiting", "title": _("待我审批"), "url": reverse("exports:waiting"),
             "count": waiting},
            {"key": "decided", "title": _("我审批过的"), "url": reverse("exports:decided")},
        ]  # fmt: skip
    return {"tabs": found, "here": here, "kinds": [
        {"title": kind.title, "url": reverse("exports:ask", args=[kind.key])}
        for kind in export_kinds().values() if kind.offered and scope.may(kind.capability)
    ]}  # fmt: skip


def export_in_sight(request: PortalRequest, export_id: uuid.UUID) -> ExportRequest:
    """One's own export, or one that this post approves or might have; 404 for all others."""
    rows = ExportRequest.objects.select_related("job")
    export = get_in_scope(rows, request.scope, pk=export_id)
    mine = export.requested_by == request.scope.user_id
    if not mine and not request.scope.may(Capability.APPROVE_EXPORTS):
        raise Http404
    return export


@needs(Capability.EXPORT_MASKED)
@require_GET
def export(request: PortalRequest, export_id: uuid.UUID) -> HttpResponse:
    """One export: what was asked for, who agreed, how far it is, the file."""
    return shown(request, export_in_sight(request, export_id))


def shown(
    request: PortalRequest, export: ExportRequest, form: DecideForm | None = None, refusal: str = ""
) -> HttpResponse:
    scope, day = request.scope, timezone.localdate()
    decisions = list(export.decisions.order_by("at"))
    decided = any(each.approver == scope.user_id for each in decisions)
    may_decide = not querying.why_not(export, scope, day) and not decided
    mine = export.requested_by == scope.user_id
    context = {
        "line": line_of(export, decisions), "export": export, "refusal": refusal,
        "told": told_of(
            export_kinds()[export.kind].rows(scope, export.query, export.as_of),
            columns_of(export), export.as_of,
        ),
        "mine": mine, "may_decide": may_decide,
        "form": (form or DecideForm()) if may_decide else None,
        "may_withdraw": mine and export.state == ExportState.WAITING,
        "may_take": mine and export.state == ExportState.READY,
        "working": export.state == ExportState.MAKING and export.job and export.job.is_open,
        "who": who_decides(export.committee_id, export.approvals) if export.approvals else "",
        "crumbs": [
            {"title": _("导出中心"), "url": reverse("exports:own")},
            {"title": export.number, "url": ""},
        ],
    }  # fmt: skip
    status = CONFLICT if refusal else 200
    return page(request, "exports/export.html", context, partial="work", status=status)


@needs(Capability.EXPORT_MASKED)
@require_GET
def progress(request: PortalRequest, export_id: uuid.UUID) -> HttpResponse:
    """How far the worker is; the page itself when it is over."""
    export = export_in_sight(request, export_id)
    working = export.state == ExportState.MAKING and export.job and export.job.is_open
    if not working or not wants_fragment(request):
        return done(request, reverse("exports:export", args=[export_id]))
    return shown(request, export)


@needs(Capability.EXPORT_MASKED)
@require_POST
def withdraw(request: PortalRequest, export_id: uuid.UUID) -> HttpResponse:
    """Take one's own request back."""
    export = export_in_sight(request, export_id)
    try:
        services.withdraw(export_id=export_id, by=request.scope, at=timezone.now())
    except services.UnableToExport as why:
        return shown(request, export, refusal=str(why))
    return done(request, reverse("exports:own"), _("已撤回导出申请"))


@needs(Capability.EXPORT_MASKED)
@require_POST
def file(request: PortalRequest, export_id: uuid.UUID, link: uuid.UUID) -> HttpResponse:
    """The file; the link that led here is spent with it."""
    export = export_in_sight(request, export_id)
    try:
        return _answer(request, export, link, timezone.now())
    except services.UnableToTake as why:
        return shown(request, export, refusal=str(why))


def answer_with(request: PortalRequest, export: ExportRequest, at: datetime) -> HttpResponse:
    """The file that was made just now."""
    return _answer(request, export, export.link, at)


def _answer(
    request: PortalRequest, export: ExportRequest, link: uuid.UUID, at: datetime
) -> HttpResponse:
    """Decrypted while it is sent: nothing of the database is needed for it any more."""
    taken, content = services.take_out(export_id=export.pk, link=link, by=request.scope, at=at)
    name = f"{taken.form_title} {taken.number}".strip()
    response = FileResponse(
        content, as_attachment=True, filename=f"{name}.{taken.file_format}",
        content_type=TYPES[taken.file_format],
    )  # fmt: skip
    response["Content-Length"] = str(taken.size)
    return private(response)  # type: ignore[arg-type]  # all that it does is set headers
