"""Choosing a file: upload, history, templates, another sheet."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.exchange import services
from portal.exchange.forms import UploadForm, committees_of
from portal.exchange.kinds import Across, ImportKind
from portal.exchange.registry import kinds, kinds_for
from portal.exchange.services.state import stopped_short
from portal.exchange.views.answers import UNPROCESSABLE, act_on, batches_of, workbook
from portal.exchange.workbooks import template_workbook
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import key_of
from portal.ui.pages import done, page

RECENT = 5
HISTORY = 100


@needs(Capability.IMPORT_FILES)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: PortalRequest) -> HttpResponse:
    """Choose a file; recent ones are listed below."""
    offered = kinds_for(request.scope)
    if request.method == "POST":
        return _receive(request, offered)
    first = offered[0].key if offered else ""
    return _upload_page(request, offered, request.GET.get("kind", first))


def _receive(request: PortalRequest, offered: list[Any]) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES, scope=request.scope, kinds=offered)
    kind = request.POST.get("kind", "")
    if not form.is_valid():
        refusals = [str(each[0]) for each in form.errors.values()]
        return _upload_page(request, offered, kind, refusal=refusals[0])
    sent, at = form.cleaned_data["file"], timezone.now()

    def take() -> str:
        batch = services.receive_file(
            kind_key=kind,
            file_name=sent.name or "",
            content=sent.read(),
            committee=form.cleaned_data.get("committee") or request.scope.unit,
            by=request.scope,
            at=at,
        )
        return reverse("exchange:batch", args=[batch.pk])

    try:
        url = once(key=key_of(request), user_id=request.scope.user_id or 0, at=at, act=take)
    except services.UnableToReceive as why:
        return _upload_page(request, offered, kind, refusal=str(why), file_name=sent.name or "")
    return done(request, url)


def _upload_page(
    request: PortalRequest,
    offered: list[Any],
    kind: str,
    *,
    refusal: str = "",
    file_name: str = "",
) -> HttpResponse:
    chosen = next((each for each in offered if each.key == kind), offered[0] if offered else None)
    context = {
        "form": UploadForm(scope=request.scope, kinds=offered),
        "kinds": offered,
        "kind": chosen,
        "required": _required(chosen) if chosen else [],
        "across": isinstance(chosen, Across),
        "committees": [] if isinstance(chosen, Across) else committees_of(request.scope),
        "committee": request.POST.get("committee", ""),
        "recent": _listed(batches_of(request.scope), RECENT),
        "refusal": refusal,
        "file_name": file_name,
    }
    status = UNPROCESSABLE if refusal else 200
    return page(request, "exchange/upload.html", context, status=status)


def _required(kind: ImportKind) -> list[str]:
    """Titles of what a file must bring; where parts may stand for a column, these as well."""
    titles = {field.key: field.title for field in kind.fields}
    return [
        _("%(column)s（或%(parts)s）")
        % {"column": field.title, "parts": "、".join(titles[key] for key in field.parts)}
        if field.parts
        else field.title
        for field in kind.fields
        if field.required
    ]


def _listed(batches: Any, most: int) -> list[dict[str, Any]]:
    """Batches newest first, each with its kind's title and what became of its rows."""
    titles = {key: kind.title for key, kind in kinds().items()}
    found = batches.select_related("committee", "apply_job").order_by("-uploaded_at", "-pk")[:most]
    return [
        {
            "batch": batch,
            "kind": titles.get(batch.kind, batch.kind),
            "counts": batch.outcomes,
            "stopped": stopped_short(batch),
            "refused": batch.outcomes.get("error", 0) + batch.outcomes.get("duplicate_in_file", 0),
        }
        for batch in found
    ]


@needs(Capability.IMPORT_FILES)
@require_GET
def history(request: PortalRequest) -> HttpResponse:
    """The last hundred files of the unit."""
    batches = batches_of(request.scope)
    return page(request, "exchange/history.html", {"recent": _listed(batches, HISTORY)})


@needs(Capability.IMPORT_FILES)
@require_GET
def template(request: PortalRequest, kind: str) -> HttpResponse:
    """An empty workbook of a kind."""
    found = next((each for each in kinds_for(request.scope) if each.key == kind), None)
    if found is None:
        return done(request, reverse("exchange:upload"))
    return workbook(template_workbook(found), _("%(kind)s导入模板.xlsx") % {"kind": found.title})


@needs(Capability.IMPORT_FILES)
@require_POST
def sheet(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Another sheet of the same workbook."""
    return act_on(
        request,
        batch_id,
        lambda: services.choose_sheet(
            batch_id=batch_id,
            sheet=request.POST.get("sheet", ""),
            by=request.scope,
            at=timezone.now(),
        ),
    )
