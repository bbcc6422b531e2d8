"""The door on a phone: what it holds, and answers that are taken once, whole, and never blindly."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from housing.models import DwellingUnit
from portal.jobs.models import IdempotencyKey
from portal.orgs.acting import acting
from residents import services
from residents.models import Residence, Resident, Verification
from staffing.services import assign_area
from tests.isolation.answers import read
from tests.residents.builders import backdated, home, number, register
from tests.staffing.builders import collector

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-21")]
PHONE, OTHER_PHONE = "13812345678", "13987654321"


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def homes(clerk):
    return home(clerk)


@pytest.fixture
def couple(clerk, homes):
    """Two people in one dwelling, due for a visit."""
    people = [
        register(clerk, homes[5], name="万志强", document_number=number("19840312", 11, "1")),
        register(clerk, homes[5], name="王巧云", relation="配偶", phone=PHONE),
    ]
    for person in people:
        backdated(clerk, person, 100)
    with acting(clerk):
        DwellingUnit.objects.filter(pk=homes[5].pk).update(verified_on=None)
    return people


@pytest.fixture
def phone(cast):
    return cast.client("collector")


def today_on(phone):
    return phone.get(reverse("residents:door_today")).json()


def stop_on(phone, dwelling):
    return next(each for each in today_on(phone)["stops"] if each["id"] == str(dwelling.pk))


def members(stop, *states):
    """Each member as answered: a state, or a dictionary of what changed or how somebody left."""
    said = []
    for member, state in zip(stop["members"], states, strict=True):
        told = state if isinstance(state, dict) else {"state": state}
        said.append({"id": member["id"], "version": member["version"]} | told)
    return json.dumps(said)


def changed(**told):
    return {"state": "changed", "told": told}


def answer(phone, dwelling, *, key=None, outcome="met", age=0, **more):
    url = reverse("residents:door_answer", args=[getattr(dwelling, "pk", dwelling)])
    return phone.post(
        url, {"outcome": outcome, "age": str(age)} | more,
        headers={"Idempotency-Key": str(key or uuid4())},
    )  # fmt: skip


def verifications(clerk, dwelling):
    with acting(clerk):
        rows = Verification.objects.in_scope(clerk).filter(dwelling=dwelling)
        return list(rows.exclude(verified_on=None).order_by("id"))


def seen_now(clerk, dwelling, before):
    return [row.outcome for row in verifications(clerk, dwelling)[before:]]


# --- what the phone holds --------------------------------------------------------------------


def test_the_list_shows_what_is_due_and_no_whole_number(phone, homes, couple):
    told = today_on(phone)
    body = json.dumps(told, ensure_ascii=False)
    stop = next(each for each in told["stops"] if each["id"] == str(homes[5].pk))
    assert stop["overdue"] == 10
    assert [member["name"] for member in stop["members"]] == ["万志强", "王巧云"]
    assert PHONE not in body
    assert "138****5678" in body
    assert number("19840312", 11, "1") not in body
    assert "1984-03" not in body


def test_the_list_is_in_walking_order_and_has_an_end(clerk, phone, django_assert_max_num_queries):
    home(clerk, "棠浦路988弄16号", floors=14, per_floor=10)
    home(clerk, "棠浦路988弄8号", floors=10, per_floor=10)
    with django_assert_max_num_queries(24):
        told = today_on(phone)["stops"]
    assert len(told) == 200
    order = [each["order"] for each in told]
    assert order == sorted(order)


def test_taking_the_list_is_told_in_the_trail(phone, couple, told):
    today_on(phone)
    (event,) = told("register.list_taken")
    assert event["changes"]["people"] == 2
    assert set(event["subjects"]) == {row.resident_id for row in couple}
    assert event["actor_name"] == "顾小满"


def test_a_collector_sees_their_own_patch_a_colleague_everything(cast, clerk, phone, homes):
    others = home(clerk, "棠浦路988弄8号", floors=1, per_floor=2)
    now = timezone.now()
    lead = collector(cast, now, staff_no=cast.scope("collector").staff_no, name="顾小满")
    by = cast.scope("street")
    with acting(by):
        assign_area(
            committee=clerk.unit, code="一片", building_ids=[others[0].building_id],
            lead_collector_id=lead.pk, valid_from=timezone.localdate(), by=by, at=now,
        )  # fmt: skip
    mine = today_on(phone)
    assert {each["id"] for each in mine["stops"]} == {str(row.pk) for row in others}
    assert mine["patch"] is True
    theirs = today_on(cast.client("colleague"))
    assert len(theirs["stops"]) == len(homes) + len(others)


def test_the_shell_is_the_same_for_everybody_and_holds_nobody(cast, couple):
    pages = [cast.client(who).get(reverse("residents:door")) for who in ("collector", "colleague")]
    bodies = {page.content for page in pages}
    assert len(bodies) == 1
    text = bodies.pop().decode()
    assert "csrfmiddlewaretoken" not in text
    assert not [name for name in ("顾小满", "许婉清", "源园", "万志强") if name in text]


def test_the_worker_keeps_files_of_ours_and_nothing_else(phone):
    script = phone.get(reverse("residents:door_worker")).content.decode()
    kept = json.loads(script.partition("const SHELL = ")[2].partition(";\n")[0])
    assert kept["page"] == reverse("residents:door")
    assert all(name.startswith("/static/") for name in kept["files"])


def test_keys_die_with_the_session_but_answers_stay_the_persons_own(cast):
    def keys(who):
        return cast.client(who).get(reverse("residents:door_keys")).json()

    first, again, other = keys("collector"), keys("collector"), keys("colleague")
    assert first["list"]["seed"] != again["list"]["seed"]
    assert first["queue"] == again["queue"]
    assert first["queue"] != other["queue"]
    assert 0 < first["seconds"] <= 8 * 3600


def test_whoever_may_not_verify_gets_neither_list_nor_keys(cast):
    lead = cast.client("lead")
    for page in ("door", "door_today", "door_keys", "door_worker"):
        assert lead.get(reverse(f"residents:{page}")).status_code == 403


# --- answers ---------------------------------------------------------------------------------


def test_everybody_still_there_is_one_verification_each(clerk, phone, homes, couple):
    before = len(verifications(clerk, homes[5]))
    stop = stop_on(phone, homes[5])
    told = answer(phone, homes[5], members=members(stop, "here", "here"))
    assert told.status_code == 200
    assert seen_now(clerk, homes[5], before) == ["unchanged", "unchanged"]
    assert told.json()["stop"]["done"] == "unchanged"


def test_an_answer_is_taken_once_for_its_key(clerk, phone, homes, couple):
    before, key = len(verifications(clerk, homes[5])), uuid4()
    said = members(stop_on(phone, homes[5]), "here", changed(phone=OTHER_PHONE))
    first, second, third = (answer(phone, homes[5], key=key, members=said) for _ in range(3))
    assert [each.json()["taken"] for each in (first, second, third)] == [str(key)] * 3
    assert sorted(seen_now(clerk, homes[5], before)) == ["changed", "unchanged"]
    with acting(clerk):
        assert Resident.objects.get(name="王巧云").phone_mask == "139****4321"
        assert IdempotencyKey.objects.filter(key=key).count() == 1


def test_who_left_is_taken_off_on_the_day_of_the_visit(clerk, phone, homes, couple):
    said = members(stop_on(phone, homes[5]), "here", {"state": "left"})
    assert answer(phone, homes[5], members=said, age=26 * 3600).status_code == 200
    with acting(clerk):
        left = Residence.objects.get(pk=couple[1].pk)
    visited = timezone.localdate(timezone.now() - timedelta(hours=26))
    assert (left.status, left.end_on) == ("ended", visited)


def test_a_visit_counts_for_the_day_on_which_it_was(clerk, phone, homes, couple):
    said = members(stop_on(phone, homes[5]), "here", "here")
    answer(phone, homes[5], members=said, age=2 * 86400)
    with acting(clerk):
        day = Residence.objects.get(pk=couple[0].pk).verified_on
    assert day == timezone.localdate() - timedelta(days=2)


def test_nobody_met_is_an_event_of_its_own(clerk, phone, homes):
    for place, outcome in enumerate(("no_answer", "refused", "vacant")):
        told = answer(phone, homes[place], outcome=outcome, note="敲门三次")
        assert told.status_code == 200
        (event,) = verifications(clerk, homes[place])
        assert (event.outcome, event.note, event.by_name) == (outcome, "敲门三次", "顾小满")
        assert told.json()["stop"]["done"] == outcome


def test_a_dwelling_whose_people_all_left_is_empty(clerk, phone, homes, couple):
    said = members(stop_on(phone, homes[5]), {"state": "left"}, {"state": "left"})
    assert answer(phone, homes[5], outcome="vacant", members=said).status_code == 200
    with acting(clerk):
        dwelling = DwellingUnit.objects.get(pk=homes[5].pk)
    assert (dwelling.occupancy, dwelling.occupants) == ("4", 0)


# --- what others did meanwhile ---------------------------------------------------------------


def change_phone(clerk, residence, value):
    with acting(clerk):
        row = Residence.objects.select_related("resident").get(pk=residence.pk)
        services.update_resident(
            resident_id=row.resident_id, residence_id=row.pk, told={"phone": value},
            version=services.version_of(row.resident, row), by=clerk, at=timezone.now(),
        )  # fmt: skip


def test_a_field_that_a_colleague_changed_is_asked_about(clerk, phone, homes, couple):
    stop = stop_on(phone, homes[5])
    change_phone(clerk, couple[1], "13700001111")
    before, key = len(verifications(clerk, homes[5])), uuid4()
    said = members(stop, "here", changed(phone=OTHER_PHONE))
    refused = answer(phone, homes[5], key=key, members=said)
    assert refused.status_code == 409
    told = refused.json()
    assert told["by"] == "周敏"
    (field,) = told["fields"]
    assert (field["mine"], field["theirs"]) == ("139****4321", "137****1111")
    assert seen_now(clerk, homes[5], before) == []  # all of it or nothing
    again = members(told["stop"], "here", changed(phone=OTHER_PHONE))
    assert answer(phone, homes[5], key=key, members=again, take="mine").status_code == 200
    with acting(clerk):
        assert Resident.objects.get(pk=couple[1].resident_id).phone_mask == "139****4321"
    # The same change told by two people is no conflict: `stop` is stale, but nothing differs.
    said = members(stop, "here", changed(phone=OTHER_PHONE))
    assert answer(phone, homes[5], members=said).status_code == 200


def test_somebody_registered_meanwhile_is_never_verified_unseen(clerk, phone, homes, couple):
    stop = stop_on(phone, homes[5])
    baby = register(clerk, homes[5], name="万子轩", document_number=number("20150102", 13, "1"))
    backdated(clerk, baby, 5)
    said = members(stop, "here", "here")
    refused = answer(phone, homes[5], members=said)
    assert refused.status_code == 409
    assert "万子轩" in refused.json()["fields"][0]["theirs"]
    before = len(verifications(clerk, homes[5]))
    assert answer(phone, homes[5], members=said, take="mine").status_code == 200
    assert seen_now(clerk, homes[5], before) == ["unchanged", "unchanged"]
    with acting(clerk):
        assert Residence.objects.get(pk=baby.pk).verified_on < timezone.localdate()


def test_somebody_taken_off_meanwhile_is_said_plainly(clerk, phone, homes, couple):
    stop = stop_on(phone, homes[5])
    with acting(clerk):
        gone = Residence.objects.select_related("resident").get(pk=couple[1].pk)
        services.deregister(
            residence_id=gone.pk, ended_on=timezone.localdate(), reason="01",
            version=services.version_of(gone.resident, gone), by=clerk, at=timezone.now(),
        )  # fmt: skip
    refused = answer(phone, homes[5], members=members(stop, "here", "here"))
    assert refused.status_code == 422
    assert "已不在这一户" in refused.json()["detail"]
    left = members(stop, "here", {"state": "left"})  # both say the same: nobody need decide
    assert answer(phone, homes[5], members=left).status_code == 200


# --- what is refused -------------------------------------------------------------------------


def test_a_foreign_dwelling_is_refused_like_an_absent_one(cast, phone):
    far = home(cast.scope("far_clerk"), "真北路1号")
    near = home(cast.scope("neighbour"), "棠浦路1号")
    told = [answer(phone, each, outcome="no_answer") for each in (far[0], near[0], uuid4())]
    assert {each.status_code for each in told} == {404}
    assert len({read(each).body for each in told}) == 1


def test_members_of_another_household_are_not_told_apart_from_absent_ones(
    cast, clerk, phone, homes, couple
):
    far = cast.scope("far_clerk")
    stranger = register(far, home(far, "真北路1号")[0], document_number=number("19900101", 7))
    stop = stop_on(phone, homes[5])
    known = json.loads(members(stop, "here", "here"))
    bodies = {
        answer(phone, homes[5], members=json.dumps([*known, {"id": str(each), "state": "here"}]))
        .content
        for each in (stranger.pk, uuid4())
    }  # fmt: skip
    assert len(bodies) == 1


def test_a_bad_answer_is_refused_in_words_and_its_key_stays_free(clerk, phone, homes):
    key = uuid4()
    refused = answer(phone, homes[2], key=key, outcome="maybe")
    assert refused.status_code == 422
    assert "请选择入户结果" in refused.json()["detail"]
    assert verifications(clerk, homes[2]) == []
    assert answer(phone, homes[2], key=key, outcome="no_answer").status_code == 200


def test_a_field_that_cannot_be_taken_is_told_at_its_member(clerk, phone, homes, couple):
    said = members(stop_on(phone, homes[5]), "here", changed(phone="1381234"))
    refused = answer(phone, homes[5], members=said)
    assert refused.status_code == 422
    (problem,) = refused.json()["problems"]
    assert (problem["row"], problem["field"]) == (str(couple[1].pk), "phone")
    assert "11 位" in problem["text"]
    with acting(clerk):
        assert Residence.objects.get(pk=couple[0].pk).verified_on < timezone.localdate()
    url = reverse("residents:door_answer", args=[homes[5].pk])
    unnamed = phone.post(url, {"outcome": "no_answer", "age": "0"})  # without a key
    assert unnamed.status_code == 400
