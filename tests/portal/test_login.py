"""Logging in, being throttled, acting in one post at a time."""

import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.orgs.models import Appointment
from portal.orgs.services import end_appointment, project_grants
from tests.cast import NEXT_DOOR, PASSWORD, appointed

LOGIN = "/accounts/login/"


def test_anonymous_visitors_are_led_to_the_login(db):
    response = Client().get("/")
    assert response.status_code == 302
    assert response["Location"].startswith(LOGIN)


def test_a_wrong_password_says_the_same_for_known_and_unknown_accounts(cast):
    cast.password("clerk")
    texts = []
    for username in ("clerk", "nobody"):
        answer = Client().post(LOGIN, {"username": username, "password": "wrong-one"})
        assert answer.status_code == 401
        page = re.sub(r'value="[^"]*"', "", answer.content.decode())
        texts.append(page)
    assert texts[0] == texts[1]


def test_the_right_password_logs_in_with_a_new_session(cast):
    cast.password("clerk")
    browser = Client()
    browser.get(LOGIN)
    answer = browser.post(LOGIN, {"username": "clerk", "password": PASSWORD})
    assert answer.status_code == 302
    assert browser.session["_auth_user_id"] == str(cast.users["clerk"].pk)


def test_the_sixth_guess_is_not_even_looked_at(cast):
    cast.password("clerk")
    browser = Client()
    for _ in range(5):
        browser.post(LOGIN, {"username": "clerk", "password": "wrong-one"})
    locked = browser.post(LOGIN, {"username": "clerk", "password": PASSWORD})
    assert locked.status_code == 429
    assert "账号已锁定" in locked.content.decode()


def test_a_login_never_leads_to_another_site(cast):
    cast.password("clerk")
    answer = Client().post(
        LOGIN, {"username": "clerk", "password": PASSWORD, "next": "https://elsewhere.example/"}
    )
    assert answer["Location"] == "/"


def test_every_response_carries_the_policy_and_is_not_stored(cast):
    answer = cast.client("auditor").get(LOGIN)
    anonymous = Client().get(LOGIN)
    for response in (answer, anonymous):
        assert "no-store" in response["Cache-Control"]
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert response["X-Frame-Options"] == "DENY"


def test_an_ended_post_ends_its_sight_with_the_next_request(cast, today):
    browser = cast.client("clerk")
    assert browser.get(reverse("residents:list")).status_code == 200
    at = timezone.now()
    end_appointment(
        appointment_id=cast.scope("clerk").appointment_id, ends_on=today - timedelta(days=1),
        by=cast.scope("secadmin"), at=at,
    )  # fmt: skip
    assert browser.get(reverse("residents:list")).status_code == 403


def test_one_person_acts_in_one_post_at_a_time(cast, today):
    second = appointed(cast.users["clerk"], "committee_lead", NEXT_DOOR, today)
    project_grants(day=today)
    browser = cast.client("clerk")
    assert browser.post(reverse("orgs:switch_post"), {"appointment": second.pk}).status_code == 302
    assert browser.get(reverse("residents:list")).wsgi_request.scope.unit == NEXT_DOOR
    foreign = Appointment.objects.get(user=cast.users["street"])
    assert browser.post(reverse("orgs:switch_post"), {"appointment": foreign.pk}).status_code == 404


def test_a_refused_page_is_remembered(cast, told):
    assert cast.client("auditor").get(reverse("residents:list")).status_code == 403
    event = told("access.refused")[0]
    assert event["actor_name"] == "严正"
    assert event["result"] == "refused"
