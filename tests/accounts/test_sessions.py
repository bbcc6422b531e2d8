"""A session begins with a new key, ends when it should, and its owner can end it elsewhere."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts import services
from portal.accounts.models import LoginSession, User
from portal.accounts.passwords import LASTS
from tests.accounts.conftest import LOGIN
from tests.cast import PASSWORD

MINE = "/accounts/"
NEW = "Other-lake-winter-7"


def is_out(browser):
    answer = browser.get("/help/")
    return answer.status_code == 302 and answer["Location"].startswith(LOGIN)


def test_a_key_known_before_the_login_is_worth_nothing_after_it(entrance):
    victim = Client()
    victim.get(LOGIN)
    session = victim.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    victim.cookies["portal_session"] = planted
    entrance.sign_in("clerk", victim)
    assert victim.session.session_key != planted
    thief = Client()
    thief.cookies["portal_session"] = planted
    assert is_out(thief)


@pytest.mark.parametrize(("who", "minutes"), [("clerk", 30), ("street", 15), ("secadmin", 15)])
def test_an_unused_session_ends(entrance, at, who, minutes):
    with time_machine.travel(at) as clock:
        browser = entrance.sign_in(who)
        clock.shift(timedelta(minutes=minutes - 1))
        assert not is_out(browser)
        clock.shift(timedelta(minutes=minutes, seconds=5))
        answer = browser.get("/help/")
        assert "over=idle" in answer["Location"]
        assert "太久没有操作" in browser.get(answer["Location"]).content.decode()
        clock.shift(timedelta(minutes=-minutes))
        assert is_out(browser)


def test_a_busy_session_ends_after_ten_hours(entrance, at):
    with time_machine.travel(at) as clock:
        browser = entrance.sign_in("clerk")
        for _ in range(29):
            clock.shift(timedelta(minutes=20))
            assert not is_out(browser)
        clock.shift(timedelta(minutes=21))
        assert is_out(browser)


def test_asking_how_long_it_goes_on_does_not_lengthen_it(entrance, at):
    with time_machine.travel(at, tick=False) as clock:
        browser = entrance.sign_in("clerk")
        clock.shift(timedelta(minutes=20))
        assert browser.get("/accounts/session/").json() == {"seconds": 600}
        clock.shift(timedelta(minutes=9))
        assert browser.get("/accounts/session/").json() == {"seconds": 60}
        assert browser.get("/accounts/session/stay/").status_code == 204
        assert browser.get("/accounts/session/").json() == {"seconds": 1800}


def test_a_privileged_account_is_logged_in_once_and_the_other_is_told(entrance):
    first = entrance.sign_in("street")
    second = entrance.sign_in("street")
    assert not is_out(second)
    answer = first.get("/help/")
    assert "该账号已在另一台电脑登录" in first.get(answer["Location"]).content.decode()


def test_a_clerk_may_use_two_computers_and_end_one(entrance, told):
    first, second = entrance.sign_in("clerk"), entrance.sign_in("clerk")
    page = second.get(MINE).content.decode()
    assert page.count("结束</button>") == 1
    assert page.count(">本机<") == 1
    other = LoginSession.objects.get(session_key=first.session.session_key)
    end = reverse("accounts:end_session", args=[other.handle])
    assert second.post(end).status_code == 302
    assert is_out(first)
    assert not is_out(second)
    assert told("accounts.session_ended")


def test_nobody_ends_somebody_elses_session(entrance):
    theirs = entrance.sign_in("colleague")
    row = LoginSession.objects.get(session_key=theirs.session.session_key)
    mine = entrance.sign_in("clerk")
    assert mine.post(reverse("accounts:end_session", args=[row.handle])).status_code == 404
    assert not is_out(theirs)


def test_a_new_password_ends_the_other_sessions(entrance):
    first, second = entrance.sign_in("clerk"), entrance.sign_in("clerk")
    told = {"current": PASSWORD, "password": NEW, "repeated": NEW}
    assert second.post("/accounts/password/", told).status_code == 302
    assert not is_out(second)
    assert "over=credentials" in first.get("/help/")["Location"]


@pytest.mark.parametrize(
    ("change", "says"),
    [({"repeated": "Other-lake-winter-8"}, "不一致"), ({"current": "wrong"}, "当前密码不正确"),
     ({"password": "clerk", "repeated": "clerk"}, "12")],
)  # fmt: skip
def test_a_password_that_will_not_do_is_told_at_its_field(entrance, change, says):
    browser = entrance.sign_in("clerk")
    told = {"current": PASSWORD, "password": NEW, "repeated": NEW} | change
    answer = browser.post("/accounts/password/", told)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_an_initial_password_is_changed_before_anything_else(entrance):
    browser = entrance.sign_in("clerk")
    User.objects.filter(username="clerk").update(initial_password=True)
    assert browser.get("/residents/")["Location"] == "/accounts/password/"
    told = {"current": PASSWORD, "password": NEW, "repeated": NEW}
    browser.post("/accounts/password/", told)
    assert browser.get("/residents/").status_code == 200


def test_level_three_asks_for_a_change_after_90_days(entrance, settings, at):
    settings.LEVEL_THREE_PASSWORDS = True
    browser = entrance.sign_in("clerk")
    User.objects.filter(username="clerk").update(password_at=at - LASTS + timedelta(days=1))
    assert browser.get("/residents/").status_code == 200
    User.objects.filter(username="clerk").update(password_at=at - LASTS - timedelta(days=1))
    assert browser.get("/residents/")["Location"] == "/accounts/password/"


def test_level_three_refuses_few_kinds_and_old_ones(cast, settings, at):
    from django.core.exceptions import ValidationError

    settings.AUTH_PASSWORD_VALIDATORS = [
        {"NAME": f"portal.accounts.passwords.{name}"}
        for name in ("CompositionValidator", "HistoryValidator")
    ]
    user, scope = cast.users["clerk"].pk, cast.scope("clerk")

    def change(password):
        services.change_password(user_id=user, password=password, session_key="", by=scope, at=at)

    with pytest.raises(ValidationError, match="三种"):
        change("only-small-letters")
    for number in range(5):
        change(f"Orchid-lake-{number}")
    with pytest.raises(ValidationError, match="最近 5 次"):
        change("Orchid-lake-0")
    change("Orchid-lake-5")
    change("Orchid-lake-0")


def test_a_closed_account_is_out_with_the_next_request(entrance, told, at):
    browser = entrance.sign_in("clerk")
    services.set_active(
        user_id=entrance.cast.users["clerk"].pk, active=False, by=entrance.cast.scope("secadmin"),
        at=at, reason="离职",
    )  # fmt: skip
    assert is_out(browser)
    assert told("accounts.closed")[0]["reason"] == "离职"
    answer = Client().post(LOGIN, {"username": "clerk", "password": PASSWORD})
    assert answer.status_code == 401


def test_logging_out_clears_the_browser_and_the_row(entrance):
    browser = entrance.sign_in("clerk")
    key = browser.session.session_key
    answer = browser.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert not LoginSession.objects.filter(session_key=key).exists()


def test_logins_and_failures_are_in_the_trail(entrance, told):
    entrance.sign_in("clerk")
    Client().post(LOGIN, {"username": "clerk", "password": "wrong"})
    Client().post(LOGIN, {"username": "not-a-user-3199", "password": "wrong"})
    assert told("accounts.signed_in")[0]["actor_name"] == "周敏"
    known, unknown = told("accounts.sign_in_failed")
    assert known["target_id"] == str(entrance.cast.users["clerk"].pk)
    assert unknown["target_id"] == ""
    assert "not-a-user" not in str(unknown)
    assert known["scope_code"] == unknown["scope_code"] == 310107000000
    assert timezone.now() - known["at"] < timedelta(minutes=1)
