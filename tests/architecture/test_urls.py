"""Deny by default: a view that does not say who may see it is not served (docs/adr/0004)."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from portal.orgs.capabilities import Capability

# Whoever adds a page that needs no login writes its name here and the reason into the review.
PUBLIC_LIMIT = 6


def walk(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, route)
        else:
            yield route, entry


PATTERNS = list(walk(get_resolver()))


def declared(pattern: URLPattern) -> dict[str, Any]:
    """What the view says about itself; a class says it for its instances."""
    view = pattern.callback
    carriers = [view, getattr(view, "view_class", None), getattr(view, "cls", None)]
    return {
        key: value
        for key in ("capability", "signed_in", "public")
        for carrier in carriers
        if carrier is not None and (value := getattr(carrier, key, None)) is not None
    }


@pytest.mark.parametrize(("route", "pattern"), PATTERNS, ids=[route for route, _ in PATTERNS])
def test_every_view_says_who_may_see_it(route: str, pattern: URLPattern) -> None:
    says = declared(pattern)
    assert len(says) == 1, f"/{route} declares {says or 'nothing'}; one of needs, signed_in, public"
    if "capability" in says:
        assert says["capability"] in set(Capability)


def test_few_pages_are_served_without_login() -> None:
    public = [route for route, pattern in PATTERNS if declared(pattern).get("public")]
    assert len(public) <= PUBLIC_LIMIT, public


def test_a_page_without_login_tells_django_so_and_no_other_does() -> None:
    """`LoginRequiredMiddleware` stands underneath: the two marks must agree."""
    for route, pattern in PATTERNS:
        open_to_all = getattr(pattern.callback, "login_required", True) is False
        assert open_to_all == bool(declared(pattern).get("public")), route


def test_every_address_has_a_name_of_its_own() -> None:
    names: dict[tuple[str, str], str] = {}

    def check(resolver: URLResolver, space: str) -> None:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                check(entry, ":".join(filter(None, [space, entry.namespace or ""])))
                continue
            assert entry.name, f"{entry.pattern} has no name"
            key = (space, entry.name)
            assert key not in names, f"{key} names {names.get(key)} and {entry.pattern}"
            names[key] = str(entry.pattern)

    check(get_resolver(), "")


def test_no_address_carries_a_key_that_counts_up() -> None:
    """Such a key tells a committee how many there are elsewhere; codes, dates and UUIDs do not."""
    # none of these counts records
    telling = {"code", "unit", "committee", "year", "month", "row", "seq", "version"}
    staff = {"appointment", "user", "asked"}  # posts and accounts are public inside the offices
    for route, _ in PATTERNS:
        assert set(re.findall(r"<int:(\w+)>", route)) <= telling | staff, route
