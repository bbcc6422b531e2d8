"""Before what cannot be taken back, the password is asked for again, and nothing typed is lost."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from portal.accounts import services
from portal.accounts.fresh import FRESH_FOR, SESSION_KEY
from portal.accounts.models import KeptForm, User
from portal.orgs.models import Appointment
from tests.cast import HOME, PASSWORD

AGAIN = "/accounts/again/"
NEW = "/orgs/accounts/new/"
FORM = {"name": "白露", "username": "bailu", "staff_no": "YY-009",
        "password": "orchid-lake-winter", "unit": HOME, "role": "collector"}  # fmt: skip


@pytest.fixture
def stale(cast):
    """The security administrator, who logged in a while ago."""
    cast.password("secadmin")
    browser = cast.client("secadmin")
    session = browser.session
    session[SESSION_KEY] -= FRESH_FOR + 1
    session.save()
    return browser


def kept_id(answer):
    return re.search(r"kept=([0-9a-f-]{36})", answer["Location"]).group(1)


def test_a_fresh_login_is_not_asked(cast):
    assert cast.client("secadmin").post(NEW, FORM)["Location"].startswith("/orgs/people/")


def test_looking_asks_for_nothing(stale):
    assert stale.get(NEW).status_code == 200


def test_a_stale_one_is_asked_and_the_form_goes_on_by_itself(stale, told):
    asked = stale.post(NEW, FORM)
    assert asked["Location"].startswith(AGAIN)
    assert not User.objects.filter(username="bailu").exists()
    question = stale.get(asked["Location"]).content.decode()
    assert "“开通账号”需要先确认是你本人" in question
    key = kept_id(asked)
    before = stale.session.session_key
    resume = stale.post(AGAIN, {"kept": key, "password": PASSWORD})
    assert stale.session.session_key != before
    assert f'name="_kept" value="{key}"' in resume.content.decode()
    assert len(told("accounts.proved_again")) == 1
    assert stale.post(NEW, {"_kept": key}).status_code == 302
    assert Appointment.objects.get(user__username="bailu").role == "collector"
    assert User.objects.get(username="bailu").check_password(FORM["password"])


def test_a_kept_form_is_used_once(stale):
    key = kept_id(stale.post(NEW, FORM))
    stale.post(AGAIN, {"kept": key, "password": PASSWORD})
    stale.post(NEW, {"_kept": key})
    again = stale.post(NEW, {"_kept": key})
    assert again.status_code == 410
    assert "已提交过" in again.content.decode()
    assert User.objects.filter(username="bailu").count() == 1


def test_a_kept_form_with_an_error_comes_back_with_what_was_typed(stale):
    key = kept_id(stale.post(NEW, FORM | {"username": "clerk"}))
    stale.post(AGAIN, {"kept": key, "password": PASSWORD})
    answer = stale.post(NEW, {"_kept": key})
    assert answer.status_code == 422
    assert "YY-009" in answer.content.decode()


def test_a_kept_form_is_nobody_elses(stale, cast):
    key = kept_id(stale.post(NEW, FORM))
    User.objects.filter(username="district").update(is_active=True)
    other = cast.client("district")
    assert other.post(NEW, {"_kept": key}).status_code == 410
    assert KeptForm.objects.filter(pk=key).exists()


def test_a_kept_form_goes_to_no_other_address(stale):
    key = kept_id(stale.post(NEW, FORM))
    post = Appointment.objects.get(user__username="clerk")
    answer = stale.post(reverse("orgs:end_post", args=[post.pk]), {"_kept": key})
    assert answer.status_code == 410
    assert Appointment.objects.get(pk=post.pk).ends_on is None


def test_naming_a_kept_form_does_not_replace_the_proof(stale):
    key = kept_id(stale.post(NEW, FORM))
    answer = stale.post(NEW, {"_kept": key})
    assert answer["Location"].startswith(AGAIN)
    assert not User.objects.filter(username="bailu").exists()


def test_a_wrong_password_is_counted_and_the_sixth_not_looked_at(stale):
    key = kept_id(stale.post(NEW, FORM))
    for left in (4, 3, 2, 1):
        answer = stale.post(AGAIN, {"kept": key, "password": "wrong"})
        assert f"再错 {left} 次" in answer.content.decode()
    stale.post(AGAIN, {"kept": key, "password": "wrong"})
    locked = stale.post(AGAIN, {"kept": key, "password": PASSWORD})
    assert locked.status_code == 422
    assert "15 分钟后再试" in locked.content.decode()
    assert KeptForm.objects.filter(pk=key).exists()


def test_htmx_gets_a_dialog_and_keeps_its_own_form(stale):
    asked = stale.post(NEW, FORM, headers={"HX-Request": "true"})
    assert asked.status_code == 401
    assert "<dialog" in asked.content.decode()
    assert not KeptForm.objects.exists()
    proved = stale.post(AGAIN, {"password": PASSWORD}, headers={"HX-Request": "true"})
    assert proved.status_code == 204
    assert "pp:proved" in proved["HX-Trigger"]
    assert stale.post(NEW, FORM, headers={"HX-Request": "true"}).status_code == 200
    assert User.objects.filter(username="bailu").exists()


def test_who_may_not_is_refused_before_being_asked(cast):
    browser = cast.client("clerk")
    session = browser.session
    session[SESSION_KEY] = 0
    session.save()
    assert browser.post(NEW, FORM).status_code == 403


def test_what_is_kept_is_ciphertext_and_ends_after_half_an_hour(cast, at):
    fields = QueryDict(mutable=True)
    fields.setlist("names", ["周敏", "许婉清"])
    files = MultiValueDict({"file": [SimpleUploadedFile("名单.csv", b"\xef\xbb\xbf1,2\r\n")]})
    user = cast.users["clerk"].pk
    row = services.keep(path="/x/", fields=fields, files=files, act="", user_id=user, at=at)
    assert "周敏".encode() not in bytes(row.sealed)
    late = at + timedelta(minutes=31)
    assert services.take_back(key=row.pk, path="/x/", user_id=user, at=late) is None
    kept = services.take_back(key=row.pk, path="/x/", user_id=user, at=at)
    assert kept.fields.getlist("names") == ["周敏", "许婉清"]
    assert (kept.files["file"].name, kept.files["file"].read()) == (
        "名单.csv", b"\xef\xbb\xbf1,2\r\n",
    )  # fmt: skip
    services.keep(path="/x/", fields=fields, files=files, act="", user_id=user, at=at)
    services.keep(path="/y/", fields=fields, files=files, act="", user_id=user, at=late)
    assert KeptForm.objects.count() == 1


def test_a_made_up_key_is_told_kindly(cast):
    assert cast.client("secadmin").post(NEW, {"_kept": str(uuid.uuid4())}).status_code == 410
    assert cast.client("secadmin").post(NEW, {"_kept": "x"}).status_code == 410
