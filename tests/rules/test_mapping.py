"""Columns of a file find their fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.exchange.mapping import (
    DWELLING_FIELDS,
    RESIDENT_FIELDS,
    SURE,
    fingerprint,
    known_headers,
    missing_fields,
    suggest,
)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("姓名", "name"),
        ("姓 名", "name"),
        ("*姓名：", "name"),
        ("公民身份号码", "document_number"),
        ("身份证号", "document_number"),
        ("证件号码", "document_number"),
        ("身份证号码（18位）", "document_number"),
        ("现住地址", "address"),
        ("居住地址", "address"),
        ("户籍地址", "hukou_address"),
        ("联系电话", "phone"),
        ("手机", "phone"),
        ("人口类别", "category"),
        ("与户主关系", "relation"),
        ("居住事由", "reason"),
        ("入住日期", "begin_date"),
        ("房屋状态", "occupancy"),
        ("出生年月日", "birth_date"),
        ("备注", "note"),
    ],
)
def test_common_names_map_themselves(header, field):
    found = suggest([header], RESIDENT_FIELDS)[header]
    assert found.field == field
    assert found.confidence >= SURE


def test_whole_ledger_maps_itself_and_dwellings_too():
    ledger = (
        "姓名 性别 公民身份号码 出生日期 民族 户籍地址 现住地址 联系电话 人口类别 与户主关系"
        " 居住事由 入住日期 房屋状态 备注"
    )
    found = suggest(["序号", *ledger.split()], RESIDENT_FIELDS)
    assert found.pop("序号").field is None
    assert all(each.confidence >= SURE for each in found.values())
    assert len({each.field for each in found.values()}) == len(found)
    dwellings = ["路名", "弄", "号", "室", "层", "产权性质", "建筑面积(㎡)", "居室数", "居住状态"]
    assert [each.field for each in suggest(dwellings, DWELLING_FIELDS).values()] == [
        "road",
        "lane",
        "number",
        "room",
        "floor",
        "tenure",
        "floor_area",
        "design_rooms",
        "occupancy",
    ]


def test_similar_name_is_only_proposed_and_unknown_one_left():
    found = suggest(["居住人联系电话", "血型"], RESIDENT_FIELDS)
    assert found["居住人联系电话"].field == "phone"
    assert found["居住人联系电话"].confidence < SURE
    assert found["血型"].field is None


def test_surer_column_gets_the_field():
    found = suggest(["手机", "联系电话"], RESIDENT_FIELDS)
    assert found["联系电话"].field == "phone"
    assert found["手机"].field is None


def test_missing_required_fields_are_named():
    assert missing_fields({"姓名": "name", "x": None}, RESIDENT_FIELDS) == [
        "公民身份号码", "现住地址", "人口类别", "入住日期",
    ]  # fmt: skip


def test_the_parts_of_an_address_stand_for_it():
    parts = {"路": "road", "门牌": "number", "室号": "room"}
    assert missing_fields(parts, DWELLING_FIELDS) == []
    assert missing_fields({"路": "road", "室号": "room"}, DWELLING_FIELDS) == ["房屋地址"]


def test_header_set_is_remembered_whatever_its_order_and_spacing():
    assert fingerprint(["姓 名", "性别"]) == fingerprint(["性别", "姓名"])
    assert fingerprint(["姓名"]) != fingerprint(["姓名", "性别"])


def test_every_name_of_a_field_set_means_one_field():
    for fields in (RESIDENT_FIELDS, DWELLING_FIELDS):
        names = [name for field in fields for name in field.names]
        assert len(names) == len(set(names))
    assert "姓名" in known_headers(RESIDENT_FIELDS)


@given(st.lists(st.text(max_size=8), max_size=8, unique=True))
def test_no_field_is_given_twice(headers):
    found = [each.field for each in suggest(headers, RESIDENT_FIELDS).values() if each.field]
    assert len(found) == len(set(found))
