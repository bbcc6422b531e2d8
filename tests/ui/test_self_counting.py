"""Lists that know how many rows they have from what they show anyway."""

import pytest

from portal.orgs.models import OrgUnit
from portal.ui.cells import SavedView
from portal.ui.self_counting import SelfCounting
from tests.ui.test_listing import UnitList, asked, query_of

pytestmark = pytest.mark.usefixtures("units")


class Counting(SelfCounting, UnitList):
    """The units of the district."""


def listed(query="", cls=Counting, **kwargs):
    return cls(asked(query), OrgUnit.objects.all(), **kwargs)


@pytest.mark.parametrize("query", [
    "", "kind=street", "kind=street&size=100", "kind=nonsense", "size=100", "starts=没有",
])  # fmt: skip
def test_it_tells_what_counting_tells(query):
    counted = listed(query, cls=UnitList)
    alone, shown = listed(query), listed(query)
    assert shown.rows or "nonsense" in query or "没有" in query
    assert shown.count == alone.count == counted.count


def test_every_page_of_a_long_list_tells_the_same():
    query, told = "size=20", []
    while query:
        listing = listed(query)
        assert listing.rows
        told.append(listing.count)
        query = query_of(listing.next_url)
    assert set(told) == {(OrgUnit.objects.count(), True)}
    assert len(told) > 2


def test_a_page_that_nothing_follows_is_not_counted(django_assert_num_queries):
    streets, listing = OrgUnit.objects.filter(kind="street").count(), listed("kind=street")
    assert listing.rows
    with django_assert_num_queries(0):
        assert listing.count == (streets, True)


def test_nobody_reads_the_page_for_the_number_alone(django_assert_num_queries):
    listing = listed("kind=street")
    with django_assert_num_queries(1):
        assert listing.total
    assert "page" not in vars(listing)


def test_the_first_tab_counts_for_the_list_without_conditions():
    tabs = [SavedView("全部", "", 7), SavedView("街道", "kind=street", 3)]
    assert listed(views=tabs).count == (7, True)
    streets = OrgUnit.objects.filter(kind="street").count()
    assert listed("kind=street", views=tabs).count == (streets, True)


def test_the_first_tab_tells_nothing_of_a_condition_that_cannot_be_read():
    listing = listed("kind=nonsense", views=[SavedView("全部", "", 7)])
    assert listing.filter_errors
    assert listing.count == (0, True)


def test_a_tab_without_a_number_tells_nothing():
    listing = listed(views=[SavedView("全部", "")])
    assert listing.count == (OrgUnit.objects.count(), True)
