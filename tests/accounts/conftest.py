"""Logging in as people do: through the pages."""

import time

import pytest
from django.test import Client

from portal.accounts import services, totp
from tests.cast import PASSWORD

LOGIN = "/accounts/login/"


class Entrance:
    """Somebody in front of the login page, with their password and authenticator."""

    def __init__(self, cast):
        self.cast, self.secrets = cast, {}

    def give_factor(self, key, at):
        """Bind an authenticator; returns the recovery codes."""
        user = self.cast.users[key].pk
        secret = services.begin_factor(user_id=user)
        step = int(at.timestamp()) // totp.STEP - 1
        codes = services.confirm_factor(user_id=user, code=totp.code_at(secret, step), at=at)
        assert codes
        self.secrets[key] = secret
        return codes

    def code(self, key, later=0):
        """What the authenticator shows now, or some steps later."""
        return totp.code_at(self.secrets[key], int(time.time()) // totp.STEP + later)

    def sign_in(self, key, browser=None, **more):
        """The browser after the password, and after the code where one is asked."""
        self.cast.password(key)
        browser = browser or Client()
        told = {"username": key, "password": PASSWORD, **more}
        answer = browser.post(LOGIN, told)
        if key in self.secrets:
            answer = browser.post(answer["Location"], {"code": self.code(key)})
        assert answer.status_code == 302, answer.content.decode()
        return browser


@pytest.fixture
def entrance(cast):
    return Entrance(cast)
