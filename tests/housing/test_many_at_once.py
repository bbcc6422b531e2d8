"""One act on several rows: told before, done for those that take it, the others left."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from housing import services
from housing.models import DwellingUnit, HouseCodeRequest, Lease, Referral
from portal.orgs.acting import acting
from tests.housing.builders import a_building, answered, asked, let
from tests.housing.rectifying import did
from tests.housing.test_enforcement import a_referral

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-81", "S-84")]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def rooms(clerk):
    a_building(clerk)
    with acting(clerk):
        return list(DwellingUnit.objects.in_scope(clerk).order_by("address_key"))


def picked(rows, **more):
    return {"pick": [str(row.pk) for row in rows], "all": "", "query": ""} | more


def told(answer):
    return re.sub(r"<[^>]+>|\s+", "", answer.content.decode())


def now(by, model, row):
    with acting(by):
        return model.objects.get(pk=row.pk)


# --- house codes ----------------------------------------------------------------------------


@pytest.fixture
def requests(cast, clerk, rooms):
    """Two that wait, one that has been returned."""
    rows = [asked(clerk, unit, "retire", reason="已拆除") for unit in rooms[:3]]
    answered(cast.scope("street"), rows[2], agreed=False, answer="请补照片")
    return rows


def test_what_waits_is_agreed_to_and_carried_out_at_once(cast, clerk, rooms, requests):
    street, where = cast.client("street"), reverse("housing:approve_codes")
    assert where in street.get(reverse("housing:code_requests")).content.decode()
    preview = told(street.post(where, picked(requests)))
    assert "将同意并办理2件，1件保持不变" in preview
    assert "已退回1" in preview
    done = street.post(where, picked(requests, agreed="1", answer="照片已看"))
    assert done["Location"] == reverse("housing:code_requests")
    rows = [now(clerk, HouseCodeRequest, row) for row in requests]
    assert [row.state for row in rows] == ["approved", "approved", "returned"]
    assert rows[0].answer == "照片已看"
    statuses = [now(clerk, DwellingUnit, unit).status for unit in rooms[:3]]
    assert statuses == ["demolished", "demolished", "active"]


def test_one_that_can_no_longer_be_carried_out_is_left_and_told(cast, clerk, requests):
    with acting(clerk):
        DwellingUnit.objects.filter(pk=requests[1].dwelling_id).update(occupants=2)
    street = cast.client("street")
    street.post(reverse("housing:approve_codes"), picked(requests, agreed="1"))
    rows = [now(clerk, HouseCodeRequest, row) for row in requests]
    assert [row.state for row in rows] == ["approved", "waiting", "returned"]
    page = told(street.get(reverse("housing:code_requests")))
    assert "已同意并办理1件；1件没有办成" in page
    assert "还有2人在住" in page


def test_a_committee_does_not_agree_to_its_own(cast, requests):
    clerk = cast.client("clerk")
    assert clerk.post(reverse("housing:approve_codes"), picked(requests)).status_code == 403
    listed = clerk.get(reverse("housing:code_requests")).content.decode()
    assert reverse("housing:approve_codes") not in listed


# --- leases ---------------------------------------------------------------------------------


@pytest.fixture
def leases(clerk, rooms):
    """One that is over, one that ends in ten days, one that has most of its year to go."""
    today = timezone.localdate()
    ends = [today - timedelta(days=3), today + timedelta(days=10), today + timedelta(days=300)]
    return [
        let(clerk, unit, starts_on=today - timedelta(days=60), ends_on=day, contract_no="A-1")
        for unit, day in zip(rooms[:3], ends, strict=True)
    ]


def test_leases_that_end_soon_are_renewed_on_their_own_terms(cast, clerk, leases):
    client, where = cast.client("clerk"), reverse("housing:renew_leases")
    assert "将续租2份，1份保持不变" in told(client.post(where, picked(leases)))
    client.post(where, picked(leases, agreed="1", years="2"))
    states = [now(clerk, Lease, lease).state for lease in leases]
    assert states == ["renewed", "renewed", "active"]
    with acting(clerk):
        fresh = Lease.objects.get(renews=leases[1].pk)
    assert fresh.starts_on == leases[1].ends_on + timedelta(days=1)
    assert (fresh.lessee, fresh.contract_no, fresh.filed_on) == ("吴租客", "", None)
    assert 729 <= (fresh.ends_on - fresh.starts_on).days <= 730


def test_only_what_is_over_is_ended_each_at_its_last_day(cast, clerk, leases):
    client, where = cast.client("clerk"), reverse("housing:end_leases")
    preview = told(client.post(where, picked(leases)))
    assert "将终止1份，2份保持不变" in preview
    assert "租期未满" in preview
    done = client.post(where, picked(leases, agreed="1", reason="到期退租", query="ending=over"))
    assert done["Location"] == f"{reverse('housing:leases')}?ending=over"
    ended = now(clerk, Lease, leases[0])
    assert (ended.state, ended.ended_on, ended.end_reason) == (
        "ended", leases[0].ends_on, "到期退租",
    )  # fmt: skip
    assert now(clerk, Lease, leases[1]).state == "active"


def test_the_same_dialog_sent_twice_renews_once(cast, clerk, leases):
    sent = picked(
        leases[:1], agreed="1", years="1", idempotency_key="0190d5c4-0000-7000-8000-000000000001"
    )
    for _time in range(2):
        cast.client("clerk").post(reverse("housing:renew_leases"), sent)
    with acting(clerk):
        assert Lease.objects.filter(renews=leases[0].pk).count() == 1


def test_rows_of_another_committee_are_not_there(cast, clerk, leases):
    other = cast.client("neighbour")
    assert "将续租0份" in told(other.post(reverse("housing:renew_leases"), picked(leases)))
    other.post(reverse("housing:renew_leases"), picked(leases, agreed="1", years="1"))
    assert now(clerk, Lease, leases[0]).state == "active"


# --- returned -------------------------------------------------------------------------------


def test_what_waits_is_returned_for_one_reason_and_nothing_is_carried_out(
    cast, clerk, rooms, requests
):
    street, where = cast.client("street"), reverse("housing:return_codes")
    assert "将退回2件，1件保持不变" in told(street.post(where, picked(requests)))
    empty = street.post(where, picked(requests, agreed="1", answer=" "))
    assert empty.status_code == 422
    assert "退回要写明理由" in told(empty)
    street.post(where, picked(requests, agreed="1", answer="请附拆除证明"))
    rows = [now(clerk, HouseCodeRequest, row) for row in requests]
    assert [row.state for row in rows] == ["returned"] * 3
    assert [row.answer for row in rows] == ["请附拆除证明"] * 2 + ["请补照片"]
    assert {now(clerk, DwellingUnit, unit).status for unit in rooms[:3]} == {"active"}


# --- findings of the housing department -----------------------------------------------------

PAPER = {
    "result": "1",
    "part": "whole",
    "basis_no": "普房认〔2026〕12号",
    "basis_organ": "区房管局",
}


def lawful(rows, **more):
    on = timezone.localdate().isoformat()
    return picked(rows, agreed="1", basis_on=on, note="") | PAPER | more


@pytest.mark.paper("S-79")
def test_one_paper_tells_of_every_dwelling_that_has_no_finding(cast, clerk, rooms):
    officer, where = cast.client("housing"), reverse("housing:determine_several")
    assert where in officer.get(reverse("housing:determinations")).content.decode()
    officer.post(where, lawful(rooms[:1], result="4"))
    preview = told(officer.post(where, picked(rooms[:3])))
    assert "将认定2套，1套保持不变" in preview
    assert "已认定为“擅自改变用途”，改认定请逐套办理" in preview
    officer.post(where, lawful(rooms[:3]))
    found = [now(clerk, DwellingUnit, unit).legality for unit in rooms[:3]]
    assert found == ["4", "1", "1"]


@pytest.mark.paper("S-79")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"basis_no": ""}, "要写明依据文号"),
        ({"basis_on": "2099-01-01"}, "依据日期晚于今天"),
        ({"result": ""}, "认定结果"),
        ({"result": "9"}, "认定结果"),
    ],
    ids=["no_paper", "to_come", "nothing", "taken_back"],
)  # fmt: skip
def test_a_finding_that_cannot_stand_is_written_of_none(cast, clerk, rooms, wrong, said):
    where = reverse("housing:determine_several")
    answer = cast.client("housing").post(where, lawful(rooms[:2], **wrong))
    assert answer.status_code == 422
    assert said in told(answer)
    assert {now(clerk, DwellingUnit, unit).legality for unit in rooms[:2]} == {"9"}


@pytest.mark.paper("S-79")
@pytest.mark.parametrize("who", ["clerk", "street", "district"])
def test_nobody_else_determines_several(cast, clerk, rooms, who):
    where = reverse("housing:determine_several")
    assert cast.client(who).post(where, lawful(rooms[:2])).status_code == 403
    assert now(clerk, DwellingUnit, rooms[0]).legality == "9"


# --- referrals ------------------------------------------------------------------------------


@pytest.fixture
def referrals(cast, rooms):
    """Two that wait for a signature, one that was signed for."""
    rows = [a_referral(cast, unit, number=f"抄告{n}号") for n, unit in enumerate(rooms[:3])]
    did(
        cast.scope("staff"), services.receive_referral, referral_id=rows[2].pk,
        received_on=timezone.localdate(),
    )  # fmt: skip
    return rows


@pytest.mark.paper("S-131")
def test_several_referrals_are_signed_for_on_one_day(cast, referrals):
    staff, where = cast.client("staff"), reverse("housing:receive_referrals")
    assert where in staff.get(reverse("housing:referrals")).content.decode()
    assert "将登记签收2件，1件保持不变" in told(staff.post(where, picked(referrals)))
    late = staff.post(where, picked(referrals, agreed="1", received_on="2099-01-01"))
    assert late.status_code == 422
    assert "签收日期晚于今天" in told(late)
    today = timezone.localdate()
    staff.post(where, picked(referrals, agreed="1", received_on=today.isoformat()))
    rows = [now(cast.scope("staff"), Referral, row) for row in referrals]
    assert {(row.state, row.received_on) for row in rows} == {("received", today)}
    assert {row.due_on for row in rows} == {row.feedback_due for row in rows}


@pytest.mark.paper("S-131")
def test_a_committee_signs_for_nothing(cast, referrals):
    clerk = cast.client("clerk")
    assert clerk.post(reverse("housing:receive_referrals"), picked(referrals)).status_code == 403
