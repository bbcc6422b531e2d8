"""Blocks of rooms, and what a room's number tells."""

from datetime import date

import pytest

from housing.cycles import cycles_by_occupancy, is_within
from housing.rooms import (
    BlockError,
    RoomBlock,
    floor_of,
    plan_of,
    position_of,
    read_floors,
    read_places,
)


def test_a_block_has_every_room_of_every_floor_but_those_skipped():
    rooms = RoomBlock(1, 18, 6, frozenset({4, 13})).rooms()
    assert len(rooms) == 16 * 6
    assert (rooms[0].room_no, rooms[-1].room_no) == ("101", "1806")
    assert not [room for room in rooms if room.floor in (4, 13)]


@pytest.mark.parametrize(
    ("block", "field"),
    [
        (RoomBlock(0, 6, 4), "first_floor"),
        (RoomBlock(5, 4, 4), "last_floor"),
        (RoomBlock(1, 151, 4), "last_floor"),
        (RoomBlock(1, 6, 0), "per_floor"),
        (RoomBlock(1, 100, 99), "per_floor"),
        (RoomBlock(3, 4, 2, frozenset({3, 4})), "skipped"),
        (RoomBlock(1, 2, 2, entrances=21), "entrances"),
        (RoomBlock(1, 100, 20, entrances=2), "per_floor"),
        (RoomBlock(1, 2, 98, places=frozenset({4, 13})), "places"),
        (RoomBlock(1, 1, 1, left_out=frozenset({"101"})), "per_floor"),
    ],
)
def test_a_block_that_cannot_be_says_at_which_field(block, field):
    with pytest.raises(BlockError) as refused:
        block.rooms()
    assert refused.value.field == field


def test_numbers_that_a_building_does_not_have_are_passed_over():
    rooms = RoomBlock(1, 1, 4, places=read_places("04、2")).rooms()
    assert [room.room_no for room in rooms] == ["101", "103", "105", "106"]


def test_behind_each_entrance_the_numbers_begin_again():
    rooms = RoomBlock(1, 2, 2, entrances=2).rooms()
    assert [room.room_no for room in rooms] == [
        "1-101", "1-102", "2-101", "2-102", "1-201", "1-202", "2-201", "2-202",
    ]  # fmt: skip


def test_a_plan_marks_what_is_there_and_what_is_left_out():
    block = RoomBlock(1, 2, 2, left_out=frozenset({"202", "101"}))
    plan = plan_of(block, {"101", "301"})
    assert [number for number, _rooms in plan.floors] == [2, 1]
    marks = {
        room.room_no: (room.kept, room.left_out) for _n, rooms in plan.floors for room in rooms
    }
    assert marks == {
        "101": (True, False), "102": (False, False), "201": (False, False), "202": (False, True),
    }  # fmt: skip
    assert (plan.fresh, plan.kept, plan.others) == (2, 1, 1)


@pytest.mark.parametrize(
    ("text", "floors"),
    [("", set()), ("4、13,14", {4, 13, 14}), ("13-15层", {13, 14, 15}), ("4；24楼", {4, 24})],
)
def test_floors_are_read_as_people_write_them(text, floors):
    assert read_floors(text) == floors


def test_words_that_are_no_floors_are_refused():
    with pytest.raises(BlockError, match="不是楼层"):
        read_floors("四层")
    with pytest.raises(BlockError, match="不是室号尾数"):
        read_places("末尾")


@pytest.mark.parametrize(
    ("room", "floor_text", "floor", "position"),
    [
        ("1203", "", 12, 3),
        ("101A", "", 1, 1),
        ("10201", "", 102, 1),
        ("1203-2", "", 12, 0),
        ("前间", "底", 1, 0),
        ("亭子间", "二", 2, 0),
        ("甲", "", 1, 0),
        ("前间", "3", 3, 0),
    ],
)
def test_a_room_tells_its_floor_and_place(room, floor_text, floor, position):
    assert floor_of(room, floor_text) == floor
    assert position_of(room) == position


def test_each_occupancy_has_a_cycle_and_the_last_day_of_it_still_counts():
    cycles = cycles_by_occupancy(
        {"owner_occupied": 365, "rented": 90, "lent": 180, "vacant": 180, "shared": 90,
         "other": 180, "overseas": 90}
    )  # fmt: skip
    assert cycles["1"] == 365
    assert cycles["2"] == cycles["5"] == 90
    assert cycles["9"] == 180
    day = date(2026, 11, 20)
    assert is_within(date(2026, 8, 22), day, 90)
    assert not is_within(date(2026, 8, 21), day, 90)
    assert not is_within(None, day, 365)
