"""The API against its own schema: everything that it allows, and what it does not (security 2.5 f).

Schemathesis draws requests from docs/openapi.yaml, good ones and bad ones; the application answers
them itself, in process.
"""

import json
import os
from pathlib import Path
from urllib.parse import urlencode

import pytest
import schemathesis
import yaml
from django.conf import settings
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

from residents.intake import TITLES
from residents.models import Residence, Resident
from tests.cast import Cast
from tests.database import wipe
from tests.residents.builders import home, register, told

COUNT = int(os.environ.get("ISOLATION_EXAMPLES", "2"))
DOCUMENT = yaml.safe_load(Path(settings.BASE_DIR, "docs", "openapi.yaml").read_text())
DOCUMENT["components"].pop("securitySchemes")  # who is logged in is the test's business
for operations in DOCUMENT["paths"].values():
    for operation in operations.values():
        operation.pop("security", None)
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
pytestmark = pytest.mark.xdist_group("isolation")
few = examples(
    max_examples=3 * COUNT, deadline=None, database=None, derandomize=COUNT < 10,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def cast(django_db_setup, django_db_blocker):
    """The cast, really committed, and one person at home; the tests go on with what is there."""
    with django_db_blocker.unblock():
        cast = Cast.assembled()
        cast.dwelling = home(cast.scope("clerk"), floors=1, per_floor=2)[0]
        cast.residence = register(cast.scope("clerk"), cast.dwelling)
        yield cast
        for connection in connections.all():
            connection.close()
        wipe()


def sent(client, case):
    """Send a drawn request through the whole application; the status and the operation's own."""
    path = case.formatted_path
    query = f"?{urlencode(case.query, doseq=True)}" if case.query else ""
    body = case.body if isinstance(case.body, (dict, list, str, int, float, type(None))) else ""
    data = json.dumps(body) if case.operation.method.lower() == "post" else ""
    return client.generic(
        case.method, path + query, data, content_type="application/json"
    ).status_code


def is_spoilt(case):
    """The body was drawn against its schema; whatever the path was, it has a good key now."""
    body = case.meta.components.get(ParameterLocation.BODY)
    return body is not None and body.mode.is_negative


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_it_keeps_to_its_schema(cast, label, mode):
    client = cast.client("clerk")
    client.raise_request_exception = False
    documented = {int(code) for code in OPERATIONS[label].definition.raw["responses"]}
    keys = st.sampled_from([str(cast.dwelling.pk), str(cast.residence.resident_id)])

    @few
    @given(OPERATIONS[label].as_strategy(generation_mode=mode), keys)
    def keeps(case, key):
        if "id" in case.path_parameters:
            case.path_parameters["id"] = key
        status = sent(client, case)
        assert status < 500, (label, case.body)
        assert status in documented | {404, 405, 415}, (status, label, case.body)
        if is_spoilt(case):
            assert 400 <= status < 500, (status, label, case.body)

    keeps()


@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_nobody_is_answered_without_a_login(cast, label):
    @few
    @given(OPERATIONS[label].as_strategy(generation_mode=GenerationMode.POSITIVE))
    def refused(case):
        assert sent(Client(), case) in {302, 401, 403}, label

    refused()


BODIES = {
    "register": ("dwelling", {**told(name="石思源"), "document_number": ""}),
    "update": ("resident", {"note": "新的备注"}),
    "verify": ("dwelling", {"method": "V1"}),
}
COLUMNS = sorted(
    {field.attname for model in (Resident, Residence) for field in model._meta.concrete_fields}
    - set(TITLES) - {"version", "method", "arrival"}
)  # fmt: skip


@pytest.mark.parametrize("act", sorted(BODIES))
def test_a_column_that_the_body_does_not_name_is_refused(cast, act):
    """Mass assignment: each column of the tables behind is tried, none but the listed counts."""
    client = cast.client("clerk")
    whose, body = BODIES[act]
    area = "people" if whose == "resident" else "dwellings"
    key = cast.residence.resident_id if whose == "resident" else cast.dwelling.pk
    for column in COLUMNS:
        answer = client.post(
            f"/residents/api/{area}/{key}/{act}/", json.dumps(body | {column: "1"}),
            content_type="application/json",
        )  # fmt: skip
        assert answer.status_code == 400, column
        assert column in answer.json()
