"""Lists of dwellings: the committee's own file, sent again, changed, taken back."""

import pytest

from housing.models import AddressPlate, Building, DwellingUnit
from portal.orgs.acting import acting
from tests.cast import HOME
from tests.housing.builders import (
    DOOR,
    a_building,
    a_row,
    file_of,
    retired,
    sent,
    taken_back,
    the_dwelling,
    the_ledger,
    visited,
)

pytestmark = pytest.mark.django_db


def actions(checked):
    return [row.action for row in checked]


def counts(by):
    with acting(by):
        return tuple(
            model.objects.in_scope(by).count() for model in (AddressPlate, Building, DwellingUnit)
        )


def test_the_committees_own_list_makes_plates_buildings_and_dwellings(cast):
    clerk = cast.scope("clerk")
    checked, results = sent(clerk, the_ledger())
    assert actions(checked) == ["create"] * 84
    assert [result.outcome for result in results] == ["create"] * 84
    assert counts(clerk) == (3, 3, 84)
    unit = the_dwelling(clerk, "101", "棠浦路988弄1号")
    assert (unit.tenure, str(unit.floor_area), unit.design_rooms) == ("2", "113.80", 3)
    assert (unit.occupancy, unit.source, unit.code_state) == ("1", "S7", "provisional")
    assert unit.occupancy_checked_on is None  # a list tells a status, not a visit
    with acting(clerk):
        codes = DwellingUnit.objects.values_list("house_code", flat=True)
        assert len(set(codes)) == 84
        assert set(Building.objects.values_list("dwelling_count", "storeys")) == {
            (24, 6), (36, 12),
        }  # fmt: skip


def test_the_same_list_again_changes_nothing(cast, told):
    clerk = cast.scope("clerk")
    sent(clerk, the_ledger())
    written = len(told("housing.registered"))
    checked, results = sent(clerk, the_ledger())
    assert actions(checked) == ["unchanged"] * 84
    assert results == []
    assert len(told("housing.registered")) == written
    assert told("housing.updated") == []


def test_a_chunk_takes_few_queries(cast, django_assert_max_num_queries):
    clerk = cast.scope("clerk")
    rows = the_ledger()
    with django_assert_max_num_queries(32):
        sent(clerk, rows)
    with django_assert_max_num_queries(6):
        sent(clerk, rows)


def test_a_changed_row_shows_before_and_after_and_is_written(cast):
    clerk = cast.scope("clerk")
    a_building(clerk)
    row = a_row(tenure="商品房", floor_area=62.4, design_rooms="2室", occupancy="出租")
    checked, results = sent(clerk, file_of(row))
    assert actions(checked) == ["update"]
    assert checked[0].changes == {
        "tenure": ("不明", "商品房"), "floor_area": ("—", "62.40"), "design_rooms": ("—", "2"),
        "occupancy": ("未核实", "出租"),
    }  # fmt: skip
    assert results[0].outcome == "update"
    unit = the_dwelling(clerk)
    assert (unit.tenure, unit.occupancy, unit.version) == ("1", "2", 2)


def test_blank_cells_take_nothing_away(cast):
    clerk = cast.scope("clerk")
    a_building(clerk, tenure="2")
    checked, _ = sent(clerk, file_of(a_row(tenure="", floor_area="")))
    assert actions(checked) == ["unchanged"]


def test_a_code_in_the_file_is_final(cast):
    clerk = cast.scope("clerk")
    code = "31010700500010023000100014"
    sent(clerk, file_of(a_row(house_code=code)))
    unit = the_dwelling(clerk)
    assert (unit.house_code, unit.code_state) == (code, "final")


@pytest.mark.parametrize(
    ("cells", "field", "words"),
    [
        ({"road": ""}, "road", "缺少路名"),
        ({"number": ""}, "number", "缺少门牌号"),
        ({"room": ""}, "room", "缺少室号"),
        ({"tenure": "皇宫"}, "tenure", "不认识"),
        ({"occupancy": "不知所云"}, "occupancy", "不认识"),
        ({"floor_area": "很大"}, "floor_area", "写成 62.4"),
        ({"floor_area": 20000}, "floor_area", "不是数字"),
        ({"floor_area": "2000.5"}, "floor_area", "不超过 2000"),
        ({"design_rooms": "21"}, "design_rooms", "0 到 20"),
        ({"floor": "顶"}, "floor", "整数"),
        ({"note": "长" * 201}, "note", "多了 1 字"),
        ({"house_code": "31010700500010023000100015"}, "house_code", "校验码不符"),
        ({"house_code": f"P-{HOME}-000001"}, "house_code", "临时编码"),
        ({"house_code": 31010700500010023000100014}, "house_code", "末几位已丢失"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_own_sentence(cast, cells, field, words):
    checked, _ = sent(cast.scope("clerk"), file_of(a_row(**cells)))
    assert actions(checked) == ["error"]
    assert [problem.field for problem in checked[0].problems] == [field]
    assert words in checked[0].problems[0].message


def test_every_wrong_cell_of_a_row_is_told_at_once(cast):
    row = a_row(room="", tenure="皇宫", floor_area="很大")
    checked, _ = sent(cast.scope("clerk"), file_of(row))
    assert {problem.field for problem in checked[0].problems} == {"room", "tenure", "floor_area"}


@pytest.mark.parametrize(
    "cells",
    [
        {"address": "棠浦路988弄6号101室"},
        {"address": "上海市普陀区曹杨新村街道棠浦路９８８弄６号１０１室"},
        {"address": "6号101", "road": "棠浦路", "lane": "988弄"},
        {"address": "988-6-101", "road": "棠浦路"},
        {"road": "棠浦路", "lane": 988, "number": 6, "room": 101},
    ],
)
def test_an_address_means_the_same_however_it_is_written(cast, cells):
    clerk = cast.scope("clerk")
    a_building(clerk)
    checked, _ = sent(clerk, file_of(cells))
    assert actions(checked) == ["unchanged"]


def test_rows_of_one_dwelling_share_an_identity_that_tells_nothing(cast):
    rows = file_of(a_row(), {"address": f"{DOOR}101"})
    checked, _ = sent(cast.scope("clerk"), rows[:1])
    again, _ = sent(cast.scope("clerk"), rows[1:])
    assert checked[0].identity == again[0].identity
    assert len(checked[0].identity) == 64


def test_a_door_of_another_committee_is_refused_alone(cast):
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    a_building(clerk)
    rows = file_of(a_row(room="901室"), a_row(number="8号"))
    checked, results = sent(neighbour, rows)
    assert actions(checked) == ["create", "create"]  # nobody is told before trying
    assert [result.outcome for result in results] == ["error", "create"]
    assert "源园" not in results[0].message
    assert counts(neighbour) == (1, 1, 1)
    assert counts(clerk) == (1, 1, 6)


def test_a_dwelling_off_the_frame_is_not_brought_back_by_a_file(cast, at):
    clerk = cast.scope("clerk")
    a_building(clerk)
    retired(cast, the_dwelling(clerk))
    checked, _ = sent(clerk, file_of(a_row()))
    assert "已拆除" in checked[0].problems[0].message


def test_what_a_file_brought_is_taken_back(cast):
    clerk = cast.scope("clerk")
    a_building(clerk, "枣阳路5号", floors=1)
    _, results = sent(clerk, the_ledger())
    assert {result.outcome for result in taken_back(clerk, results)} == {"create"}
    assert counts(clerk) == (1, 1, 2)


def test_what_somebody_touched_since_stays(cast):
    clerk = cast.scope("clerk")
    _, results = sent(clerk, file_of(a_row(room="101"), a_row(room="102")))
    visited(clerk, the_dwelling(clerk, "102"), days_ago=0)
    answers = taken_back(clerk, results)
    assert [answer.outcome for answer in answers] == ["create", "error"]
    assert "不能撤回" in answers[1].message
    assert counts(clerk) == (1, 1, 1)


def test_changed_values_are_given_back(cast):
    clerk = cast.scope("clerk")
    a_building(clerk, tenure="2")
    _, results = sent(clerk, file_of(a_row(tenure="商品房", floor_area="70")))
    (answer,) = taken_back(clerk, results)
    unit = the_dwelling(clerk)
    assert answer.outcome == "update"
    assert (unit.tenure, unit.floor_area) == ("2", None)


def test_posts_without_files_import_nothing(cast):
    from portal.orgs.access import NotAllowed

    with pytest.raises(NotAllowed):
        sent(cast.scope("lead"), file_of(a_row()))
