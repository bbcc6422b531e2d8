"""The acts on a checked file: import, stop, give up, take back, and its refused rows."""

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.audit.record import record
from portal.exchange import previews, services
from portal.exchange.forms import UndoForm
from portal.exchange.models import ImportRow
from portal.exchange.views.answers import act_on, batch_in_sight, facts_of, refuse, workbook
from portal.exchange.workbooks import error_workbook
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import page


@needs(Capability.IMPORT_FILES)
@require_POST
def apply(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Begin, or take up a stopped import again."""
    return act_on(
        request,
        batch_id,
        lambda: services.start_apply(batch_id=batch_id, by=request.scope, at=timezone.now()),
    )


@needs(Capability.IMPORT_FILES)
@require_POST
def stop(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Stop after the chunk in hand."""
    return act_on(
        request,
        batch_id,
        lambda: services.stop(batch_id=batch_id, by=request.scope, at=timezone.now()),
    )


@needs(Capability.IMPORT_FILES)
@require_POST
def abandon(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Give the file up."""
    return act_on(
        request,
        batch_id,
        lambda: services.abandon(batch_id=batch_id, by=request.scope, at=timezone.now()),
        leads_to=reverse("exchange:upload"),
        words=_("已放弃导入，台账没有改动"),
    )


@needs(Capability.IMPORT_FILES)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Take the file back, after a reason and the consequences in numbers."""
    batch = batch_in_sight(request, batch_id)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return act_on(
            request,
            batch_id,
            lambda: services.start_undo(
                batch_id=batch_id,
                reason=form.cleaned_data["reason"],
                by=request.scope,
                at=timezone.now(),
            ),
        )
    context = facts_of(batch) | {"form": form, "written": previews.in_words(batch.outcomes)}
    return page(request, "exchange/undo.html", context, partial="dialog")


@needs(Capability.IMPORT_FILES)
@require_GET
def errors(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The refused rows as a workbook, for whoever sent the file: it holds full numbers."""
    batch = batch_in_sight(request, batch_id)
    if batch.uploaded_by != request.scope.user_id or not batch.stored_file:
        return refuse(request, batch_id, _("错误行只能由上传文件的人在 7 天内下载"))
    word = "outcome" if batch.outcomes else "action"
    rows = list(
        ImportRow.objects.filter(
            batch=batch, **{f"{word}__in": ("error", "duplicate_in_file")}
        ).order_by("line")
    )
    record(
        "exchange.errors_downloaded",
        by=request.scope,
        at=timezone.now(),
        target=batch,
        committee=batch.committee_id,
        changes={"rows": len(rows)},
    )
    stem = batch.file_name.rpartition(".")[0] or batch.file_name
    return workbook(error_workbook(batch, rows), _("%(file)s_错误行.xlsx") % {"file": stem})
