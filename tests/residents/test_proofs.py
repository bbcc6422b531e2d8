"""Residence proofs: verified by one, issued by another, numbered, for a time, revocable (S-85)."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.rules.services import defaults, revise
from residents import services
from residents.models import ResidenceProof
from tests.residents.builders import home, number, register
from tests.residents.test_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-85")]
State = ResidenceProof.State


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def lead(cast):
    return cast.scope("lead")


@pytest.fixture
def living(clerk, at):
    """王巧云, who lives in 源园 since March."""
    return register(clerk, home(clerk)[0], at=at)


def ask(by, living, at, **changes):
    told = {"kind": "permit", "purpose": "街道受理服务中心", "facts": ["episode", "lease"]}
    with acting(by):
        return services.ask_proof(
            resident_id=living.resident_id, asked=services.ProofAsked(**(told | changes)), by=by,
            at=at,
        )  # fmt: skip


def issue(by, row, at):
    with acting(by):
        return services.issue_proof(proof_id=row.pk, by=by, at=at)


def end(act, by, row, at, reason="登记的地址有误"):
    with acting(by):
        return act(proof_id=row.pk, reason=reason, by=by, at=at)


def test_a_proof_is_verified_by_one_and_issued_by_another(clerk, lead, living, at, told):
    row = ask(clerk, living, at)
    assert (row.state, row.asked_by, row.number) == (State.ASKED, "周敏", "")
    assert row.due_on == at.date() + timedelta(days=3)
    issued = issue(lead, row, at)
    assert issued.number == f"{clerk.unit}-{at:%Y}-00001"
    assert (issued.issued_by, issued.valid_until) == ("郑书记", at.date() + timedelta(days=30))
    assert "自 2026 年 3 月 1 日起居住在" in issued.statement
    assert living.dwelling.address in issued.statement
    (event,) = told("residents.proof_issued")
    assert event["subjects"] == [living.resident_id]


def test_a_proof_never_tells_a_whole_number(cast, clerk, lead, living, at):
    row = issue(lead, ask(clerk, living, at), at)
    assert "*" in row.id_mask
    letter = text_of(cast.client("clerk").get(reverse("residents:proof_letter", args=[row.pk])))
    assert row.id_mask in letter
    assert row.number in letter
    assert "不收费" in letter


def test_whoever_may_edit_and_sign_does_not_sign_what_they_verified(lead, living, at, clerk):
    row = ask(clerk, living, at)
    with acting(lead):
        ResidenceProof.objects.filter(pk=row.pk).update(asked_by_id=lead.user_id)
    with pytest.raises(services.UnableToFollowUp, match="另一人"):
        issue(lead, row, at)
    with acting(lead), pytest.raises(IntegrityError, match="other_hand"), transaction.atomic():
        ResidenceProof.objects.filter(pk=row.pk).update(
            state="issued", number="1", issued_on=at.date(), issued_by="郑书记",
            issued_by_id=lead.user_id, valid_until=at.date(),
        )  # fmt: skip


def test_a_clerk_issues_none_and_a_lead_verifies_none(clerk, lead, living, at):
    row = ask(clerk, living, at)
    with pytest.raises(NotAllowed):
        issue(clerk, row, at)
    with pytest.raises(NotAllowed):
        ask(lead, living, at)


def test_numbers_follow_one_another_within_a_year(clerk, lead, at):
    rooms = home(clerk)
    first = register(clerk, rooms[0], at=at)
    second = register(
        clerk, rooms[1], at=at, name="石兰", document_number=number("19900203", 5), phone=""
    )
    numbers = [issue(lead, ask(clerk, each, at), at).number for each in (first, second)]
    assert [each[-5:] for each in numbers] == ["00001", "00002"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"kind": "good_conduct"}, "kind"), ({"purpose": " "}, "purpose"), ({"facts": []}, "facts")],
    ids=["not on the list", "no purpose", "nothing checked"],
)
def test_what_cannot_be_certified_is_told_at_its_field(clerk, living, at, changes, field):
    with pytest.raises(services.UnableToFollowUp) as refusal:
        ask(clerk, living, at, **changes)
    assert refusal.value.field == field


def test_a_kind_that_left_the_list_is_neither_offered_nor_given(cast, clerk, living, at):
    default = next(rule for rule in defaults() if rule.code == "residence_proofs")
    revise(
        code="residence_proofs", parameters=default.parameters | {"kinds": ["living"]},
        effective_from=at.date(), basis="清单调整", by=cast.scope("district"), at=at,
    )  # fmt: skip
    with pytest.raises(services.UnableToFollowUp, match="清单"):
        ask(clerk, living, at)
    url = reverse("residents:ask_proof", args=[living.resident_id])
    form = text_of(cast.client("clerk").get(url))
    assert "居住情况" in form
    assert "申办居住证件" not in form


def test_one_of_a_kind_waits_or_holds_at_a_time(clerk, lead, living, at):
    row = ask(clerk, living, at)
    with pytest.raises(services.UnableToFollowUp, match="正等签发"):
        ask(clerk, living, at)
    issued = issue(lead, row, at)
    with pytest.raises(services.UnableToFollowUp, match=issued.number):
        ask(clerk, living, at)
    later = at + timedelta(days=31)
    assert ask(clerk, living, later).state == State.ASKED
    assert ask(clerk, living, at, kind="living").state == State.ASKED


def test_nobody_is_certified_who_does_not_live_here(clerk, living, at):
    with acting(clerk):
        services.deregister(
            residence_id=living.pk, ended_on=at.date(), reason="01", version="1.1", by=clerk, at=at
        )
    with pytest.raises(services.UnableToFollowUp, match="实际居住"):
        ask(clerk, living, at)


def test_what_changed_since_it_was_verified_is_not_signed(clerk, lead, living, at):
    row = ask(clerk, living, at)
    with acting(clerk):
        services.deregister(
            residence_id=living.pk, ended_on=at.date(), reason="01", version="1.1", by=clerk, at=at
        )
    with pytest.raises(services.UnableToFollowUp, match="有变更"):
        issue(lead, row, at)
    assert end(services.refuse_proof, lead, row, at).state == State.REFUSED


def test_a_refusal_and_a_revocation_say_why(clerk, lead, living, at):
    row = ask(clerk, living, at)
    with pytest.raises(services.UnableToFollowUp, match="理由") as refusal:
        end(services.refuse_proof, lead, row, at, " ")
    assert refusal.value.field == "reason"
    with pytest.raises(services.UnableToFollowUp, match="不能撤销"):
        end(services.revoke_proof, lead, row, at)
    issue(lead, row, at)
    revoked = end(services.revoke_proof, lead, row, at)
    assert (revoked.state, revoked.ended_by) == (State.REVOKED, "郑书记")
    with pytest.raises(services.UnableToFollowUp, match="不能再签发"):
        issue(lead, row, at)


def test_what_does_not_hold_is_not_printed(cast, clerk, lead, living, at):
    row = ask(clerk, living, at)
    url = reverse("residents:proof_letter", args=[row.pk])
    assert cast.client("clerk").get(url).status_code == 404
    issue(lead, row, at)
    assert cast.client("clerk").get(url).status_code == 200
    with acting(lead):
        ResidenceProof.objects.update(
            issued_on=at.date() - timedelta(days=40), valid_until=at.date() - timedelta(days=10)
        )
    assert cast.client("clerk").get(url).status_code == 404
    page = text_of(cast.client("clerk").get(reverse("residents:proof", args=[row.pk])))
    assert "已过期" in page


def test_the_counter_by_its_pages(cast, living):
    clerk, lead = cast.client("clerk"), cast.client("lead")
    url = reverse("residents:ask_proof", args=[living.resident_id])
    empty = clerk.post(url, {"kind": "", "purpose": "", "idempotency_key": "a" * 32})
    assert "请选择种类" in text_of(empty)
    assert "请写明交给哪里" in text_of(empty)
    asked = clerk.post(
        url, {"kind": "living", "purpose": "子女报名", "facts": ["episode", "visit"]}
    )
    page = asked["Location"]
    assert "签发后编号" not in text_of(clerk.get(page))
    assert "等待签发" in text_of(lead.get(reverse("desk:todo")))
    assert "签发后编号" in text_of(lead.get(page))
    refused = lead.post(f"{page}refuse/", {"reason": ""})
    assert refused.status_code == 422
    assert "请写明理由" in text_of(refused)
    lead.post(f"{page}issue/")
    person = text_of(clerk.get(reverse("residents:person", args=[living.resident_id])))
    assert "子女报名" in person
    listed = text_of(clerk.get(f"{reverse('residents:proofs')}?holds=1"))
    assert "王巧云" in listed
    assert timezone.localdate().strftime("%Y") in listed


def test_another_committee_sees_nothing_of_it(cast, clerk, living, at):
    row = ask(clerk, living, at)
    neighbour = cast.client("neighbour")
    assert neighbour.get(reverse("residents:proof", args=[row.pk])).status_code == 404
    assert "王巧云" not in text_of(neighbour.get(reverse("residents:proofs")))


def test_old_ones_go_after_three_years(clerk, lead, living, at):
    issue(lead, ask(clerk, living, at), at)
    refused = ask(clerk, living, at, kind="living")
    end(services.refuse_proof, lead, refused, at)
    with acting(clerk):
        assert services.purge_answered(by=clerk, at=at + timedelta(days=3 * 366)) == 1
        assert services.purge_answered(by=clerk, at=at + timedelta(days=3 * 366 + 40)) == 1
        assert not ResidenceProof.objects.exists()
