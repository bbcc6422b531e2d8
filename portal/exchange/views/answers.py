"""What all pages of the wizard share: the batch in sight, acts and their refusals, files."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.http import content_disposition_header

from portal.exchange import services
from portal.exchange.models import ImportBatch
from portal.exchange.registry import kinds_for
from portal.exchange.services.state import kind_of
from portal.orgs.access import PortalRequest, get_in_scope
from portal.orgs.records import ScopedQuerySet
from portal.orgs.scope import Scope
from portal.ui.pages import done, private

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNPROCESSABLE = 422


def batches_of(scope: Scope) -> "ScopedQuerySet[ImportBatch]":
    """The files under the acting unit of the kinds that the post may import itself."""
    own = [kind.key for kind in kinds_for(scope)]
    return ImportBatch.objects.in_scope(scope).filter(kind__in=own)


def batch_in_sight(request: PortalRequest, batch_id: uuid.UUID) -> ImportBatch:
    found: ImportBatch = get_in_scope(
        batches_of(request.scope).select_related(
            "committee", "read_job", "check_job", "apply_job", "undo_job", "same_as"
        ),
        request.scope,
        pk=batch_id,
    )
    return found


def facts_of(batch: ImportBatch) -> dict[str, Any]:
    kind = kind_of(batch)
    return {"batch": batch, "kind": kind, "list_url": getattr(kind, "list_url", "")}


def act_on(
    request: PortalRequest,
    batch_id: uuid.UUID,
    act: Callable[[], object],
    *,
    leads_to: str = "",
    words: str = "",
) -> HttpResponse:
    """Do one act on a batch that is in sight, and go to its page; a refusal is told there."""
    batch_in_sight(request, batch_id)
    try:
        act()
    except (services.UnableToGoOn, services.UnableToReceive) as why:
        return refuse(request, batch_id, why)
    return done(request, leads_to or reverse("exchange:batch", args=[batch_id]), words)


def refuse(request: PortalRequest, batch_id: uuid.UUID, why: object) -> HttpResponse:
    messages.error(request, str(why))
    return done(request, reverse("exchange:batch", args=[batch_id]))


def number_in(query: QueryDict, name: str) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=XLSX)
    response.headers["Content-Disposition"] = _attachment(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return private(response)


def _attachment(name: str) -> str:

    return content_disposition_header(True, name) or "attachment"
