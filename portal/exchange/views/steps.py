"""One address per file: the page of the step that it is at."""

import uuid
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.exchange import previews, services
from portal.exchange.models import BatchState, ImportBatch
from portal.exchange.progress import progress_of
from portal.exchange.results import effect_of, tiles_of
from portal.exchange.services.state import is_working, kind_of, stopped_short
from portal.exchange.services.undoing import can_undo
from portal.exchange.views.answers import (
    UNPROCESSABLE,
    act_on,
    batch_in_sight,
    facts_of,
    number_in,
    refuse,
)
from portal.exchange.views.rows import preview_page
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import done, page, wants_fragment


@needs(Capability.IMPORT_FILES)
@require_GET
def batch(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The step that this file is at."""
    return _step(request, batch_in_sight(request, batch_id))


def _step(request: PortalRequest, batch: ImportBatch) -> HttpResponse:
    waits = batch.state in (BatchState.READING, BatchState.MAPPED)
    if is_working(batch) or waits or stopped_short(batch):
        return _progress_page(request, batch)
    if batch.state == BatchState.RECEIVED:
        return mapping_page(request, batch)
    if batch.state == BatchState.CHECKED:
        return preview_page(request, batch)
    return _result_page(request, batch)


def mapping_page(
    request: PortalRequest,
    batch: ImportBatch,
    *,
    chosen: list[str | None] | None = None,
    refusal: str = "",
) -> HttpResponse:
    kind = kind_of(batch)
    rows = previews.mapping_rows(batch, kind, chosen or batch.mapping)
    states = [row.state for row in rows]
    context = facts_of(batch) | {
        "rows": rows,
        "fields": kind.fields,
        "sure": states.count("sure"),
        "ask": states.count("ask"),
        "out": states.count("out"),
        "refusal": refusal,
    }
    status = UNPROCESSABLE if refusal else 200
    return page(request, "exchange/mapping.html", context, status=status)


@needs(Capability.IMPORT_FILES)
@require_POST
def mapping(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Confirm which column means what; the check begins."""
    batch = batch_in_sight(request, batch_id)
    chosen = [request.POST.get(f"column-{place}") or None for place in range(len(batch.headers))]
    try:
        services.confirm_mapping(
            batch_id=batch_id,
            mapping=chosen,
            remember="remember" in request.POST,
            by=request.scope,
            at=timezone.now(),
        )
    except services.UnableToGoOn as why:
        batch.refresh_from_db()
        if batch.state != BatchState.RECEIVED:
            return refuse(request, batch_id, why)
        return mapping_page(request, batch, chosen=chosen, refusal=str(why))
    return done(request, reverse("exchange:batch", args=[batch_id]))


@needs(Capability.IMPORT_FILES)
@require_POST
def remap(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Back to the columns."""
    return act_on(
        request,
        batch_id,
        lambda: services.remap(batch_id=batch_id, by=request.scope, at=timezone.now()),
    )


def _progress_page(request: PortalRequest, batch: ImportBatch) -> HttpResponse:
    return page(request, "exchange/progress.html", _progress_context(batch))


def _progress_context(batch: ImportBatch) -> dict[str, Any]:
    at = timezone.now()
    return facts_of(batch) | {
        "progress": progress_of(batch, at),
        "can_undo": stopped_short(batch) and can_undo(batch, at),
        "stopped": stopped_short(batch),
    }


@needs(Capability.IMPORT_FILES)
@require_GET
def progress(request: PortalRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The bar and its phases, asked for every second; the next step when the work is over."""
    batch = batch_in_sight(request, batch_id)
    if not is_working(batch) or not wants_fragment(request):
        return done(request, reverse("exchange:batch", args=[batch_id]))
    return page(request, "exchange/progress.html", _progress_context(batch), partial="work")


def _result_page(request: PortalRequest, batch: ImportBatch) -> HttpResponse:
    kind, at = kind_of(batch), timezone.now()
    rows, next_after = previews.refused(batch, kind, number_in(request.GET, "after"))
    outcomes = batch.outcomes
    context = facts_of(batch) | {
        "tiles": tiles_of(batch),
        "rows": rows,
        "next_after": next_after,
        "refused": outcomes.get("error", 0) + outcomes.get("duplicate_in_file", 0),
        "effect": effect_of(batch),
        "can_undo": can_undo(batch, at),
        "can_download": bool(batch.stored_file) and request.scope.user_id == batch.uploaded_by,
        "emptied": not batch.stored_file,
        "kept": outcomes.get("kept", 0),
    }
    return page(request, "exchange/result.html", context)
