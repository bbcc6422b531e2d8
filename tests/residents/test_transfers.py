"""The handshake between committees: what each side learns, who answers, who decides."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from portal import kept
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from residents import services
from residents.models import Identity, Residence, Resident, Transfer
from tests.residents.builders import home, number, register, told
from tests.residents.test_pages import entry_of, grid, new_row, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-09")]
State = Transfer.State


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def neighbour(cast):
    return cast.scope("neighbour")


@pytest.fixture
def before(neighbour, at):
    """王巧云 lives at the neighbouring committee."""
    there = home(neighbour, "兰溪路100弄1号")[0]
    return register(neighbour, there, at=at - timedelta(days=40), begin_date="2025-05-01")


@pytest.fixture
def here(clerk):
    return home(clerk)[0]


def ask(by, dwelling, at, **changes):
    with acting(by):
        return services.ask_transfer(
            dwelling_id=dwelling.pk, told=told(**changes), reason="已搬来，租住", by=by, at=at
        )


def answer(by, transfer, at, *, agreed=True, text=""):
    with acting(by):
        return services.answer_transfer(
            transfer_id=transfer.pk, agreed=agreed, answer=text, by=by, at=at
        )


def decide(by, transfer, at, *, granted=True, text="水电和租约都在新址"):
    with acting(by):
        return services.decide_transfer(
            transfer_id=transfer.pk, granted=granted, decision=text, by=by, at=at
        )


def test_agreed_the_person_moves_with_end_and_beginning_in_one_act(
    clerk, neighbour, before, here, at
):
    transfer = ask(clerk, here, at)
    assert transfer.state == State.ASKED
    answer(neighbour, transfer, at)
    with acting(clerk):
        (now,) = Residence.objects.open()
        assert (now.name, now.dwelling_id, now.begin_on.isoformat()) == (
            "王巧云", here.pk, "2026-03-01",
        )  # fmt: skip
        assert now.is_primary
        assert Resident.objects.get().committee_id == clerk.unit
        assert Identity.objects.get().committee_id == clerk.unit
        here.refresh_from_db()
        assert here.occupants == 1
    with acting(neighbour):
        old = Residence.objects.get()
        assert (old.status, old.end_on) == ("ended", now.begin_on)
        assert not Resident.objects.exists()


def test_whoever_asks_learns_only_who_holds_the_registration(clerk, before, here, at):
    transfer = ask(clerk, here, at)
    with acting(clerk):
        seen = Transfer.objects.in_scope(clerk).get()
        assert seen.holder_id == before.committee_id
        assert (seen.name, seen.address) == ("王巧云", here.address)
        assert not Resident.objects.exists()
        assert not Residence.objects.exists()
    assert transfer.decider_id == clerk.unit - clerk.unit % 1000


def test_nobody_else_sees_the_request(cast, clerk, before, here, at):
    ask(clerk, here, at)
    far = cast.scope("far_clerk")
    with acting(far):
        assert not Transfer.objects.exists()
    for each in ("neighbour", "street", "district"):
        with acting(cast.scope(each)):
            assert Transfer.objects.count() == 1


def test_a_request_and_its_answer_are_news_to_both_units(
    clerk, neighbour, before, here, at, monkeypatch
):
    both = {kept.unit(clerk.unit), kept.unit(neighbour.unit)}
    monkeypatch.setattr(kept._waiting, "subjects", set())
    transfer = ask(clerk, here, at)
    assert both <= kept._waiting.subjects
    kept._waiting.subjects.clear()
    answer(neighbour, transfer, at, agreed=False, text="本人仍住在这里")
    assert both <= kept._waiting.subjects


def test_an_objection_needs_its_reason_and_goes_to_the_street(
    cast, clerk, neighbour, before, here, at
):
    street, transfer = cast.scope("street"), ask(clerk, here, at)
    with pytest.raises(services.UnableToTransfer, match="理由"):
        answer(neighbour, transfer, at, agreed=False)
    with pytest.raises(services.UnableToTransfer, match="不用裁定"):
        decide(street, transfer, at)
    assert answer(neighbour, transfer, at, agreed=False, text="仍住本居委").state == State.DISPUTED
    with pytest.raises(services.UnableToTransfer, match="不能再答复"):
        answer(neighbour, transfer, at)
    decided = decide(street, transfer, at)
    assert (decided.state, decided.answer, decided.decided_by) == (
        State.DONE, "仍住本居委", "顾振宇",
    )  # fmt: skip
    with acting(clerk):
        assert Residence.objects.open().count() == 1


def test_a_denied_transfer_leaves_the_registration_where_it_was(
    cast, clerk, neighbour, before, here, at
):
    transfer = ask(clerk, here, at)
    answer(neighbour, transfer, at, agreed=False, text="仍住本居委")
    assert decide(cast.scope("street"), transfer, at, granted=False).state == State.DENIED
    with acting(neighbour):
        assert Residence.objects.open().get().pk == before.pk
    with acting(clerk):
        assert not Residence.objects.exists()
    assert ask(clerk, here, at).is_open  # whoever has more to show may ask anew


def test_an_unanswered_request_is_the_streets_after_three_working_days(
    cast, clerk, neighbour, before, here, at
):
    street, asked_at = cast.scope("street"), at - timedelta(days=8)
    transfer = ask(clerk, here, asked_at, begin_date="2026-01-05")
    late_at = at
    assert transfer.due_on > asked_at.date()
    assert transfer.due_on.weekday() < 5
    with acting(street):
        waiting = Transfer.objects.in_scope(street).to_decide(street, transfer.due_on)
        assert not waiting.exists()
    assert decide(street, transfer, late_at).state == State.DONE


def test_between_two_streets_the_district_decides(cast, before, neighbour, at):
    far = cast.scope("far_clerk")
    transfer = ask(far, home(far, "金沙江路28弄1号")[0], at)
    answer(neighbour, transfer, at, agreed=False, text="仍住本居委")
    for each in ("street", "far_street"):
        with pytest.raises(NotAllowed):
            decide(cast.scope(each), transfer, at)
    assert decide(cast.scope("district"), transfer, at).state == State.DONE
    with acting(far):
        assert Residence.objects.open().count() == 1


@pytest.mark.parametrize("who", ["clerk", "far_clerk", "lead", "street"])
def test_only_the_committee_that_holds_the_registration_answers(cast, clerk, before, here, who, at):
    transfer, by = ask(clerk, here, at), cast.scope(who)
    with pytest.raises((NotAllowed, Transfer.DoesNotExist)):
        answer(by, transfer, at)


def test_one_request_for_a_person_at_a_time(cast, clerk, before, here, at):
    ask(clerk, here, at)
    far = cast.scope("far_clerk")
    with pytest.raises(services.UnableToRegister, match="已有移交申请在办理"):
        ask(far, home(far, "金沙江路28弄1号")[0], at)


def test_what_cannot_be_asked_for_says_why(clerk, neighbour, before, here, at):
    with pytest.raises(services.UnableToRegister, match="没有在别处登记"):
        ask(clerk, here, at, document_number=number(sequence=77))
    with pytest.raises(services.UnableToRegister, match="证件号未填写"):
        ask(clerk, here, at, document_number="")
    register(clerk, here, document_number=number(sequence=78))
    with pytest.raises(services.UnableToRegister, match="本单位内"):
        ask(clerk, here, at, document_number=number(sequence=78))


def test_of_somebody_who_died_nothing_is_told(clerk, neighbour, before, here, at):
    with acting(neighbour):
        services.deregister(
            residence_id=before.pk, ended_on=at.date(), reason="02",
            version=services.version_of(before.resident, before), by=neighbour, at=at,
        )  # fmt: skip
    with pytest.raises(services.UnableToRegister) as refusal:
        ask(clerk, here, at)
    assert "死亡" not in str(refusal.value)
    assert "联系街道" in str(refusal.value)


def test_whoever_left_before_is_taken_over_at_once(clerk, neighbour, before, here, at):
    with acting(neighbour):
        services.deregister(
            residence_id=before.pk, ended_on=at.date() - timedelta(days=9), reason="01",
            version=services.version_of(before.resident, before), by=neighbour, at=at,
        )  # fmt: skip
    transfer = ask(clerk, here, at, begin_date=str(at.date() - timedelta(days=2)))
    assert (transfer.state, transfer.answer) == (State.DONE, "原登记已注销，自动转入")
    with acting(clerk):
        assert Residence.objects.open().count() == 1


def test_a_withdrawn_request_moves_nobody(clerk, neighbour, before, here, at):
    transfer = ask(clerk, here, at)
    with acting(clerk):
        services.withdraw_transfer(transfer_id=transfer.pk, by=clerk, at=at)
    with pytest.raises(services.UnableToTransfer, match="已撤回"):
        answer(neighbour, transfer, at)
    with acting(neighbour):
        assert Residence.objects.open().count() == 1


def test_a_registration_that_went_elsewhere_meanwhile_is_not_moved(
    cast, clerk, neighbour, before, here, at
):
    transfer, staff = ask(clerk, here, at), cast.scope("staff")
    with acting(staff):
        services.move_resident(
            residence_id=before.pk, dwelling_id=home(clerk, "棠浦路988弄9号")[0].pk,
            moved_on=at.date(), version=services.version_of(before.resident, before), by=staff,
            at=at,
        )  # fmt: skip
    with pytest.raises(services.UnableToTransfer, match="已不在原居"):
        answer(neighbour, transfer, at)
    with acting(clerk):
        assert Residence.objects.open().count() == 1


def test_the_database_lets_nobody_ask_in_anothers_name(clerk, neighbour, before, here, at):
    """The holder's policy answers requests; it makes none."""
    transfer = ask(clerk, here, at)
    with acting(clerk):
        services.withdraw_transfer(transfer_id=transfer.pk, by=clerk, at=at)
    columns = [
        field.column for field in Transfer._meta.concrete_fields
        if field.column not in ("id", "street_id")
    ]  # fmt: skip
    copied = ", ".join(columns)
    again = (
        f"INSERT INTO residents_transfer (id, {copied}) "
        f"SELECT gen_random_uuid(), {copied} FROM residents_transfer"
    )
    with (
        acting(neighbour),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        cursor.execute(again)


def test_the_trail_tells_the_office_that_acted(clerk, neighbour, before, here, at, told):
    answer(neighbour, ask(clerk, here, at), at)
    for action, office in (
        ("residents.transfer_asked", clerk),
        ("residents.moved", neighbour),
        ("residents.deregistered", neighbour),
        ("residents.transfer_agreed", neighbour),
    ):
        (event,) = told(action)
        assert (event["actor_unit"], event["actor_name"]) == (office.unit, office.user_name)
        assert before.resident_id in event["subjects"]


# --- on the screen -------------------------------------------------------------------------------


def test_the_entry_grid_offers_the_transfer_and_asks_with_the_household(
    cast, clerk, neighbour, before, here
):
    browser, url = cast.client("clerk"), entry_of(here)
    daughter = new_row("万子怡", document_number=number("20150102", 13), relation="女")
    refused = browser.post(url, grid(new_row(), daughter, dwelling=here))
    assert refused.status_code == 422
    assert 'name="members-0-arrival" value="transfer"' in text_of(refused)
    asked = new_row(arrival="transfer", transfer_reason="已搬来，租住")
    assert browser.post(url, grid(asked, daughter, dwelling=here)).status_code == 302
    page = text_of(browser.get(url))
    assert "已发起移交 1 人" in page
    assert "王巧云 的移交申请在等曹杨新村街道 · 花溪园居委会答复" in page
    with acting(clerk):
        assert [row.name for row in Residence.objects.open()] == ["万子怡"]
        assert Transfer.objects.get().reason == "已搬来，租住"


def test_both_sides_find_the_request_and_the_holder_answers_on_its_page(
    cast, clerk, neighbour, before, here, at
):
    transfer = ask(clerk, here, at)
    holder = cast.client("neighbour")
    todo = text_of(holder.get(reverse("desk:todo")))
    assert "王巧云" in todo
    assert "去答复" in todo
    url = reverse("residents:transfer", args=[transfer.pk])
    assert before.dwelling.address in text_of(holder.get(url))
    asking = text_of(cast.client("clerk").get(url))
    assert before.dwelling.address not in asking
    assert "撤回申请" in asking
    refused = holder.post(reverse("residents:answer_transfer", args=[transfer.pk]),
                          {"agreed": "0", "answer": ""})  # fmt: skip
    assert refused.status_code == 422
    assert "不同意的，请写明理由" in text_of(refused)
    agreed = holder.post(reverse("residents:answer_transfer", args=[transfer.pk]),
                         {"agreed": "1", "answer": ""})  # fmt: skip
    assert agreed.status_code == 302
    assert "已同意移交 王巧云" in text_of(holder.get(agreed.headers["Location"]))
    listed = text_of(cast.client("clerk").get(reverse("residents:transfers")))
    assert "已移交" in listed


def test_the_street_decides_from_its_to_do_list(cast, clerk, neighbour, before, here, at):
    transfer = ask(clerk, here, at)
    answer(neighbour, transfer, at, agreed=False, text="仍住本居委")
    street = cast.client("street")
    assert "去裁定" in text_of(street.get(reverse("desk:todo")))
    url = reverse("residents:decide_transfer", args=[transfer.pk])
    refused = street.post(url, {"granted": "1", "decision": ""})
    assert "请写明裁定理由" in text_of(refused)
    assert street.post(url, {"granted": "1", "decision": "租约在新址"}).status_code == 302
    assert "判归 曹杨新村街道 · 源园居委会" in text_of(
        street.get(reverse("residents:transfer", args=[transfer.pk]))
    )
    far = cast.client("far_clerk").get(reverse("residents:transfer", args=[transfer.pk]))
    assert far.status_code == 404
