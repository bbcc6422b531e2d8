"""One search field for people, dwellings and pages (ui.md 8.2).

What was typed may be a number: it travels in the body of a POST and never in an address.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from housing.estates import Estate, estate_name_of
from portal.desk.functions import Place, functions_like
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.orgs.prepared import Prepared
from portal.orgs.scope import Scope
from portal.ui.addresses import address_if_any
from portal.ui.drawing import fill
from portal.ui.markup import masked
from portal.ui.pages import page, wants_fragment
from portal.ui.templatetags.ui import kbd, or_dash
from residents.search import SHORTEST, Dwelling, Person, SearchResult
from residents.search import search as search_register

IN_PANEL, ON_PAGE = 5, 50
LONGEST = 60
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[0-9]+|[\u3400-\u9fff]+")
Mark = Callable[[str], SafeString]
_PERSON = """  <a class="pp-search-row" href="%s">
    <b>%s</b>
    <span class="pp-2">%s</span>
    <span>%s</span>
    <span class="pp-ellipsis">%s%s</span>
    %s
  </a>
"""
_DWELLING = """  <a class="pp-search-row pp-search-row-2" href="%s">
    <span class="pp-ellipsis">%s</span>
    <code class="pp-ellipsis">%s</code>
    <span class="pp-2 pp-ellipsis">%s</span>
    %s
  </a>
"""


@needs(Capability.VIEW_REGISTER)
@require_http_methods(["GET", "POST"])
def search(request: PortalRequest) -> HttpResponse:
    """The page with its results, or the panel under the field; an empty field gives nothing."""
    text = request.POST.get("q", "").strip()[:LONGEST]
    fragment = wants_fragment(request)
    template = "desk/search_panel.html" if fragment else "desk/search.html"
    if len(text) < SHORTEST:
        return page(request, template, {"text": text, "found": None})
    found = search_register(
        text, by=request.scope, at=timezone.now(), limit=IN_PANEL if fragment else ON_PAGE
    )
    return page(request, template, _context(request, text, found))


def _context(request: PortalRequest, text: str, found: SearchResult) -> dict[str, Any]:
    marked = marker(_WORD.findall(text))
    functions = functions_like(text, request.scope) + _acts(request, found)
    estates = _estates(request, text)
    counts = (len(found.people), len(found.dwellings), len(estates), len(functions))
    return {
        "text": text,
        "found": found,
        "total": sum(counts),
        "people": SafeString("\n".join([_person(row, marked) for row in found.people])),
        "dwellings": SafeString("\n".join([_dwelling(row, marked) for row in found.dwellings])),
        "estates": estates,
        "functions": functions,
        "level": request.scope.level,
    }


def _person(row: Person, marked: Mark) -> SafeString:
    place = fill('　<span class="pp-2">%s</span>', row.relation) if row.relation else ""
    return fill(
        _PERSON, address_if_any("residents:person", row.resident_id), marked(row.name), row.facts,
        masked(row.id_mask), marked(row.address), place, kbd("Enter"),
    )  # fmt: skip


def _dwelling(row: Dwelling, marked: Mark) -> SafeString:
    return fill(
        _DWELLING, address_if_any("housing:dwelling", row.dwelling_id), marked(row.address),
        or_dash(row.house_code), row.facts, kbd("Enter"),
    )  # fmt: skip


def _estates(request: PortalRequest, text: str) -> list[Place]:
    """Estates in scope whose names begin so; only words in characters can be one."""
    if not _HAN.search(text):
        return []
    return [
        Place(row.name, address_if_any("housing:estate", row.pk), "committee")
        for row in _named_estates.rows(request.scope, name=estate_name_of(text))
    ]


@Prepared
def _named_estates(scope: Scope, *, name: str) -> QuerySet[Estate]:
    rows = Estate.objects.in_scope(scope).standing().filter(name__starts_with=name)
    return rows.in_order().only("name")[:IN_PANEL]


def _acts(request: PortalRequest, found: SearchResult) -> list[Place]:
    """What one would do next with the one dwelling that was found."""
    if len(found.dwellings) != 1 or not request.scope.may(Capability.EDIT_RESIDENTS):
        return []
    (dwelling,) = found.dwellings
    url = address_if_any("residents:entry", dwelling.dwelling_id)
    title = _("在 %(place)s 登记新成员") % {"place": dwelling.address}
    return [Place(title, url, "entry")] if url else []


def marker(needles: Sequence[str]) -> Mark:
    """What draws a text with each of the words that were typed marked in it."""
    wanted = sorted({re.escape(needle) for needle in needles if needle}, key=len, reverse=True)
    if not wanted:
        return escape
    cut = re.compile(f"({'|'.join(wanted)})").split

    def marked(text: str) -> SafeString:
        parts = [
            fill('<mark class="pp-hit">%s</mark>' if place % 2 else "%s", part)
            for place, part in enumerate(cut(text))
        ]
        return SafeString("".join(parts))

    return marked
