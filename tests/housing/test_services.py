"""Acts on housing: done, refused, and recorded or not at all."""

from datetime import timedelta
from decimal import Decimal

import pytest

from housing import services
from housing.models import Building, DwellingUnit, HouseCodeEvent
from housing.rooms import RoomBlock
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from tests.cast import HOME, NEXT_DOOR
from tests.housing.builders import DOOR, a_building, buildings_seen, the_dwelling, visited

pytestmark = pytest.mark.django_db


# --- buildings ------------------------------------------------------------------------------


@pytest.mark.paper("S-80", "S-82")
def test_a_building_comes_with_its_plate_and_rooms_in_one_act(cast, at):
    building = a_building(cast.scope("clerk"), floors=18, per_floor=6, estate="棠浦花园")
    assert (building.name, building.short_name) == ("棠浦路988弄 6号", "6号")
    assert (building.dwelling_count, building.storeys, building.estate_name) == (
        108,
        18,
        "棠浦花园",
    )
    unit = the_dwelling(cast.scope("clerk"), "1203")
    assert (unit.floor, unit.position, unit.short_address) == (12, 3, "6号 1203室")
    assert (unit.house_code, unit.code_state) == (f"{HOME}-0006-1203", "final")


def test_two_lanes_with_one_number_have_codes_of_their_own(cast):
    clerk = cast.scope("clerk")
    a_building(clerk)
    a_building(clerk, "棠浦路1000弄6号")
    assert the_dwelling(clerk, "101", "棠浦路1000弄6号").house_code == f"{HOME}-A0006-0101"


def test_a_building_and_each_of_its_rooms_are_on_the_trail(cast, told):
    a_building(cast.scope("clerk"), floors=2, per_floor=2)
    (building,) = told("housing.building_registered")
    assert (building["actor_name"], building["scope_code"]) == ("周敏", HOME)
    assert building["target_text"] == "棠浦路988弄 6号"
    rooms = told("housing.registered")
    assert len(rooms) == 4
    assert rooms[0]["changes"]["house_code"] == ["", f"{HOME}-0006-0101"]


def test_a_building_is_registered_once(cast):
    a_building(cast.scope("clerk"))
    with pytest.raises(services.UnableToRegister, match="已有这一幢") as refused:
        a_building(cast.scope("clerk"))
    assert refused.value.field == "address"


def test_a_plate_of_another_committee_is_refused_without_telling_whose_it_is(cast):
    a_building(cast.scope("clerk"))
    with pytest.raises(services.UnableToRegister) as refused:
        a_building(cast.scope("neighbour"))
    assert "源园" not in str(refused.value)
    assert buildings_seen(cast.scope("neighbour")) == set()


@pytest.mark.parametrize(
    ("address", "field"), [("", "address"), ("六号", "address"), ("988弄6号", "address")]
)
def test_an_address_that_cannot_be_read_is_refused_at_its_field(cast, address, field):
    with pytest.raises(services.UnableToRegister) as refused:
        a_building(cast.scope("clerk"), address)
    assert refused.value.field == field


def test_a_building_whose_rooms_are_refused_is_not_there_either(cast, at):
    clerk = cast.scope("clerk")
    with acting(clerk), pytest.raises(services.UnableToRegister):
        services.register_building(
            committee=HOME, address=DOOR, block=RoomBlock(5, 4, 2), by=clerk, at=at
        )
    assert buildings_seen(clerk) == set()


@pytest.mark.parametrize("key", ["lead", "collector", "auditor", "window", "analyst"])
def test_only_posts_that_edit_housing_register_buildings(cast, key, at):
    by = cast.scope(key)
    with acting(by), pytest.raises(NotAllowed):
        services.register_building(committee=HOME, address=DOOR, by=by, at=at)


def test_nobody_registers_in_another_committee(cast, at):
    by = cast.scope("clerk")
    with acting(by), pytest.raises(NotAllowed):
        services.register_building(committee=NEXT_DOOR, address=DOOR, by=by, at=at)


def test_street_staff_register_in_any_committee_of_their_street(cast, at):
    by = cast.scope("staff")
    with acting(by):
        services.register_building(committee=NEXT_DOOR, address=DOOR, by=by, at=at)
    assert buildings_seen(cast.scope("neighbour")) == {"棠浦路988弄 6号"}


# --- dwellings ------------------------------------------------------------------------------


def test_more_rooms_leave_those_that_are_there(cast, at):
    clerk = cast.scope("clerk")
    building = a_building(clerk, floors=2, per_floor=2)
    with acting(clerk):
        added = services.add_rooms(
            building_id=building.pk, block=RoomBlock(1, 3, 2), by=clerk, at=at
        )
        assert added == 2
        with pytest.raises(services.UnableToRegister, match="都已登记"):
            services.add_rooms(building_id=building.pk, block=RoomBlock(1, 3, 2), by=clerk, at=at)
        assert Building.objects.get().dwelling_count == 6


@pytest.mark.parametrize(
    ("room", "number", "address", "floor"),
    [
        ("401", "401", f"{DOOR}401室", 4),
        ("底层前间", "底层前间", f"{DOOR}底层前间", 1),
        ("二层亭子间", "二层亭子间", f"{DOOR}二层亭子间", 2),
        ("2单元301室", "2-301", f"{DOOR}2单元301室", 3),
    ],
)
def test_rooms_are_registered_as_old_houses_call_them(cast, at, room, number, address, floor):
    clerk = cast.scope("clerk")
    building = a_building(clerk)
    with acting(clerk):
        unit = services.register_dwelling(building_id=building.pk, room_no=room, by=clerk, at=at)
    assert (unit.room_no, unit.address, unit.floor) == (number, address, floor)


def test_a_room_without_a_number_waits_for_its_code(cast, at):
    clerk = cast.scope("clerk")
    building = a_building(clerk)
    with acting(clerk):
        first, second = (
            services.register_dwelling(building_id=building.pk, room_no=room, by=clerk, at=at)
            for room in ("底层前间", "底层后间")
        )
    assert [first.house_code, second.house_code] == [f"P-{HOME}-000001", f"P-{HOME}-000002"]
    assert first.code_state == "provisional"


def test_a_code_that_a_dwelling_carries_is_not_given_again(cast, at):
    clerk = cast.scope("clerk")
    building = a_building(clerk)
    with acting(clerk):
        DwellingUnit.objects.filter(room_no="101").update(
            house_code=f"P-{HOME}-000041", code_state="provisional"
        )  # as bulk loading leaves it: carried, without an event
        unit = services.register_dwelling(building_id=building.pk, room_no="阁楼", by=clerk, at=at)
    assert unit.house_code == f"P-{HOME}-000042"


def test_a_room_is_registered_once_and_a_code_given_once(cast, at):
    clerk = cast.scope("clerk")
    building = a_building(clerk)
    with acting(clerk):
        with pytest.raises(services.UnableToRegister, match="已有该室号"):
            services.register_dwelling(building_id=building.pk, room_no="101", by=clerk, at=at)
        with pytest.raises(services.UnableToRegister) as refused:
            services.register_dwelling(
                building_id=building.pk, room_no="901", house_code=f"{HOME}-0006-0101", by=clerk,
                at=at,
            )  # fmt: skip
        assert refused.value.field == "house_code"
        assert DwellingUnit.objects.count() == 6
        assert HouseCodeEvent.objects.count() == 6


@pytest.mark.paper("S-80")
def test_a_correction_writes_what_differs_and_its_event(cast, at, told):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    with acting(clerk):
        services.update_dwelling(
            dwelling_id=unit.pk, version=1, by=clerk, at=at, reason="核对原件",
            changes={"tenure": "2", "floor_area": Decimal("62.4"), "occupancy": "9"},
        )  # fmt: skip
    after = the_dwelling(clerk)
    assert (after.tenure, after.floor_area, after.version) == ("2", Decimal("62.40"), 2)
    assert after.occupancy_checked_on is None
    assert after.updated_by == "周敏"
    (event,) = told("housing.updated")
    assert event["changes"] == {"tenure": ["9", "2"], "floor_area": [None, "62.4"]}
    assert (event["reason"], event["target_id"]) == ("核对原件", str(unit.pk))


def test_nothing_happens_when_nothing_differs(cast, at, told):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    with acting(clerk):
        services.update_dwelling(
            dwelling_id=unit.pk, version=99, changes={"tenure": "9"}, by=clerk, at=at
        )
    assert the_dwelling(clerk).updated_at == unit.updated_at
    assert told("housing.updated") == []


def test_a_lost_race_tells_both_versions(cast, at):
    clerk, colleague = cast.scope("clerk"), cast.scope("colleague")
    a_building(clerk)
    unit = the_dwelling(clerk)
    for by, tenure in ((colleague, "1"), (clerk, "2")):
        with acting(by):
            act = dict(dwelling_id=unit.pk, version=1, changes={"tenure": tenure}, by=by, at=at)
            if by is colleague:
                services.update_dwelling(**act)
                continue
            with pytest.raises(services.StaleVersion) as stale:
                services.update_dwelling(**act)
    lost = stale.value
    assert (lost.mine, lost.theirs) == ({"tenure": "2"}, {"tenure": "1"})
    assert (lost.version, lost.changed_by) == (2, "许婉清")
    assert the_dwelling(clerk).tenure == "1"


def test_a_wrong_room_number_takes_the_address_with_it(cast, at):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    with acting(clerk):
        services.update_dwelling(
            dwelling_id=unit.pk, version=1, changes={"room_no": "404"}, by=clerk, at=at
        )
        with pytest.raises(services.UnableToUpdate) as refused:
            services.update_dwelling(
                dwelling_id=unit.pk, version=2, changes={"room_no": "102"}, by=clerk, at=at
            )
    assert refused.value.field == "room_no"
    after = the_dwelling(clerk, "404")
    assert (after.short_address, after.floor, after.position) == ("6号 404室", 4, 4)


def test_a_dwelling_with_people_in_it_stays_on_the_frame(cast, at):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    with acting(clerk):
        services.set_occupancy_counters(
            counters=[services.OccupancyCounters(unit.pk, 3, 1)], by=clerk, at=at
        )
        with pytest.raises(services.UnableToUpdate, match="3 人在住"):
            services.update_dwelling(
                dwelling_id=unit.pk,
                version=1,
                changes={"status": "non_residential"},
                by=clerk,
                at=at,
            )
    assert the_dwelling(clerk).status == "active"


@pytest.mark.paper("S-81")
def test_a_dwelling_that_leaves_the_frame_retires_its_code(cast, at):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    with acting(clerk):
        services.update_dwelling(
            dwelling_id=unit.pk, version=1, changes={"status": "non_residential"}, by=clerk, at=at
        )
        assert HouseCodeEvent.objects.filter(kind="retire", dwelling=unit).count() == 1
        assert Building.objects.get().dwelling_count == 5


# --- occupancy ------------------------------------------------------------------------------


def test_a_contact_tells_the_occupancy_and_its_day(cast, today, told):
    clerk = cast.scope("clerk")
    a_building(clerk)
    visited(clerk, the_dwelling(clerk), days_ago=5, occupancy="2")
    unit = the_dwelling(clerk)
    day = today - timedelta(days=5)
    assert (unit.occupancy, unit.occupancy_checked_on, unit.verified_on) == ("2", day, day)
    assert (unit.verified_by, unit.verified_method) == ("周敏", "V1")
    (event,) = told("housing.verified")
    assert event["changes"]["occupancy"] == ["9", "2"]


def test_a_contact_told_late_takes_no_later_ones_place(cast, today):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    visited(clerk, unit, days_ago=5)
    visited(clerk, unit, days_ago=50)
    assert the_dwelling(clerk).verified_on == today - timedelta(days=5)


def test_a_contact_to_come_is_refused(cast):
    clerk = cast.scope("clerk")
    a_building(clerk)
    with pytest.raises(services.UnableToUpdate, match="晚于今天"):
        visited(clerk, the_dwelling(clerk), days_ago=-1)


def test_a_collector_notes_who_lives_where_but_corrects_no_dwelling(cast, at):
    clerk, collector = cast.scope("clerk"), cast.scope("collector")
    a_building(clerk)
    unit = the_dwelling(clerk)
    visited(collector, unit, days_ago=0)
    assert the_dwelling(clerk).verified_by == "顾小满"
    with acting(collector), pytest.raises(NotAllowed):
        services.update_dwelling(
            dwelling_id=unit.pk, version=2, changes={"tenure": "1"}, by=collector, at=at
        )


def test_counters_make_no_form_stale(cast, at):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    with acting(clerk):
        services.set_occupancy_counters(
            counters=[services.OccupancyCounters(unit.pk, 4, 2)], by=clerk, at=at
        )
    after = the_dwelling(clerk)
    assert (after.occupants, after.households, after.version) == (4, 2, 1)


def test_counters_of_another_committee_stay(cast, at):
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    a_building(clerk)
    unit = the_dwelling(clerk)
    with acting(neighbour):
        services.set_occupancy_counters(
            counters=[services.OccupancyCounters(unit.pk, 4, 2)], by=neighbour, at=at
        )
    assert the_dwelling(clerk).occupants == 0
