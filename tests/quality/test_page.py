"""The page of data quality, and who sees what of it."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache

from portal.orgs.acting import acting
from portal.quality import services
from portal.quality.models import IssueCount, RuleFailure
from portal.quality.registry import running_rules
from portal.rules.models import RuleSet
from portal.rules.services import revise
from tests.cast import HOME, NEXT_DOOR, STREET
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


@pytest.mark.paper("S-67")
@pytest.mark.parametrize(("key", "owners"), [("clerk", ["郑书记"]), ("street", [])])
def test_a_committees_lead_answers_for_its_data_by_name(cast, issues, key, owners):
    response = page(cast, key, "?rule=R-190")
    assert response.context["owners"] == owners
    assert ("郑书记" in response.content.decode()) is bool(owners)


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


def texts(cast, key="street", query=""):
    text = page(cast, key, query).content.decode()
    rows = re.findall(r"<tr[^>]*>\s*<td class=\"pp-mono\">(R-\d+)</td>(.*?)</tr>", text, re.S)
    return text, {rule: re.sub(r"<[^>]+>|\s", "", row) for rule, row in rows}


def test_the_rules_are_summed_up_and_compared_with_a_week_ago(cast, issues, today):
    response = page(cast, "street")
    total = response.context["list"].total
    finding = {row.record.rule for row in response.context["list"].rows}
    text, _rows = texts(cast)
    assert f"问题总数 {total}；{len(running_rules()) - len(finding)} 条规则没有问题" in text
    with acting(CLOCK):
        IssueCount.objects.create(
            committee_id=HOME, day=today - timedelta(days=8), rule="R-190", open=total + 3
        )
    cache.clear()  # a minute later: what is stored by night needs no act of anybody
    text, _rows = texts(cast)
    assert f"问题总数 {total}，较上周 −3" in text


def test_the_gravest_and_largest_rules_come_first(cast, issues):
    states = page(cast, "street").context["states"]
    found = [("should", 4), ("should", 4), ("should", 3), ("note", 4), ("note", 1)]
    assert [(state.rule.severity, state.open) for state in states if state.open] == found
    assert [state.open for state in states[len(found) :]] == [0] * (len(states) - len(found))


def test_each_rule_says_how_it_stands(cast, issues, at, today):
    with acting(CLOCK):
        RuleFailure.objects.create(rule="R-191", unit=STREET, failed_at=at)
    _text, rows = texts(cast)
    assert rows["R-190"].endswith("启用")
    assert rows["R-191"].endswith("未能检查")
    assert rows["R-030"].endswith("录入即拦")
    text, _rows = texts(cast, query="?rule=R-191")
    assert "这条规则在" in text
    assert "未能检查，所列是以前查出的" in text


def test_a_rule_whose_standard_was_revised_says_since_when(cast, issues, today, at):
    since = today - timedelta(days=20)
    with acting(CLOCK):
        rules = RuleSet.objects.filter(code="registration_deadline")
        rules.update(effective_from=since - timedelta(days=400), effective_to=None)
        revise(
            code="registration_deadline", effective_from=since, basis="沪公发 1 号",
            parameters=rules.get().parameters, by=cast.scope("analyst"), at=at,
        )  # fmt: skip
        IssueCount.objects.create(committee_id=HOME, day=today, rule="R-140", open=2)
        IssueCount.objects.create(
            committee_id=HOME, day=today - timedelta(days=30), rule="R-140", open=9
        )
    _text, rows = texts(cast)
    assert rows["R-140"].endswith(f"{since:%m-%d}改")
    assert rows["R-190"].endswith("启用")
    text, _rows = texts(cast, query="?rule=R-140")
    assert f"点线：{since:%Y-%m-%d} 起时限或标准改了，前后的数不宜直接相比" in text
    assert 'stroke-dasharray="1 2"' in text


def test_the_page_asks_few_questions(cast, issues, django_assert_max_num_queries):
    client = cast.client("clerk")
    client.get("/quality/?rule=R-190")
    with django_assert_max_num_queries(24):
        client.get("/quality/?rule=R-190")


def test_a_chosen_rule_comes_alone_with_what_follows_the_choice(cast, issues):
    response = cast.client("street").get(
        "/quality/?rule=R-190", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="rule-detail"
    )
    text = response.content.decode()
    assert 'id="rule-detail"' in text
    assert "<!doctype" not in text
    assert "质量规则与现存问题" not in text  # the table stays where it is
    assert 'id="rule-tabs" hx-swap-oob="true"' in text
    assert 'id="run-again-from" hx-swap-oob="true" value="/quality/?rule=R-190"' in text
    assert response.context["list"].total == 3
