"""The entry page's draft: kept while somebody types, and thrown away when they say so."""

import uuid

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from housing.models import DwellingUnit
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import FIELD
from portal.ui.pages import done, page, private
from residents import services
from residents.grid import posted_rows
from residents.models import EntryDraft

UNPROCESSABLE, MOST_SHOWN = 422, 20
NOT_TYPED = {"csrfmiddlewaretoken", FIELD, "act"}


@require_GET
@needs(Capability.EDIT_RESIDENTS)
def mine(request: PortalRequest) -> HttpResponse:
    """One's own drafts, the newest first; the first page fetches them into its corner."""
    drafts = EntryDraft.objects.of(request.scope, timezone.now()).defer("sealed")
    context = {"drafts": drafts.order_by("-saved_at", "-id")[:MOST_SHOWN]}
    return page(request, "residents/drafts.html", context, partial="mine")


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def keep(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep the form as it stands; the answer says when, as JSON."""
    dwelling = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    at = timezone.now()
    rows = posted_rows(request.POST, {}, timezone.localdate(at))
    fields = {name: values for name, values in request.POST.lists() if name not in NOT_TYPED}
    try:
        services.keep_draft(
            dwelling_id=dwelling.pk, fields=fields,
            people=sum(not row.leaves for row in rows), by=request.scope, at=at,
        )  # fmt: skip
    except services.UnableToKeep as why:
        return private(JsonResponse({"problem": str(why)}, status=UNPROCESSABLE))
    return private(JsonResponse({"saved": f"{timezone.localtime(at):%H:%M:%S}"}))


@require_POST
@needs(Capability.EDIT_RESIDENTS)
def discard(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Throw the draft away and show the household as it is registered."""
    dwelling = get_in_scope(DwellingUnit.objects.all(), request.scope, pk=pk)
    services.drop_draft(dwelling_id=dwelling.pk, by=request.scope, at=timezone.now())
    return done(request, reverse("residents:entry", args=[dwelling.pk]), _("草稿已放弃"))
