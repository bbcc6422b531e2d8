"""Other systems: opened with their post, let in by tokens, and never further than a person."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import AccessToken, User
from portal.accounts.services import UnableToIssue
from portal.orgs import services
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.roles import ROLES
from tests.api.conftest import Caller
from tests.cast import DISTRICT, HOME, NEXT_DOOR
from tests.residents.builders import number
from tests.residents.builders import told as person

pytestmark = pytest.mark.django_db
FORBIDDEN = {
    "reveal", "export_masked", "export_full", "import_files", "appoint", "manage_accounts",
    "approve_posts", "view_audit", "view_orgs",
}  # fmt: skip


def opened(cast, role="service_committee_write", unit=HOME, username="town-ledger"):
    keeper = cast.scope("secadmin")
    with acting(keeper):
        return services.open_system(
            name="镇级台账", username=username, purpose="台账互通", keeper_id=cast.users["lead"].pk,
            unit=unit, role=role, by=keeper, at=timezone.now(),
        )  # fmt: skip


def issued(cast, user, days=90):
    return services.issue_system_token(
        user_id=user.pk, label="夜间同步", days=days, by=cast.scope("secadmin"), at=timezone.now()
    )


def with_token(text):
    return Caller(Client(headers={"Authorization": f"Bearer {text}"}))


@pytest.fixture
def system(cast):
    return opened(cast)


@pytest.fixture
def ledger(cast, system):
    return with_token(issued(cast, system).text)


def test_a_system_reads_and_writes_its_committee_and_no_other(cast, ledger, dwelling, caller):
    assert ledger.get("me/").json()["unit"] == HOME
    made = ledger.post(f"dwellings/{dwelling.pk}/residents/", person())
    assert made.status_code == 201
    rows = ledger.get("residences/").json()["results"]
    assert [row["name"] for row in rows] == ["王巧云"]
    assert number() not in json.dumps(rows)
    elsewhere = with_token(issued(cast, opened(cast, unit=NEXT_DOOR, username="next-ledger")).text)
    assert elsewhere.get("residences/").json()["results"] == []
    assert elsewhere.get(f"dwellings/{dwelling.pk}/").status_code == 404
    assert elsewhere.post(f"dwellings/{dwelling.pk}/residents/", person()).status_code == 404


def test_what_a_system_does_names_its_token_in_the_trail(cast, system, dwelling, told):
    token = issued(cast, system)
    with_token(token.text).post(f"dwellings/{dwelling.pk}/residents/", person())
    (event,) = told("residents.registered")
    assert event["actor_name"] == f"镇级台账·{token.token.prefix}"
    assert token.text not in str(event)
    found = AccessToken.objects.get(pk=token.token.pk)
    assert found.used_at is not None
    assert token.text.encode() not in bytes(found.digest)


def test_a_reader_cannot_write(cast, dwelling):
    reader = with_token(issued(cast, opened(cast, "service_committee_read")).text)
    assert reader.get("residences/").status_code == 200
    assert reader.post(f"dwellings/{dwelling.pk}/residents/", person()).status_code == 403


@pytest.mark.parametrize("role", [role for role in ROLES.values() if role.service])
def test_a_systems_post_carries_no_number_no_file_and_no_post(role):
    assert not FORBIDDEN & set(role.capabilities)
    assert not role.privileged


def test_a_revoked_an_old_and_a_closed_token_open_nothing(cast, system, told):
    token = issued(cast, system)
    ledger = with_token(token.text)
    assert ledger.get("me/").status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        late = ledger.get("me/")
    assert (late.status_code, late["WWW-Authenticate"]) == (401, "Bearer")
    assert "已到期" in late.json()["detail"]
    services.revoke_system_token(
        token_id=token.token.pk, by=cast.scope("secadmin"), at=timezone.now()
    )
    assert "已作废" in ledger.get("me/").json()["detail"]
    assert told("accounts.token_refused")
    other = with_token(issued(cast, system).text)
    services.close_person(
        user_id=system.pk, active=False, reason="停用", by=cast.scope("secadmin"), at=timezone.now()
    )
    assert other.get("me/").status_code == 401


@pytest.mark.parametrize("text", ["", "pp_abc", "pp_aaaaaaaa_" + "x" * 43, "Bearer"])
def test_what_is_no_token_opens_nothing_even_beside_a_session(cast, text):
    browser = cast.client("clerk")
    answer = browser.get("/api/v1/me/", headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 401


def test_a_token_opens_no_page_and_no_session(cast, system):
    client = Client(headers={"Authorization": f"Bearer {issued(cast, system).text}"})
    assert client.get("/api/v1/me/").status_code == 200
    assert "sessionid" not in str(client.cookies)
    assert client.get(reverse("residents:list")).status_code in {302, 401}
    assert client.get("/api/v1/me/", headers={"Authorization": ""}).status_code == 401


def test_a_system_logs_in_nowhere(cast, system):
    system.set_password("register-of-2026-honest")
    system.save(update_fields=["password"])
    Client().post(
        reverse("accounts:login"),
        {"username": "town-ledger", "password": "register-of-2026-honest"},
    )
    browser = Client()
    browser.post(
        reverse("accounts:login"),
        {"username": "town-ledger", "password": "register-of-2026-honest"},
    )
    assert browser.get(reverse("accounts:mine")).status_code == 302


def test_writes_by_token_need_no_form_token(cast, system, dwelling):
    strict = Client(
        enforce_csrf_checks=True,
        headers={"Authorization": f"Bearer {issued(cast, system).text}"},
    )
    made = Caller(strict).post(f"dwellings/{dwelling.pk}/residents/", person())
    assert made.status_code == 201


@pytest.mark.parametrize("days", [0, 367])
def test_a_token_lives_a_year_at_most(cast, system, days):
    with pytest.raises(UnableToIssue, match="1 到 366"):
        issued(cast, system, days)


def test_people_hold_no_systems_post_and_systems_no_persons(cast, system):
    by = cast.scope("secadmin")
    with acting(by):
        for user, role in ((cast.users["lead"], "service_committee_read"), (system, "collector")):
            with pytest.raises(services.UnableToAppoint, match="系统账号只担任"):
                services.appoint(
                    user_id=user.pk, unit=HOME, role=role, starts_on=timezone.localdate(), by=by,
                    at=timezone.now(),
                )  # fmt: skip


def test_a_post_over_the_district_waits_for_a_second_person(cast):
    user = opened(cast, "service_district_read", DISTRICT)
    answer = with_token(issued(cast, user).text).get("residences/")
    assert answer.status_code == 403
    assert "没有在任岗位" in answer.json()["detail"]


def test_only_the_keeper_of_accounts_opens_systems(cast, system):
    for who in ("street", "clerk", "district"):
        with pytest.raises(NotAllowed):
            services.issue_system_token(
                user_id=system.pk, label="x", days=1, by=cast.scope(who), at=timezone.now()
            )
        assert cast.client(who).get(reverse("orgs:systems")).status_code == 403


def test_the_page_opens_a_system_and_shows_its_token_once(cast):
    browser = cast.client("secadmin")
    made = browser.post(
        reverse("orgs:open_system"),
        {"name": "镇级台账", "username": "town-ledger", "purpose": "台账互通", "unit": HOME,
         "keeper": cast.users["lead"].pk, "role": "service_committee_read"},
    )  # fmt: skip
    assert made.status_code == 302, made.content.decode()
    user = User.objects.get(username="town-ledger")
    url = reverse("orgs:system", args=[user.pk])
    shown = browser.post(url, {"act": "token", "token-label": "夜间同步", "token-days": "30"})
    token = AccessToken.objects.get(user=user)
    text = shown.content.decode()
    assert f"pp_{token.prefix}_" in text
    again = browser.get(url).content.decode()
    assert token.prefix in again
    assert f"pp_{token.prefix}_" not in again
    refused = browser.post(url, {"act": "token", "token-label": "久", "token-days": "900"})
    assert refused.status_code == 422
    assert browser.post(reverse("orgs:revoke_token", args=[token.pk])).status_code == 302
    assert "已作废" in browser.get(url).content.decode()
    assert "镇级台账" in browser.get(reverse("orgs:systems")).content.decode()
