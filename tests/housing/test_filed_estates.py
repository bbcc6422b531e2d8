"""Estates that a file of dwellings names: given to buildings without one, and taken back."""

import pytest

from housing.models import Building
from portal.orgs.acting import acting
from tests.housing.builders import a_building, a_row, file_of, sent, taken_back
from tests.housing.test_estates import (
    NAME,
    SECOND,
    again,
    changed,
    joined,
    names,
    placed,
    the_estate,
)

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-80")]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


def test_a_file_names_estates_and_takes_back_what_it_named(clerk):
    a_building(clerk, "棠浦路988弄8号", estate=NAME)
    rows = file_of(
        a_row(estate=NAME), a_row(number="10号", estate=SECOND), a_row(number="12号"),
    )  # fmt: skip
    _checked, results = sent(clerk, rows)
    assert names(clerk) == {NAME, SECOND}
    with acting(clerk):
        held = dict(Building.objects.values_list("short_name", "estate_name"))
    assert held == {"6号": NAME, "8号": NAME, "10号": SECOND, "12号": ""}
    taken_back(clerk, results)
    assert names(clerk) == {NAME}


def test_a_file_gives_its_estate_to_a_building_that_stood_without_one(clerk, told):
    building = a_building(clerk)
    checked, results = sent(clerk, file_of(
        a_row(estate=SECOND), a_row(room="102", estate=SECOND), a_row(room="909", estate=SECOND),
    ))  # fmt: skip
    assert [row.action for row in checked] == ["update", "unchanged", "create"]
    assert checked[0].changes == {"estate": ("—", SECOND)}
    assert [result.outcome for result in results] == ["update", "create"]
    now = again(building, clerk)
    assert (now.estate, now.estate_name) == (the_estate(clerk, SECOND), SECOND)
    assert now.version == building.version + 1
    (event,) = told("housing.building_updated")
    assert event["target_id"] == str(building.pk)
    assert (event["changes"], event["reason"]) == ({"estate": ["", SECOND]}, "台账导入")


def test_a_row_that_is_new_gives_the_estate_too(clerk):
    building = a_building(clerk)
    checked, results = sent(clerk, file_of(a_row(room="909", estate=SECOND)))
    assert [row.action for row in checked] == ["create"]
    assert again(building, clerk).estate_name == SECOND
    taken_back(clerk, results)
    assert again(building, clerk).estate is None
    assert names(clerk) == set()


def test_taking_a_file_back_takes_the_estate_back_with_what_it_silenced(clerk, at, told):
    a_building(clerk, "棠浦路988弄8号", estate=NAME)
    changed(clerk, the_estate(clerk), at, property_company="沪西物业")
    building = a_building(clerk)
    placed(clerk, building, at, property_company="新惠物业")
    _checked, results = sent(clerk, file_of(a_row(estate=NAME)))
    assert again(building, clerk).property_company == ""
    answers = taken_back(clerk, results)
    assert [answer.outcome for answer in answers] == ["update"]
    now = again(building, clerk)
    assert (now.estate, now.estate_name, now.property_company) == (None, "", "新惠物业")
    assert names(clerk) == {NAME}
    assert told("housing.building_updated")[-1]["changes"] == {
        "estate": [NAME, ""], "property_company": ["", "新惠物业"],
    }  # fmt: skip


def test_an_estate_that_somebody_confirmed_since_is_not_taken_back(clerk, at):
    building = a_building(clerk)
    _checked, results = sent(clerk, file_of(a_row(estate=NAME)))
    placed(clerk, again(building, clerk), at, storeys=9)
    (answer,) = taken_back(clerk, results)
    assert (answer.outcome, "小区没有收回" in answer.message) == ("error", True)
    assert again(building, clerk).estate_name == NAME


def test_a_file_moves_no_building_into_another_estate_and_says_so(clerk):
    building = a_building(clerk, estate=NAME)
    rows = file_of(
        a_row(estate=SECOND, tenure="商品房"), a_row(room="102", estate=" 棠浦 花园 "),
    )  # fmt: skip
    checked, _results = sent(clerk, rows)
    assert [row.action for row in checked] == ["update", "unchanged"]
    (note,) = checked[0].problems
    assert (note.field, note.severity) == ("estate", "warning")
    assert note.message == f"这幢楼登记在小区「{NAME}」，没有改为「{SECOND}」"
    assert checked[1].problems == ()
    assert again(building, clerk) == building
    assert (again(building, clerk).estate_name, names(clerk)) == (NAME, {NAME})


def test_the_second_of_two_estates_that_a_file_names_for_a_building_is_told_of_the_first(clerk):
    building = a_building(clerk)
    checked, _results = sent(clerk, file_of(a_row(estate=NAME), a_row(room="102", estate=SECOND)))
    assert [len(row.problems) for row in checked] == [0, 1]
    assert again(building, clerk).estate_name == NAME


def test_an_old_name_in_a_file_means_the_estate_that_stayed(clerk, at):
    for number, estate in (("6", NAME), ("8", SECOND)):
        a_building(clerk, f"棠浦路988弄{number}号", estate=estate)
    joined(clerk, the_estate(clerk, SECOND), the_estate(clerk), at)
    bare = a_building(clerk, "棠浦路988弄10号")
    checked, _results = sent(
        clerk, file_of(a_row(number="8号", estate=SECOND), a_row(number="10号", estate=SECOND))
    )
    assert [row.problems for row in checked] == [(), ()]
    assert again(bare, clerk).estate_name == NAME
