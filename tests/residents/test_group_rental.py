"""Group rental in the register: rooms, who sleeps where, and the officer's word after a visit."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from housing import services as housing
from housing.models import DwellingUnit, GroupRentalDecision, GroupRentalTest, Room
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.roles import ROLES
from residents import services
from residents.models import Residence, RoomPlace
from tests.housing.builders import let
from tests.residents.builders import home, number, register

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-77")]


def text(response):
    return response.content.decode()


def now(dwelling, by):
    with acting(by):
        return DwellingUnit.objects.get(pk=dwelling.pk)


def with_rooms(by, dwelling, *rooms):
    """Rooms by label, use, area and whether they are let by the bed."""
    told = [
        housing.RoomTold(label, use, None if area is None else Decimal(area), by_bed)
        for label, use, area, by_bed in rooms
    ]
    with acting(by):
        housing.save_rooms(
            dwelling_id=dwelling.pk, rooms=told, version=now(dwelling, by).version, by=by,
            at=timezone.now(),
        )  # fmt: skip
        return {room.label: room for room in Room.objects.standing().filter(dwelling=dwelling)}


def asleep(by, dwelling, places):
    """Put people, by name, into rooms."""
    with acting(by):
        rows = {row.name: row.pk for row in services.people_at(dwelling.pk, by)}
        return services.place_people(
            dwelling_id=dwelling.pk, places={rows[name]: room for name, room in places.items()},
            by=by, at=timezone.now(),
        )  # fmt: skip


def the_test(by, dwelling):
    with acting(by):
        return GroupRentalTest.objects.filter(dwelling=dwelling).first()


def met(test):
    return {each["key"] for each in test.criteria if each["met"]}


def two_strangers(cast, area="9"):
    """A let home of one room in which two people sleep who are nothing to one another."""
    clerk = cast.scope("clerk")
    dwelling = home(clerk)[0]
    for place, name in enumerate(("王巧云", "孙立")):
        register(clerk, dwelling, name=name, document_number=number(sequence=2 + 2 * place),
                 relation="非亲属")  # fmt: skip
    rooms = with_rooms(clerk, dwelling, ("大间", "bedroom", area, "no"))
    asleep(clerk, dwelling, dict.fromkeys(("王巧云", "孙立"), rooms["大间"].pk))
    return dwelling


def said(cast, key, dwelling, kind="confirmed", *, going=("street", "staff"), **told):
    """An officer's word after a visit of the street's manager and a colleague."""
    by = cast.scope(key)
    visit = {
        "visited_on": timezone.localdate(), "visitors": [cast.users[each].pk for each in going],
        "badge_shown": True, "entry_basis": "consent", "facts": "一间住两人，没有亲属关系",
    } | told  # fmt: skip
    with acting(by):
        return housing.decide_group_rental(
            dwelling_id=dwelling.pk, kind=kind, visit=housing.RentalVisit(**visit), by=by,
            at=timezone.now(),
        )  # fmt: skip


# --- what the register says -------------------------------------------------------------------


def test_without_rooms_there_is_no_test_and_no_suspicion(cast):
    clerk = cast.scope("clerk")
    dwelling = home(clerk)[0]
    register(clerk, dwelling)
    assert the_test(clerk, dwelling) is None
    shown = text(cast.client("clerk").get(reverse("housing:dwelling", args=[dwelling.pk])))
    assert "无法判断不等于群租" in shown


def test_two_strangers_in_nine_square_metres_are_a_suspicion_about_the_dwelling(cast, told):
    dwelling, clerk = two_strangers(cast), cast.scope("clerk")
    test = the_test(clerk, dwelling)
    assert (test.state, met(test), test.rule) == ("suspected", {"G4"}, "group_rental v1")
    assert "王巧云" not in str(test.criteria)
    states = [event["changes"]["group_rental"] for event in told("housing.group_rental_state")]
    assert states == [["unknown", "suspected"]]
    shown = text(cast.client("clerk").get(reverse("housing:dwelling", args=[dwelling.pk])))
    for words in ("疑似", "人均 4.50 m²", "不是对住户的评价", "先帮着解决居住困难"):
        assert words in shown


def test_somebody_of_whom_no_room_is_known_leaves_it_open(cast):
    clerk = cast.scope("clerk")
    dwelling = home(clerk)[0]
    register(clerk, dwelling)
    with_rooms(clerk, dwelling, ("大间", "bedroom", "20", "no"))
    test = the_test(clerk, dwelling)
    assert (test.state, met(test)) == ("unknown", set())
    assert "还有 1 人没有登记住哪一间" in str(test.criteria)


def test_the_answer_follows_who_comes_and_goes(cast):
    clerk = cast.scope("clerk")
    dwelling = two_strangers(cast)
    with acting(clerk):
        leaves = Residence.objects.open().filter(dwelling=dwelling).order_by("id").last()
        services.deregister(
            residence_id=leaves.pk, reason="02", ended_on=timezone.localdate(),
            version=services.version_of(leaves.resident, leaves), by=clerk, at=timezone.now(),
        )  # fmt: skip
    assert the_test(clerk, dwelling).state == "clear"
    register(clerk, dwelling, name="赵新", document_number=number(sequence=8))
    assert the_test(clerk, dwelling).state == "unknown"


def test_a_dormitory_lease_makes_a_home_suspected(cast):
    clerk = cast.scope("clerk")
    dwelling = two_strangers(cast, area="30")
    assert the_test(clerk, dwelling).state == "clear"
    let(clerk, now(dwelling, clerk), kind="dormitory")
    test = the_test(clerk, dwelling)
    assert (test.state, met(test)) == ("suspected", {"G1"})


def test_a_room_that_is_taken_away_leaves_its_people_without_one(cast):
    clerk = cast.scope("clerk")
    dwelling = two_strangers(cast)
    with_rooms(clerk, dwelling, ("小间", "bedroom", "20", "no"))
    assert the_test(clerk, dwelling).state == "unknown"


def test_rooms_may_change_names_and_are_refused_at_their_line(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    dwelling = home(clerk)[0]
    rooms = with_rooms(
        clerk, dwelling, ("甲", "bedroom", "9", "no"), ("乙", "living", "12", "")
    )  # fmt: skip
    url, unit = reverse("housing:rooms", args=[dwelling.pk]), now(dwelling, clerk)
    lines = [("乙", rooms["甲"].pk, "bedroom", "9"), ("甲", rooms["乙"].pk, "living", "12")]

    def sent(version, *lines):
        form = {"room-TOTAL_FORMS": len(lines), "room-INITIAL_FORMS": 2, "version": version}
        for place, (label, key, use, area) in enumerate(lines):
            form |= {
                f"room-{place}-label": label, f"room-{place}-id": key or "",
                f"room-{place}-use": use, f"room-{place}-usable_area": area,
                f"room-{place}-by_bed": "no",
            }  # fmt: skip
        return client.post(url, form)

    twice = sent(unit.version, lines[0], ("乙", rooms["乙"].pk, "living", "12"))
    assert twice.status_code == 422
    assert "已有同名的房间" in text(twice)
    nameless = sent(unit.version, *lines, ("", None, "bedroom", "8"))
    assert nameless.status_code == 422
    assert "写明是哪一间" in text(nameless)
    assert "刚改过这套房屋" in text(sent(unit.version - 1, *lines))
    assert sent(unit.version, *lines).status_code == 302
    with acting(clerk):
        kept = {room.label: room.pk for room in Room.objects.filter(dwelling=dwelling)}
    assert kept == {"乙": rooms["甲"].pk, "甲": rooms["乙"].pk}


def test_who_sleeps_where_is_told_on_a_page(cast):
    clerk = cast.scope("clerk")
    dwelling = two_strangers(cast)
    url = reverse("residents:room_places", args=[dwelling.pk])
    client = cast.client("clerk")
    assert "王巧云" in text(client.get(url))
    with acting(clerk):
        rows = services.people_at(dwelling.pk, clerk)
    assert client.post(url, {f"at-{rows[0].pk}": ""}).status_code == 302
    with acting(clerk):
        assert RoomPlace.objects.count() == 0
    assert the_test(clerk, dwelling).state == "unknown"
    for key, status in (("neighbour", 404), ("lead", 403), ("housing", 403)):
        assert cast.client(key).get(url).status_code == status


def test_a_place_in_another_home_is_refused(cast):
    clerk = cast.scope("clerk")
    dwelling = two_strangers(cast)
    other = home(clerk, "棠浦路988弄8号")[0]
    elsewhere = with_rooms(clerk, other, ("大间", "bedroom", "9", "no"))["大间"]
    with pytest.raises(services.UnableToMove):
        asleep(clerk, dwelling, {"王巧云": elsewhere.pk})


# --- the officer's word -----------------------------------------------------------------------


def test_an_officer_confirms_after_a_visit_and_no_test_takes_it_back(cast, told):
    dwelling, clerk = two_strangers(cast), cast.scope("clerk")
    decision = said(cast, "street", dwelling)
    assert decision.visitors == "顾振宇、何静"
    assert the_test(clerk, dwelling).state == "confirmed"
    assert told("housing.group_rental_confirmed")[-1]["reason"] == decision.facts
    with_rooms(clerk, dwelling, ("大间", "bedroom", "40", "no"))
    assert the_test(clerk, dwelling).state == "confirmed"


def test_what_was_found_to_be_none_is_not_asked_again_on_the_same_facts(cast):
    dwelling, clerk = two_strangers(cast), cast.scope("clerk")
    said(cast, "street", dwelling, "dismissed", facts="量错了，实有 19 m²")
    assert the_test(clerk, dwelling).state == "clear"
    let(clerk, now(dwelling, clerk))
    assert the_test(clerk, dwelling).state == "clear"
    with_rooms(clerk, dwelling, ("大间", "bedroom", "19", "no"), ("隔间", "partition", "5", "no"))
    assert the_test(clerk, dwelling).state == "suspected"


def test_it_is_put_right_only_with_a_word_on_help(cast):
    dwelling, clerk = two_strangers(cast), cast.scope("clerk")
    with pytest.raises(housing.UnableToDetermine, match="没有认定群租"):
        said(cast, "street", dwelling, "rectified", assistance="帮助另找住处")
    said(cast, "street", dwelling)
    with pytest.raises(housing.UnableToDetermine) as refused:
        said(cast, "street", dwelling, "rectified", assistance=" ")
    assert refused.value.field == "assistance"
    said(cast, "street", dwelling, "rectified", assistance="给两个月时间，帮助另找住处")
    assert the_test(clerk, dwelling).state == "rectified"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"going": ("street",)}, "visitors"),
        ({"going": ("street", "street")}, "visitors"),
        ({"going": ("street", "far_clerk")}, "visitors"),
        ({"going": ("street", "watchman")}, "visitors"),
        ({"badge_shown": False}, "badge_shown"),
        ({"entry_basis": "outside_only"}, "entry_basis"),
        ({"entry_basis": "force"}, "entry_basis"),
        ({"facts": " "}, "facts"),
        ({"facts": "租客证号 31999919860718123X"}, "facts"),
        ({"visited_on": timezone.localdate() + timedelta(days=1)}, "visited_on"),
        ({"kind": "worst"}, "kind"),
    ],
)
def test_a_word_without_a_proper_visit_is_refused_at_its_field(cast, told, field):
    dwelling = two_strangers(cast)
    with pytest.raises(housing.UnableToDetermine) as refused:
        said(cast, "street", dwelling, **told)
    assert refused.value.field == field
    assert the_test(cast.scope("clerk"), dwelling).state == "suspected"


@pytest.mark.parametrize("key", ["clerk", "staff", "lead", "district", "far_street", "auditor"])
def test_nobody_else_says_so(cast, key):
    dwelling = two_strangers(cast)
    with pytest.raises((NotAllowed, DwellingUnit.DoesNotExist)):
        said(cast, key, dwelling)
    url = reverse("housing:group_rental", args=[dwelling.pk])
    expected = 404 if key == "far_street" else 403
    assert cast.client(key).get(url).status_code == expected
    assert the_test(cast.scope("clerk"), dwelling).state == "suspected"


def test_two_posts_hold_the_right():
    holders = {key for key, role in ROLES.items() if "confirm_group_rental" in role.capabilities}
    assert holders == {"street_manager", "housing_officer"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"visitor_ids": [1]},
        {"badge_shown": False},
        {"entry_basis": "outside_only"},
        {"kind": "rectified", "assistance": ""},
    ],
)
def test_the_database_refuses_a_decision_without_its_visit(cast, wrong):
    dwelling, by = two_strangers(cast), cast.scope("street")
    row = {
        "committee_id": dwelling.committee_id, "dwelling_id": dwelling.pk, "kind": "confirmed",
        "visited_on": timezone.localdate(), "visitor_ids": [1, 2], "visitors": "甲、乙",
        "badge_shown": True, "entry_basis": "consent", "facts": "见到", "officer_id": 1,
        "officer": "甲", "at": timezone.now(),
    }  # fmt: skip
    with acting(by), transaction.atomic():
        GroupRentalDecision.objects.create(**row)
    with pytest.raises(IntegrityError), acting(by), transaction.atomic():
        GroupRentalDecision.objects.create(**row | wrong)


def test_the_officer_decides_on_a_page_without_people(cast):
    dwelling = two_strangers(cast)
    client, url = cast.client("housing"), reverse("housing:group_rental", args=[dwelling.pk])
    listed = text(client.get(reverse("housing:group_rentals") + "?state=suspected"))
    assert url in listed
    shown = text(client.get(url))
    assert "王巧云" not in shown + listed
    sent = {
        "kind": "confirmed", "visited_on": "今天", "entry_basis": "consent", "badge_shown": "on",
        "visitors": [cast.users["street"].pk], "facts": "两人合住 9 m²",
    }  # fmt: skip
    alone = client.post(url, sent)
    assert alone.status_code == 422
    assert "上门应有两人以上" in text(alone)
    assert "两人合住 9 m²" in text(alone)
    sent["visitors"].append(cast.users["staff"].pk)
    assert client.post(url, sent).status_code == 302
    shown = text(client.get(url))
    assert "已认定" in shown
    assert "整改完成" in shown
    clerk = text(cast.client("clerk").get(reverse("housing:dwelling", args=[dwelling.pk])))
    assert "两人合住 9 m²" in clerk


def test_rooms_and_answers_of_another_unit_are_not_seen(cast):
    dwelling = two_strangers(cast)
    for key in ("neighbour", "far_clerk", "far_street"):
        by = cast.scope(key)
        with acting(by):
            for model in (Room, GroupRentalTest, RoomPlace):
                assert not model.objects.exists()
            with pytest.raises(DwellingUnit.DoesNotExist):
                housing.save_rooms(
                    dwelling_id=dwelling.pk, rooms=[], version=1, by=by, at=timezone.now()
                )
