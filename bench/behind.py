"""Every kind of page behind the lists of the register: a person, a dwelling, a form, a dialog.

Links are followed from the menu's pages; of each kind the first page that is met is measured, as
the lowest post sees it. What is added is measured from its first day, once a page leads to it. The
yardstick is the one of the menu's pages (`bench/menu.py`); a page that shows a whole building has a
bare page of the same rows.
"""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from django.urls import Resolver404, ResolverMatch, resolve

from bench.asking import Inside
from bench.district import District
from bench.figures import Figure
from bench.menu import most_queries, pages_of, server_times
from bench.pages import database_time, read_whole_by
from bench.serving import UnableToMeasure, served
from bench.targets import Target

FIFTY = "/residents/?unit={}"
AREAS = {"residents", "housing"}
#: Files and answers that are no page.
NO_PAGES = re.compile(r"export|file|photo|poster|picture|qr|frame|draws|offline|logout")
_LINK = re.compile(rb'(?:href|hx-get|data-url|data-peek-url)="(/[^"#]*)"')
#: Bare pages of those that show more than a page of fifty rows, by their kind.
WHOLE = {
    "housing:board": "/board/?id={pk}", "residents:ledger_homes": "/living/?id={pk}",
    "residents:ledger_homes_printed": "/living/?id={pk}",
    "residents:ledger_printed": "/ledger/?unit={unit}",
}  # fmt: skip
#: How many pages are opened to look for more of them.
MOST_OPENED = 400


def figures(district: District) -> list[Figure]:
    """Statements, scans, time in the database and server time of each kind of page."""
    inside = Inside(district)
    wanted = list(_behind(inside, district))
    for target in wanted:
        inside.asks(target)  # warm
    asked = [inside.asks(target) for target in wanted]
    found = [most_queries(wanted, asked), read_whole_by(district, wanted, asked)]
    found += [database_time(district, *each) for each in zip(wanted, asked, strict=True)]
    with served("portal.wsgi") as ours, served("bench.bare_wsgi") as bare:
        found += server_times(inside, zip(wanted, asked, strict=True), ours, bare)
    return found


def _behind(inside: Inside, district: District) -> Iterator[Target]:
    """One page of each kind that no menu names."""
    known: set[str] = set()
    for level in district.levels:
        waiting = [inside.landing(page) for page in pages_of(district, level)]
        known |= {kind for page in waiting if (kind := _kind(page.path))}
        for page in waiting:  # grows while it is walked
            for further in _linked(inside, page):
                kind = _kind(further.path)
                if kind is None or kind in known or len(waiting) >= MOST_OPENED:
                    continue
                known.add(kind)
                waiting.append(further)
                if _answers(inside, further):
                    yield _named(further, kind, district.scope(level).unit)


def _named(page: Target, kind: str, unit: int) -> Target:
    """The page under the name of its kind, with its yardstick."""
    match = _match(page.path)
    assert match is not None
    bare = WHOLE[kind].format(unit=unit, **match.kwargs) if kind in WHOLE else page.bare
    return replace(page, name=kind.partition(":")[2].replace("_", " "), bare=bare)


def _linked(inside: Inside, page: Target) -> Iterable[Target]:
    """The pages of the areas that this one leads to."""
    try:
        content = inside.visit(page)
    except UnableToMeasure:
        return
    for link in dict.fromkeys(_LINK.findall(content)):
        path = html.unescape(link.decode())
        match = _match(path)
        if match and match.app_name in AREAS and not NO_PAGES.search(path):
            yield replace(page, path=path, bare=FIFTY.format(page.bare.partition("=")[2]))


def _answers(inside: Inside, page: Target) -> bool:
    """Whether it is a page for this post: what only takes forms, or leads on, is none."""
    try:
        content = inside.visit(page)
    except UnableToMeasure:
        return False
    return b"</" in content


def _kind(path: str) -> str | None:
    match = _match(path)
    return match.view_name if match else None


def _match(path: str) -> ResolverMatch | None:
    try:
        return resolve(urlsplit(path).path)
    except Resolver404:
        return None
