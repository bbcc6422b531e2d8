"""Pages of a clerk, a street's manager and the district: queries, database, server, rate.

A page's server time is taken over loopback from a gunicorn as `manage.py demo` starts it, with
login, audit and both walls; its yardsticks are a bare Django page that prints the same rows from
one query as the owner, and an empty page of the same layout.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from django.db import transaction

from bench.asking import Asked, Inside, replay
from bench.district import District
from bench.figures import Figure, Sample, at_least, at_most, compared, interleaved
from bench.plans import read_whole, registers
from bench.serving import Visitor, rate_of, served
from bench.targets import Target, targets
from portal.orgs.acting import acting
from residents.models import Residence

MOST_QUERIES = 12
CLERKS = 8
PEERS = "NetBox list 410–460 ms, Django admin 230 ms"
EMPTY = "/search/"
DEEP = 10_000


def figures(district: District) -> list[Figure]:
    """All figures of the pages."""
    wanted = targets(district)
    inside = Inside(district)
    for target in wanted:
        inside.asks(target)  # warm
    asked = [inside.asks(target) for target in wanted]
    found = [*_queries(wanted, asked), read_whole_by(district, wanted, asked)]
    found += [database_time(district, *each) for each in zip(wanted, asked, strict=True)]
    with (
        served("portal.wsgi") as ours,
        served("bench.bare_wsgi") as bare,
    ):
        found += _server_times(inside, wanted, ours, bare)
        found += _deep_page(district, inside, ours)
        found += _under_load(inside, wanted, ours, bare)
    return found


def _queries(wanted: Sequence[Target], asked: Sequence[Asked]) -> Iterator[Figure]:
    limit = Sample.of(MOST_QUERIES, "queries")
    for target, each in zip(wanted, asked, strict=True):
        count = Sample.of(len(each.statements), "queries")
        note = f"{each.milliseconds:.1f} ms in the database"
        yield compared(f"queries: {target.title}", count, limit, at_most(1), note)


def read_whole_by(district: District, wanted: Sequence[Target], asked: Sequence[Asked]) -> Figure:
    """Sequential scans over a register, in the plans of all statements of all pages."""
    big = registers()
    found = [
        fault
        for target, each in zip(wanted, asked, strict=True)
        for fault in read_whole(each, district.scope(target.level), big)
    ]
    total = Sample.of(sum(len(each.statements) for each in asked), "statements")
    count = Sample.of(len(found), "sequential scans")
    tables = ", ".join(sorted({fault.split(":")[0] for fault in found}))
    note = tables or f"of {len(big)} registers, planned as the restricted role in each scope"
    return compared("registers read from end to end", count, total, at_most(0), note)


def database_time(district: District, target: Target, asked: Asked) -> Figure:
    """The page's questions to the registers, in scope and as the owner without policies."""
    big = registers()
    statements = [
        each
        for each in asked.statements
        if each.sql.startswith("SELECT") and any(name in each.sql for name in big)
    ]
    with acting(district.scope(target.level)), transaction.atomic(using="owner"):
        scoped, plain = interleaved(
            replay("default", statements), replay("owner", statements), rounds=40, seconds=3
        )
    note = f"{len(statements)} statements without row-level security"
    return compared(f"database: {target.title}", scoped, plain, at_most(2), note)


def _deep_page(district: District, inside: Inside, ours: int) -> list[Figure]:
    """The district's list far down, against its first page."""
    rows = Residence.objects.using("owner").filter(status="active").order_by("address_key", "id")
    place = min(DEEP * 50, rows.count() - 100)
    boundary = rows.values_list("pk", flat=True)[place]
    path = f"/residents/?unit={district.scope('district').unit}"
    visitor = Visitor(ours, inside.sessions["district"])
    deep, first = interleaved(
        partial(visitor.get, f"{path}&after={boundary}"), partial(visitor.get, path),
        rounds=30, seconds=12,
    )  # fmt: skip
    title = f"keyset: page {place // 50:,} of the district's residents"
    return [compared(title, deep, first, at_most(1.2), "its first page; OFFSET: 4,450 times")]


def _server_times(inside: Inside, wanted: Sequence[Target], ours: int, bare: int) -> list[Figure]:
    found, plain = [], Visitor(bare)
    for target in wanted:
        visitor = Visitor(ours, inside.sessions[target.level])
        page, rows, empty = interleaved(
            partial(_visit, visitor, target),
            partial(plain.get, target.bare),
            partial(visitor.get, EMPTY),
            rounds=30, warm=6, seconds=12,
        )  # fmt: skip
        note = f"the same rows on a bare page; an empty page {empty.median:.1f} ms"
        found.append(compared(f"server time: {target.title}", page, rows, at_most(2), note))
    return found


def _visit(visitor: Visitor, target: Target) -> bytes:
    if target.body:
        return visitor.post(target.path, target.body)
    return visitor.get(target.path)


def _under_load(
    inside: Inside, wanted: Sequence[Target], ours: int, bare: int, seconds: float = 5
) -> list[Figure]:
    """Eight clerks at once on the first page of residents, against eight readers of bare rows."""
    target = next(each for each in wanted if each.level == "committee")
    clerks = [Visitor(ours, inside.sessions["committee"]) for _ in range(CLERKS)]
    readers = [Visitor(bare) for _ in range(CLERKS)]
    ask_ours = [partial(who.get, target.path) for who in clerks]
    ask_bare = [partial(who.get, target.bare) for who in readers]
    rates: tuple[list[float], list[float]] = ([], [])
    for _ in range(3):
        rates[0].append(rate_of(ask_ours, seconds)[0])
        rates[1].append(rate_of(ask_bare, seconds)[0])
    measured, baseline = (Sample(tuple(values), "pages/s") for values in rates)
    title = f"{CLERKS} clerks at once: residents, first page of 50"
    return [compared(title, measured, baseline, at_least(0.5), "bare pages of the same rows")]
