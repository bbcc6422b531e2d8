"""The pages of issues: lists that wait for somebody, one issue and its steps, several at once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.desk.inbox import inbox
from portal.orgs.acting import acting
from portal.quality.fixing import issue_url
from portal.quality.models import DataQualityIssue
from tests.metrics.builders import CLOCK, altered
from tests.quality.builders import (
    PHONES,
    again,
    asked,
    born,
    checked,
    given,
    missing_phones,
    saved,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-68")]


def page(cast, key, issue, status=200):
    response = cast.client(key).get(reverse("quality:issue", args=[issue.pk]))
    assert response.status_code == status
    return response.content.decode()


def post(cast, key, step, issue, **typed):
    return cast.client(key).post(reverse(f"quality:{step}", args=[issue.pk]), typed)


@pytest.mark.parametrize(
    ("key", "status"),
    [("clerk", 200), ("collector", 200), ("lead", 200), ("street", 200), ("district", 200),
     ("neighbour", 404), ("far_street", 404), ("window", 403), ("auditor", 403)],
)  # fmt: skip
def test_who_sees_an_issue(cast, key, status):
    (issue,) = missing_phones(cast)
    page(cast, key, issue, status)


def test_the_look_is_told(cast, told):
    (issue,) = missing_phones(cast)
    page(cast, "lead", issue)
    assert [event["target_id"] for event in told("quality.issue_viewed")] == [str(issue.pk)]


def test_each_is_offered_only_what_they_may_do(cast):
    (issue,) = missing_phones(cast)
    clerk, lead = page(cast, "clerk", issue), page(cast, "lead", issue)
    assert "field=phone" in clerk
    assert reverse("quality:ask", args=[issue.pk]) in clerk
    assert reverse("quality:ask", args=[issue.pk]) not in lead
    assert reverse("quality:assign", args=[issue.pk]) in lead
    assert reverse("quality:assign", args=[issue.pk]) not in page(cast, "collector", issue)
    asked(cast, issue)
    assert reverse("quality:approve", args=[issue.pk]) in page(cast, "street", issue)
    assert reverse("quality:approve", args=[issue.pk]) not in page(cast, "clerk", issue)
    assert reverse("quality:withdraw", args=[issue.pk]) in page(cast, "clerk", issue)


def test_an_exception_goes_from_asking_to_agreeing(cast, today):
    (issue,) = missing_phones(cast)
    refused = post(cast, "clerk", "ask", issue, **{"ask-reason": ""})
    assert refused.status_code == 422
    assert "请写明为什么这样登记没有错" in refused.content.decode()
    assert post(cast, "clerk", "ask", issue, **{"ask-reason": "由女儿代接"}).status_code == 302
    late = f"{today + timedelta(days=400):%Y-%m-%d}"
    refused = post(cast, "street", "approve", issue, **{"approve-until": late})
    assert refused.status_code == 422
    assert late in refused.content.decode()
    until = f"{today + timedelta(days=90):%Y-%m-%d}"
    assert post(cast, "street", "approve", issue, **{"approve-until": until}).status_code == 302
    assert again(issue).state == "excepted"
    assert until in page(cast, "clerk", issue)


def test_a_step_that_came_too_late_is_told(cast):
    (issue,) = missing_phones(cast)
    asked(cast, issue)
    response = post(cast, "lead", "assign", issue, **{"assign-mender": cast.users["collector"].pk})
    assert response.status_code == 422
    assert "问题“申请无误”，不能派发" in response.content.decode()


def test_the_lists_that_wait_are_as_long_as_their_numbers(cast, today):
    first, second, third = missing_phones(cast, 3)
    given(cast, first)
    asked(cast, second)
    with acting(CLOCK):
        DataQualityIssue.objects.filter(pk=third.pk).update(
            state="fixed", closed_on=today, to_check=True, answer_on=today, fixed_by="周敏",
            fixed_by_id=cast.users["clerk"].pk,
        )  # fmt: skip
    for key in ("clerk", "lead", "collector", "street", "staff", "analyst"):
        client = cast.client(key)
        for view in client.get("/quality/").context["list"].views:
            if view.query:
                shown = client.get(f"/quality/?{view.query}").context["list"]
                assert shown.total == view.count, (key, view.query)
    waiting = cast.client("lead").get(f"/quality/?waits=check&rule={PHONES}").context["list"]
    assert [row.record.pk for row in waiting.rows] == [third.pk]
    waiting = cast.client("street").get("/quality/?waits=answer").context["list"]
    assert [row.record.pk for row in waiting.rows] == [second.pk]
    mine = cast.client("collector").get("/quality/?who=mine").context["list"]
    assert [row.record.pk for row in mine.rows] == [first.pk]


def test_rows_lead_to_the_form_and_can_be_looked_at(cast):
    (issue,) = missing_phones(cast)
    text = cast.client("clerk").get(f"/quality/?rule={PHONES}").content.decode()
    own = reverse("quality:issue", args=[issue.pk])
    assert f'data-peek-url="{own}"' in text
    (row,) = cast.client("lead").get(f"/quality/?rule={PHONES}").context["list"].rows
    assert row.url == own
    assert page(cast, "clerk", issue).count("data-peek>") == 3


@pytest.mark.paper("S-67")
def test_several_are_given_after_telling_which(cast):
    first, second, third = missing_phones(cast, 3)
    asked(cast, second)
    chosen = {"pick": [first.pk, second.pk, third.pk]}
    url, lead = reverse("quality:assign_many"), cast.client("lead")
    text = lead.post(url, chosen, headers={"HX-Request": "true"}).content.decode()
    assert "将派发 <b>2</b> 项" in text
    assert "问题“申请无误”，不能派发" in text
    assert "顾小满" in text
    typed = chosen | {"agreed": "1", "mender": cast.users["collector"].pk}
    assert lead.post(url, typed, headers={"HX-Request": "true"})["HX-Redirect"] == "/quality/"
    assert [again(each).assigned_to for each in (first, second, third)] == ["顾小满", "", "顾小满"]


def test_who_does_not_assign_gets_no_bar_and_no_dialog(cast):
    (issue,) = missing_phones(cast)
    client = cast.client("collector")
    assert "data-bulk" not in client.get("/quality/").content.decode()
    assert client.post(reverse("quality:assign_many"), {"pick": [issue.pk]}).status_code == 403


def kinds(cast, key, day=None):
    scope = cast.scope(key)
    with acting(scope):
        found = inbox(scope, day or timezone.localdate())
    return {tab.key: tab.count for tab in found.tabs}


@pytest.mark.paper("S-67")
def test_everyone_begins_the_day_with_what_waits_for_them(cast, today):
    first, second, _third = missing_phones(cast, 3)
    before = kinds(cast, "clerk")["quality"]
    given(cast, first)
    asked(cast, second)
    assert kinds(cast, "clerk")["quality"] == before - 2
    assert kinds(cast, "collector")["quality"] == before - 1
    assert kinds(cast, "street")["exception"] == 1
    assert kinds(cast, "street")["quality"] == 0
    month = today + timedelta(days=60)
    assert kinds(cast, "street", month)["quality"] == before - 1


def test_a_check_waits_for_others_than_the_mender_and_for_the_street_when_late(cast, today):
    episode, issue = born(cast, today.replace(year=today.year - 9, day=1))
    altered(cast.scope("clerk"), episode, birth_date=today.replace(year=1986, day=1))
    saved(cast, issue)
    assert kinds(cast, "clerk")["check"] == 0
    assert kinds(cast, "lead")["check"] == 1
    assert kinds(cast, "street")["check"] == 0
    assert kinds(cast, "street", today + timedelta(days=20))["check"] == 1
    assert post(cast, "lead", "check", issue).status_code == 302
    assert again(issue).state == "checked"
    assert kinds(cast, "lead")["check"] == 0
    checked()
    assert again(issue).state == "checked"


@pytest.mark.parametrize(("key", "leads"), [("clerk", False), ("lead", False), ("street", True)])
def test_a_patch_opens_only_for_who_may_change_it(cast, key, leads):
    issue = DataQualityIssue(rule="R-280", object_id=uuid4())
    assert bool(issue_url(issue, cast.scope(key))) is leads
