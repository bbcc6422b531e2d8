"""The second factor: required from whom, good once, and what to do when the phone is lost."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from portal.accounts import services, totp
from portal.accounts.models import Ended, LoginSession, RecoveryCode, SecondFactor
from tests.accounts.conftest import LOGIN
from tests.cast import PASSWORD

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B: 12345678901234567890
CODE, FACTOR = "/accounts/login/code/", "/accounts/factor/"


@pytest.mark.parametrize(
    ("moment", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(moment, code):
    assert totp.code_at(RFC_SECRET, moment // 30) == code
    assert totp.step_of(RFC_SECRET, code, moment) == moment // 30
    assert totp.step_of(RFC_SECRET, code, moment + 29) is not None
    assert totp.step_of(RFC_SECRET, code, moment + 120) is None


def password_given(entrance, key):
    entrance.cast.password(key)
    browser = Client()
    answer = browser.post(LOGIN, {"username": key, "password": PASSWORD})
    assert answer["Location"].startswith(CODE)
    return browser


def test_the_password_alone_does_not_log_in(entrance, at):
    entrance.give_factor("street", at)
    browser = password_given(entrance, "street")
    assert browser.get("/dashboard/street/")["Location"].startswith(LOGIN)
    answer = browser.post(CODE, {"code": entrance.code("street")})
    assert answer.status_code == 302
    assert browser.get("/").status_code in {200, 302}
    assert LoginSession.objects.filter(user=entrance.cast.users["street"], ended="").count() == 1


def test_a_code_is_good_once(entrance, at):
    entrance.give_factor("street", at)
    code = entrance.code("street")
    first = password_given(entrance, "street")
    second = password_given(entrance, "street")
    assert first.post(CODE, {"code": code}).status_code == 302
    replayed = second.post(CODE, {"code": code})
    assert replayed.status_code == 422
    assert "已用过" in replayed.content.decode()


def test_codes_are_guessed_five_times(entrance, at):
    entrance.give_factor("street", at)
    browser = password_given(entrance, "street")
    for _ in range(5):
        browser.post(CODE, {"code": "000000"})
    locked = browser.post(CODE, {"code": entrance.code("street")})
    assert "分钟后再试" in locked.content.decode()


def test_the_code_is_asked_within_five_minutes(entrance, at):
    entrance.give_factor("street", at)
    browser = password_given(entrance, "street")
    with time_machine.travel(at + timedelta(minutes=6)):
        answer = browser.post(CODE, {"code": entrance.code("street")})
        assert answer["Location"].startswith(LOGIN)


def test_a_recovery_code_is_good_once_and_stored_as_a_digest(entrance, at):
    codes = entrance.give_factor("street", at)
    assert len(set(codes)) == 10
    stored = b"".join(bytes(row.digest) for row in RecoveryCode.objects.all())
    assert not any(totp.plain_recovery_code(code).encode() in stored for code in codes)
    typed = codes[3].lower().replace("-", " ")
    assert password_given(entrance, "street").post(CODE, {"code": typed}).status_code == 302
    assert password_given(entrance, "street").post(CODE, {"code": typed}).status_code == 422
    page = password_given(entrance, "street").get(CODE + "?recovery=1").content.decode()
    assert "输入备用恢复码" in page


def test_the_secret_is_ciphertext(entrance, at):
    entrance.give_factor("street", at)
    stored = bytes(SecondFactor.objects.get(user=entrance.cast.users["street"]).cipher)
    assert entrance.secrets["street"].encode() not in stored


@pytest.mark.parametrize(
    ("who", "asked"),
    [("clerk", False), ("collector", False), ("lead", False), ("street", True), ("staff", True),
     ("window", True), ("district", True), ("analyst", True), ("auditor", True),
     ("secadmin", True)],
)  # fmt: skip
def test_streets_district_and_administrators_bind_one_before_anything_else(
    cast, settings, who, asked
):
    settings.SECOND_FACTOR_REQUIRED = True
    answer = cast.client(who).get("/help/")
    assert (answer.status_code == 302 and answer["Location"] == FACTOR) == asked


def test_binding_shows_a_picture_the_key_and_the_recovery_codes_once(cast, settings, at, told):
    settings.SECOND_FACTOR_REQUIRED = True
    browser = cast.client("street")
    page = browser.get(FACTOR).content.decode()
    assert 'src="data:image/svg+xml' in page
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page).group(1).replace(" ", "")
    assert browser.post(FACTOR, {"code": "000000"}).status_code == 422
    code = totp.code_at(secret, int(at.timestamp()) // totp.STEP)
    before = browser.session.session_key
    shown = browser.post(FACTOR, {"code": code}).content.decode()
    assert len(re.findall(r"<li>[A-Z2-9]{5}-[A-Z2-9]{5}</li>", shown)) == 10
    assert browser.session.session_key != before
    assert told("accounts.factor_bound")[0]["actor_name"] == "顾振宇"
    assert browser.get("/help/").status_code == 200
    assert secret not in browser.get("/accounts/").content.decode()


def test_in_the_demonstration_nobody_is_asked_and_everybody_may(cast):
    assert cast.client("district").get("/help/").status_code == 200
    assert "绑定" in cast.client("clerk").get("/accounts/").content.decode()


def test_a_reset_in_person_takes_factor_password_and_sessions(entrance, at, told):
    entrance.give_factor("street", at)
    browser = entrance.sign_in("street")
    user = entrance.cast.users["street"]
    services.reset_account(
        user_id=user.pk, password="first-Day-2026!", by=entrance.cast.scope("secadmin"), at=at,
        reason="更换手机，当面核验身份证",
    )  # fmt: skip
    assert f"over={Ended.CREDENTIALS}" in browser.get("/help/")["Location"]
    assert not SecondFactor.objects.filter(user=user).exists()
    assert not RecoveryCode.objects.filter(user=user).exists()
    assert told("accounts.reset")[0]["changes"] == {"second_factor": "removed"}
    again = Client()
    again.post(LOGIN, {"username": "street", "password": "first-Day-2026!"})
    assert again.get("/help/")["Location"] == "/accounts/password/"
