"""The page of data quality, and who sees what of it."""

import re

import pytest

from portal.orgs.acting import acting
from portal.quality import services
from portal.quality.registry import running_rules
from tests.cast import HOME, NEXT_DOOR
from tests.metrics.builders import CLOCK, altered, people, verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def issues(cast, at):
    """Two missing phones here, one next door, and a household to be verified."""
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    here = people(clerk, 3)
    (there,) = people(neighbour, 1, address="花溪路1号", start=50)
    for scope, episode in ((clerk, here[0]), (clerk, here[1]), (neighbour, there)):
        altered(scope, episode, phone_mask="")
    verified(clerk, here[2], 100)
    with acting(CLOCK):
        services.check_unit(unit=CLOCK.unit, by=CLOCK, at=at, only=["R-190", "R-130", "R-131"])
    return here


def page(cast, key, query=""):
    return cast.client(key).get(f"/quality/{query}")


@pytest.mark.paper("S-67")
@pytest.mark.parametrize(
    ("key", "phones"), [("clerk", 2), ("neighbour", 1), ("far_clerk", 0), ("lead", 2)]
)
def test_each_unit_sees_its_own_issues(cast, issues, key, phones):
    response = page(cast, key, "?rule=R-190")
    assert response.status_code == 200
    assert response.context["list"].total == phones


def test_auditors_see_no_issues(cast, issues):
    assert page(cast, "auditor").status_code == 403


def test_the_rules_numbers_open_lists_of_their_length(cast, issues):
    client = cast.client("clerk")
    text = client.get("/quality/").content.decode()
    links = re.findall(r'href="(\?rule=[^"]+)"\s+data-receipt="(\d+)"', text)
    assert len(links) == len(running_rules())
    for query, count in links:
        shown = client.get(f"/quality/{query.replace('&amp;', '&')}").context["list"].total
        assert shown == int(count), query


def test_an_issue_leads_to_the_form_with_its_field(cast, issues):
    response = page(cast, "clerk", "?rule=R-190")
    row = response.context["list"].rows[0]
    assert f"{row.record.dwelling_id}" in row.url
    assert "field=phone" in row.url
    assert f"residence={row.record.residence_id}" in row.url
    assert cast.client("clerk").get(row.url).status_code == 200


def test_a_foreign_unit_narrows_to_nothing_of_others(cast, issues):
    response = page(cast, "clerk", f"?rule=R-190&unit={NEXT_DOOR}")
    assert response.status_code == 200
    found = response.context["list"].rows
    assert all(row.record.committee_id == HOME for row in found)


def test_mended_issues_are_listed_only_when_asked_for(cast, issues, at):
    altered(cast.scope("clerk"), issues[0], phone_mask="150****0001")
    with acting(CLOCK):
        services.check_unit(unit=CLOCK.unit, by=CLOCK, at=at)
    assert page(cast, "clerk", "?rule=R-190").context["list"].total == 1
    assert page(cast, "clerk", "?rule=R-190&state=fixed").context["list"].total == 1


def test_the_page_asks_few_questions(cast, issues, django_assert_max_num_queries):
    client = cast.client("clerk")
    client.get("/quality/?rule=R-190")
    with django_assert_max_num_queries(24):
        client.get("/quality/?rule=R-190")
