"""Pages of requests: a list whose look is noted, one request, one act on it.

Leads, transfers, requests for correction and appeals differ in their steps, not in this.
"""

from collections.abc import Callable
from typing import Any, Protocol

from django import forms
from django.db import models
from django.http import HttpResponse
from django.utils import timezone

from portal.audit.record import record
from portal.exchange.exports.kinds import may_export
from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest
from portal.ui.listing import RegisterList
from portal.ui.pages import UNPROCESSABLE, done, page
from residents import services

Refused = (services.UnableToFollowUp, services.UnableToTransfer)


class Show(Protocol):
    """Shows a request as it is now, with a form as it was typed or a refusal above it."""

    def __call__(self, *, form: Any = None, refusal: str = "") -> HttpResponse: ...


def show_list(
    request: PortalRequest, listing: RegisterList, template: str = "ui/list_page.html",
    context: dict[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    """The list; that somebody looked, and at whom, is an event."""
    if not listing.is_asked_for_filters:
        rows = listing.page.rows
        subjects = [key for row in rows if (key := getattr(row, "resident_id", None))]
        record(
            "register.list_viewed", by=request.scope, at=timezone.now(),
            target=(listing.base.model._meta.label_lower, "list"), subjects=subjects,
            changes={"list": str(listing.caption), "filter": listing.query},
        )  # fmt: skip
    given = {"may_export": may_export(request.scope, listing.key)} | (context or {})
    return listing.respond(template, given)


def note_look(request: PortalRequest, event: str, found: Any) -> None:
    """That somebody looked at one request."""
    known = getattr(found, "resident_id", None)
    record(
        event, by=request.scope, at=timezone.now(), target=found, committee=found.committee_id,
        subjects=[known] if known else [],
    )  # fmt: skip


def show_request(
    request: PortalRequest, template: str, row: models.Model, *, form: forms.Form | None,
    refusal: str, **context: Any,
) -> HttpResponse:  # fmt: skip
    """One request; 422 where an act on it was refused."""
    status = UNPROCESSABLE if refusal or (form and form.errors) else 200
    context |= {"row": row, "refusal": refusal}
    return page(request, template, context, status=status)


def act_on(
    request: PortalRequest, act: Callable[[], Any], *, form: forms.Form | None, where: str,
    said: str, show: Show,
) -> HttpResponse:  # fmt: skip
    """Act once for the posted form and go on to `where`; a refusal shows with what was typed."""
    if form is not None and not form.is_valid():
        return show(form=form)
    try:
        act_once(request, act, where=where)
    except Refused as why:
        if put_at_field(form, why.field, why):
            return show(form=form)
        return show(refusal=str(why))
    return done(request, where, said)


def take_down(request: PortalRequest, form: forms.Form, act: Callable[[], str]) -> str:
    """Begin a request, once; where to go on, blank where the form says why it is refused."""
    try:
        return act_once(request, act)
    except Refused as why:
        if not put_at_field(form, why.field, why):
            form.add_error(None, str(why))
        return ""
