"""Building a block of rooms in one act, seen before; correcting a building."""

import re
import uuid

import pytest
from django.urls import reverse

from housing import services
from housing.models import Building, DwellingUnit
from housing.rooms import RoomBlock
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from tests.housing.builders import DOOR, a_building, the_dwelling

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-80", "S-82")]
BLOCK = {"first_floor": 1, "last_floor": 6, "per_floor": 4, "tenure": "2", "codes": "internal"}


def text(response):
    return response.content.decode()


def rooms_of(by):
    with acting(by):
        return set(DwellingUnit.objects.values_list("room_no", flat=True))


def wizard(building):
    return reverse("housing:add_rooms", args=[building.pk])


def agreed(response):
    """What the preview's form carries along."""
    return re.search(r'name="agreed" value="([^"]+)"', text(response))[1]


# --- the wizard -----------------------------------------------------------------------------


def test_words_that_are_no_numbers_are_refused_at_their_field(cast):
    building, client = a_building(cast.scope("clerk"), floors=0), cast.client("clerk")
    for field, words, sentence in (("skipped", "四", "不是楼层"), ("places", "尾", "不是室号尾数")):
        refused = client.post(wizard(building), BLOCK | {field: words})
        assert refused.status_code == 422
        assert sentence in text(refused)
        assert "将新建" not in text(refused)


def test_nothing_is_built_before_it_was_seen(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    building = a_building(clerk, floors=0)
    seen = client.post(wizard(building), BLOCK | {"skipped": "4"})
    assert seen.status_code == 200
    assert "将新建 <b>20</b> 套" in text(seen)
    assert rooms_of(clerk) == set()
    built = BLOCK | {"skipped": "4", "agreed": agreed(seen)}
    assert client.post(wizard(building), built).status_code == 302
    with acting(clerk):
        assert Building.objects.get().dwelling_count == 20


def test_what_was_changed_after_the_preview_is_shown_again(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    building = a_building(clerk, floors=0)
    seen = client.post(wizard(building), BLOCK)
    again = client.post(wizard(building), BLOCK | {"last_floor": 7, "agreed": agreed(seen)})
    assert "将新建 <b>28</b> 套" in text(again)
    assert rooms_of(clerk) == set()


def test_rooms_struck_out_are_not_built_and_those_there_stay(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    building = a_building(clerk, floors=2, per_floor=2)
    kept = the_dwelling(clerk, "101")
    block = BLOCK | {"last_floor": 2, "per_floor": 3}
    seen = client.post(wizard(building), block)
    assert "将新建 <b>2</b> 套，已有 <b>4</b> 套不动" in text(seen)
    client.post(wizard(building), block | {"agreed": agreed(seen), "left_out": ["103"]})
    assert rooms_of(clerk) == {"101", "102", "201", "202", "203"}
    assert the_dwelling(clerk, "101").version == kept.version


def test_pressing_build_twice_builds_once(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    building = a_building(clerk, floors=0)
    sent = BLOCK | {"agreed": RoomBlock(1, 6, 4).mark, "idempotency_key": str(uuid.uuid4())}
    assert [client.post(wizard(building), sent).status_code for _ in range(2)] == [302, 302]
    assert len(rooms_of(clerk)) == 24


def test_a_new_building_is_seen_with_its_rooms_first(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    url = reverse("housing:add_building")
    sent = BLOCK | {"address": DOOR, "use": "10", "last_floor": 18, "per_floor": 6}
    seen = client.post(url, sent)
    assert "将新建 <b>108</b> 套" in text(seen)
    made = client.post(url, sent | {"agreed": agreed(seen), "left_out": ["1806"]})
    assert made.status_code == 302
    with acting(clerk):
        assert Building.objects.get().dwelling_count == 107


def test_entrances_are_in_the_address_and_wait_for_their_codes(cast, at):
    clerk = cast.scope("clerk")
    building = a_building(clerk, floors=0)
    with acting(clerk):
        services.add_rooms(
            building_id=building.pk, block=RoomBlock(1, 2, 2, entrances=2), by=clerk, at=at
        )
        unit = DwellingUnit.objects.get(room_no="2-201")
    assert unit.address == f"{DOOR}2单元201室"
    assert (unit.floor, unit.code_state) == (2, "provisional")
    board = text(cast.client("clerk").get(reverse("housing:board", args=[building.pk])))
    places = [board.index(f"<b>{room}</b>") for room in ("1-201", "2-201", "1-101", "2-101")]
    assert places == sorted(places)


# --- the building itself --------------------------------------------------------------------


def change(by, building, at, version=1, **changes):
    with acting(by):
        return services.update_building(
            building_id=building.pk, changes=changes, version=version, by=by, at=at
        )


def test_a_building_is_corrected_and_told(cast, at, told):
    clerk = cast.scope("clerk")
    building = a_building(clerk)
    now = change(clerk, building, at, estate="棠浦花园", built_year=1996)
    assert (now.estate_name, now.built_year, now.version) == ("棠浦花园", 1996, 2)
    (event,) = told("housing.building_updated")
    assert event["changes"] == {"estate": ["", "棠浦花园"], "built_year": [None, 1996]}
    with pytest.raises(services.UnableToUpdate, match="同事刚改过"):
        change(clerk, building, at, estate="另一名")


def test_a_building_is_described_and_listed_by_what_is_known(cast, at):
    """Domain §3.8: structure, entrances, property company, owners' committee, who speaks for it."""
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    building, other = a_building(clerk), a_building(clerk, "棠浦路988弄8号")
    url = reverse("housing:edit_building", args=[building.pk])
    sent = {
        "estate": "棠浦花园", "use": "10", "storeys": 3, "built_year": "1996", "structure": "3",
        "entrance_count": "2", "property_company": "沪西物业", "owners_committee": "1",
        "contact": "顾阿婆", "status": "existing", "version": 1,
    }  # fmt: skip
    for field, wrong in (("structure", "7"), ("entrance_count", "0"), ("owners_committee", "x")):
        refused = client.post(url, sent | {field: wrong})
        assert refused.status_code == 422
        assert refused.context["form"].errors.keys() == {field}
    assert client.post(url, sent).status_code == 302
    with acting(clerk):
        now = Building.objects.get(pk=building.pk)
    assert (now.structure, now.entrance_count, now.owners_committee) == ("3", 2, "1")
    kept = client.post(
        reverse("accounts:keep_view", args=["buildings"]),
        {"title": "楼况", "next": reverse("housing:buildings"),
         "columns": "name,structure,owners_committee,contact"},
    )  # fmt: skip
    listed = text(client.get(kept["Location"]))
    for told in ("砖混结构", "已成立", "顾阿婆"):
        assert told in listed
    blank = text(client.get(f"{reverse('housing:buildings')}?blank=contact"))
    assert other.short_name in blank
    assert f">{building.short_name}<" not in blank
    assert "顾阿婆" in text(client.get(reverse("housing:board", args=[building.pk])))


def test_a_building_with_homes_is_neither_demolished_nor_lowered(cast, at):
    clerk = cast.scope("clerk")
    building = a_building(clerk, floors=3)
    for field, changes in (("status", {"status": "demolished"}), ("storeys", {"storeys": 2})):
        with pytest.raises(services.UnableToUpdate) as refused:
            change(clerk, building, at, **changes)
        assert refused.value.field == field
    empty = a_building(clerk, "棠浦路988弄8号", floors=0)
    assert change(clerk, empty, at, status="demolished").status == "demolished"


@pytest.mark.parametrize("key", ["lead", "collector", "street", "district"])
def test_only_posts_that_edit_housing_correct_buildings(cast, at, key):
    building = a_building(cast.scope("clerk"))
    with pytest.raises(NotAllowed):
        change(cast.scope(key), building, at, estate="某小区")
    url = reverse("housing:edit_building", args=[building.pk])
    assert cast.client(key).get(url).status_code == 403


def test_the_page_keeps_what_was_refused(cast):
    clerk, client = cast.scope("clerk"), cast.client("clerk")
    building = a_building(clerk, floors=3)
    url = reverse("housing:edit_building", args=[building.pk])
    sent = {"estate": "棠浦花园", "use": "10", "storeys": 2, "built_year": "", "version": 1,
            "status": "existing"}  # fmt: skip
    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "棠浦花园" in text(refused)
    assert client.post(url, sent | {"storeys": 3}).status_code == 302
    assert cast.client("neighbour").get(url).status_code == 404
