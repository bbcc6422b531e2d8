"""Several leads given to one person: told before, left where they cannot be, done once."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.orgs.acting import acting
from residents import services
from residents.models import Lead
from tests.residents.test_leads import a_lead, find, triage

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-64")]
State = Lead.State
GIVE = "/residents/leads/give/"


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def leads(cast, clerk, at):
    """Two that wait, one that the collector has, one that has ended."""
    fresh = [a_lead(clerk, at, place=f"6号10{n}室") for n in (1, 2)]
    held = triage(clerk, a_lead(clerk, at, place="6号103室"), at, to=cast.scope("collector"))
    ended = triage(clerk, a_lead(clerk, at, place="6号104室"), at)
    ended = find(clerk, ended, at, Lead.Result.NOTHING)
    return [*fresh, held, ended]


def chosen(leads):
    return {"pick": [str(lead.pk) for lead in leads], "all": "", "query": ""}


def again(clerk, lead):
    with acting(clerk):
        return Lead.objects.get(pk=lead.pk)


def test_before_the_act_it_is_told_what_stays_and_why(cast, leads):
    page = cast.client("clerk").post(GIVE, chosen(leads)).content.decode()
    told = re.sub(r"<[^>]+>|\s+", "", page)
    assert "将分办3条，1条保持不变" in told
    assert "已办结16号104室" in told
    assert page.count('name="pick"') == 4


def test_what_was_agreed_to_is_given_and_the_rest_left_alone(cast, clerk, leads):
    collector = cast.users["collector"]
    answer = cast.client("clerk").post(
        GIVE, chosen(leads) | {"agreed": "1", "assigned": str(collector.pk)}
    )
    assert answer["Location"] == reverse("residents:leads")
    states = [(again(clerk, lead).state, again(clerk, lead).assigned_to) for lead in leads[:3]]
    assert states == [(State.TRIAGED, "顾小满")] * 3
    assert again(clerk, leads[3]).state == State.CLOSED
    assert again(clerk, leads[3]).assigned_to == "周敏"


def test_all_means_the_conditions_of_the_list(cast, clerk, leads):
    posted = {"all": "1", "query": f"state={State.SUBMITTED.value}", "agreed": "1",
              "assigned": str(clerk.user_id)}  # fmt: skip
    cast.client("clerk").post(GIVE, posted)
    given = [again(clerk, lead).assigned_to for lead in leads]
    assert given == ["周敏", "周敏", "顾小满", "周敏"]


def test_without_a_person_the_dialog_asks_and_nothing_is_given(cast, clerk, leads):
    answer = cast.client("clerk").post(GIVE, chosen(leads) | {"agreed": "1"})
    assert answer.status_code == 422
    assert "请选择承办人" in answer.content.decode()
    assert again(clerk, leads[0]).state == State.SUBMITTED


def test_somebody_of_another_committee_is_no_choice(cast, clerk, leads):
    posted = chosen(leads) | {"agreed": "1", "assigned": str(cast.users["neighbour"].pk)}
    assert cast.client("clerk").post(GIVE, posted).status_code == 422
    assert again(clerk, leads[0]).state == State.SUBMITTED


def test_foreign_leads_are_not_among_the_chosen(cast, clerk, leads):
    page = cast.client("neighbour").post(GIVE, chosen(leads)).content.decode()
    assert "将分办<b>0</b>条" in re.sub(r"\s+", "", page)
    posted = chosen(leads) | {"agreed": "1", "assigned": str(cast.users["neighbour"].pk)}
    cast.client("neighbour").post(GIVE, posted)
    assert again(clerk, leads[0]).state == State.SUBMITTED


def test_more_than_a_request_can_do_is_refused(cast, clerk, leads, monkeypatch):
    monkeypatch.setattr("portal.jobs.bulk.MOST_AT_ONCE", 3)
    page = cast.client("clerk").post(GIVE, chosen(leads) | {"agreed": "1", "assigned": "1"})
    assert "一次最多 3 条" in page.content.decode()
    assert again(clerk, leads[0]).state == State.SUBMITTED


def test_only_who_registers_sees_the_act(cast, leads):
    assert "分办…" in cast.client("clerk").get("/residents/leads/").content.decode()
    assert "分办…" not in cast.client("street").get("/residents/leads/").content.decode()
    assert cast.client("watchman").post(GIVE, chosen(leads)).status_code == 403


DISMISS = "/residents/leads/dismiss/"
TWICE = {
    "agreed": "1",
    "result": "duplicate",
    "finding": "楼组长和物业各报了一次",
    "visited_on": "",
}


def test_leads_told_twice_are_ended_and_those_that_ended_stay(cast, clerk, leads):
    client = cast.client("clerk")
    assert DISMISS in client.get(reverse("residents:leads")).content.decode()
    told = re.sub(r"<[^>]+>|\s+", "", client.post(DISMISS, chosen(leads)).content.decode())
    assert "将结案3条，1条保持不变" in told
    client.post(DISMISS, chosen(leads) | TWICE)
    found = [(again(clerk, lead).state, again(clerk, lead).result) for lead in leads]
    assert found == [("closed", "duplicate")] * 3 + [("closed", "nothing")]
    assert again(clerk, leads[0]).finding == "楼组长和物业各报了一次"


def test_they_are_named_in_an_order_of_their_own(cast, leads):
    """Without one PostgreSQL gives them as they lie on the disk, and the dialog names others."""
    everything = {"pick": [], "all": "1", "query": ""}
    with CaptureQueriesContext(connection) as asked:
        page = cast.client("clerk").post(DISMISS, everything).content.decode()
    read = [each["sql"] for each in asked if each["sql"].startswith('SELECT "residents_lead"."id"')]
    assert ["ORDER BY" in statement for statement in read] == [True]
    assert re.findall(r"6号10\d室", page) == ["6号101室", "6号102室", "6号103室", "6号104室"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"finding": " "}, "请写明核实情况"),
        ({"result": "nothing"}, "请填写上门日期"),
        ({"result": "nothing", "visited_on": "2099-01-01"}, "上门日期不能晚于今天"),
        ({"result": "new"}, "结果"),
        ({"result": ""}, "请选择结果"),
    ],
    ids=["no_words", "no_day", "to_come", "a_change", "no_result"],
)
def test_what_does_not_end_leads_is_said_at_its_field(cast, clerk, leads, wrong, said):
    answer = cast.client("clerk").post(DISMISS, chosen(leads) | TWICE | wrong)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert again(clerk, leads[0]).state == State.SUBMITTED


def test_a_change_is_followed_lead_by_lead(clerk, leads, at):
    with acting(clerk), pytest.raises(services.UnableToFollowUp, match="逐条"):
        services.dismiss_leads(
            lead_ids=[leads[0].pk], result="new", finding="新来一户", by=clerk, at=at
        )


def test_leads_of_another_committee_are_not_ended(cast, clerk, leads):
    cast.client("neighbour").post(DISMISS, chosen(leads) | TWICE)
    assert again(clerk, leads[0]).state == State.SUBMITTED
