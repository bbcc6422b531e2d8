"""One search field for people, dwellings and pages (ui.md 8.2).

What was typed may be a number: it travels in the body of a POST and never in an address.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from housing.estates import Estate, estate_name_of
from housing.filters import begins_with
from portal.desk.functions import Place, functions_like
from portal.orgs.access import PortalRequest, needs
from portal.orgs.capabilities import Capability
from portal.ui.pages import page, wants_fragment
from residents.search import SHORTEST, Dwelling, Person, SearchResult
from residents.search import search as search_register

IN_PANEL, ON_PAGE = 5, 50
LONGEST = 60
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[0-9]+|[\u3400-\u9fff]+")
Pieces = Sequence[tuple[str, bool]]


@dataclass(frozen=True)
class PersonRow:
    person: Person
    url: str
    name: Pieces
    address: Pieces


@dataclass(frozen=True)
class DwellingRow:
    dwelling: Dwelling
    url: str
    address: Pieces
    code: Pieces


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
    needles = _WORD.findall(text)
    functions = functions_like(text, request.scope) + _acts(request, found)
    estates = _estates(request, text)
    counts = (len(found.people), len(found.dwellings), len(estates), len(functions))
    return {
        "text": text,
        "found": found,
        "total": sum(counts),
        "people": [_person(row, needles) for row in found.people],
        "dwellings": [_dwelling(row, needles) for row in found.dwellings],
        "estates": estates,
        "functions": functions,
        "level": request.scope.level,
    }


def _person(row: Person, needles: Sequence[str]) -> PersonRow:
    url = _address("residents:person", row.resident_id)
    return PersonRow(row, url, pieces(row.name, needles), pieces(row.address, needles))


def _dwelling(row: Dwelling, needles: Sequence[str]) -> DwellingRow:
    url = _address("housing:dwelling", row.dwelling_id)
    return DwellingRow(row, url, pieces(row.address, needles), pieces(row.house_code, needles))


def _estates(request: PortalRequest, text: str) -> list[Place]:
    """Estates in scope whose names begin so; only words in characters can be one."""
    if not _HAN.search(text):
        return []
    rows = Estate.objects.in_scope(request.scope).standing()
    rows = rows.filter(begins_with("name", estate_name_of(text))).in_order()
    return [
        Place(row.name, _address("housing:estate", row.pk), "committee")
        for row in rows[:IN_PANEL]
    ]  # fmt: skip


def _acts(request: PortalRequest, found: SearchResult) -> list[Place]:
    """What one would do next with the one dwelling that was found."""
    if len(found.dwellings) != 1 or not request.scope.may(Capability.EDIT_RESIDENTS):
        return []
    (dwelling,) = found.dwellings
    url = _address("residents:entry", dwelling.dwelling_id)
    title = _("在 %(place)s 登记新成员") % {"place": dwelling.address}
    return [Place(title, url, "entry")] if url else []


def pieces(text: str, needles: Sequence[str]) -> Pieces:
    """The text cut at what was typed, each part with whether it is a match."""
    wanted = sorted({re.escape(needle) for needle in needles if needle}, key=len, reverse=True)
    if not wanted:
        return [(text, False)]
    parts = re.split(f"({'|'.join(wanted)})", text)
    return [(part, place % 2 == 1) for place, part in enumerate(parts) if part]


def _address(view: str, key: Any) -> str:
    try:
        return reverse(view, args=[key])
    except NoReverseMatch:
        return ""
