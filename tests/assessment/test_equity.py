"""The equity check: a check on the system, with intervals; nobody is ranked by it."""

from decimal import Decimal as D

import pytest

from assessment.equity import Comparison, Member
from portal.metrics.figures import Figure
from portal.metrics.intervals import spread_of
from portal.metrics.registry import metrics
from tests.cast import FAR_STREET
from tests.metrics.builders import SYSTEM, computed


def permits(name, right, of):
    return Member(name, Figure(metrics()["permit_on_time"], D(right), D(of)))


def sampled(name, key, right, of, low, high):
    """A sampled rate with these bounds."""
    spread = spread_of(D(right), D(of), D(low), D(high))
    return Member(name, Figure(metrics()[key], D(right), D(of), spread))


@pytest.mark.parametrize(
    ("one", "other", "is_told"),
    [
        ((940, 1000), (840, 1000), True),  # the catalogue's example: local 94, nonlocal 84
        ((94, 100), (84, 100), False),  # the same rates, but so few cases leave it open
        ((9400, 10_000), (8950, 10_000), False),  # surely different, by less than five points
        ((28, 28), (1000, 2000), False),  # too few cases to be compared at all
        ((0, 0), (500, 1000), False),
    ],
)
def test_a_gap_is_told_where_it_is_large_and_sure(one, other, is_told):
    comparison = Comparison("办理时限达标率", [permits("甲", *one), permits("乙", *other)])
    assert bool(comparison.gaps) is is_told


def test_the_largest_gap_is_told_first():
    members = [permits("甲", 950, 1000), permits("乙", 850, 1000), permits("丙", 700, 1000)]
    points = [gap.points for gap in Comparison("办理时限达标率", members).gaps]
    assert points == [25, 15, 10]


def test_the_intervals_of_samples_are_their_own():
    local = sampled("户籍", "accuracy_local", 95, 100, 92, 97)
    incomer = sampled("来沪", "accuracy_incomer", 85, 100, 80, 89)
    (gap,) = Comparison("准确率", [local, incomer]).gaps
    assert (gap.one.name, gap.other.name) == ("户籍", "来沪")
    close = sampled("来沪", "accuracy_incomer", 85, 100, 65, 95)
    assert not Comparison("准确率", [local, close]).gaps


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "query", "status"),
    [
        ("district", "", 200),
        ("analyst", "", 200),
        ("street", "", 200),
        ("street", f"?unit={FAR_STREET}", 404),
        ("collector", "", 403),
        ("auditor", "", 403),
    ],
)
def test_managers_see_the_check_of_their_own_units(cast, key, query, status):
    computed(scope=SYSTEM)
    response = cast.client(key).get(f"/assessment/equity/{query}")
    assert response.status_code == status
    if status == 200:
        text = response.content.decode()
        assert "不评价任何人群或单位" in text
        units = [
            [member.name for member in comparison.members]
            for comparison, _rows in response.context["comparisons"]
            if "按单位" in comparison.title
        ]
        assert all(names == units[0] for names in units)  # one fixed order, no ranking
