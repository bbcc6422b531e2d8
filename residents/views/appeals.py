"""Appeals of residents (诉求): heard, listed, handled, answered, printed, counted.

Paper: S-118.
"""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.prepared import Prepared, counted
from portal.orgs.scope import Scope
from portal.ui.cells import BulkAction, SavedView
from portal.ui.pages import done, page
from residents import services
from residents.appeal_forms import AppealForm, AppealHandlerForm, AppealReplyForm
from residents.appeal_report import FEWEST, topics_of
from residents.filters import AppealFilter
from residents.models import ResidentAppeal
from residents.request_tables import APPEAL_TONES, AppealList
from residents.views.requests import act_on, note_look, show_list, show_request, take_down

State, Against = ResidentAppeal.State, ResidentAppeal.Against


class Listing(AppealList):
    filterset_class = AppealFilter


@require_GET
@needs(Capability.HANDLE_APPEALS)
def appeals(request: PortalRequest) -> HttpResponse:
    """Appeals of the acting unit and below it, without those against whoever looks."""
    scope, today = request.scope, timezone.localdate()
    rows = ResidentAppeal.objects.shown_to(scope).defer("sealed")
    bulk = [BulkAction(_("分办…"), reverse("residents:assign_appeals"), dialog=True)]
    views = partial(_views, scope, today)
    listing = Listing(request, rows, views=views, day=today, scope=scope, bulk=bulk)
    return show_list(request, listing, "residents/appeals.html")


def _views(scope: Scope, today: date) -> list[SavedView]:
    """The tabs; what is open is counted for all of them in one pass."""
    (counts,) = _open_appeals.rows(scope, day=today, user=scope.user_id or 0)
    return [
        SavedView(_("全部"), ""),
        SavedView(_("待分办"), "state=received", counts["received"]),
        SavedView(_("由我承办"), "mine=1", counts["mine"]),
        SavedView(_("已超期"), "overdue=1", counts["overdue"]),
    ]


@Prepared
def _open_appeals(
    scope: Scope, *, day: date, user: int
) -> QuerySet[ResidentAppeal, dict[str, int]]:
    """How many that this user is shown wait to be given out, wait for this user, and are late."""
    return counted(
        ResidentAppeal.objects.in_scope(scope).not_against(user).open(),
        received=Q(state=State.RECEIVED), mine=Q(handler_id=user), overdue=Q(due_on__lt=day),
    )  # fmt: skip


@needs(Capability.HANDLE_APPEALS)
def hear(request: PortalRequest) -> HttpResponse:
    """Take down what somebody says; against this unit or its staff, the unit above handles it."""
    scope, today = request.scope, timezone.localdate()
    initial = {"channel": "counter", "against": "nobody", "received_on": today}
    staff = services.staff_of(scope.unit, today)
    form = AppealForm(request.POST or None, initial=initial, staff=staff)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            voiced = services.Voiced(**form.cleaned_data)
            row = services.hear_appeal(voiced=voiced, by=scope, at=timezone.now())
            if row.committee_id != scope.unit:
                return reverse("residents:appeals")
            return reverse("residents:appeal", args=[row.pk])

        if url := take_down(request, form, act):
            said = _("已登记诉求，请按期答复")
            if url == reverse("residents:appeals"):
                said = _("已登记，由%(unit)s办理") % {"unit": services.unit_above(scope)}
            return done(request, url, said)
    context = {"form": form, "above": services.unit_above(scope)}
    return page(request, "residents/hear_appeal.html", context)


def _appeal(request: PortalRequest, pk: uuid.UUID) -> ResidentAppeal:
    rows = ResidentAppeal.objects.shown_to(request.scope).select_related("committee__parent")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_GET
@needs(Capability.HANDLE_APPEALS)
def appeal(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One appeal: what was said, who handles it, what was answered."""
    found = _appeal(request, pk)
    note_look(request, "residents.appeal_viewed", found)
    return _show(request, found)


def _show(
    request: PortalRequest, found: ResidentAppeal, *, form: Any = None, refusal: str = ""
) -> HttpResponse:  # fmt: skip
    today = timezone.localdate()
    acts = found.is_open and request.scope.unit == found.committee_id
    given = {"handler": found.handler_id}
    handler = form if isinstance(form, AppealHandlerForm) else None
    reply = form if isinstance(form, AppealReplyForm) else None
    return show_request(
        request, "residents/appeal.html", found, form=form, refusal=refusal,
        heading=found.get_topic_display(), tone=APPEAL_TONES[State(found.state)],
        told=services.appeal_words(found), unit=services.unit_title(found.committee),
        late=found.is_open and found.due_on < today,
        handler_form=(handler or AppealHandlerForm(
            initial=given, handlers=services.appeal_handlers(found, today)
        )) if acts else None,
        reply_form=(reply or AppealReplyForm(initial={"result": "solved"})) if acts else None,
        crumbs=[
            {"title": _("居民诉求"), "url": reverse("residents:appeals")},
            {"title": found.get_topic_display()},
        ],
    )  # fmt: skip


@require_POST
@needs(Capability.HANDLE_APPEALS)
def assign(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Give an appeal to somebody who is not complained of."""
    found = _appeal(request, pk)
    handlers = services.appeal_handlers(found, timezone.localdate())
    form = AppealHandlerForm(request.POST, handlers=handlers)

    def act() -> None:
        services.assign_appeal(
            appeal_id=pk, handler_id=form.cleaned_data["handler"], by=request.scope,
            at=timezone.now(),
        )  # fmt: skip

    return _done(request, found, form, act, _("已分办"))


@require_POST
@needs(Capability.HANDLE_APPEALS)
def answer(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Write down what is answered."""
    found, form = _appeal(request, pk), AppealReplyForm(request.POST)

    def act() -> None:
        services.answer_appeal(
            appeal_id=pk, result=form.cleaned_data["result"], reply=form.cleaned_data["reply"],
            by=request.scope, at=timezone.now(),
        )  # fmt: skip

    return _done(request, found, form, act, _("已答复，可打印交给本人"))


def _done(
    request: PortalRequest, found: ResidentAppeal, form: Any, act: Callable[[], None], said: str
) -> HttpResponse:  # fmt: skip
    def show(*, form: Any = None, refusal: str = "") -> HttpResponse:
        return _show(request, _appeal(request, found.pk), form=form, refusal=refusal)

    where = reverse("residents:appeal", args=[found.pk])
    return act_on(request, act, form=form, where=where, said=said, show=show)


@require_GET
@needs(Capability.HANDLE_APPEALS)
def letter(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """The answer, for the printer."""
    found = _appeal(request, pk)
    if found.is_open:
        raise Http404
    note_look(request, "residents.appeal_viewed", found)
    context = {
        "row": found, "told": services.appeal_words(found),
        "unit": services.unit_title(found.committee),
    }  # fmt: skip
    return page(request, "residents/appeal_letter.html", context)


@require_GET
@needs(Capability.HANDLE_APPEALS)
def report(request: PortalRequest) -> HttpResponse:
    """Topics and reply time of a year, without any single appeal."""
    today = timezone.localdate()
    since = today - timedelta(days=365)
    rows = ResidentAppeal.objects.shown_to(request.scope)
    context = {"lines": topics_of(rows, since, today), "since": since, "fewest": FEWEST}
    return page(request, "residents/appeals_report.html", context)
