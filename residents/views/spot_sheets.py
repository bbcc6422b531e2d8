"""A verifier's own sheet: on the phone at the door, or printed and typed in afterwards; blind.

Paper: S-32.
"""

import uuid
from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from portal.audit.record import record
from portal.jobs.acts import act_once, put_at_field
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.forms import PortalForm
from portal.ui.pages import UNPROCESSABLE, done, page
from residents import services
from residents.models import SpotItem, SpotPlace
from residents.services import spotchecks
from residents.spot_forms import PlaceForm, VisitForm
from residents.spotchecks.besides import HUKOU
from residents.spotchecks.courses import MOST_VISITS, WITH_PEOPLE
from residents.spotchecks.rounds import SpotItemQuerySet

#: Lines to write on for one dwelling on paper.
BLANK = 5


@require_GET
@needs(Capability.CHECK_SAMPLES)
def sheet(request: PortalRequest) -> HttpResponse:
    """The draws given to the acting post that are open today, in walking order."""
    return _sheet(request, "residents/spot_sheet.html")


@require_GET
@needs(Capability.CHECK_SAMPLES)
def printed(request: PortalRequest) -> HttpResponse:
    """The same on paper, with room to write."""
    return _sheet(request, "residents/spot_printed.html")


def _sheet(request: PortalRequest, template: str) -> HttpResponse:
    items = list(_own(request).order_by("round_id", "number"))
    record(
        "residents.spot_sheet_viewed", by=request.scope, at=timezone.now(),
        target=("residents.spotitem", "sheet"), changes={"rows": len(items)},
    )  # fmt: skip
    waiting = [item for item in items if not item.is_over]
    context = {
        "items": items, "waiting": waiting, "done": [item for item in items if item.is_over],
        "most": MOST_VISITS, "blank": range(BLANK), "hukou": HUKOU,
        "until": items[0].closes_on if items else None,
    }  # fmt: skip
    return page(request, template, context)


def _own(request: PortalRequest) -> SpotItemQuerySet:
    return SpotItem.objects.on_sheet_of(request.scope, timezone.localdate())


@needs(Capability.CHECK_SAMPLES)
def visit(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """One door: what the call came to."""
    item = _own(request).filter(pk=pk).first()
    if item is None:
        raise Http404
    form = VisitForm(
        request.POST or None, kind=item.kind, more=item.asks_more,
        initial={"version": item.version},
    )  # fmt: skip
    following = _next(request, item)
    if request.method == "POST" and form.is_valid():
        where = reverse("residents:spot_sheet")
        if following:
            where = reverse("residents:spot_visit", args=[following.pk])
        entered = _entered(
            request, form, where, _("已记录"),
            lambda: spotchecks.enter_visit(
                item_id=pk, version=form.cleaned_data["version"], visit=form.visit(),
                by=request.scope, at=timezone.now(),
            ),
        )  # fmt: skip
        if entered:
            return entered
    context = {
        "item": item, "form": form, "next": following,
        "with": " ".join(WITH_PEOPLE),
    }  # fmt: skip
    return page(request, "residents/spot_visit.html", context)


@needs(Capability.CHECK_SAMPLES)
def places(request: PortalRequest) -> HttpResponse:
    """What this post found along the blocks that no list has; one more can be written down."""
    items = _own(request).filter(kind="forward").order_by("round_id", "number")
    form = PlaceForm(request.POST or None, items=items)
    if request.method == "POST" and form.is_valid():
        where = reverse("residents:spot_found")
        entered = _entered(
            request, form, where, _("已记下，公布时转为线索"),
            lambda: spotchecks.note_place(
                item_id=form.cleaned_data["item"], seen=form.seen(), by=request.scope,
                at=timezone.now(),
            ),
        )  # fmt: skip
        if entered:
            return entered
    found = SpotPlace.objects.noted_by(request.scope).select_related("committee").order_by("id")
    context = {"form": form, "found": found, "items": items}
    status = UNPROCESSABLE if form.errors else 200
    return page(request, "residents/spot_places.html", context, status=status)


@require_POST
@needs(Capability.CHECK_SAMPLES)
def drop_place(request: PortalRequest, pk: uuid.UUID) -> HttpResponse:
    """Take back a place that was written down by mistake."""
    where = reverse("residents:spot_found")
    try:
        act_once(
            request,
            lambda: spotchecks.drop_place(place_id=pk, by=request.scope, at=timezone.now()),
            where=where,
        )
    except SpotPlace.DoesNotExist as gone:
        raise Http404 from gone
    return done(request, where, _("已删去"))


def _entered(
    request: PortalRequest, form: PortalForm, where: str, said: str, act: Callable[[], object]
) -> HttpResponse | None:
    """Write down once what was typed and go on; None where it is refused, at its field."""
    try:
        act_once(request, act, where=where)
    except services.UnableToCheck as why:
        if not put_at_field(form, why.field, why):
            form.add_error(None, str(why))
        return None
    return done(request, where, said)


def _next(request: PortalRequest, item: SpotItem) -> SpotItem | None:
    """The next door on the way that was not called at yet; None behind the last one."""
    rows = _own(request).filter(round_id=item.round_id, number__gt=item.number, outcome="")
    return rows.order_by("number").first()
