"""What residents ask about their own data: taken down, decided in time, answered in writing."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from residents import services
from residents.models import CorrectionRequest, Resident
from tests.residents.builders import home, number, register
from tests.residents.test_pages import text_of

pytestmark = pytest.mark.django_db
State = CorrectionRequest.State


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def living(clerk, at):
    """王巧云, whose employer was typed wrongly."""
    return register(clerk, home(clerk)[0], at=at, employer="万里小学")


def asked(today, **changes):
    return services.Asked(**({
        "requester": "self", "check_method": "document", "kind": "correct", "field": "employer",
        "wanted": "万里城实验学校", "statement": "单位写错了", "evidence": "employer",
        "received_on": today,
    } | changes))  # fmt: skip


def receive(by, living, at, **changes):
    with acting(by):
        return services.receive_correction(
            resident_id=living.resident_id, asked=asked(at.date(), **changes), by=by, at=at
        )


def decide(by, row, at, *, granted=True, answer="已核对单位证明", value="万里城实验学校"):
    with acting(by):
        person = Resident.objects.get(pk=row.resident_id)
        episode = person.residences.open().first()
        return services.decide_correction(
            request_id=row.pk, granted=granted, answer=answer, value=value, by=by, at=at,
            version=services.version_of(person, episode),
        )  # fmt: skip


def employer(by):
    with acting(by):
        return Resident.objects.get().employer_name


def test_a_granted_correction_is_carried_out_with_its_reason(clerk, living, at, told):
    row = receive(clerk, living, at)
    assert row.due_on == at.date() + timedelta(days=15)
    assert services.correction_words(row)["wanted"] == "万里城实验学校"
    assert "单位写错".encode() not in bytes(row.sealed)
    decided = decide(clerk, row, at)
    assert (decided.state, decided.result, decided.decided_by) == ("decided", "granted", "周敏")
    assert employer(clerk) == "万里城实验学校"
    (change,) = told("residents.updated")
    assert change["reason"] == "更正申请：已核对单位证明"
    (event,) = told("residents.correction_decided")
    assert event["subjects"] == [living.resident_id]
    with acting(clerk):
        handed = services.deliver_correction(
            request_id=row.pk, delivered_on=at.date(), by=clerk, at=at
        )
    assert (handed.state, handed.delivered_on) == (State.DELIVERED, at.date())


def test_a_refusal_needs_its_reason_and_changes_nothing(cast, clerk, living, at):
    row = receive(clerk, living, at)
    with pytest.raises(services.UnableToFollowUp, match="理由") as refusal:
        decide(clerk, row, at, granted=False, answer=" ")
    assert refusal.value.field == "answer"
    decide(clerk, row, at, granted=False, answer="证明上的单位就是登记的单位")
    assert employer(clerk) == "万里小学"
    letter = text_of(
        cast.client("clerk").get(reverse("residents:correction_letter", args=[row.pk]))
    )
    assert "证明上的单位就是登记的单位" in letter
    assert "第五十条" in letter
    assert "申诉" in letter


def test_what_the_register_does_not_take_leaves_the_request_open(clerk, living, at):
    row = receive(clerk, living, at, field="phone", wanted="12345")
    with pytest.raises(services.UnableToUpdate, match="手机号应为 11 位"):
        decide(clerk, row, at, value="12345")
    with acting(clerk):
        assert CorrectionRequest.objects.get().state == State.RECEIVED


def test_a_number_of_somebody_elsewhere_is_not_taken_and_the_look_is_told(
    cast, clerk, living, at, told
):
    neighbour = cast.scope("neighbour")
    taken = number("19700101", 41)
    register(neighbour, home(neighbour, "兰溪路100弄1号")[0], at=at, document_number=taken)
    row = receive(clerk, living, at, field="document_number", wanted=taken)
    with pytest.raises(services.FoundElsewhere):
        decide(clerk, row, at, value=taken)
    assert told("residents.found_elsewhere")
    with acting(clerk):
        assert CorrectionRequest.objects.get().state == State.RECEIVED


def test_a_deletion_empties_the_field(clerk, living, at):
    row = receive(clerk, living, at, kind="delete", wanted="", statement="不愿登记单位")
    decide(clerk, row, at, value="")
    assert employer(clerk) == ""


def test_an_explanation_is_words_alone(clerk, living, at):
    row = receive(clerk, living, at, kind="explanation", field="", wanted="")
    decide(clerk, row, at, answer="登记来自 3 月的上门采集", value="")
    assert employer(clerk) == "万里小学"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"statement": " "}, "statement"), ({"field": ""}, "field"), ({"wanted": ""}, "wanted"),
        ({"field": "as_printed"}, "field"),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_at_its_field(clerk, living, at, changes, field):
    with pytest.raises(services.UnableToFollowUp) as refusal:
        receive(clerk, living, at, **changes)
    assert refusal.value.field == field


def test_nobody_asks_tomorrow_or_hands_over_before_the_answer(clerk, living, at):
    with pytest.raises(services.UnableToFollowUp, match="晚于今天"):
        receive(clerk, living, at, received_on=at.date() + timedelta(days=1))
    row = receive(clerk, living, at)
    with acting(clerk), pytest.raises(services.UnableToFollowUp, match="待答复"):
        services.deliver_correction(request_id=row.pk, delivered_on=at.date(), by=clerk, at=at)
    decide(clerk, row, at)
    with acting(clerk), pytest.raises(services.UnableToFollowUp, match="答复以后"):
        services.deliver_correction(
            request_id=row.pk, delivered_on=at.date() - timedelta(days=1), by=clerk, at=at
        )
    with pytest.raises(services.UnableToFollowUp, match="已由周敏答复"):
        decide(clerk, row, at)


@pytest.mark.parametrize("who", ["lead", "neighbour", "far_clerk", "watchman", "street"])
def test_only_who_registers_there_receives_and_answers(cast, clerk, living, at, who):
    row, by = receive(clerk, living, at), cast.scope(who)
    with pytest.raises((NotAllowed, Resident.DoesNotExist)):
        receive(by, living, at)
    with acting(by), pytest.raises((NotAllowed, CorrectionRequest.DoesNotExist)):
        services.decide_correction(request_id=row.pk, granted=False, answer="不", by=by, at=at)


def test_a_request_follows_the_person_to_another_committee(cast, clerk, living, at):
    row, staff, neighbour = receive(clerk, living, at), cast.scope("staff"), cast.scope("neighbour")
    there = home(neighbour, "兰溪路100弄1号")[0]
    with acting(staff):
        services.move_resident(
            residence_id=living.pk, dwelling_id=there.pk, moved_on=at.date(),
            version=services.version_of(living.resident, living), by=staff, at=at,
        )  # fmt: skip
    with acting(clerk):
        assert not CorrectionRequest.objects.exists()
    with acting(neighbour):
        assert CorrectionRequest.objects.get(pk=row.pk).committee_id == neighbour.unit


@pytest.mark.parametrize(
    "broken",
    [{"state": "decided"}, {"result": "granted"}, {"answer": "好"}, {"delivered_on": "2026-01-01"},
     {"due_on": "2020-01-01"}],
)  # fmt: skip
def test_the_database_holds_an_answer_together(clerk, living, at, broken):
    row = receive(clerk, living, at)
    with acting(clerk), pytest.raises(IntegrityError), transaction.atomic():
        CorrectionRequest.objects.filter(pk=row.pk).update(**broken)


# --- pages -------------------------------------------------------------------------------------


def sent(**changes):
    return {
        "requester": "self", "check_method": "phone", "kind": "correct", "field": "employer",
        "wanted": "万里城实验学校", "evidence": "none", "statement": "单位写错了",
        "received_on": "今天", "idempotency_key": str(uuid4()),
    } | changes  # fmt: skip


def test_from_the_persons_page_to_the_printed_answer(cast, clerk, living):
    browser = cast.client("clerk")
    ask = reverse("residents:ask_correction", args=[living.resident_id])
    person = reverse("residents:person", args=[living.resident_id])
    assert ask in text_of(browser.get(person))
    refused = browser.post(ask, sent(wanted=""))
    assert refused.status_code == 422
    assert "请填写应为什么内容" in text_of(refused)
    assert "单位写错了" in text_of(refused)
    where = browser.post(ask, sent())["Location"]
    shown = text_of(browser.get(where))
    version = shown.split('name="version" value="')[1].split('"')[0]
    assert browser.get(where + "letter/").status_code == 404  # nothing answered yet
    stale = browser.post(where + "decide/", {
        "granted": "1", "answer": "同意", "value": "万里城实验学校", "version": "9.9",
    })  # fmt: skip
    assert stale.status_code == 422
    assert "重新打开核对" in text_of(stale)
    browser.post(where + "decide/", {
        "granted": "1", "answer": "已核对", "value": "万里城实验学校", "version": version,
    })  # fmt: skip
    assert employer(clerk) == "万里城实验学校"
    assert "已核对" in text_of(browser.get(where + "letter/"))
    browser.post(where + "deliver/", {"delivered_on": "今天"})
    assert "已送达" in text_of(browser.get(person))


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 200), ("lead", 200), ("street", 200), ("district", 200), ("neighbour", 404),
     ("far_street", 404), ("watchman", 403), ("auditor", 403)],
)  # fmt: skip
def test_who_opens_a_request(cast, clerk, living, at, who, status):
    row = receive(clerk, living, at)
    where = reverse("residents:correction", args=[row.pk])
    assert cast.client(who).get(where).status_code == status


def test_requests_wait_on_the_first_page_and_overdue_ones_at_the_street(cast, clerk, living, at):
    long_ago = at - timedelta(days=20)
    old = receive(clerk, living, at, received_on=long_ago.date())
    fresh = receive(clerk, living, at, field="phone", wanted="15012346621")
    todo = reverse("desk:todo") + "?type=correction"
    mine, above = text_of(cast.client("clerk").get(todo)), text_of(cast.client("street").get(todo))
    for row, seen in ((old, True), (fresh, False)):
        where = reverse("residents:correction", args=[row.pk])
        assert where in mine
        assert (where in above) is seen
    listed = text_of(cast.client("street").get(reverse("residents:corrections") + "?overdue=1"))
    assert listed.count("data-row") == 1
