"""Collectors and their work, by the worked examples."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffing import workload
from staffing.workload import Post


@pytest.mark.paper("S-43")
def test_street_with_diverted_collectors_misses_the_ratio():
    effective = workload.effective_posts([Post(D(1))] * 66, workload.diverted_posts(D(400)))
    assert effective == D("63.5")
    stand = workload.provision(96_300, effective)
    assert stand.required == 65
    assert stand.ratio is not None
    assert round(stand.ratio, 1) == D("1516.5")
    assert stand.gap == D("1.5")
    assert not stand.is_compliant
    assert workload.provision(96_300, D(65)).is_compliant


@pytest.mark.paper("S-43")
@pytest.mark.parametrize(
    ("actual", "required"), [(0, 0), (1, 1), (1500, 1), (1501, 2), (1_239_800, 827)]
)
def test_required_collectors_are_rounded_up(actual, required):
    assert workload.required_collectors(actual) == required


@given(st.integers(0, 30_000_000), st.integers(1, 5000))
def test_required_collectors_are_just_enough(actual, ratio):
    required = workload.required_collectors(actual, ratio)
    assert required * ratio >= actual
    assert (required - 1) * ratio < actual or required == 0


def test_untrained_unappointed_and_long_absent_posts_do_not_count():
    posts = [
        Post(D("0.5")),
        Post(D(1), is_trained=False),
        Post(D(1), is_appointed=False),
        Post(D(1), leave_days=31),
        Post(D(1), leave_days=30),
    ]
    assert workload.effective_posts(posts) == D("1.5")
    assert workload.effective_posts(posts, D(9)) == 0


def test_nobody_posted_gives_no_ratio():
    stand = workload.provision(100, D(0))
    assert stand.ratio is None
    assert stand.gap == 1


def test_nonsense_is_refused():
    with pytest.raises(ValueError, match="population"):
        workload.required_collectors(-1)
    with pytest.raises(KeyError):
        workload.workload_index({"castle": 1})


@pytest.mark.paper("S-54")
def test_three_areas_are_balanced():
    found = workload.balance({"a": D(640), "b": D(660), "c": D(620)})
    assert found is not None
    assert round(found.variation * 100, 1) == D("2.6")
    assert {name: round(share, 2) for name, share in found.shares.items()} == {
        "a": D("1.00"),
        "b": D("1.03"),
        "c": D("0.97"),
    }
    assert found.is_balanced
    uneven = workload.balance({"a": D(100), "b": D(300)})
    assert uneven is not None
    assert not uneven.is_balanced
    assert workload.balance({}) is None
    assert workload.balance({"a": D(0)}) is None


@pytest.mark.paper("S-54")
def test_workload_weighs_kinds_of_dwelling():
    dwellings = {"owner_occupied": 300, "rented": 120, "key_area": 20, "vacant": 80}
    assert workload.workload_index(dwellings) == 640


def test_diversion_and_turnover_of_the_examples():
    rate = workload.diversion_rate(D(400), D(10_560))
    assert rate is not None
    assert round(rate * 100, 1) == D("3.8")
    assert workload.diversion_rate(D(0), D(0)) is None
    left = workload.turnover(9, [64, 64, 64])
    assert left is not None
    assert round(left * 100, 1) == D("14.1")
    assert workload.turnover(1, []) is None
