"""Estimates of spot checks against the worked examples, and against scipy and statsmodels."""

import random
from decimal import Decimal
from math import isclose

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint, samplesize_confint_proportion
from statsmodels.stats.weightstats import DescrStatsW

from portal.metrics.intervals import size_within, spread_of, together, wilson
from residents.spotchecks import planning
from residents.spotchecks.estimating import (
    Case,
    DualSystem,
    Stratum,
    Sums,
    Tally,
    bounds,
    design_effect,
    jackknife,
    rate,
    response,
    stratified,
    weights,
)

pytestmark = [pytest.mark.paper("S-69"), pytest.mark.paper("S-70")]
SHARES = st.integers(1, 4000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def percent(number):
    return round(100 * number, 1)


def test_the_worked_example_of_a_forward_check():
    dual = DualSystem(people=520, matched=450, records=500, proven=460)
    assert percent(450 / 520) == 86.5
    assert (round(dual.total, 1), round(dual.chapman, 1)) == (531.6, 531.6)
    assert (percent(dual.correct_share), percent(dual.erroneous)) == (92.0, 8.0)
    assert percent(dual.gross) == 94.1
    effect = design_effect(520 / 200)
    assert (round(effect, 2), round(520 / effect)) == (2.28, 228)
    interval = wilson(450 / 520, 520 / effect)
    assert (percent(interval.low), percent(interval.high)) == (81.5, 90.4)
    naive = wilson(450 / 520, 520)
    assert (percent(naive.low), percent(naive.high)) == (83.3, 89.2)
    assert round(dual.population(3000, 450 / 520), -1) == 3190


def test_the_worked_examples_of_a_reverse_check():
    interval = wilson(111 / 120, 120)
    assert (percent(interval.low), percent(interval.high)) == (86.4, 96.0)
    found = stratified([Stratum(4200, 60, 57), Stratum(2600, 60, 50), Stratum(150, 30, 28)])
    assert (percent(found.value), percent(found.error)) == (90.6, 2.5)
    assert (percent(found.interval.low), percent(found.interval.high)) == (85.7, 95.5)


def test_the_worked_sample_sizes():
    need = planning.forward(share=0.9, half_width=0.05, people_per_dwelling=2.6)
    assert (need.independent, need.people, need.dwellings) == (139, 317, 122)
    assert planning.independent_cases(0.9, 0.03) == 385
    assert planning.independent_cases(0.9, 0.03, 3000) == 341
    assert planning.forward(
        share=0.9, half_width=0.05, people_per_dwelling=2.6, lived_in=0.9, met=0.8
    ).to_draw == 170  # fmt: skip
    assert planning.reverse(share=0.9, half_width=0.05, met=0.8).to_draw == 174


@given(SHARES)
def test_the_interval_is_that_of_scipy_and_statsmodels(case):
    right, cases = case
    ours = wilson(right / cases, cases)
    theirs = binomtest(right, cases).proportion_ci(method="wilson")
    others = proportion_confint(right, cases, method="wilson")
    assert isclose(ours.low, theirs.low, abs_tol=1e-9)
    assert isclose(ours.high, theirs.high)
    assert isclose(ours.low, others[0], abs_tol=1e-9)
    assert isclose(ours.high, others[1])
    assert isclose(size_within(right / cases, ours.low, ours.high), cases, rel_tol=1e-6)


@given(st.floats(0.05, 0.98), st.floats(0.01, 0.2))
def test_the_sample_size_is_that_of_statsmodels(share, half):
    theirs = samplesize_confint_proportion(share, half, method="normal")
    assert 0 <= planning.independent_cases(share, half) - theirs < 1 + 1e-6


def a_sample(seed, dwellings):
    dice = random.Random(seed)
    found = []
    for _ in range(dwellings):
        people = dice.randint(0, 6)
        found.append(
            Case(dice.choice([8.0, 20.0, 31.5]), people, dice.randint(people // 2, people))
        )
    return found


@pytest.mark.parametrize("seed", range(25))
def test_weighted_rates_are_those_of_statsmodels(seed):
    cases = a_sample(seed, 90)
    people = numpy.array([c < each.right for each in cases for c in range(each.cases)])
    shares = numpy.array([each.weight for each in cases for _ in range(each.cases)])
    theirs = DescrStatsW(people, weights=shares)
    ours = rate(Sums.of(cases))
    assert isclose(ours.value, theirs.mean)
    kish = shares.sum() ** 2 / (shares**2).sum()
    told = [each for each in cases if each.cases]
    assumed = kish / design_effect(len(people) / len(told))
    spread = ours.value * (1 - ours.value) / jackknife(cases)
    assert isclose(ours.effective, min(assumed, spread), rel_tol=0.05)


@pytest.mark.parametrize("seed", range(25))
def test_the_jackknife_agrees_with_leaving_out_by_hand(seed):
    cases = [each for each in a_sample(seed, 60) if each.cases]
    values = [rate(Sums.of([*cases[:out], *cases[out + 1 :]])).value for out in range(len(cases))]
    n = len(cases)
    assert isclose(jackknife(cases), (n - 1) / n * sum((v - sum(values) / n) ** 2 for v in values))


@pytest.mark.parametrize("seed", range(10))
def test_stratified_errors_are_those_of_numpy(seed):
    dice = random.Random(seed)
    strata = []
    for _ in range(4):
        settled = dice.randint(10, 60)
        strata.append(Stratum(dice.randint(100, 5000), settled, dice.randint(0, settled)))
    whole = sum(each.frame for each in strata)
    variance = sum(
        (each.frame / whole) ** 2
        * numpy.var([1] * each.right + [0] * (each.settled - each.right), ddof=1)
        / each.settled
        * (1 - each.settled / each.frame)
        for each in strata
    )
    assert isclose(stratified(strata).error ** 2, variance, rel_tol=1e-9, abs_tol=1e-15)


def test_those_who_were_not_met_are_stood_for_by_their_own_stratum():
    strata = {"own": Tally(4000, 40, 40), "rented": Tally(1000, 40, 20)}
    assert weights(strata) == {"own": 100, "rented": 50}
    assert response(strata) == pytest.approx((4000 + 500) / 5000)


def test_a_stratum_of_which_nobody_was_met_is_stood_for_by_all_others():
    strata = {"own": Tally(3000, 30, 30), "rented": Tally(1000, 20, 0), "other": Tally(0, 0, 0)}
    assert weights(strata) == {"own": pytest.approx(100 * 4 / 3)}
    assert sum(weights(strata)[key] * each.settled for key, each in strata.items()
               if each.settled) == pytest.approx(4000)  # fmt: skip


def test_a_sample_of_nobody_has_no_rate():
    nobody = {"own": Tally(3000, 30, 0), "rented": Tally(1000, 20, 0)}
    assert weights(nobody) == {}
    assert response(nobody) == 0
    assert response({}) is None
    assert rate(Sums.of([])) is None
    assert rate(Sums.of([Case(10, 0, 0)])) is None
    assert stratified([Stratum(100, 0, 0)]) is None
    assert DualSystem(0, 0, 0, 0).total is None
    assert DualSystem(0, 0, 0, 0).correct_share is None
    assert bounds(0, 0, 0) is None
    with pytest.raises(ValueError, match="cases"):
        wilson(0.5, 0)


def test_what_was_not_resolved_is_bounded_by_all_wrong_and_all_right():
    found = bounds(settled=100, right=90, unresolved=20)
    assert (found.low, percent(found.high)) == (0.75, 91.7)


@pytest.mark.parametrize("right", [0, 1, 55, 120])
def test_samples_together_have_the_interval_of_one_as_large_as_all(right):
    """Thirty committees of four dwellings each say as much as their street's hundred and twenty."""
    shares = [(right // 30 + (place < right % 30), 4) for place in range(30)]
    spread = Decimal(0)
    for some, cases in shares:
        found = wilson(some / cases, cases)
        low, high = (Decimal(100 * each) for each in (found.low, found.high))
        spread += spread_of(Decimal(some), Decimal(cases), low, high)
    low, high = together(Decimal(right), Decimal(120), spread)
    theirs = proportion_confint(right, 120, method="wilson")
    assert [float(low), float(high)] == pytest.approx([100 * each for each in theirs], abs=1e-4)


def test_nothing_is_said_of_samples_without_cases():
    assert together(Decimal(0), Decimal(0), Decimal(0)) is None
