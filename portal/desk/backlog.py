"""How much waits for a post, kind by kind and day by day: what the inbox counts and shows.

Counts of an office, kept under its mark (ADR 31): a page reads only the rows that it shows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from portal import kept
from portal.desk.source import BUCKETS, Due, Item, Run, Source, bucket_of, span_of, united
from portal.orgs.scope import Scope

#: By kind what is due, in order of the days.
Backlog = dict[str, list[Due]]
#: The same in plain values, as it is kept.
Kept = dict[str, list[tuple[date, int, int]]]


def backlog(found: Sequence[Source], scope: Scope, today: date) -> Backlog:
    """What each of the sources holds."""
    own = [source for source in found if not source.is_late_only]
    asked = {kept.to_do(scope.unit, scope.user_id, scope.role, today): own} if own else {}
    for source in found:
        if source.is_late_only:
            asked[kept.late_days(source.key, scope.unit, today)] = [source]
    kept.expect(*asked)
    told: Kept = {}
    for key, some in asked.items():
        told |= kept.fact(key, partial(_counted, some))
    return {kind: [Due(*due) for due in days] for kind, days in told.items()}


def _counted(found: Sequence[Source]) -> Kept:
    """What the sources hold, in one statement."""
    told: Kept = {source.key: [] for source in found}
    for row in united([source.days(place) for place, source in enumerate(found)]):
        if row["on_day"] is not None:
            source = found[row["of_kind"]]
            told[source.key].append(tuple(source.due_of(row)))
    return {kind: sorted(days) for kind, days in told.items()}


def counts(found: Sequence[Source], told: Backlog, today: date) -> Counter[str]:
    """How much stands in each bucket."""
    return sum((_of_buckets(told.get(source.key, ()), today) for source in found), Counter())


def _of_buckets(days: Sequence[Due], today: date) -> Counter[str]:
    counted = Counter[str]()
    for due in days:
        counted[bucket_of(due.day, today)] += due.rows
    return counted


def items(
    found: Sequence[Source], told: Backlog, wanted: Mapping[str, slice], today: date
) -> dict[str, list[Item]]:
    """By bucket the rows of the slice, in one statement of the kinds that show some.

    :param wanted: which rows of which bucket, counted over all kinds from the most urgent one
    """
    given: dict[int, dict[str, slice]] = defaultdict(dict)
    for bucket, part in wanted.items():
        for place, own in _shares(found, told, bucket, part, today).items():
            given[place][bucket] = own
    cut = [
        found[place].cut(place, run)
        for place, parts in given.items()
        for run in _runs(parts, _of_buckets(told[found[place].key], today), today)
    ]
    shown: dict[str, list[Item]] = defaultdict(list)
    for row in united(cut) if cut else ():
        item = found[row["of_kind"]].recalled(row["as_shown"])
        shown[bucket_of(item.due_on, today)].append(item)
    return shown


def _shares(
    found: Sequence[Source], told: Backlog, bucket: str, part: slice, today: date
) -> dict[int, slice]:
    """What each kind gives to the rows of a bucket, by day, the graver first of the same day."""
    order = sorted(
        (due.day, due.gravity, place, due.rows)
        for place, source in enumerate(found)
        for due in told.get(source.key, ())
        if bucket_of(due.day, today) == bucket
    )
    passed, given = Counter[int](), Counter[int]()
    before = 0
    for _day, _gravity, place, count in order:
        first = min(max(part.start - before, 0), count)
        last = min(max(part.stop - before, 0), count)
        passed[place] += first
        given[place] += last - first
        before += count
    return {
        place: slice(passed[place], passed[place] + count)
        for place, count in given.items()
        if count
    }  # fmt: skip


def _runs(parts: Mapping[str, slice], held: Counter[str], today: date) -> Iterator[Run]:
    """The rows of one kind as few runs: what goes on over the end of a bucket is one.

    :param held: how many rows of the kind each bucket holds
    """
    full = [bucket for bucket in BUCKETS if held[bucket]]
    run: Run | None = None
    for place, bucket in enumerate(full):
        part = parts.get(bucket)
        low, high = span_of(bucket, today)
        low, high = (low if place else None), (high if bucket != full[-1] else None)
        if part is not None and run and part.start == 0:
            run = run._replace(high=high, rows=run.rows + part.stop)
        elif part is not None:
            if run:
                yield run
            run = Run(low, high, part.start, part.stop - part.start)
        if run and (part is None or part.stop < held[bucket]):
            yield run
            run = None
    if run:
        yield run
