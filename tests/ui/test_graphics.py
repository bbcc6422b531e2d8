"""Where the marks of a value stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.ui import graphics


@pytest.mark.parametrize(
    ("days", "filled"), [(0, 4), (30, 4), (31, 3), (60, 3), (61, 2), (90, 2), (91, 1), (None, 0)]
)
def test_freshness_loses_a_segment_with_each_third_of_the_cycle(days, filled):
    assert graphics.freshness_level(days) == filled


def test_the_cycle_of_freshness_is_a_setting():
    assert graphics.freshness_level(45, cycle=180) == 4
    assert graphics.freshness_level(200, cycle=180) == 1


def test_a_value_below_its_target_stands_left_of_the_tick():
    mark = graphics.ruler("90.56", 92, 84, 96)
    assert mark.below
    assert mark.dot < mark.tick
    assert mark.stretch.start == mark.dot


def test_a_gap_is_clipped_at_the_end_of_its_scale():
    assert graphics.gap_bar(-9, 3).bar == graphics.Bar(0.0, 50.0)
    assert graphics.gap_bar(9, 3).bar == graphics.Bar(50.0, 50.0)


def test_a_load_over_the_limit_is_marked():
    assert graphics.load_bar(1908, 1500, 2200).over
    assert not graphics.load_bar(1500, 1500, 2200).over


def test_an_unknown_month_is_a_gap_in_the_line_and_never_zero():
    mark = graphics.sparkline([1, None, 3, 4])
    assert len(mark.pieces) == 2
    assert graphics.sparkline([None, None]) is None
    assert mark.change is None
    assert graphics.sparkline([1, 2, 3], changed=2).change == 98.0


def test_nothing_of_nothing_is_no_share():
    assert graphics.share(5, 0) == 0
    assert graphics.share(None, 10) == 0
    assert graphics.share(11, 10) == 100


@given(
    st.lists(st.none() | st.integers(-1000, 1000), min_size=1, max_size=20),
    st.none() | st.integers(-1000, 1000),
)
def test_every_point_of_a_line_is_inside_its_box(values, target):
    mark = graphics.sparkline(values, target)
    if mark is None:
        return
    points = [point.split(",") for piece in mark.pieces for point in piece.split()]
    assert all(0 <= float(x) <= 100 and 0 <= float(y) <= 32 for x, y in points)
