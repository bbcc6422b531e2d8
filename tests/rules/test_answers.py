"""What a phone tells of a visit: read, or refused in words that say how to go on."""

import json
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from residents.answers import UnreadableAnswerError, read_answer

ONE = "01900000-0000-7000-8000-000000000001"


def said(**more):
    return {"outcome": "met", "age": "60"} | more


def member(**more):
    return json.dumps([{"id": ONE, "version": "3.1", "state": "here"} | more])


def test_an_answer_is_read_with_its_members():
    answer = read_answer(said(members=member(), note=" 说明 ", take="mine"))
    (one,) = answer.members
    assert (one.residence_id, one.version, one.state) == (UUID(ONE), "3.1", "here")
    assert (answer.age, answer.note, answer.is_mine) == (timedelta(minutes=1), "说明", True)


def test_only_what_can_be_told_at_a_door_is_read():
    told = {"phone": " 13812345678 ", "name": "王巧云", "employer": ""}
    (one,) = read_answer(said(members=member(state="changed", told=told))).members
    assert one.told == {"phone": "13812345678"}


def test_who_left_has_a_day_and_a_reason():
    left = member(state="left", left_on="2026-11-20", reason="02")
    (one,) = read_answer(said(members=left)).members
    assert (one.left_on, one.reason) == (date(2026, 11, 20), "02")


BAD = [
    ({"outcome": "maybe"}, "请选择入户结果"),
    ({"age": "gestern"}, "什么时候填的"),
    ({"age": "-5"}, "什么时候填的"),
    ({"age": str(73 * 3600)}, "72 小时"),
    ({"members": "[{"}, "成员情况看不懂"),
    ({"members": '{"id": 1}'}, "最多 60 名成员"),
    ({"members": '[{"id": "x"}]'}, "成员情况看不懂"),
    ({"members": "[7]"}, "成员情况看不懂"),
    ({"members": member(state="")}, "请逐人确认"),
    ({"members": member(state="changed")}, "变了什么"),
    ({"members": member(state="left", left_on="gestern")}, "离开日期"),
    ({"members": json.dumps([json.loads(member())[0]] * 2)}, "填了两次"),
    ({"members": json.dumps([{"id": str(uuid4()), "state": "here"}] * 61)}, "最多 60 名成员"),
    ({"note": "长" * 201}, "备注最多 200 字，多了 1 字"),
    ({"outcome": "vacant", "members": member()}, "先把成员都标为搬离"),
]


@pytest.mark.parametrize(("wrong", "sentence"), BAD)
def test_what_cannot_be_read_is_refused_in_words(wrong, sentence):
    with pytest.raises(UnreadableAnswerError, match=sentence):
        read_answer(said(**wrong))
