"""The list of permit cases and the page of one (ui.md 8.9)."""

import uuid
from datetime import date

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from permits import services
from permits.filters import CaseFilter
from permits.models import PermitApplication
from permits.tables import CaseList
from permits.views.sheet import show
from portal import kept
from portal.audit.record import record
from portal.orgs.access import PortalRequest, get_in_scope, needs
from portal.orgs.capabilities import Capability
from portal.orgs.scope import Scope
from portal.ui.cells import SavedView


class Listing(CaseList):
    filterset_class = CaseFilter


@needs(Capability.VIEW_PERMITS)
@require_GET
def cases(request: PortalRequest) -> HttpResponse:
    """Cases of the acting unit, with the views that people ask for every day."""
    scope, today = request.scope, timezone.localdate()
    kept.expect(_waiting_for(scope, today))
    listing = Listing(
        request,
        PermitApplication.objects.in_scope(scope).select_related("permit"),
        views=lambda: _views(scope, today),
        filter_context={"scope": scope, "day": today},
        kept_of=scope.unit,
    )
    if not listing.is_asked_for_filters:
        record(
            "register.list_viewed", by=scope, at=timezone.now(), target=("permits", ""),
            changes={"list": "居住证", "query": listing.query},
        )  # fmt: skip
    context = {"may_receive": scope.may(Capability.RECEIVE_PERMITS)}
    return listing.respond("permits/list.html", context)


def _waiting_for(scope: Scope, today: date) -> kept.Key:
    return kept.tabs_of(Listing.key, scope.unit, today, scope.user_id)


def _views(scope: Scope, today: date) -> list[SavedView]:
    views = [SavedView(_("全部"), "")]
    if any(
        scope.may(each)
        for each in (
            Capability.RECEIVE_PERMITS, Capability.REVIEW_PERMITS, Capability.DECIDE_PERMITS,
        )
    ):  # fmt: skip
        rows = PermitApplication.objects.in_scope(scope).awaiting(scope)
        waiting = kept.fact(_waiting_for(scope, today), rows.count)
        views.append(SavedView(_("待我办"), "waiting=mine", waiting))
    return [
        *views,
        SavedView(_("待补正"), "state=incomplete"),
        SavedView(_("30 天内到期"), "expiry=soon"),
        SavedView(_("已过期"), "expiry=over"),
    ]


@needs(Capability.VIEW_PERMITS)
@require_GET
def case(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One case with everything that bears on it."""
    whole = PermitApplication.objects.select_related("dwelling", "permit")
    found = get_in_scope(whole, request.scope, pk=pk)
    services.note_viewed(case=found, by=request.scope, at=timezone.now())
    return show(request, found)
