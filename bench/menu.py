"""Every page of the menu of a clerk, a street's manager and the district, at the same limits.

A page that is added to a menu is measured here from its first day. Its yardstick for server time
is the bare page of fifty residents, as it stands for "a page" everywhere (`bench/bare.py`); pages
that count while they are looked at have a bare page that counts the same.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from django.urls import reverse

from bench.asking import Asked, Inside
from bench.district import District
from bench.figures import Figure, Sample, at_most, compared, interleaved
from bench.pages import MOST_QUERIES, database_time, read_whole_by
from bench.serving import Visitor, served
from bench.targets import Target
from portal.nav import GROUPS, Item
from portal.orgs.scope import Level, Scope

#: Bare pages of the pages that count, by the menu's key.
COUNTING = {"board": "buildings", "ledger": "ledger"}


def figures(district: District) -> list[Figure]:
    """Statements, scans, database and server time of each page."""
    inside = Inside(district)
    pages = [each for level in district.levels for each in pages_of(district, level)]
    wanted = [inside.landing(page) for page in pages]
    for target in wanted:
        inside.asks(target)  # warm
    asked = [inside.asks(target) for target in wanted]
    found = [most_queries(wanted, asked), read_whole_by(district, wanted, asked)]
    found += [
        database_time(district, target, each)
        for target, each in zip(wanted, asked, strict=True)
        if each.milliseconds
    ]
    with served("portal.wsgi") as ours, served("bench.bare_wsgi") as bare:
        found += server_times(inside, zip(wanted, asked, strict=True), ours, bare)
    return found


def pages_of(district: District, level: Level) -> Iterator[Target]:
    scope = district.scope(level)
    for _group, items in GROUPS:
        for item in items:
            if _is_shown(item, scope):
                name = COUNTING.get(item.key, "residents")
                bare = f"/{name}/?unit={scope.unit}"
                yield Target(item.key.replace("_", " "), level, reverse(item.url), bare)


def _is_shown(item: Item, scope: Scope) -> bool:
    hidden = item.unless is not None and scope.may(item.unless)
    return scope.level in item.levels and scope.may(item.capability) and not hidden


def most_queries(wanted: Sequence[Target], asked: Sequence[Asked]) -> Figure:
    """The page with the most statements."""
    counted = [(len(each.statements), target) for target, each in zip(wanted, asked, strict=True)]
    most, page = max(counted, key=lambda found: found[0])
    over = sum(count > MOST_QUERIES for count, _page in counted)
    note = f"the most of {len(wanted)} pages: {page.title}; {over} over the limit"
    limit = Sample.of(MOST_QUERIES, "queries")
    return compared("queries", Sample.of(most, "queries"), limit, at_most(1), note)


def server_times(
    inside: Inside, pages: "Iterator[tuple[Target, Asked]]", ours: int, bare: int
) -> Iterator[Figure]:
    plain = Visitor(bare)
    for target, asked in pages:
        visitor = Visitor(ours, inside.sessions[target.level])
        page, rows = interleaved(
            partial(visitor.get, target.path), partial(plain.get, target.bare),
            rounds=20, warm=6, seconds=4,
        )  # fmt: skip
        rows_of = target.bare.strip("/").partition("/")[0]
        what = "fifty residents" if rows_of == "residents" else f"the same rows ({rows_of})"
        note = f"{what} on a bare page; {len(asked.statements)} statements"
        yield compared(f"server time: {target.title}", page, rows, at_most(2), note)
