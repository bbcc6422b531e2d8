"""Filling anyone's form (一表通): the forms of a unit, their columns, and the rows that go in."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts.fresh import ask_again
from portal.exchange.containers import FileRefused
from portal.exchange.exports import services as exports
from portal.exchange.exports.kinds import ExportKind
from portal.exchange.exports.services.asking import Asked, Prospect
from portal.exchange.exports.views.asking import conditions_in
from portal.exchange.exports.words import tier_sentence
from portal.exchange.filling import services
from portal.exchange.filling.filled import serial_place
from portal.exchange.filling.forms import FillForm, FormSent
from portal.exchange.filling.pages import columns_shown, form_rows, header_choices
from portal.exchange.models import BlankForm
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import key_of
from portal.ui.keeping import Choices
from portal.ui.pages import UNPROCESSABLE, done, page

MOST_SHOWN = 100
#: The list from whose conditions somebody came, in an address.
FROM_LIST = "list"


@needs(Capability.EXPORT_MASKED)
@require_GET
def kept(request: PortalRequest) -> HttpResponse:
    """The forms that the acting unit keeps, and those of units below; the newest first."""
    kinds, chosen = services.fillable_kinds(request.scope), request.GET.get(FROM_LIST, "")
    rows = services.forms_of(request.scope).select_related("committee").defer("sealed", "top")
    if chosen in kinds:
        rows = rows.filter(kind=chosen)
    query = conditions_in(request.GET, FROM_LIST) if chosen in kinds else ""
    context = {
        "rows": form_rows(rows.order_by("-uploaded_at", "-id")[:MOST_SHOWN], kinds),
        "query": query, "kind": kinds.get(chosen), "may_begin": bool(kinds),
        "conditions": kinds[chosen].conditions(request.scope, query, timezone.localdate())
        if query else [],
    }  # fmt: skip
    return page(request, "filling/list.html", context)


@needs(Capability.EXPORT_MASKED)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PortalRequest) -> HttpResponse:
    """A form that another office sent."""
    at, kinds = timezone.now(), services.fillable_kinds(request.scope)
    chosen = request.GET.get(FROM_LIST, "")
    query = conditions_in(request.GET, FROM_LIST)
    sent = FormSent(
        request.POST or None, request.FILES or None, kinds=kinds,
        initial={"kind": chosen if chosen in kinds else next(iter(kinds), "")},
    )  # fmt: skip
    if request.method == "POST" and sent.is_valid():
        told = sent.cleaned_data
        try:
            return done(request, once(
                key=key_of(request), user_id=request.scope.user_id or 0, at=at,
                act=lambda: _received(request, told, query if told["kind"] == chosen else ""),
            ))  # fmt: skip
        except services.UnableToFill as why:
            sent.add_error(why.field if why.field in sent.fields else None, str(why))
    context = {"form": sent, "query": request.GET.urlencode(),
               "crumbs": _crumbs(_("新的来表"))}  # fmt: skip
    return page(request, "filling/new.html", context)


def _received(request: PortalRequest, told: dict[str, Any], query: str) -> str:
    found = services.receive_form(
        kind=told["kind"], sender=told["sender"], file_name=told["file"].name,
        content=told["file"].read(), by=request.scope, at=timezone.now(),
    )  # fmt: skip
    return _address("forms:fill" if found.is_mapped else "forms:form", found.pk, query)


def _address(name: str, form_id: uuid.UUID, query: str) -> str:
    where = reverse(name, args=[form_id])
    return f"{where}?{query}" if query else where


def _crumbs(title: str) -> list[dict[str, object]]:
    return [{"title": _("一表通"), "url": reverse("forms:list")}, {"title": title, "url": ""}]


def _in_sight(request: PortalRequest, form_id: uuid.UUID) -> tuple[BlankForm, ExportKind]:
    """The form, where the post may have the list that it is filled from; 404 otherwise."""
    rows = services.forms_of(request.scope).select_related("committee")
    found: BlankForm | None = rows.filter(pk=form_id).first()
    kind = services.fillable_kinds(request.scope).get(found.kind) if found else None
    if found is None or kind is None:
        raise Http404
    return found, kind


@needs(Capability.EXPORT_MASKED)
@require_GET
def form(request: PortalRequest, form_id: uuid.UUID) -> HttpResponse:
    """What the headings of a form mean."""
    return _columns_page(request, *_in_sight(request, form_id))


def _columns_page(
    request: PortalRequest, found: BlankForm, kind: ExportKind, *,
    chosen: list[str | None] | None = None, refusal: str = "",
) -> HttpResponse:  # fmt: skip
    rows = columns_shown(found, kind, chosen or found.mapping, request.scope)
    context = {
        "form": found, "kind": kind, "rows": rows, "refusal": refusal,
        "fields": list(kind.for_forms().values()), "heads": header_choices(services.tops(found)),
        "head": f"{found.sheet}\x1f{found.header_row}", "query": request.GET.urlencode(),
        "blank": [row.state for row in rows].count("blank"), "crumbs": _crumbs(found.title),
    }  # fmt: skip
    status = UNPROCESSABLE if refusal else 200
    return page(request, "filling/form.html", context, status=status)


@needs(Capability.EXPORT_MASKED)
@require_POST
def headings(request: PortalRequest, form_id: uuid.UUID) -> HttpResponse:
    """Choose by hand in which row the headings stand."""
    found, kind = _in_sight(request, form_id)
    sheet, _sep, row = request.POST.get("head", "").rpartition("\x1f")
    try:
        services.choose_headings(
            form_id=form_id, sheet=sheet, row=int(row) if row.isdecimal() else 0,
            by=request.scope, at=timezone.now(),
        )  # fmt: skip
    except services.UnableToFill as why:
        return _columns_page(request, found, kind, refusal=str(why))
    return done(request, _address("forms:form", form_id, request.GET.urlencode()))


@needs(Capability.EXPORT_MASKED)
@require_POST
def columns(request: PortalRequest, form_id: uuid.UUID) -> HttpResponse:
    """Confirm what the headings mean."""
    found, kind = _in_sight(request, form_id)
    chosen = [request.POST.get(f"column-{place}") or None for place in range(len(found.headers))]
    try:
        services.map_form(form_id=form_id, mapping=chosen, by=request.scope, at=timezone.now())
    except services.UnableToFill as why:
        return _columns_page(request, found, kind, chosen=chosen, refusal=str(why))
    return done(request, _address("forms:fill", form_id, request.GET.urlencode()))


@needs(Capability.EXPORT_MASKED)
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request: PortalRequest, form_id: uuid.UUID) -> HttpResponse:
    """Whose rows go in, how many they are, what for; the file is made like any export."""
    found, kind = _in_sight(request, form_id)
    if not found.is_mapped:
        return done(request, _address("forms:form", form_id, request.GET.urlencode()))
    at, scope = timezone.now(), request.scope
    filled, withheld = services.columns_for(found, scope)
    asked = Asked(
        kind, conditions_in(request.GET), [column.key for column in filled], "xlsx", form=found
    )
    try:
        if not filled:
            raise exports.UnableToExport(_("本岗位在这张表里没有可填的列"))
        prospect = exports.prospect(asked, by=scope, at=at)
    except exports.UnableToExport as why:
        return _fill_page(request, found, asked, refusal=str(why), withheld=withheld)
    needs_reason = prospect.tier.needs_reason
    sent = FillForm(request.POST or None, needs_reason=needs_reason)
    if request.method == "POST" and sent.is_valid():
        if needs_reason and (again := ask_again(request, _("填写来表"))):
            return again
        try:
            return done(request, once(
                key=key_of(request), user_id=scope.user_id or 0, at=at,
                act=lambda: _begin(request, asked, sent.cleaned_data),
            ))  # fmt: skip
        except exports.UnableToExport as why:
            sent.add_error(why.field if why.field in sent.fields else None, str(why))
        except FileRefused as refusal:
            sent.add_error(None, refusal.message_zh)
    return _fill_page(request, found, asked, prospect=prospect, sent=sent, withheld=withheld)


def _begin(request: PortalRequest, asked: Asked, told: dict[str, Any]) -> str:
    """Ask, and fill at once where nobody else has to agree."""
    at, by = timezone.now(), request.scope
    export = exports.ask_export(
        asked=Asked(
            asked.kind, asked.query, asked.columns, "xlsx", told["purpose"],
            told.get("reason", ""), asked.form,
        ),
        by=by, at=at,
    )  # fmt: skip
    if asked.form is not None:
        services.note_filled(form_id=asked.form.pk, by=by, at=at)
    if not export.approvals:
        exports.make_now(export_id=export.pk, by=by, at=at)
    return reverse("exports:export", args=[export.pk])


@dataclass(frozen=True)
class Part:
    """A part of the register to choose from."""

    title: object
    url: str
    on: bool


def _parts(request: PortalRequest, found: BlankForm, asked: Asked) -> list[Part]:
    """The register's ranges and the user's own views; what came from a list, if it is neither."""
    own = [(view.query, view.title) for view in Choices.of(request, asked.kind.key).views]
    known = [*asked.kind.ranges, *own]
    parts = [
        Part(title, _address("forms:fill", found.pk, query), _same(query, asked.query))
        for query, title in known
    ]
    if not any(part.on for part in parts):
        here = _address("forms:fill", found.pk, asked.query)
        parts.append(Part(_("列表里选定的"), here, on=True))
    return parts


def _same(first: str, second: str) -> bool:
    return sorted(QueryDict(first).lists()) == sorted(QueryDict(second).lists())


def _fill_page(
    request: PortalRequest, found: BlankForm, asked: Asked, *, prospect: Prospect | None = None,
    sent: FillForm | None = None, refusal: str = "", withheld: list[Any],
) -> HttpResponse:  # fmt: skip
    titles = [header for header, key in zip(found.headers, found.mapping, strict=True) if not key]
    serial = serial_place(found.headers)
    context = {
        "form": found, "kind": asked.kind, "asked": sent, "found": prospect, "refusal": refusal,
        "parts": _parts(request, found, asked), "withheld": withheld,
        "unknown": [each for each in titles if serial is None or each != found.headers[serial]],
        "filled": [column.title for column in asked.chosen()],
        "conditions": asked.kind.conditions(request.scope, asked.query, timezone.localdate()),
        "action": _address("forms:fill", found.pk, asked.query),
        "list_url": f"{reverse(asked.kind.address)}?{asked.query}",
        "says": tier_sentence(
            request.scope.unit, prospect.rows, prospect.already, prospect.tier.approvals,
            reasoned=prospect.tier.needs_reason,
        ) if prospect else "",
        "crumbs": _crumbs(found.title),
    }  # fmt: skip
    refused = refusal and request.method == "POST"
    return page(request, "filling/fill.html", context, status=UNPROCESSABLE if refused else 200)


@needs(Capability.EXPORT_MASKED)
@require_POST
def remove(request: PortalRequest, form_id: uuid.UUID) -> HttpResponse:
    """Throw a form away."""
    _in_sight(request, form_id)
    try:
        services.remove_form(form_id=form_id, by=request.scope, at=timezone.now())
    except services.UnableToFill as why:
        messages.error(request, str(why))
        return done(request, reverse("forms:list"))
    return done(request, reverse("forms:list"), _("已删除来表；列的对应仍记住"))
