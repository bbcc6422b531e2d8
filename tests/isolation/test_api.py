"""The API against its own schema: everything that it allows, and what it does not (security 2.5 f).

Schemathesis draws requests from docs/openapi.yaml, good ones and bad ones; the application answers
them itself, in process.
"""

import json
import os
import re
import uuid
from pathlib import Path
from urllib.parse import urlencode

import pytest
import schemathesis
import yaml
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

from housing.models import Building, DwellingUnit, HouseCodeRequest, Lease
from residents.models import Household, Lead, Residence, Resident
from tests.cast import Cast
from tests.database import wipe
from tests.housing.builders import a_building, asked, let
from tests.isolation.asks import ABSENT
from tests.residents.builders import home, register
from tests.residents.test_leads import a_lead

COUNT = int(os.environ.get("API_EXAMPLES", "1"))  # times three requests of each operation
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
        cast.dwelling, vacant = home(cast.scope("clerk"), floors=1, per_floor=2)
        cast.residence = register(cast.scope("clerk"), cast.dwelling)
        cast.keys = {
            "dwellings": cast.dwelling.pk, "buildings": cast.dwelling.building_id,
            "residents": cast.residence.resident_id,
            "leases": let(cast.scope("clerk"), cast.dwelling).pk,
            "residences": cast.residence.pk, "households": cast.residence.household_id,
            "leads": a_lead(cast.scope("clerk"), timezone.now(), dwelling=cast.dwelling).pk,
            "codes": asked(cast.scope("clerk"), vacant, "retire", reason="已拆除").pk,
            "estates": a_building(cast.scope("clerk"), "棠浦路988弄66号", estate="棠浦").estate_id,
        }  # fmt: skip
        yield cast
        for connection in connections.all():
            connection.close()
        wipe()


def sent(client, case):
    """Send a drawn request through the whole application; the status and the operation's own."""
    path = case.formatted_path
    query = f"?{urlencode(case.query, doseq=True)}" if case.query else ""
    body = case.body if isinstance(case.body, (dict, list, str, int, float, type(None))) else ""
    data = json.dumps(body) if case.operation.method.lower() in {"post", "patch"} else ""
    headers = {name: str(value) for name, value in (case.headers or {}).items()}
    if "If-Match" in headers:
        item = re.match(r"/api/v1/\w+/[^/]+/", path)
        headers["If-Match"] = client.get(item[0]).headers.get("ETag", "none")
    return client.generic(
        case.method, path + query, data, content_type="application/json", headers=headers
    ).status_code


def schema_of(operation):
    """What the body of an operation may hold."""
    content = operation.definition.raw["requestBody"]["content"]["application/json"]
    name = content["schema"]["$ref"].rpartition("/")[2]
    return DOCUMENT["components"]["schemas"][name]


def is_spoilt(case):
    """The body was drawn against its schema; whatever the path was, it has a good key now."""
    body = case.meta.components.get(ParameterLocation.BODY)
    return body is not None and body.mode.is_negative


CASES = [
    pytest.param(label, mode, id=f"{mode.value}-{label}")
    for label, operation in sorted(OPERATIONS.items())
    for mode in GenerationMode
    # what takes nothing cannot be sent anything wrong
    if mode is GenerationMode.POSITIVE or operation.body or list(operation.iter_parameters())
]


@pytest.mark.parametrize(("label", "mode"), CASES)
def test_it_keeps_to_its_schema(cast, label, mode):
    client = cast.client("clerk")
    client.raise_request_exception = False
    documented = {int(code) for code in OPERATIONS[label].definition.raw["responses"]}
    area = label.split("/")[3]

    @few
    @given(OPERATIONS[label].as_strategy(generation_mode=mode))
    def keeps(case):
        if "id" in case.path_parameters:
            case.path_parameters["id"] = str(cast.keys.get(area, ABSENT))
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
        assert sent(Client(), case) == 401, label

    refused()


COLUMNS = sorted(
    {
        field.attname
        for model in (
            Resident,
            Residence,
            Household,
            Lead,
            Building,
            DwellingUnit,
            HouseCodeRequest,
            Lease,
        )
        for field in model._meta.concrete_fields
    }
)
WITH_BODY = [label for label in sorted(OPERATIONS) if OPERATIONS[label].body]


@pytest.mark.parametrize("label", WITH_BODY)
def test_a_column_that_the_body_does_not_name_is_refused(cast, label):
    """Mass assignment: each column of the tables behind is tried, none but the declared counts."""
    client = cast.client("street" if "decision" in label else "clerk")  # who may decide
    method, path = label.split(" ")
    path = path.replace("{id}", str(cast.keys.get(path.split("/")[3], ABSENT)))
    item = re.match(r"/api/v1/\w+/[^/]+/", path)
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    if item:
        headers["If-Match"] = client.get(item[0]).headers.get("ETag", "none")
    declared = set(schema_of(OPERATIONS[label])["properties"])
    answer = client.generic(
        method, path, json.dumps(dict.fromkeys([*COLUMNS, "unheard_of"], "1")),
        content_type="application/json", headers=headers,
    )  # fmt: skip
    assert answer.status_code == 400
    refused = {error["field"] for error in answer.json()["errors"]}
    assert set(COLUMNS) - declared | {"unheard_of"} <= refused
