"""House codes by two people: asked for by the committee, decided by the street; none used twice."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from housing import services
from housing.models import Building, DwellingUnit, HouseCodeEvent, HouseCodeRequest
from portal.desk.inbox import inbox
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from tests.cast import HOME
from tests.housing.builders import a_building, answered, asked, retired, the_dwelling

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-81")]
RIGHT = "31010700500010023000100014"  # with the check digit of JGJ/T 246


def text(response):
    return response.content.decode()


def at(name, *args):
    return reverse(f"housing:{name}", args=args)


def events_of(by, dwelling):
    with acting(by):
        rows = HouseCodeEvent.objects.filter(dwelling=dwelling.pk).order_by("at", "id")
        return list(rows.values_list("kind", "new_code"))


def with_people(by, dwelling, count=3):
    with acting(by):
        services.set_occupancy_counters(
            counters=[services.OccupancyCounters(dwelling.pk, count, 1)], by=by, at=timezone.now()
        )


# --- asked and decided ------------------------------------------------------------------------


def test_a_code_is_given_when_the_street_agrees(cast, told):
    clerk, street = cast.scope("clerk"), cast.scope("street")
    a_building(clerk, codes="provisional")
    unit = the_dwelling(clerk)
    request = asked(clerk, unit, "assign")
    assert (request.asked_name, request.old_code) == ("周敏", f"P-{HOME}-000001")
    assert the_dwelling(clerk).code_state == "provisional"
    done = answered(street, request)
    assert (done.state, done.decided_name) == ("approved", "顾振宇")
    assert done.outcome == f"编码 {HOME}-0006-0101"
    assert the_dwelling(clerk).house_code == f"{HOME}-0006-0101"
    assert [len(told(f"housing.code_{act}")) for act in ("asked", "agreed", "assigned")] == [1] * 3


def test_a_wrong_code_is_put_right_and_stays_in_the_history(cast):
    clerk, street = cast.scope("clerk"), cast.scope("street")
    a_building(clerk)
    unit = the_dwelling(clerk)
    with pytest.raises(services.UnableToCode) as refused:
        asked(clerk, unit, "correct", code=RIGHT)
    assert refused.value.field == "reason"
    answered(street, asked(clerk, unit, "correct", code=RIGHT, reason="市系统编码"))
    own = f"{HOME}-0006-0101"
    assert events_of(clerk, unit) == [("assign", own), ("correct", RIGHT)]
    answered(street, asked(clerk, unit, "correct", code=own, reason="核对后仍用原编码"))
    assert events_of(clerk, unit)[-1] == ("restore", own)


def test_a_returned_request_changes_nothing_and_says_why(cast):
    clerk, street = cast.scope("clerk"), cast.scope("street")
    a_building(clerk, codes="provisional")
    request = asked(clerk, the_dwelling(clerk), "assign", code=RIGHT)
    with pytest.raises(services.UnableToCode, match="写明理由") as refused:
        answered(street, request, agreed=False)
    assert refused.value.field == "answer"
    assert answered(street, request, agreed=False, answer="与原件不符").state == "returned"
    assert the_dwelling(clerk).code_state == "provisional"
    with pytest.raises(services.UnableToCode, match="已退回，不能再办理"):
        answered(street, request)


def test_one_dwelling_has_one_request_at_a_time(cast):
    clerk = cast.scope("clerk")
    a_building(clerk, codes="provisional")
    unit = the_dwelling(clerk)
    request = asked(clerk, unit, "assign")
    with pytest.raises(services.UnableToCode, match="已有编码申请在办"):
        asked(cast.scope("colleague"), unit, "assign")
    with acting(clerk):
        services.withdraw_code_request(request_id=request.pk, by=clerk, at=timezone.now())
    assert asked(clerk, unit, "assign").waits


@pytest.mark.parametrize("key", ["lead", "collector", "street", "district"])
def test_only_those_who_edit_housing_ask(cast, key):
    a_building(cast.scope("clerk"), codes="provisional")
    with pytest.raises(NotAllowed):
        asked(cast.scope(key), the_dwelling(cast.scope("clerk")), "assign")


@pytest.mark.parametrize("key", ["clerk", "colleague", "staff", "district"])
def test_only_the_street_decides(cast, key):
    clerk = cast.scope("clerk")
    a_building(clerk, codes="provisional")
    request = asked(clerk, the_dwelling(clerk), "assign")
    with pytest.raises(NotAllowed):
        answered(cast.scope(key), request)


def test_another_street_does_not_see_the_request(cast):
    clerk = cast.scope("clerk")
    a_building(clerk, codes="provisional")
    request = asked(clerk, the_dwelling(clerk), "assign")
    with pytest.raises(HouseCodeRequest.DoesNotExist):
        answered(cast.scope("far_street"), request)
    for key in ("neighbour", "far_street"):
        assert cast.client(key).get(at("code_request", request.pk)).status_code == 404


@pytest.mark.parametrize(
    "code", ["31010700500010023000100015", f"P-{HOME}-000009", "12", "编码一二三四五六"]
)
def test_a_malformed_code_or_a_wrong_check_digit_is_refused_when_asking(cast, code):
    clerk = cast.scope("clerk")
    a_building(clerk, codes="provisional")
    with pytest.raises(services.UnableToCode) as refused:
        asked(clerk, the_dwelling(clerk), "assign", code=code)
    assert refused.value.field == "code"


def test_a_building_gets_all_its_codes_in_one_request(cast):
    clerk, street = cast.scope("clerk"), cast.scope("street")
    building = a_building(clerk, codes="provisional")
    with acting(clerk):
        services.register_dwelling(
            building_id=building.pk, room_no="三层阁", by=clerk, at=timezone.now()
        )
        request = services.ask_building_codes(building_id=building.pk, by=clerk, at=timezone.now())
        with pytest.raises(services.UnableToCode, match="在办"):
            services.ask_building_codes(building_id=building.pk, by=clerk, at=timezone.now())
    assert answered(street, request).outcome == "已赋正式码 6 套，1 套室号不是数字，要逐套申请"
    assert the_dwelling(clerk).house_code == f"{HOME}-0006-0101"


# --- split, merged, retired -------------------------------------------------------------------


def test_a_split_dwelling_gives_way_to_its_parts(cast):
    clerk, street = cast.scope("clerk"), cast.scope("street")
    a_building(clerk)
    unit = the_dwelling(clerk)
    done = answered(street, asked(clerk, unit, "split", rooms="101A、101B", reason="分户"))
    assert "101A" in done.outcome
    assert the_dwelling(clerk).status == "split"
    parts = [the_dwelling(clerk, room) for room in ("101A", "101B")]
    assert [(part.floor, part.code_state) for part in parts] == [(1, "final")] * 2
    with acting(clerk):
        assert Building.objects.get().dwelling_count == 7
    assert events_of(clerk, unit)[-1][0] == "split"


def test_merged_dwellings_leave_the_frame_and_the_kept_one_its_code(cast):
    clerk, street = cast.scope("clerk"), cast.scope("street")
    a_building(clerk)
    kept, other = the_dwelling(clerk, "101"), the_dwelling(clerk, "102")
    answered(street, asked(clerk, kept, "merge", rooms="102", reason="打通"))
    assert the_dwelling(clerk, "102").status == "merged"
    assert the_dwelling(clerk, "101").house_code == kept.house_code
    assert events_of(clerk, other)[-1][0] == "merge"
    with acting(clerk):
        assert Building.objects.get().dwelling_count == 5


@pytest.mark.parametrize(
    ("kind", "rooms", "field", "sentence"),
    [
        ("split", "101A", "rooms", "2 到 20 个"),
        ("split", "101A、102", "rooms", "已有室号 102"),
        ("merge", "909", "rooms", "没有在册的 909 室"),
        ("merge", "101", "rooms", "写出并入"),
    ],
)
def test_rooms_that_cannot_be_are_refused_when_asking(cast, kind, rooms, field, sentence):
    clerk = cast.scope("clerk")
    a_building(clerk)
    with pytest.raises(services.UnableToCode, match=sentence) as refused:
        asked(clerk, the_dwelling(clerk), kind, rooms=rooms, reason="分户")
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("kind", "rooms"), [("split", "101A、101B"), ("merge", "102"), ("retire", "")]
)
def test_nobodys_home_is_split_merged_or_retired(cast, kind, rooms):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    with_people(clerk, the_dwelling(clerk, "102") if kind == "merge" else unit)
    with pytest.raises(services.UnableToCode, match="3 人在住"):
        asked(clerk, unit, kind, rooms=rooms, reason="改造")


def test_who_moves_in_meanwhile_stays(cast):
    clerk, street = cast.scope("clerk"), cast.scope("street")
    a_building(clerk)
    unit = the_dwelling(clerk)
    request = asked(clerk, unit, "retire", reason="已拆除")
    with_people(clerk, unit, 1)
    with pytest.raises(services.UnableToCode, match="1 人在住"):
        answered(street, request)
    assert the_dwelling(clerk).status == "active"
    with acting(street):
        assert HouseCodeRequest.objects.get().waits


def test_a_status_that_goes_with_the_code_is_not_set_by_hand(cast):
    clerk = cast.scope("clerk")
    a_building(clerk)
    unit = the_dwelling(clerk)
    for status in ("demolished", "split", "merged"):
        with acting(clerk), pytest.raises(services.UnableToUpdate, match="街道审批"):
            services.update_dwelling(
                dwelling_id=unit.pk, version=1, changes={"status": status}, by=clerk,
                at=timezone.now(),
            )  # fmt: skip
    page = text(cast.client("clerk").get(at("edit_dwelling", unit.pk)))
    assert "非居住" in page
    assert "已拆除" not in page


# --- no number twice --------------------------------------------------------------------------


def test_a_code_in_use_elsewhere_is_refused_without_telling_where(cast):
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    a_building(clerk)
    a_building(neighbour, "花溪路1号", codes="provisional")
    unit = the_dwelling(neighbour, "101", "花溪路1号")
    request = asked(neighbour, unit, "assign", code=f"{HOME}-0006-0101")
    with pytest.raises(services.UnableToCode, match="已用于另一套|用过") as refused:
        answered(cast.scope("street"), request)
    assert "源园" not in str(refused.value)


def test_a_retired_number_is_never_given_again(cast):
    clerk, neighbour, street = (cast.scope(key) for key in ("clerk", "neighbour", "street"))
    a_building(clerk)
    unit = the_dwelling(clerk)
    retired(cast, unit)
    assert the_dwelling(clerk).status == "demolished"
    a_building(neighbour, "花溪路1号", codes="provisional")
    there = the_dwelling(neighbour, "101", "花溪路1号")
    request = asked(neighbour, there, "assign", code=unit.house_code)
    with pytest.raises(services.UnableToCode, match="用过"):
        answered(street, request)
    assert the_dwelling(neighbour, "101", "花溪路1号").code_state == "provisional"
    with acting(clerk), pytest.raises(services.UnableToRegister):
        services.register_dwelling(
            building_id=unit.building_id, room_no="909", house_code=unit.house_code, by=clerk,
            at=timezone.now(),
        )  # fmt: skip
    with acting(clerk):
        assert not DwellingUnit.objects.filter(room_no="909").exists()


# --- pages ------------------------------------------------------------------------------------


def test_it_is_asked_at_the_committee_and_decided_at_the_street(cast):
    clerk = cast.scope("clerk")
    a_building(clerk, codes="provisional")
    unit = the_dwelling(clerk)
    client, street = cast.client("clerk"), cast.client("street")
    refused = client.post(at("ask_code", unit.pk) + "?kind=assign", {"code": "12", "reason": ""})
    assert refused.status_code == 422
    made = client.post(at("ask_code", unit.pk) + "?kind=assign", {"code": "", "reason": ""})
    assert made.status_code == 302
    assert "编码申请在办" in text(client.get(at("dwelling", unit.pk)))
    assert "同意并办理" not in text(client.get(made["Location"]))
    with acting(cast.scope("street")):
        found = inbox(cast.scope("street"), timezone.localdate(), kind="code")
    (item,) = [item for group in found.groups for item in group.items]
    assert item.acts[0].url == made["Location"]
    assert "同意并办理" in text(street.get(made["Location"]))
    pk = re.search(r"codes/([^/]+)/", made["Location"])[1]
    assert client.post(at("decide_code", pk), {"agreed": "1"}).status_code == 403
    assert street.post(at("decide_code", pk), {"agreed": "0", "answer": ""}).status_code == 422
    assert street.post(at("decide_code", pk), {"agreed": "1", "answer": ""}).status_code == 302
    assert the_dwelling(clerk).code_state == "final"
    assert "赋码" in text(client.get(at("dwelling", unit.pk)))
    assert unit.address in text(client.get(at("code_requests") + "?state=approved"))


def test_a_whole_buildings_codes_are_asked_for_from_its_board(cast):
    clerk = cast.scope("clerk")
    building = a_building(clerk, codes="provisional")
    assert "申请正式码 6 套" in text(cast.client("clerk").get(at("board", building.pk)))
    assert cast.client("neighbour").post(at("ask_codes", building.pk)).status_code == 404
    made = cast.client("clerk").post(at("ask_codes", building.pk))
    assert "6 套待赋正式码" in text(cast.client("street").get(made["Location"]))
