"""Several requests dealt with at once: transfers agreed to, answers handed over."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.orgs.acting import acting
from residents import services
from residents.models import CorrectionRequest, Residence, ResidentAppeal, Transfer
from tests.residents.builders import home, number, register, told

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-09")]
NAMES = ("王巧云", "石思源", "万志强")


def picked(rows, **more):
    return {"pick": [str(row.pk) for row in rows], "all": "", "query": ""} | more


def words(answer):
    return re.sub(r"<[^>]+>|\s+", "", answer.content.decode())


def now(by, model, row):
    with acting(by):
        return model.objects.get(pk=row.pk)


@pytest.fixture
def people(cast):
    """Three people of the clerk's committee."""
    clerk = cast.scope("clerk")
    places = home(clerk)
    return [
        register(clerk, place, name=name, document_number=number(sequence=70 + n))
        for n, (name, place) in enumerate(zip(NAMES, places, strict=False))
    ]


@pytest.fixture
def transfers(cast, people):
    """The neighbour asks for all three; the third has been taken back."""
    neighbour = cast.scope("neighbour")
    there = home(neighbour, "桂巷路12弄3号")
    with acting(neighbour):
        rows = [
            services.ask_transfer(
                dwelling_id=there[n].pk, by=neighbour, at=timezone.now(),
                told=told(name, document_number=number(sequence=70 + n)), reason="已搬来居住",
            )
            for n, name in enumerate(NAMES)
        ]  # fmt: skip
        services.withdraw_transfer(transfer_id=rows[2].pk, by=neighbour, at=timezone.now())
    return rows


def test_the_holder_agrees_to_several_and_all_move(cast, people, transfers):
    clerk, where = cast.client("clerk"), reverse("residents:agree_transfers")
    preview = words(clerk.post(where, picked(transfers)))
    assert "将同意移交2件，1件保持不变" in preview
    assert "已撤回1万志强" in preview
    done = clerk.post(where, picked(transfers, agreed="1"))
    assert done["Location"] == reverse("residents:transfers")
    neighbour = cast.scope("neighbour")
    states = [now(neighbour, Transfer, row).state for row in transfers]
    assert states == ["done", "done", "withdrawn"]
    with acting(neighbour):
        assert set(Residence.objects.open().values_list("name", flat=True)) == set(NAMES[:2])


def test_whoever_asked_does_not_answer(cast, transfers):
    other = cast.client("neighbour")
    preview = words(other.post(reverse("residents:agree_transfers"), picked(transfers)))
    assert "将同意移交0件" in preview
    assert "等待对方答复2" in preview
    other.post(reverse("residents:agree_transfers"), picked(transfers, agreed="1"))
    assert now(cast.scope("neighbour"), Transfer, transfers[0]).state == "asked"


@pytest.fixture
def corrections(cast, people, at):
    """Two that were answered today, one that was not."""
    clerk = cast.scope("clerk")
    with acting(clerk):
        rows = [
            services.receive_correction(
                resident_id=person.resident_id, by=clerk, at=timezone.now(),
                asked=services.Asked(
                    kind="copy", requester="self", check_method="document", field="", wanted="",
                    statement="要一份自己的登记内容", evidence="none",
                    received_on=timezone.localdate(),
                ),
            )
            for person in people
        ]  # fmt: skip
        for row in rows[:2]:
            services.decide_correction(
                request_id=row.pk, granted=True, answer="已打印交付", by=clerk, at=timezone.now()
            )
    return rows


def test_several_answers_are_handed_over_on_one_day(cast, corrections):
    client, where = cast.client("clerk"), reverse("residents:deliver_corrections")
    preview = words(client.post(where, picked(corrections)))
    assert "将登记送达2件，1件保持不变" in preview
    assert "还没有答复" in preview
    today = timezone.localdate()
    client.post(where, picked(corrections, agreed="1", delivered_on=today.isoformat()))
    rows = [now(cast.scope("clerk"), CorrectionRequest, row) for row in corrections]
    assert [row.state for row in rows] == ["delivered", "delivered", "received"]
    assert rows[0].delivered_on == today


def test_a_day_out_of_order_leaves_all_as_they_were(cast, corrections):
    client, where = cast.client("clerk"), reverse("residents:deliver_corrections")
    client.post(where, picked(corrections, agreed="1", delivered_on="2020-01-01"))
    rows = [now(cast.scope("clerk"), CorrectionRequest, row) for row in corrections[:2]]
    assert [row.state for row in rows] == ["decided", "decided"]
    assert "送达日期应在答复以后" in words(client.get(reverse("residents:corrections")))
    assert client.post(where, picked(corrections, agreed="1", delivered_on="")).status_code == 422


@pytest.mark.parametrize("name", ["transfers", "corrections", "leads"])
def test_a_row_can_be_looked_at_beside_the_list(cast, name):
    assert (
        "data-peek-pane" in cast.client("clerk").get(reverse(f"residents:{name}")).content.decode()
    )


def test_the_pages_of_requests_carry_what_is_looked_at(cast, transfers, corrections):
    clerk = cast.client("clerk")
    for where in (
        reverse("residents:transfer", args=[transfers[0].pk]),
        reverse("residents:correction", args=[corrections[0].pk]),
    ):
        assert clerk.get(where).content.decode().count("data-peek") == 2


@pytest.fixture
def appeals(cast):
    """Three that the committee handles; the last was answered."""
    clerk = cast.scope("clerk")
    said = {"topic": "environment", "channel": "counter", "received_on": timezone.localdate()}
    with acting(clerk):
        rows = [
            services.hear_appeal(
                voiced=services.Voiced(text=f"楼道灯坏了 {n}", **said), by=clerk, at=timezone.now()
            )
            for n in range(3)
        ]  # fmt: skip
        services.answer_appeal(
            appeal_id=rows[2].pk, result="solved", reply="已换灯", by=clerk, at=timezone.now()
        )
    return rows


@pytest.mark.paper("S-118")
def test_several_appeals_are_given_to_one_person(cast, appeals):
    clerk, colleague = cast.client("clerk"), cast.scope("colleague")
    where = reverse("residents:assign_appeals")
    assert where in clerk.get(reverse("residents:appeals")).content.decode()
    assert "将分办2件，1件保持不变" in words(clerk.post(where, picked(appeals)))
    assert clerk.post(where, picked(appeals, agreed="1", handler="")).status_code == 422
    clerk.post(where, picked(appeals, agreed="1", handler=str(colleague.user_id)))
    rows = [now(cast.scope("clerk"), ResidentAppeal, row) for row in appeals]
    assert [row.state for row in rows] == ["assigned", "assigned", "answered"]
    assert rows[0].handler == "许婉清"


@pytest.mark.paper("S-118")
def test_an_appeal_is_not_given_to_whom_it_complains_of(cast, appeals):
    street, staff = cast.scope("street"), cast.scope("staff")
    said = {"topic": "conduct", "channel": "counter", "received_on": timezone.localdate()}
    with acting(street):
        rows = [
            services.hear_appeal(
                voiced=services.Voiced(text="态度不好", against="step", step="受理", **said),
                by=street, at=timezone.now(),
            )
            for _each in range(2)
        ]  # fmt: skip
        ResidentAppeal.objects.filter(pk=rows[0].pk).update(
            against="staff", against_user=staff.user_id
        )
        unit = ResidentAppeal.objects.get(pk=rows[0].pk).committee_id
    by = street if unit == street.unit else cast.scope("district")
    with acting(by):
        done = services.assign_appeals(
            appeal_ids=[row.pk for row in rows], handler_id=staff.user_id, by=by,
            at=timezone.now(),
        )  # fmt: skip
    assert done.count == 1
    assert done.refused == ["承办人不能是被反映的人"]
