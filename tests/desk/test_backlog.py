"""What is counted by day and shown in pages is all that waits, in its order, each thing once."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.desk import backlog
from portal.desk.source import BUCKETS, Due, Item, Source, bucket_of, span_of

TODAY = date(2026, 11, 25)  # a Wednesday
DAYS = st.sampled_from([TODAY + timedelta(days=n) for n in range(-6, 10)])
#: Of several kinds the days and gravities of what waits.
WAITING = st.lists(st.lists(st.tuples(DAYS, st.integers(0, 2)), max_size=9), min_size=1, max_size=3)

#: The first draw of a process reads the numbers of every module that is loaded.
unhurried = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


class Rows(list[dict[str, Any]]):
    """Rows that can be united with others, as query sets are."""

    def union(self, *others, all):
        assert all
        return [*self, *(row for rows in others for row in rows)]


class Listed(Source):
    """A kind of thing that is held in a list: cuts of it are lists too."""

    title, shown = "", ()

    def __init__(self, place, waiting):
        super().__init__(None, TODAY)
        self.key = f"kind{place}"
        self.held = sorted((*row, n) for n, row in enumerate(waiting))

    def rows(self):
        return self.held

    def item(self, row):
        day, gravity, n = row
        return Item(f"{self.key}-{n}", self.key, "", str(gravity), "", "", "", day)

    def recalled(self, values):
        return self.item(values)

    def cut(self, place, run):
        low, high = run.low or date.min, run.high or date.max
        rows = [row for row in self.rows() if low <= row[0] < high]
        cut = rows[run.offset : run.offset + run.rows]
        return Rows({"of_kind": place, "as_shown": row} for row in cut)


def told_by(sources):
    """How many of each kind wait on a day, by gravity."""
    return {
        source.key: [
            Due(day, gravity, sum(row[:2] == (day, gravity) for row in source.held))
            for day, gravity in sorted({row[:2] for row in source.held})
        ]
        for source in sources
    }


def in_order(sources, bucket):
    """All of a bucket over all kinds: by day, the graver first of the same day."""
    rows = [
        (day, gravity, place, n)
        for place, source in enumerate(sources)
        for day, gravity, n in source.held
        if bucket_of(day, TODAY) == bucket
    ]
    return [f"kind{place}-{n}" for _day, _gravity, place, n in sorted(rows)]


@unhurried
@given(WAITING, st.integers(1, 7))
def test_pages_of_a_bucket_are_all_of_it_once(waiting, size):
    sources = [Listed(place, rows) for place, rows in enumerate(waiting)]
    told = told_by(sources)
    for bucket, count in backlog.counts(sources, told, TODAY).items():
        pages = [
            backlog.items(sources, told, {bucket: slice(start, start + size)}, TODAY)
            for start in range(0, count, size)
        ]
        assert all(page.keys() == {bucket} for page in pages)
        shown = [{item.key for item in page[bucket]} for page in pages]
        whole = in_order(sources, bucket)
        assert shown == [set(whole[n : n + size]) for n in range(0, count, size)]


@unhurried
@given(WAITING, st.tuples(*[st.integers(0, 5)] * len(BUCKETS)))
def test_the_first_of_every_bucket_are_shown_and_nothing_else(waiting, most):
    sources = [Listed(place, rows) for place, rows in enumerate(waiting)]
    wanted = {bucket: slice(0, n) for bucket, n in zip(BUCKETS, most, strict=True) if n}
    found = backlog.items(sources, told_by(sources), wanted, TODAY)
    shown = {bucket: sorted(item.key for item in items) for bucket, items in found.items()}
    first = {
        bucket: sorted(in_order(sources, bucket)[:n])
        for bucket, n in zip(BUCKETS, most, strict=True)
    }
    assert shown == {bucket: keys for bucket, keys in first.items() if keys}


@pytest.mark.parametrize("today", [TODAY + timedelta(days=n) for n in range(7)], ids=str)
def test_each_day_stands_in_the_bucket_whose_span_it_lies_in(today):
    for n in range(-9, 16):
        day = today + timedelta(days=n)
        low, high = span_of(bucket_of(day, today), today)
        assert (low or day) <= day < (high or day + timedelta(days=1))
