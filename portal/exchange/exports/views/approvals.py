"""What waits for an approver's word, and the word."""

import uuid

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.fresh import needs_fresh
from portal.exchange.exports import querying, services
from portal.exchange.exports.forms import DecideForm
from portal.exchange.exports.views.files import (
    MOST_SHOWN,
    export_in_sight,
    lines_of,
    shown,
    tabs,
)
from portal.exchange.models import ExportState
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import done, page


@needs(Capability.APPROVE_EXPORTS)
@require_GET
def waiting(request: PortalRequest) -> HttpResponse:
    """Exports that this post may decide on, the most urgent first."""
    rows = querying.waiting_for(request.scope, timezone.localdate()).order_by("due_on", "id")
    rows = rows.select_related("job")[:MOST_SHOWN]
    context = tabs(request, "waiting") | {"lines": lines_of(rows)}
    return page(request, "exports/list.html", context)


@needs(Capability.APPROVE_EXPORTS)
@require_GET
def decided(request: PortalRequest) -> HttpResponse:
    """Exports that this person has decided on."""
    rows = querying.decided_by(request.scope).select_related("job")[:MOST_SHOWN]
    context = tabs(request, "decided") | {"lines": lines_of(rows)}
    return page(request, "exports/list.html", context)


@needs(Capability.APPROVE_EXPORTS)
@require_POST
@needs_fresh("审批导出")
def decide(request: PortalRequest, export_id: uuid.UUID) -> HttpResponse:
    """Agree, or send back with the reason."""
    export = export_in_sight(request, export_id)
    form = DecideForm(request.POST)
    agreed = request.POST.get("agreed") == "1"
    if not form.is_valid():
        return shown(request, export, form)
    try:
        after = services.decide(
            export_id=export_id, agreed=agreed, reason=form.cleaned_data["reason"],
            by=request.scope, at=timezone.now(),
        )  # fmt: skip
    except services.UnableToDecide as why:
        if "原因" in str(why):
            form.add_error("reason", str(why))
            return shown(request, export, form)
        export.refresh_from_db()
        return shown(request, export, refusal=str(why))
    if not agreed:
        said = _("已退回 %(number)s")
    elif after.state == ExportState.MAKING:
        said = _("已同意 %(number)s，正在生成文件，申请人可下载")
    else:
        said = _("已同意 %(number)s，还须另一人同意")
    return done(request, reverse("exports:waiting"), said % {"number": export.number})
