"""Pages of housing: who sees what, how much they ask, what a refused form keeps."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from housing import services
from housing.models import Building, DwellingUnit
from housing.rooms import RoomBlock
from portal.orgs.acting import acting
from portal.quality.models import DataQualityIssue
from tests.cast import HOME, NEXT_DOOR
from tests.housing.builders import DOOR, a_building, the_dwelling, visited

pytestmark = pytest.mark.django_db
SEES = {
    "clerk": True, "lead": True, "collector": True, "street": True, "district": True,
    "neighbour": False, "far_clerk": False, "far_street": False,
}  # fmt: skip
NOT_ALLOWED = ("auditor", "secadmin", "window")


def page(client, name, *args, query="", **headers):
    return client.get(reverse(f"housing:{name}", args=args) + query, **headers)


def text(response):
    return response.content.decode()


def body(response):
    """The page without what differs each time: the token of its forms, the minute of its print."""
    return re.sub(r"[A-Za-z0-9]{64}|[0-9]{2}:[0-9]{2}(?=</div>)", "", text(response))


def asked(queries):
    """Statements of the page itself: the frame (session, post, grants, navigation) aside."""
    own = ("housing_", "rules_ruleset", "quality_dataqualityissue", "residents_")
    return [row["sql"] for row in queries if any(f'"{name}' in row["sql"] for name in own)]


# --- scope ----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", SEES)
def test_a_building_is_seen_in_its_own_units_and_nowhere_else(cast, key):
    building = a_building(cast.scope("clerk"))
    client = cast.client(key)
    assert page(client, "board", building.pk).status_code == (200 if SEES[key] else 404)
    listed = text(page(client, "list"))
    assert ("988弄6号101室" in listed) == SEES[key]


@pytest.mark.parametrize("name", ["board", "dwelling", "cell"])
def test_elsewhere_and_nowhere_are_the_same_page(cast, name):
    building = a_building(cast.scope("clerk"))
    pk = building.pk if name == "board" else the_dwelling(cast.scope("clerk")).pk
    client = cast.client("neighbour")
    foreign, absent = page(client, name, pk), page(client, name, uuid.uuid4())
    assert foreign.status_code == absent.status_code == 404
    assert body(foreign) == body(absent)


@pytest.mark.parametrize("key", NOT_ALLOWED)
def test_posts_that_see_no_register_see_no_housing(cast, key):
    assert page(cast.client(key), "list").status_code == 403


def test_a_unit_outside_the_scope_is_not_chosen(cast):
    query = f"?unit={NEXT_DOOR}"
    assert page(cast.client("clerk"), "buildings", query=query).status_code == 404
    assert page(cast.client("street"), "buildings", query=query).status_code == 200


def test_units_above_a_committee_show_totals_of_those_below(cast):
    a_building(cast.scope("clerk"))
    street = text(page(cast.client("street"), "buildings"))
    assert "源园居委会" in street
    assert "花溪园居委会" in street
    district = text(page(cast.client("district"), "buildings"))
    assert "曹杨新村街道" in district
    assert "源园居委会" not in district


# --- the board ------------------------------------------------------------------------------


def test_a_board_draws_every_dwelling_from_the_top_floor(cast):
    clerk = cast.scope("clerk")
    building = a_building(clerk, floors=3, per_floor=2)
    visited(clerk, the_dwelling(clerk, "302"), days_ago=100, occupancy="2")
    visited(clerk, the_dwelling(clerk, "101"), days_ago=100, occupancy="1")
    html = text(page(cast.client("clerk"), "board", building.pk))
    places = [html.index(f"<b>{room}</b>") for room in ("301", "302", "201", "101", "102")]
    assert places == sorted(places)
    assert 'data-dim="kind:rented"' in html
    assert "302室，出租，0 人，100 天前核实" in html  # 90 days for rented ones
    assert "16.7%" in html  # of six, only the owner's 365 days still count


def test_a_board_of_a_thousand_dwellings_asks_six_times_and_no_resident(cast, at):
    clerk = cast.scope("clerk")
    building = a_building(clerk, floors=50, per_floor=20)
    client = cast.client("clerk")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = page(client, "board", building.pk)
    assert text(response).count("data-cell ") == 1000
    own = asked(queries.captured_queries)
    assert len(own) <= 6, own
    assert not [sql for sql in own if "residents_" in sql]


def test_the_worst_open_problem_marks_a_cell(cast, today):
    clerk = cast.scope("clerk")
    building = a_building(clerk)
    unit = the_dwelling(clerk)
    with acting(clerk):
        for severity in ("should", "must", "note"):
            DataQualityIssue.objects.create(
                committee_id=HOME, rule=f"R-{severity}", severity=severity, object_id=unit.pk,
                dwelling_id=unit.pk, subject="房屋", detail="", detected_on=today, due_on=today,
            )  # fmt: skip
    html = text(page(cast.client("clerk"), "board", building.pk))
    assert html.count('data-flag="must"') == 1
    assert 'data-flag="should"' not in html
    assert "1 项必改" in html


def test_rooms_of_old_houses_fill_the_gaps_of_their_floor(cast, at):
    clerk = cast.scope("clerk")
    building = a_building(clerk, floors=0)
    with acting(clerk):
        for room in ("底层前间", "底层后间", "103", "二层亭子间"):
            services.register_dwelling(building_id=building.pk, room_no=room, by=clerk, at=at)
    html = text(page(cast.client("clerk"), "board", building.pk))
    for room in ("底层前间", "底层后间", "103", "二层亭子间"):
        assert f"<b>{room}</b>" in html


def test_a_building_without_rooms_offers_the_wizard_to_those_who_may(cast):
    building = a_building(cast.scope("clerk"), floors=0)
    assert "预览房间" in text(page(cast.client("clerk"), "board", building.pk))
    assert "预览房间" not in text(page(cast.client("lead"), "board", building.pk))


def test_a_committee_without_buildings_is_told_how_to_begin(cast):
    assert "还没有楼栋" in text(page(cast.client("clerk"), "buildings"))


# --- the list -------------------------------------------------------------------------------


def rooms_listed(client, query):
    html = text(page(client, "list", query=query))
    return [room for room in ("101", "102", "201", "202") if f"6号{room}室" in html]


@pytest.mark.parametrize(
    ("query", "rooms"),
    [
        ("", ["101", "102", "201", "202"]),
        ("?occupancy=2", ["101"]),
        ("?occupancy=2&occupancy=4", ["101", "102"]),
        ("?verification=overdue", ["101", "201", "202"]),
        ("?verification=within", ["102"]),
        ("?occupancy_check=overdue", ["101", "201", "202"]),
        ("?code=missing", ["202"]),
        ("?code=provisional", ["202"]),
        ("?code=final", ["101", "102", "201"]),
        ("?blank=floor_area", ["101", "102", "202"]),
        ("?filled=floor_area", ["201"]),
        ("?tenure=2", ["201"]),
        ("?people=some", ["201"]),
        ("?q=6号20", ["201", "202"]),
        ("?q=310107005001-0006-0101", ["101"]),
        ("?status=active", ["101", "102", "201", "202"]),
        ("?status=demolished", []),
    ],
)
def test_conditions_of_the_address_choose_the_rows(cast, at, query, rooms):
    clerk = cast.scope("clerk")
    building = a_building(clerk, floors=1, per_floor=2)
    visited(clerk, the_dwelling(clerk, "101"), days_ago=91, occupancy="2")
    visited(clerk, the_dwelling(clerk, "102"), days_ago=91, occupancy="4")
    with acting(clerk):
        unit = services.register_dwelling(
            building_id=building.pk, room_no="201", tenure="2", floor_area=60, by=clerk, at=at
        )
        services.register_dwelling(
            building_id=building.pk, room_no="202", codes="provisional", by=clerk, at=at
        )
        services.set_occupancy_counters(
            counters=[services.OccupancyCounters(unit.pk, 2, 1)], by=clerk, at=at
        )
    assert rooms_listed(cast.client("clerk"), query) == rooms


def test_pages_of_the_list_follow_each_other_by_key(cast):
    a_building(cast.scope("clerk"), floors=6, per_floor=10)
    client = cast.client("clerk")
    first = page(client, "list", query="?size=50")
    assert text(first).count("<tr ") >= 50
    with acting(cast.scope("clerk")):
        ids = list(DwellingUnit.objects.order_by("address_key").values_list("pk", flat=True))
    second = text(page(client, "list", query=f"?size=50&after={ids[49]}"))
    assert "6号601室" in second
    assert "6号101室" not in second


def test_the_list_asks_the_same_however_long_it_is(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    page(client, "list")  # the menu counts open problems once and keeps the number for a while
    seen = []
    for floors, door in ((1, "棠浦路1号"), (12, "棠浦路3号")):
        a_building(clerk, door, floors=floors, per_floor=4)
        with CaptureQueriesContext(connection) as queries:
            page(client, "list")
        seen.append(len(asked(queries.captured_queries)))
    assert seen[0] == seen[1] <= 7


# --- forms ----------------------------------------------------------------------------------


def form_of(unit, **changes):
    """What the browser sends of the edit form: values, and those it was opened with."""
    fields = {
        "room_no": unit.room_no, "floor": unit.floor, "occupancy": unit.occupancy,
        "tenure": unit.tenure, "floor_area": unit.floor_area or "", "design_rooms": "",
        "owner_name": unit.owner_name, "design_use": unit.design_use,
        "actual_use": unit.actual_use, "status": unit.status, "note": unit.note,
    }  # fmt: skip
    opened = {f"initial-{name}": value for name, value in fields.items()}
    return fields | opened | {"version": unit.version} | changes


def test_a_dwelling_is_corrected_on_its_page(cast):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    url = reverse("housing:edit_dwelling", args=[unit.pk])
    response = cast.client("clerk").post(url, form_of(unit, tenure="2", floor_area="62.4"))
    assert response.status_code == 302
    assert the_dwelling(clerk).tenure == "2"


def test_a_refused_form_keeps_what_was_typed(cast):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    url = reverse("housing:edit_dwelling", args=[unit.pk])
    data = form_of(unit, floor_area="90000", note="靠北的一间")
    response = cast.client("clerk").post(url, data)
    assert response.status_code == 422
    assert "靠北的一间" in text(response)
    assert "90000" in text(response)
    assert the_dwelling(clerk).version == 1


def test_two_clerks_see_both_versions_and_the_second_chooses(cast):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    url = reverse("housing:edit_dwelling", args=[unit.pk])
    cast.client("colleague").post(url, form_of(unit, tenure="1"))
    mine = form_of(unit, tenure="2", note="临街")
    clash = cast.client("clerk").post(url, mine)
    assert clash.status_code == 409
    html = text(clash)
    assert "许婉清" in html
    for title in ("商品房", "售后公房", "临街"):
        assert title in html
    assert the_dwelling(clerk).tenure == "1"
    chosen = mine | {"version": 2, "choose_tenure": "theirs", "choose_note": "mine"}
    assert cast.client("clerk").post(url, chosen).status_code == 302
    after = the_dwelling(clerk)
    assert (after.tenure, after.note) == ("1", "临街")


def test_a_form_sent_twice_makes_one_building(cast):
    client = cast.client("clerk")
    data = {"address": DOOR, "use": "10", "first_floor": 1, "last_floor": 2, "per_floor": 2,
            "tenure": "9", "codes": "internal", "idempotency_key": str(uuid.uuid4()),
            "agreed": RoomBlock(1, 2, 2).mark}  # fmt: skip
    first, second = (client.post(reverse("housing:add_building"), data) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    with acting(cast.scope("clerk")):
        assert Building.objects.count() == 1


def test_street_staff_choose_the_committee_of_a_building(cast):
    data = {"address": DOOR, "use": "10", "first_floor": 1, "tenure": "9", "codes": "internal"}
    client, url = cast.client("staff"), reverse("housing:add_building")
    assert client.post(url, data | {"committee": 310107014001}).status_code == 422
    assert client.post(url, data | {"committee": NEXT_DOOR}).status_code == 302


def test_a_dwelling_is_added_and_its_page_shows_its_code(cast):
    building = a_building(cast.scope("clerk"))
    client = cast.client("clerk")
    url = reverse("housing:add_dwelling", args=[building.pk])
    data = {"room_no": "401室", "occupancy": "1", "tenure": "2"}
    assert client.post(url, data).status_code == 302
    assert client.post(url, data).status_code == 422
    unit = the_dwelling(cast.scope("clerk"), "401")
    assert f"{HOME}-0006-0401" in text(page(client, "dwelling", unit.pk))


def test_looking_at_a_dwelling_is_on_the_trail(cast, told):
    a_building(cast.scope("clerk"))
    unit = the_dwelling(cast.scope("clerk"))
    page(cast.client("lead"), "dwelling", unit.pk)
    (event,) = told("housing.viewed")
    assert (event["actor_name"], event["target_id"]) == ("郑书记", str(unit.pk))


@pytest.mark.parametrize(
    "name", ["add_building", "add_rooms", "add_dwelling", "edit_dwelling", "ask_code"]
)
def test_posts_that_only_look_get_no_form(cast, name):
    building = a_building(cast.scope("clerk"))
    unit = the_dwelling(cast.scope("clerk"))
    args = {"add_building": [], "edit_dwelling": [unit.pk], "ask_code": [unit.pk]}.get(
        name, [building.pk]
    )
    assert page(cast.client("lead"), name, *args).status_code == 403


# --- the API --------------------------------------------------------------------------------


def test_the_api_gives_rows_in_scope_by_cursor(cast):
    a_building(cast.scope("clerk"), floors=6, per_floor=10)
    url = reverse("housing_api:dwellings")
    first = cast.client("clerk").get(url).json()
    assert len(first["results"]) == 50
    assert "owner_name" not in first["results"][0]
    rest = cast.client("clerk").get(first["next"]).json()
    assert len(rest["results"]) == 10
    assert cast.client("neighbour").get(url).json()["results"] == []
    assert cast.client("auditor").get(url).status_code == 403


def test_the_api_gives_buildings_and_one_dwelling(cast):
    building = a_building(cast.scope("clerk"))
    unit = the_dwelling(cast.scope("clerk"))
    found = cast.client("clerk").get(reverse("housing_api:buildings")).json()["results"]
    assert [row["id"] for row in found] == [str(building.pk)]
    url = reverse("housing_api:dwelling", args=[unit.pk])
    assert cast.client("clerk").get(url).json()["house_code"] == f"{HOME}-0006-0101"
    foreign = cast.client("neighbour").get(url)
    absent = cast.client("neighbour").get(reverse("housing_api:dwelling", args=[uuid.uuid4()]))
    assert foreign.status_code == absent.status_code == 404
    told = [{**answer.json(), "instance": ""} for answer in (foreign, absent)]
    assert told[0] == told[1]
