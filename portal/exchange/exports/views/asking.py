"""Asking for a file: at once from the list when it is small, on a page of its own otherwise."""

from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts.fresh import ask_again
from portal.exchange.exports import services
from portal.exchange.exports.forms import FORMATS, AskForm
from portal.exchange.exports.kinds import ExportKind, export_kinds
from portal.exchange.exports.services.asking import Asked, Prospect
from portal.exchange.exports.views.files import answer_with
from portal.exchange.exports.words import tier_sentence
from portal.exchange.models import ExportRequest
from portal.jobs.services import once
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.idempotency import key_of
from portal.ui.listing import CONTROL_NAMES, chosen_columns
from portal.ui.pages import done, page

MOST_QUERY = 1000


@needs(Capability.EXPORT_MASKED)
@require_POST
def quick(request: PortalRequest, kind: str) -> HttpResponse:
    """The list as a file at once, when it is small; else the page that asks for more."""
    chosen = _kind(kind)
    asked = Asked(
        chosen, conditions_in(request.GET), chosen_columns(request, kind), _format(request),
        request.POST.get("purpose", "").strip()[:60],
    )  # fmt: skip
    at = timezone.now()
    if not asked.purpose:
        return _page(request, asked, refusal=_("导出前请写明用途"))
    try:
        if services.prospect(asked, by=request.scope, at=at).tier.number > 1:
            return done(request, _address(asked))
        export = services.ask_export(asked=asked, by=request.scope, at=at)
    except services.UnableToExport as why:
        return _page(request, asked, refusal=str(why))
    services.make_now(export_id=export.pk, by=request.scope, at=at)
    export.refresh_from_db()
    return answer_with(request, export, at)


@needs(Capability.EXPORT_MASKED)
def ask(request: PortalRequest, kind: str) -> HttpResponse:
    """How many rows, on whose word, which columns, what for and why."""
    chosen = _kind(kind)
    asked = Asked(
        chosen, conditions_in(request.GET), chosen_columns(request, kind), _format(request),
        request.GET.get("purpose", "").strip()[:60],
    )  # fmt: skip
    return _page(request, asked)


def _page(request: PortalRequest, asked: Asked, refusal: str = "") -> HttpResponse:
    at, scope = timezone.now(), request.scope
    try:
        found = services.prospect(asked, by=scope, at=at)
    except services.UnableToExport as why:
        return _shown(request, asked, None, None, str(why))
    posted = request.POST if request.method == "POST" and not refusal else None
    form = AskForm(
        posted, kind=asked.kind, needs_reason=found.tier.needs_reason,
        initial={
            "purpose": asked.purpose, "file_format": asked.file_format,
            "keys": [column.key for column in asked.kind.chosen(asked.columns)],
        },
    )  # fmt: skip
    if posted is not None and form.is_valid():
        if found.tier.needs_reason and (again := ask_again(request, _("导出名单"))):
            return again
        try:
            where = once(
                key=key_of(request), user_id=scope.user_id or 0, at=at,
                act=lambda: _begin(request, asked, form.cleaned_data),
            )  # fmt: skip
        except services.UnableToExport as why:
            form.add_error(why.field or None, str(why))
        else:
            return done(request, where)
    return _shown(request, asked, found, form, refusal)


def _begin(request: PortalRequest, asked: Asked, told: dict[str, Any]) -> str:
    """Ask, and make the file at once where nobody else has to agree."""
    at = timezone.now()
    export: ExportRequest = services.ask_export(
        asked=Asked(
            asked.kind, asked.query, told["keys"], told["file_format"], told["purpose"],
            told.get("reason", ""),
        ),
        by=request.scope, at=at,
    )  # fmt: skip
    if not export.approvals:
        services.make_now(export_id=export.pk, by=request.scope, at=at)
    return reverse("exports:export", args=[export.pk])


def _shown(
    request: PortalRequest, asked: Asked, found: Prospect | None, form: AskForm | None,
    refusal: str,
) -> HttpResponse:  # fmt: skip
    day = timezone.localdate()
    context = {
        "title": asked.kind.title, "unit": asked.kind.unit, "found": found, "form": form,
        "refusal": refusal, "action": _address(asked),
        "conditions": asked.kind.conditions(request.scope, asked.query, day),
        "back": f"{reverse(asked.kind.address)}?{asked.query}",
        "says": tier_sentence(
            request.scope.unit, found.rows, found.already, found.tier.approvals,
            reasoned=found.tier.needs_reason,
        ) if found else "",
        "crumbs": [
            {"title": _("导出中心"), "url": reverse("exports:own")},
            {"title": _("导出%(list)s") % {"list": asked.kind.title}, "url": ""},
        ],
    }  # fmt: skip
    status = 422 if refusal or (found is None and request.method == "POST") else 200
    return page(request, "exports/ask.html", context, status=status)


def _kind(key: str) -> ExportKind:
    kind = export_kinds().get(key)
    if kind is None:
        raise Http404
    return kind


def conditions_in(given: QueryDict, *more: str) -> str:
    """The conditions of the list's address, without what only the page needs, nor `more`."""
    query = given.copy()
    for name in (*CONTROL_NAMES, "purpose", "format", *more):
        query.pop(name, None)
    return query.urlencode()[:MOST_QUERY]


def _format(request: PortalRequest) -> str:
    asked = request.POST.get("format") or request.GET.get("format") or ""
    return asked if asked in dict(FORMATS) else "xlsx"


def _address(asked: Asked) -> str:
    """The page that asks, with everything told so far."""
    query = QueryDict(asked.query, mutable=True)
    query["format"], query["purpose"] = asked.file_format, asked.purpose
    return f"{reverse('exports:ask', args=[asked.kind.key])}?{query.urlencode()}"
