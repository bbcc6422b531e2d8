"""What is hidden cannot be worked out from what is shown: held against a linear programme."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from portal.statistics import suppression
from portal.statistics.flows import flow, shown_flows
from portal.statistics.suppression import FEWEST, Shown

STREETS = (0, 0, 1, 1)
VALUES = (3, 2, 2)
#: Mostly small cells, some empty and some large: where numbers can be worked out, if anywhere.
CELLS = st.one_of(
    st.sampled_from([0, 0, 0, 1, 2, 5, 9, 10, 12, 40]), st.integers(0, 30)
)  # fmt: skip
registers = arrays.arrays(np.int64, (len(STREETS), *VALUES), elements=CELLS)


def boxes(shown):
    """Every count of the family: (people, hidden, who is counted as one row of the programme)."""
    everybody = np.arange(shown.people.size).reshape(shown.people.shape)
    above = (np.arange(len(STREETS)), np.asarray(STREETS), np.zeros(len(STREETS), int))
    for subset in shown.subsets:
        for level, hidden in enumerate(shown.hidden[subset]):
            for unit, *values in np.argwhere(np.ones_like(hidden)).tolist():
                chosen = [np.flatnonzero(above[level] == unit)]
                chosen += [
                    [values[subset.index(f)]] if f in subset else list(range(VALUES[f]))
                    for f in range(len(VALUES))
                ]
                row = np.zeros(shown.people.size)
                row[everybody[np.ix_(*chosen)].ravel()] = 1
                box = (unit, *values)
                yield int(shown.counts[subset][level][box]), bool(hidden[box]), row


def totals(shown):
    """The public population of each committee."""
    for unit in range(len(STREETS)):
        row = np.zeros(shown.people.shape)
        row[unit] = 1
        yield int(shown.people[unit].sum()), row.ravel()


def reach(row, known):
    """The least and the most that a count can be, of all who know `known` counts."""
    matrix = csr_matrix(np.array([each for _count, each in known]))
    counts = [count for count, _each in known]
    low, high = (
        linprog(sign * row, A_eq=matrix, b_eq=counts, bounds=(0, None), method="highs").fun * sign
        for sign in (1, -1)
    )
    return round(low, 6), round(high, 6)


@pytest.mark.paper("S-18")
@given(people=registers, pick=st.randoms(use_true_random=False))
@settings(
    max_examples=12, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
def test_no_hidden_count_of_people_can_be_worked_out(people, pick):
    shown = Shown(people, STREETS)
    found = list(boxes(shown))
    known = [*totals(shown), *((count, row) for count, hidden, row in found if not hidden)]
    assert all(hidden for count, hidden, _row in found if count < FEWEST)
    small = [(count, row) for count, hidden, row in found if hidden and count > 0]
    for count, row in pick.sample(small, min(6, len(small))):
        low, high = reach(row, known)
        assert low <= count <= high
        assert high - low >= 1, f"{count} is the only number possible"


def test_without_swaps_a_hidden_count_would_be_the_only_one_possible(monkeypatch):
    """The programme of this test does find what is left open: it can fail."""
    people = np.full((len(STREETS), *VALUES), 40)
    people[0, 0] = 1
    monkeypatch.setattr(Shown, "_protect", lambda *_args: None)
    shown = Shown(people, STREETS)
    found = list(boxes(shown))
    known = [*totals(shown), *((count, row) for count, hidden, row in found if not hidden)]
    row = next(row for count, hidden, row in found if hidden and count == 4)
    assert reach(row, known) == (4, 4)


@given(people=registers)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_shown_sum_less_its_shown_parts_is_nobody_or_ten(people):
    shown = Shown(people, STREETS)
    for subset in shown.subsets:
        for level in range(3):
            counts, hidden = shown.counts[subset][level], shown.hidden[subset][level]
            behind = np.where(hidden, counts, 0)
            for place, feature in enumerate(subset):
                rest = behind.sum(axis=1 + place)
                above = tuple(each for each in subset if each != feature)
                is_hidden = shown.hidden[above][level] if above else np.zeros(len(counts), bool)
                total = counts.sum(axis=1 + place)
                assert ((rest == 0) | (rest >= FEWEST) | is_hidden | (rest == total)).all()


def test_a_register_of_large_counts_is_shown_whole():
    shown = Shown(np.full((len(STREETS), *VALUES), 12), STREETS)
    assert not any(level.any() for levels in shown.hidden.values() for level in levels)


def test_one_small_count_hides_few_others():
    people = np.full((len(STREETS), *VALUES), 60)
    people[0, 0, 0] = 2
    shown = Shown(people, STREETS)
    pair = shown.hidden[0, 1][suppression.COMMITTEE]
    assert pair[0, 0, 0]
    # two values of two features in two committees, and nothing of the streets
    assert pair.sum() == 8
    assert not shown.hidden[0, 1][suppression.STREET].any()


moves = st.tuples(st.integers(0, 14), st.integers(0, 14))


@given(found=st.lists(st.lists(moves, min_size=1, max_size=4), min_size=1, max_size=3))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_who_came_and_who_left_can_be_told_of_no_hidden_unit(found):
    """Beside a hidden committee the street's or the district's other hidden ones leave room."""
    flows = {
        310_107_000_000 + 1000 * street + committee: flow(*each)
        for street, committees in enumerate(found, start=1)
        for committee, each in enumerate(committees, start=1)
    }
    shown = shown_flows(flows)
    assert not any(each.is_small for each in shown.values())
    for code in flows.keys() - shown.keys():
        assert _other_numbers_are_possible(code, flows, shown)


def _other_numbers_are_possible(code, flows, shown):
    """Whether one who came and one who left may as well have done so elsewhere, unseen."""
    hidden = flows.keys() - shown.keys()
    if code // 1000 * 1000 in shown:
        hidden = {other for other in hidden if other // 1000 == code // 1000}
    elif 310_107_000_000 not in shown:
        return True  # nobody knows how many there are in all
    return any(flows[code].pairs or flows[other].pairs for other in hidden - {code})
