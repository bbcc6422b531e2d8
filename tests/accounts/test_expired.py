"""A login that is over loses no form: not of a page, not of HTMX, not with a file in it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.accounts.models import KeptForm, LoginSession, User
from tests.accounts.conftest import LOGIN
from tests.cast import HOME, PASSWORD

NEW = "/orgs/accounts/new/"
FORM = {"name": "白露", "username": "bailu", "staff_no": "YY-009",
        "password": "orchid-lake-winter", "unit": HOME, "role": "collector"}  # fmt: skip


@pytest.fixture
def over(entrance):
    """A browser whose session has just gone."""
    browser = entrance.sign_in("secadmin")
    browser.get(NEW)
    LoginSession.objects.all().delete()
    return browser


def log_in_again(browser, where, username="secadmin"):
    page = browser.get(where).content.decode()
    told = dict(re.findall(r'name="(next|kept)" value="([^"]*)"', page))
    return browser.post(LOGIN, {"username": username, "password": PASSWORD, **told})


def test_a_posted_form_waits_for_the_login_and_goes_on(over):
    answer = over.post(NEW, FORM)
    assert answer["Location"].startswith(LOGIN)
    assert "登录后继续提交" in over.get(answer["Location"]).content.decode()
    on = log_in_again(over, answer["Location"])
    page = over.get(on["Location"]).content.decode()
    key = re.search(r'name="_kept" value="([^"]+)"', page).group(1)
    assert f'action="{NEW}"' in page
    assert over.post(NEW, {"_kept": key}).status_code == 302
    assert User.objects.filter(username="bailu").count() == 1


def test_somebody_else_who_logs_in_there_does_not_get_it(over, cast):
    cast.password("district")
    answer = over.post(NEW, FORM)
    on = log_in_again(over, answer["Location"], "district")
    assert "/resume/" not in on["Location"]
    key = KeptForm.objects.get().pk
    assert over.get(f"/accounts/resume/{key}/").status_code == 404


def test_a_browser_that_was_never_logged_in_keeps_nothing(cast):
    assert Client().post(NEW, FORM)["Location"].startswith(LOGIN)
    assert not KeptForm.objects.exists()


def test_a_file_waits_too(entrance):
    browser = entrance.sign_in("clerk")
    browser.get("/imports/")
    LoginSession.objects.all().delete()
    file = SimpleUploadedFile("人员.csv", "姓名,证件号码\n".encode(), "text/csv")
    answer = browser.post("/imports/", {"file": file, "kind": "residents"})
    assert answer["Location"].startswith(LOGIN)
    assert KeptForm.objects.get().path == "/imports/"
    on = log_in_again(browser, answer["Location"], "clerk")
    page = browser.get(on["Location"]).content.decode()
    key = re.search(r'name="_kept" value="([^"]+)"', page).group(1)
    taken = browser.post("/imports/", {"_kept": key})
    assert taken.wsgi_request.FILES["file"].name == "人员.csv"
    assert taken.status_code != 410


def test_htmx_gets_a_dialog_over_the_page_and_sends_again(over):
    answer = over.post(NEW, FORM, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "登录已过期" in answer.content.decode()
    assert not KeptForm.objects.exists()
    wrong = over.post(
        "/accounts/login/back/", {"password": "wrong"}, headers={"HX-Request": "true"}
    )
    assert wrong.status_code == 422
    back = over.post(
        "/accounts/login/back/", {"password": PASSWORD}, headers={"HX-Request": "true"}
    )
    assert back.status_code == 204
    assert "token" in back["HX-Trigger"]
    assert over.post(NEW, FORM, headers={"HX-Request": "true"}).status_code == 200
    assert User.objects.filter(username="bailu").exists()


def test_the_dialog_asks_for_the_code_of_whoever_has_one(entrance, at):
    entrance.give_factor("street", at)
    browser = entrance.sign_in("street")
    browser.get("/help/")
    LoginSession.objects.all().delete()
    htmx = {"HX-Request": "true"}
    assert 'name="code"' in browser.get("/help/", headers=htmx).content.decode()
    told = {"password": PASSWORD, "code": entrance.code("street", later=1)}
    assert (
        browser.post("/accounts/login/back/", {"password": PASSWORD}, headers=htmx).status_code
        == 422
    )
    assert browser.post("/accounts/login/back/", told, headers=htmx).status_code == 204


def test_htmx_without_anybody_known_is_led_to_the_login(cast):
    answer = Client().get("/residents/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == LOGIN


ORIGIN = {"Origin": "http://testserver"}


def test_a_form_of_a_tab_from_before_another_login_goes_on(entrance):
    browser = entrance.sign_in("secadmin", Client())
    browser.get(NEW)
    browser.handler.enforce_csrf_checks = True
    told = FORM | {"csrfmiddlewaretoken": "x" * 64}
    resume = browser.post(NEW, told, headers=ORIGIN).content.decode()
    key = re.search(r'name="_kept" value="([^"]+)"', resume).group(1)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', resume).group(1)
    on = browser.post(NEW, {"_kept": key, "csrfmiddlewaretoken": token}, headers=ORIGIN)
    assert on.status_code == 302
    assert User.objects.filter(username="bailu").exists()


def test_a_form_from_elsewhere_is_refused_and_not_kept(entrance):
    browser = entrance.sign_in("secadmin", Client())
    browser.handler.enforce_csrf_checks = True
    for origin in ({"Origin": "http://elsewhere.example"}, {}):
        assert browser.post(NEW, FORM, headers=origin).status_code == 400
    assert not KeptForm.objects.exists()
