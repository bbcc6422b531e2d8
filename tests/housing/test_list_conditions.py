"""Conditions that every list has, blank and not blank, and those on a committee's buildings."""

import re

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from housing import code_lists, course_lists, estate_lists, filters
from housing.models import Building, DwellingUnit
from portal.orgs.acting import acting
from residents import filters as people
from tests.housing.builders import a_building, visited

pytestmark = pytest.mark.django_db
SETS = [
    filters.BuildingFilter, filters.DwellingFilter, filters.LeaseFilter,
    filters.CodeRequestFilter, filters.LegalityFilter, people.ResidenceFilter,
    people.NewcomerFilter, people.LeadFilter, people.TransferFilter, people.CorrectionFilter,
    people.AppealFilter, course_lists.AreaFilter, course_lists.CampaignFilter,
    course_lists.FindingFilter, course_lists.SiteFilter, course_lists.ReferralFilter,
    estate_lists.EstateFilter, code_lists.CodeExceptionFilter,
]  # fmt: skip
MORE = {
    "ResidenceFilter": {"buildings": Building.objects.none()},
    "DwellingFilter": {"buildings": Building.objects.none()},
    "NewcomerFilter": {"days": 15},
}
BLIND = {
    "BuildingFilter": ("scope",), "LegalityFilter": ("scope",), "CodeRequestFilter": (),
    "AreaFilter": (), "CampaignFilter": (), "FindingFilter": (), "SiteFilter": (),
    "ReferralFilter": (), "EstateFilter": ("scope",),
    "CodeExceptionFilter": ("scope",),
}  # fmt: skip


def rows_of(filterset, query, scope):
    known = {"scope": scope, "day": timezone.localdate()}
    wanted = BLIND.get(filterset.__name__, ("scope", "day"))
    context = {key: known[key] for key in wanted} | MORE.get(filterset.__name__, {})
    rows = filterset._meta.model.objects.in_scope(scope)
    found = filterset(QueryDict(query), queryset=rows, **context)
    assert found.is_valid(), found.errors
    return found.qs


@pytest.mark.parametrize("filterset", SETS, ids=lambda each: each.__name__)
def test_each_column_is_blank_or_not_and_never_both(cast, filterset):
    scope = cast.scope("clerk")
    with acting(scope):
        for key, _title in filterset.base_filters["blank"].extra["choices"]:
            assert not rows_of(filterset, f"blank={key}&filled={key}", scope).exists()
            rows_of(filterset, f"blank={key}", scope).count()


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def buildings(clerk):
    """One with its estate told and a room seen, one of which nothing is known."""
    a_building(clerk, floors=1, estate="棠浦新村")
    with acting(clerk):
        seen = list(DwellingUnit.objects.all())
    for dwelling in seen:
        visited(clerk, dwelling, days_ago=1, occupancy="4")
    a_building(clerk, "桂巷路12弄3号", floors=1)


def listed(cast, query):
    page = cast.client("clerk").get(f"{reverse('housing:buildings')}?{query}").content.decode()
    return {name.replace(" ", "") for name in re.findall(r"路(988弄 6号|12弄 3号)<", page)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"988弄6号", "12弄3号"}),
        ("q=棠浦新村", {"988弄6号"}),
        ("q=桂巷路12弄3号", {"12弄3号"}),
        ("blank=estate", {"12弄3号"}),
        ("filled=estate", {"988弄6号"}),
        ("has=unknown", {"12弄3号"}),
        ("has=vacant", {"988弄6号"}),
        ("has=unseen", {"12弄3号"}),
        ("has=vacant&has=unseen", set()),
    ],
    ids=["all", "estate", "address", "no_estate", "with_estate", "unknown", "vacant", "unseen",
         "both"],
)  # fmt: skip
def test_buildings_are_narrowed_to_those_with_something_to_do(cast, buildings, query, expected):
    assert listed(cast, query) == expected


def test_a_street_narrows_the_buildings_of_the_committee_it_chose(cast, clerk, buildings):
    where = reverse("housing:buildings")
    page = cast.client("street").get(f"{where}?unit={clerk.unit}&has=vacant").content.decode()
    assert "988弄 6号" in page
    assert "12弄 3号" not in page
    assert cast.client("street").get(f"{where}?unit=310107099001").status_code == 404
