"""Scoring functions, re-weighting, rounding, grades, by the worked examples."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import scoring
from assessment.scoring import Interval, Scored, rounded


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (scoring.linear(D(6), D(81), D(60), D(95)), "3.6"),
        (scoring.linear(D(4), D("63.5") / 65, D("0.80"), D("1.00")), "3.5"),
        (scoring.linear(D(4), D(20), D(30), D(10)), "2.0"),
        (
            scoring.interval_linear(D(10), Interval(D("81.5"), D("90.4")), D(80), D(95)),
            "6.9",
        ),
        (
            scoring.interval_linear(D(12), Interval(D("85.7"), D("95.5")), D(75), D(92)),
            "12.0",
        ),
        (scoring.interval_linear(D(12), Interval(D(93), D(95)), D(75), D(92)), "12.0"),
        (scoring.interval_linear(D(12), Interval(D(60), D(65)), D(75), D(92)), "0.0"),
        (scoring.band(D(4), D(84), (D(90), D(100)), (D(60), D(100))), "3.2"),
        (scoring.band(D(4), D(101), (D(90), D(100)), (D(60), D(100))), "0.0"),
        (scoring.band(D(4), D(95), (D(90), D(100)), (D(60), D(110))), "4.0"),
        (scoring.band(D(4), D(105), (D(90), D(100)), (D(60), D(110))), "2.0"),
        (scoring.deduction(D(3), [D(1)]), "2.0"),
        (scoring.deduction(D(2), [D("3.8") * D("0.5")]), "0.1"),
        (scoring.deduction(D(2), [D(9)]), "0.0"),
        (scoring.binary(D(3), True), "3.0"),
        (scoring.binary(D(3), False), "0.0"),
        (scoring.improvement(D(4), D(80), D(83), D(6)), "2.0"),
        (scoring.improvement(D(4), D(80), D(70), D(6)), "0.0"),
        (scoring.improvement(D(4), D(10), D(4), D(-6)), "4.0"),
    ],
)
def test_points_of_each_function(points, shown):
    assert rounded(points) == D(shown)


STEPS = [(D(98), D(5)), (D(95), D(4)), (D(90), D(2))]


@pytest.mark.parametrize(
    ("value", "points"), [("99", 5), ("98", 5), ("97.99", 4), ("95", 4), ("90", 2), ("89.9", 0)]
)
def test_threshold_takes_the_highest_step_reached(value, points):
    assert scoring.threshold(D(value), STEPS) == points
    assert scoring.threshold(D(value), reversed(STEPS)) == points


def test_six_of_eight_key_areas():
    assert scoring.proportion(D(3), 6, 8) == D("2.25")
    assert scoring.proportion(D(3), 0, 0) is None
    with pytest.raises(ValueError, match="out of range"):
        scoring.proportion(D(3), 9, 8)


def test_interval_that_is_too_wide_is_not_scored():
    assert scoring.interval_linear(D(10), Interval(D(80), D("90.1")), D(80), D(95)) is None


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: scoring.linear(D(1), D(1), D(5), D(5)),
        lambda: scoring.band(D(1), D(1), (D(9), D(1)), (D(0), D(10))),
        lambda: scoring.deduction(D(1), [D(-1)]),
        lambda: scoring.improvement(D(1), D(1), D(2), D(0)),
        lambda: Interval(D(2), D(1)),
        lambda: scoring.democratic_score([(D(3), D("0.5"))]),
        lambda: scoring.committee_score(D(80), D(80), D("0.7")),
    ],
)
def test_nonsense_is_refused(nonsense):
    with pytest.raises(ValueError, match=r"\w"):
        nonsense()


def test_ranking_shares_mean_ranks_and_needs_five():
    values = {"a": D(90), "b": D(85), "c": D(85), "d": D(70), "e": D(60)}
    assert scoring.ranking(D(4), values) == {
        "a": D(4),
        "b": D("2.5"),
        "c": D("2.5"),
        "d": D(1),
        "e": D(0),
    }
    assert scoring.ranking(D(4), {"a": D(1), "b": D(2), "c": D(3), "d": D(4)}) is None
    turned = scoring.ranking(D(4), values, higher_is_better=False)
    assert turned is not None
    assert turned["e"] == 4


def test_ranking_takes_overlapping_intervals_as_ties():
    values = {
        "a": Interval(D(90), D(94)),
        "b": Interval(D(88), D(91)),
        "c": Interval(D(80), D(82)),
        "d": Interval(D(70), D(72)),
        "e": Interval(D(60), D(62)),
    }
    found = scoring.ranking(D(4), values)
    assert found is not None
    assert found["a"] == found["b"] == D("3.5")


@given(st.dictionaries(st.text(min_size=1), st.integers(0, 100).map(D), min_size=5, max_size=12))
def test_ranking_always_hands_out_half_of_all_points(values):
    found = scoring.ranking(D(4), values)
    assert found is not None
    assert rounded(sum(found.values(), D(0)), 6) == rounded(D(2) * len(values), 6)


def worked_street(d3, d4, a1):
    """Domain §5.3: what the example states of a whole street."""
    return {
        "A": [Scored(D(10), a1), Scored(D(12), D(12)), Scored(D(23), D("17.6"))],
        "B": [Scored(D(35), D("29.4"))],
        "C": [Scored(D(3), D(3)), Scored(D(4), D("3.2")), Scored(D(3), D(3))],
        "D": [
            Scored(D(2), D(2)),
            Scored(D(1), D(1)),
            Scored(D(4), d3),
            Scored(D(2), d4),
            Scored(D(1), D(1)),
        ],
    }


def test_worked_street_of_stated_points_is_grade_b():
    found = scoring.total(worked_street(D("3.5"), D("0.1"), D("6.9")))
    assert found == D("82.7")
    assert scoring.grade(rounded(found)) == "B"


def test_worked_street_is_rounded_only_at_the_end():
    """The example adds points already rounded; unrounded ones give a tenth more."""
    a1 = scoring.interval_linear(D(10), Interval(D("81.5"), D("90.4")), D(80), D(95))
    d3 = scoring.linear(D(4), D("63.5") / 65, D("0.80"), D("1.00"))
    d4 = scoring.deduction(D(2), [D("3.8") * D("0.5")])
    found = scoring.total(worked_street(d3, d4, a1))
    assert found is not None
    assert rounded(found) == D("82.8")
    assert scoring.grade(rounded(found)) == "B"


def test_missing_indicator_and_family_give_their_weight_to_the_rest():
    family = [Scored(D(6), D(3)), Scored(D(4), None)]
    assert scoring.family_points(family) == D(5)
    assert scoring.family_points([Scored(D(4), None)]) is None
    assert scoring.total({"A": family, "B": [Scored(D(10), None)]}) == D(10)
    assert scoring.total({"A": [Scored(D(4), None)]}) is None


def test_bonus_is_capped_and_the_total_too():
    families = {"A": [Scored(D(100), D(90))]}
    assert scoring.total(families, bonus=D(1)) == 91
    assert scoring.total(families, bonus=D(9)) == 93
    assert scoring.total({"A": [Scored(D(100), D(99))]}, bonus=D(3)) == 100


points = st.integers(0, 100).map(D)


@given(st.lists(st.tuples(st.integers(1, 20).map(D), st.integers(0, 100)), min_size=1, max_size=8))
def test_total_stays_inside_the_weights(pairs):
    family = [Scored(weight, weight * percent / 100) for weight, percent in pairs]
    whole = sum((each.weight for each in family), D(0))
    found = scoring.total({"A": family, "B": [Scored(D(5), None)]})
    assert found is not None
    assert 0 <= found <= whole + 5


@pytest.mark.parametrize(
    ("score", "letter"),
    [("90.0", "A"), ("89.9", "B"), ("80.0", "B"), ("79.9", "C"), ("70.0", "C"), ("69.9", "D")],
)
def test_grade_begins_at_its_lowest_score(score, letter):
    assert scoring.grade(D(score)) == letter
    assert scoring.grade(D(score), has_veto=True) == max(letter, "C")


@pytest.mark.parametrize(
    ("score", "shown"), [("78.45", "78.5"), ("78.449", "78.4"), ("0.05", "0.1"), ("2.25", "2.3")]
)
def test_rounding_is_half_up(score, shown):
    assert rounded(D(score)) == D(shown)


def test_committee_of_the_example():
    democratic = scoring.democratic_score(
        [(D("3.9"), D("0.25")), (D("3.4"), D("0.25")), (D("4.2"), D("0.50"))]
    )
    assert democratic == D("73.125")
    score = scoring.committee_score(D("82.0"), democratic)
    assert score == D("78.45")
    assert rounded(score) == D("78.5")
