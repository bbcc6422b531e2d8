"""Pages of a clerk, a street's manager and the district: queries, database, server, rate.

A page's server time is taken over loopback from a gunicorn as `manage.py demo` starts it, with
login, audit and both walls; its yardsticks are a bare Django page that prints the same rows from
one query as the owner, and an empty page of the same layout.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from bench.asking import Asked, Inside
from bench.district import District
from bench.figures import Figure, Sample, at_least, at_most, compared, interleaved
from bench.serving import Visitor, rate_of, served
from bench.targets import Target, targets

MOST_QUERIES = 12
CLERKS = 8
PEERS = "NetBox list 410–460 ms, Django admin 230 ms"
EMPTY = "/search/"


def figures(district: District) -> list[Figure]:
    """All figures of the pages."""
    wanted = targets(district)
    inside = Inside(district)
    for target in wanted:
        inside.asks(target)  # warm
    asked = [inside.asks(target) for target in wanted]
    found = list(_queries(wanted, asked))
    with (
        served("portal.wsgi") as ours,
        served("bench.bare", settings="bench.bare_settings") as bare,
    ):
        found += _server_times(inside, wanted, ours, bare)
        found += _under_load(inside, wanted, ours, bare)
    return found


def _queries(wanted: Sequence[Target], asked: Sequence[Asked]) -> Iterator[Figure]:
    limit = Sample.of(MOST_QUERIES, "queries")
    for target, each in zip(wanted, asked, strict=True):
        count = Sample.of(len(each.statements), "queries")
        note = f"{each.milliseconds:.1f} ms in the database"
        yield compared(f"queries: {target.title}", count, limit, at_most(1), note)


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
