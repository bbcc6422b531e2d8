"""A caller of the API: JSON in and out, the headers that a change needs."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.residents.builders import home, register


@dataclass
class Caller:
    """Whoever calls, by session or token."""

    client: Client

    def get(self, path, **headers):
        return self.client.get(f"/api/v1/{path}", headers=headers)

    def tag(self, path):
        """The `ETag` of a record as it is now."""
        return self.get(path)["ETag"]

    def post(self, path, body: Any = None, *, key=None, **headers):
        """One act with a number of its own, or with that of an earlier one."""
        return self._send("POST", path, body, {"Idempotency-Key": key or new_key()} | headers)

    def patch(self, path, body, tag=None):
        return self._send("PATCH", path, body, {"If-Match": tag} if tag else {})

    def _send(self, method, path, body, headers):
        return self.client.generic(
            method, f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json",
            headers=headers,
        )  # fmt: skip


def new_key():
    return str(uuid.uuid4())


@pytest.fixture
def caller(cast):
    """Calls as somebody of the cast."""
    return lambda who: Caller(cast.client(who))


@pytest.fixture
def clerk(caller):
    return caller("clerk")


@pytest.fixture
def dwelling(cast):
    return home(cast.scope("clerk"))[0]


@pytest.fixture
def mother(cast, dwelling):
    return register(cast.scope("clerk"), dwelling)
