"""The preview: rows with their problems in place, corrected one by one."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.audit.record import record
from portal.exchange import previews, services
from portal.exchange.forms import CellForm, RowForm
from portal.exchange.models import ImportBatch, ImportRow
from portal.exchange.services.state import kind_of
from portal.exchange.views.answers import batch_in_sight, facts_of, number_in, refuse
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import page, wants_fragment


def preview_page(
    request: PortalRequest, batch: ImportBatch, *, open_cell: str = "", note: str = ""
) -> HttpResponse:
    kind = kind_of(batch)
    shown = request.GET.getlist("show") or list(previews.DEFAULT_CHIPS)
    preview = previews.preview(batch, kind, shown, number_in(request.GET, "after"))
    counts = batch.counts
    refused = sum(counts.get(key, 0) for key in ("error", "duplicate_in_file", "skipped"))
    context = facts_of(batch) | {
        "preview": preview,
        "query": "&".join(f"show={key}" for key in preview.shown),
        "editor": _editor(request, batch, preview, open_cell or request.GET.get("cell", "")),
        "note": note,
        "refused": refused,
        "standing": batch.row_count - refused - counts.get("elsewhere", 0),
        "elsewhere": counts.get("elsewhere", 0),
        "errors": counts.get("error", 0),
        "words": previews.in_words(counts),
        "can_download": request.scope.user_id == batch.uploaded_by,
    }
    return page(request, "exchange/preview.html", context, partial="grid")


def _editor(
    request: PortalRequest, batch: ImportBatch, preview: previews.Preview, opened: str
) -> previews.Editor | None:
    """The cell `line-column` of the address, open; showing a full number leaves a trace."""
    line, _dash, place = opened.partition("-")
    if not (line.isdigit() and place.isdigit()):
        return None
    row = ImportRow.objects.filter(batch=batch, line=int(line)).first()
    if row is None:
        return None
    own = batch.uploaded_by == request.scope.user_id
    editor = previews.editor_of(row, preview.columns, int(place), own)
    if editor and editor.text and editor.cell.column.field.mask:
        record(
            "exchange.cell_viewed",
            by=request.scope,
            at=timezone.now(),
            target=batch,
            committee=batch.committee_id,
            changes={"line": row.line, "column": batch.headers[int(place)]},
        )
    return editor


@needs(Capability.IMPORT_FILES)
@require_POST
def cell(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Correct one cell; its row is judged at once and the next problem opens."""
    batch_in_sight(request, batch_id)
    form = CellForm(request.POST)
    if not form.is_valid():
        return refuse(request, batch_id, _("内容不能超过 500 字"))
    line, column = form.cleaned_data["line"], form.cleaned_data["column"]
    try:
        row = services.correct_cell(
            batch_id=batch_id,
            line=line,
            column=column,
            text=form.cleaned_data["text"],
            by=request.scope,
            at=timezone.now(),
        )
    except services.UnableToGoOn as why:
        return refuse(request, batch_id, why)
    batch = batch_in_sight(request, batch_id)
    still = row.action == "error"
    words = (
        _("第 %(line)s 行还有错") % {"line": line}
        if still
        else _("第 %(line)s 行已改好") % {"line": line}
    )
    return _after_row(request, batch, words, _next_open(batch, row, still))


def _next_open(batch: ImportBatch, row: ImportRow, still: bool) -> str:
    """The cell to open next: of this row while it has errors, else of the next row with one."""
    rows = ImportRow.objects.filter(batch=batch, action="error")
    following = row if still else rows.filter(line__gt=row.line).order_by("line").first()
    if following is None:
        return ""
    columns = previews.columns_of(batch, kind_of(batch))
    for each in previews.line_of(following, columns).cells:
        if each.state == "is-error":
            return f"{following.line}-{each.column.place}"
    return ""


@needs(Capability.IMPORT_FILES)
@require_POST
def row(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Leave a row out of the import, or take it back in."""
    batch_in_sight(request, batch_id)
    form = RowForm(request.POST)
    if not form.is_valid():
        return refuse(request, batch_id, _("请刷新页面后重试"))
    line, out = form.cleaned_data["line"], form.cleaned_data["out"]
    try:
        services.leave_out(
            batch_id=batch_id, line=line, out=out, by=request.scope, at=timezone.now()
        )
    except services.UnableToGoOn as why:
        return refuse(request, batch_id, why)
    words = _("第 %(line)s 行不导入") if out else _("第 %(line)s 行重新列入导入")
    return _after_row(request, batch_in_sight(request, batch_id), words % {"line": line}, "")


def _after_row(
    request: PortalRequest, batch: ImportBatch, words: str, open_cell: str
) -> HttpResponse:
    """The grid again for HTMX; without it, back to the same place of the preview."""
    if wants_fragment(request):
        request.GET = QueryDict(request.POST.get("query", ""))
        return preview_page(request, batch, open_cell=open_cell, note=words)
    query = request.POST.get("query", "")
    place = f"&cell={open_cell}" if open_cell else ""
    messages.success(request, words)
    url = reverse("exchange:batch", args=[batch.pk])
    return HttpResponseRedirect(f"{url}?{query}{place}")
