"""Addresses: many ways of writing, one reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from housing.addresses import Address, AddressError, address_of, parse_address

HERE = {"road": "棠浦路", "lane": "988"}


@pytest.mark.parametrize(
    "text",
    [
        "棠浦路988弄6号1203室",
        "棠浦路988弄6号1203",
        "棠浦路 988 弄 6 号 1203 室",
        "棠浦路９８８弄６号１２０３室",
        "棠浦路988弄06号1203室",
        "棠浦路988弄6号12楼1203室",
        "棠浦路988弄6号12层1203",
        "棠浦路988弄6-1203",
        "棠浦路988-6-1203",
        "棠浦路988-6号1203室",
        "棠浦路988弄棠浦花园6号1203室",
        "棠浦路988弄（棠浦花园）6号1203室",
        "上海市普陀区棠浦路988弄6号1203室",
        "上海棠浦路988弄6号1203室",
        "普陀区棠浦路988弄6号1203室",
        "上海市普陀区桃浦镇棠浦路988弄6号1203室",
        "普陀区曹杨新村街道源园居委会棠浦路988弄6号1203室",
        "988弄6号1203室",
        "988-6-1203",
        "6#1203",
        "6＃1203室",
        "6-1203",
        "6－1203",
        "6/1203",
        "6号 1203",
        "6号-1203室",
        "6号1203房",
    ],
)
def test_every_way_of_writing_is_the_same_dwelling(text):
    address = parse_address(text, **HERE)
    assert address == Address("棠浦路", lane="988", number="6", room="1203")
    assert address.normalised() == "棠浦路988弄6号1203室"
    assert address.short() == "6号 1203室"


@pytest.mark.parametrize(
    ("text", "normalised", "short"),
    [
        ("天目西路1号202室", "天目西路1号202室", "1号 202室"),
        ("曹杨一村12号301室", "曹杨一村12号301室", "12号 301室"),
        ("棠浦路988弄12支弄6号301室", "棠浦路988弄12支弄6号301室", "6号 301室"),
        ("棠浦路988弄3号楼2单元301室", "棠浦路988弄3幢2单元301室", "3幢2单元 301室"),
        ("棠浦路988弄6号2-301", "棠浦路988弄6号2单元301室", "6号2单元 301室"),
        ("棠浦路988弄A座1203", "棠浦路988弄A幢1203室", "A幢 1203室"),
        ("棠浦路988弄6号底层前间", "棠浦路988弄6号底层前间", "6号 底层前间"),
        ("棠浦路988弄6号二层亭子间", "棠浦路988弄6号二层亭子间", "6号 二层亭子间"),
        ("棠浦路6-8号301室", "棠浦路6-8号301室", "6-8号 301室"),
        ("武宁路甲3号101室", "武宁路甲3号101室", "甲3号 101室"),
        ("棠浦路988弄6号1203a室", "棠浦路988弄6号1203A室", "6号 1203A室"),
        ("棠浦路988弄6号1203-2", "棠浦路988弄6号1203-2室", "6号 1203-2室"),
        ("长寿路街道长寿路100号5楼501", "长寿路100号501室", "100号 501室"),
        ("上海路12号3室", "上海路12号3室", "12号 3室"),
        ("镇坪路12号3室", "镇坪路12号3室", "12号 3室"),
    ],
)
def test_other_forms_of_the_city_are_read(text, normalised, short):
    address = parse_address(text)
    assert (address.normalised(), address.short()) == (normalised, short)
    assert parse_address(normalised) == address


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "missing"),
        (" \u3000", "missing"),
        ("6号1203室", "road"),
        ("棠浦路", "number"),
        ("棠浦路988弄", "number"),
        ("外星", "number"),
        ("棠浦路988弄6号", "room"),
        ("棠浦路988弄6号1203室(租)", "words"),
        ("棠浦路988弄6号1203室东", "words"),
        ("棠浦路6号988弄1室", "order"),
        ("棠浦路6号988弄", "order"),
        ("=1+1", "number"),
    ],
)
def test_address_is_refused(text, code):
    with pytest.raises(AddressError) as failure:
        parse_address(text)
    assert failure.value.code == code


def test_door_is_enough_where_no_room_is_asked():
    door = parse_address("棠浦路988弄6号", room_required=False)
    assert door.normalised() == "棠浦路988弄6号"
    assert parse_address("棠浦路988弄6号1203室").without_room() == door
    assert door.plate() == "棠浦路988弄6号"


def test_columns_of_a_table_are_read_with_or_without_unit_words():
    with_words = address_of("棠浦路", "988弄", "1号", "101室")
    assert with_words == address_of("棠浦路", "988", "1", "101")
    assert with_words.normalised() == "棠浦路988弄1号101室"
    assert address_of("棠浦路", "", "1", "101").normalised() == "棠浦路1号101室"


def test_doors_and_rooms_sort_as_people_count():
    texts = [
        "棠浦路988弄2号201室",
        "棠浦路988弄2号1003室",
        "棠浦路988弄10号101室",
        "棠浦路1000弄1号101室",
    ]
    keys = [parse_address(text).sort_key() for text in texts]
    assert keys == sorted(keys)


numbers = st.integers(1, 9999).map(str)


@given(numbers | st.just(""), numbers, st.integers(101, 9999).map(str))
def test_normalised_text_reads_back(lane, number, room):
    address = Address("棠浦路", lane=lane, number=number, room=room)
    assert parse_address(address.normalised()) == address
    assert parse_address(f" {address.normalised()}").sort_key() == address.sort_key()


@given(st.text("棠浦路弄号室幢楼层单元支-/#0123456789甲A() \u3000", max_size=25))
def test_no_text_breaks_the_reading(text):
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert parse_address(address.normalised()).normalised() == address.normalised()
