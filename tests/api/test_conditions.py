"""Conditions, repeated requests, problems and limits of the API."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from portal.orgs.acting import acting
from residents.models import Residence, Resident
from tests.api.conftest import new_key
from tests.residents.builders import SURNAMES, number, told

pytestmark = pytest.mark.django_db


def errors(answer):
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


# --- conditions -----------------------------------------------------------------------------


def test_a_change_names_the_version_that_its_sender_read(clerk, mother, told):
    path = f"residents/{mother.resident_id}/"
    tag = clerk.tag(path)
    changed = clerk.patch(path, {"note": "自备钥匙"}, tag)
    assert changed.status_code == 200
    assert changed.json()["note"] == "自备钥匙"
    assert changed["ETag"] == clerk.tag(path) != tag
    (event,) = told("residents.updated")
    assert event["target_id"] == str(mother.resident_id)


def test_without_a_version_nothing_is_changed(clerk, mother):
    path = f"residents/{mother.resident_id}/"
    for missing in (None, "*"):
        answer = clerk.patch(path, {"note": "自备钥匙"}, missing)
        assert answer.status_code == 428
        assert answer["Content-Type"] == "application/problem+json"
        assert "If-Match" in answer.json()["detail"]
    assert clerk.get(path).json()["note"] == ""


def test_an_old_version_is_refused_and_nothing_is_lost(clerk, caller, mother):
    path = f"residents/{mother.resident_id}/"
    tag = clerk.tag(path)
    assert caller("colleague").patch(path, {"note": "先到"}, tag).status_code == 200
    late = clerk.patch(path, {"note": "后到"}, tag)
    assert (late.status_code, late.json()["title"]) == (412, "记录已被他人改过")
    assert clerk.get(path).json()["note"] == "先到"


def test_what_is_known_is_not_sent_again(clerk, mother):
    path = f"residents/{mother.resident_id}/"
    again = clerk.get(path, **{"If-None-Match": clerk.tag(path)})
    assert (again.status_code, again.content) == (304, b"")


# --- repeated requests ----------------------------------------------------------------------


def test_the_same_request_is_done_once_and_answered_twice(cast, clerk, dwelling):
    path, key = f"dwellings/{dwelling.pk}/residents/", new_key()
    first, second = (clerk.post(path, told(), key=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    with acting(cast.scope("clerk")):
        assert Resident.objects.count() == 1


def test_a_key_serves_one_request(clerk, dwelling):
    path, key = f"dwellings/{dwelling.pk}/verifications/", new_key()
    assert clerk.post(path, {"method": "V1"}, key=key).status_code in {201, 422}
    clerk.post(f"dwellings/{dwelling.pk}/residents/", told(), key=key)
    other = clerk.post(f"dwellings/{dwelling.pk}/residents/", told(name="石思源"), key=key)
    assert other.status_code == 422
    assert "换一个" in errors(other)["Idempotency-Key"]


def test_two_callers_may_choose_the_same_key(clerk, caller, dwelling):
    path, key = f"dwellings/{dwelling.pk}/residents/", new_key()
    assert clerk.post(path, told(), key=key).status_code == 201
    other = caller("colleague").post(
        path, told(name="石思源", document_number=number(sequence=9)), key=key
    )
    assert other.json()["name"] == "石思源"


def test_a_refused_request_may_be_mended_under_its_key(clerk, dwelling):
    path, key = f"dwellings/{dwelling.pk}/residents/", new_key()
    assert clerk.post(path, told(category="外星人"), key=key).status_code == 422
    assert clerk.post(path, told(), key=key).status_code == 201


def test_an_act_without_a_key_is_not_done(cast, clerk, dwelling):
    answer = clerk.post(
        f"dwellings/{dwelling.pk}/residents/", told(), **{"Idempotency-Key": "eins"}
    )
    assert answer.status_code == 400
    assert "UUID" in errors(answer)["Idempotency-Key"]
    with acting(cast.scope("clerk")):
        assert not Residence.objects.exists()


# --- problems -------------------------------------------------------------------------------


def test_a_refusal_says_what_is_wrong_at_its_field(clerk, dwelling):
    wrong = told(category="外星人", document_number="319999198607180020")
    answer = clerk.post(f"dwellings/{dwelling.pk}/residents/", wrong)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (422, 422)
    assert problem["type"] == "urn:portal:problem:refused"
    assert problem["instance"].startswith("urn:portal:request:")
    assert set(errors(answer)) == {"category", "document_number"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/no-such-place/", 404),
        ("DELETE", "/api/v1/residences/", 405),
        ("GET", "/api/v1/residences/?size=1000", 400),
        ("GET", "/api/v1/residences/?after=nowhere", 400),
        ("GET", "/api/v1/residences/?category=99", 400),
    ],
)
def test_every_refusal_has_one_shape(clerk, method, path, status):
    answer = clerk.client.generic(method, path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "errors"} <= set(answer.json())


def test_a_stranger_and_a_wrong_post_are_told_so(caller, cast):
    assert Client().get("/api/v1/residences/").status_code == 401
    refused = caller("auditor").get("residences/")
    assert refused.status_code == 403
    assert "岗位不能" in refused.json()["detail"]


def test_a_body_that_is_no_json_is_refused(clerk, dwelling):
    path = f"/api/v1/dwellings/{dwelling.pk}/residents/"
    key = {"Idempotency-Key": new_key()}
    broken = clerk.client.post(path, "{", content_type="application/json", headers=key)
    assert (broken.status_code, broken.json()["detail"]) == (400, "请求体不是 JSON")
    typed = clerk.client.post(path, json.dumps(told()), content_type="text/plain", headers=key)
    assert typed.status_code == 415


def test_a_session_carries_the_token_of_its_forms(cast, mother):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.users["clerk"])
    answer = browser.post(
        reverse("residents_api:members", args=[mother.dwelling_id]), json.dumps(told()),
        content_type="application/json", headers={"Idempotency-Key": new_key()},
    )  # fmt: skip
    assert answer.status_code == 403
    assert "X-CSRFToken" in answer.json()["detail"]


# --- limits and pages -----------------------------------------------------------------------


def test_a_caller_who_asks_too_often_waits(clerk, caller, settings):
    settings.API_READS_PER_MINUTE = 3
    answers = [clerk.get("me/").status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    late = clerk.get("me/")
    assert int(late["Retry-After"]) > 0
    assert caller("colleague").get("me/").status_code == 200


def test_pages_leave_nothing_out_while_others_write(cast, clerk, dwelling):
    people = [
        clerk.post(
            f"dwellings/{dwelling.pk}/residents/",
            told(name="万" + SURNAMES[n], document_number=number(sequence=20 + n)),
        ).json()["id"]
        for n in range(5)
    ]
    first = clerk.get("residences/?size=2").json()
    clerk.post(
        f"dwellings/{dwelling.pk}/residents/",
        told(name="丁一", document_number=number(sequence=40)),
    )
    seen, page = [row["id"] for row in first["results"]], first
    while page["next"]:
        page = clerk.client.get(page["next"]).json()
        seen += [row["id"] for row in page["results"]]
    assert len(seen) == len(set(seen)) == 6
    assert set(people) <= set(seen)


def test_no_answer_holds_a_whole_number(clerk, mother):
    for path in ("residences/", f"residents/{mother.resident_id}/"):
        text = clerk.get(path).content.decode()
        assert number() not in text
        assert "1986-07-18" not in text
        assert "15012346620" not in text
