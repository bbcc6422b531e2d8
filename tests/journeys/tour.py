"""A walk through the pages that a post can reach by links, one example of each page."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from tests.journeys.conftest import Desk

# What is no page to look at: the way out, files, and data for other systems.
PASSED_BY = re.compile(
    r"logout|export|download|template|report|schema|api|file|errors?_book|statistics:board|\.txt$"
)
MOST_PAGES = 60


@dataclass(frozen=True)
class Stop:
    """One page of the walk: the view's name and the address at which it was found."""

    view: str
    path: str

    @property
    def name(self) -> str:
        """A file's name for it."""
        return self.view.replace(":", "-")


def view_of(path: str) -> str:
    """The name of the view behind an address; empty when it is no page of ours."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def walk(desk: Desk) -> Iterator[Stop]:
    """Every page that links lead to, breadth first; it is open in the browser when it is given."""
    waiting, known = deque(["/"]), set[str]()
    while waiting and len(known) < MOST_PAGES:
        desk.open(waiting.popleft())
        desk.page.wait_for_load_state("load")
        path = desk.page.url.removeprefix(desk.address)
        if (view := view_of(path)) in known or not view:
            continue
        known.add(view)
        # links first: whoever looks at the page may click it away
        waiting.extend(ahead(desk, known))
        yield Stop(view, path)


def ahead(desk: Desk, known: set[str]) -> list[str]:
    """Addresses on the page that lead to views not seen yet, one for each."""
    found: dict[str, str] = {}
    hrefs = desk.page.eval_on_selector_all(
        "a[href^='/']", "links => links.map(link => link.getAttribute('href'))"
    )
    for href in hrefs:
        view = view_of(href)
        if view and view not in known and not PASSED_BY.search(f"{view} {href}"):
            found.setdefault(view, href)
    return list(found.values())
