"""Acts of another system on households, residences, leads and house codes, each on what it read."""

import pytest
from django.utils import timezone

from portal.orgs.acting import acting
from residents.models import Household, Residence
from tests.housing.builders import asked
from tests.residents.builders import family_of_four, home, number, told

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate().isoformat()


def sentences(answer):
    return {error["field"]: error["message"] for error in answer.json()["errors"]}


def acts(caller, path, what, body):
    """An act on the record as it is now."""
    return caller.post(f"{path}{what}/", body, **{"If-Match": caller.tag(path)})


@pytest.fixture
def family(clerk, dwelling):
    """万志强 at the head, his wife and their son, told by the other system itself."""
    for row, relation in zip(family_of_four()[:3], ("户主", "配偶", "子"), strict=True):
        body = dict(row.told) | {"relation": relation}
        made = clerk.post(f"dwellings/{dwelling.pk}/residents/", body)
        assert made.status_code == 201, made.content.decode()
    (household,) = clerk.get(f"dwellings/{dwelling.pk}/households/").json()
    return household


def keys(household):
    return {each["name"]: each["residence"] for each in household["members"]}


def relations(household):
    return {each["name"]: each["relation"] for each in household["members"]}


# --- households -----------------------------------------------------------------------------


def test_a_household_is_told_with_its_members_the_head_first(clerk, family):
    assert [each["name"] for each in family["members"]] == ["万志强", "王巧云", "万子轩"]
    assert clerk.get(f"households/{family['id']}/").json() == family


def test_the_relations_to_a_new_head_follow_from_the_old_ones(clerk, family, settings):
    settings.API_SETTLED_SECONDS = 0
    before = clerk.get("changes/residents/?size=200").json()["cursor"]
    path = f"households/{family['id']}/"
    done = acts(clerk, path, "head", {"head": keys(family)["王巧云"], "on": TODAY})
    assert done.status_code == 200, done.content.decode()
    assert relations(done.json()) == {"王巧云": "02", "万志强": "11", "万子轩": "20"}
    changed = clerk.get(f"changes/residents/?since={before}").json()["results"]
    assert {row["name"] for row in changed} == {"王巧云", "万志强"}


def test_an_act_names_the_household_as_it_was_read_with_all_at_the_dwelling(
    clerk, family, dwelling
):
    path = f"households/{family['id']}/"
    tag, body = clerk.tag(path), {"head": keys(family)["王巧云"], "on": TODAY}
    assert clerk.post(f"{path}head/", body).status_code == 428
    other = told("石思源", document_number=number("19980614", 14, "1"), relation="户主")
    assert clerk.post(f"dwellings/{dwelling.pk}/residents/", other).status_code == 201
    assert clerk.post(f"{path}head/", body, **{"If-Match": tag}).status_code == 412
    assert relations(clerk.get(path).json())["万志强"] == "02"


def test_a_household_is_split_and_merged_again(cast, clerk, family, dwelling):
    path, son = f"households/{family['id']}/", keys(family)["万子轩"]
    split = acts(clerk, path, "split", {"members": [son], "on": TODAY})
    assert split.status_code == 200, split.content.decode()
    homes = clerk.get(f"dwellings/{dwelling.pk}/households/").json()
    (new,) = [each for each in homes if each["id"] != family["id"]]
    assert relations(new) == {"万子轩": "02"}
    body = {"other": new["id"], "on": TODAY, "relations": {son: "20"}}
    merged = acts(clerk, path, "merge", body)
    assert merged.status_code == 200, merged.content.decode()
    assert relations(merged.json())["万子轩"] == "20"
    assert len(clerk.get(f"dwellings/{dwelling.pk}/households/").json()) == 1
    with acting(cast.scope("clerk")):
        assert Household.objects.get(pk=new["id"]).closed_on is not None


def test_those_who_go_may_move_house_with_it(cast, clerk, family):
    there = home(cast.scope("clerk"), "桂巷路12弄3号")[0]
    body = {"members": [keys(family)["万子轩"]], "on": TODAY, "dwelling": str(there.pk)}
    assert acts(clerk, f"households/{family['id']}/", "split", body).status_code == 200
    (row,) = clerk.get(f"dwellings/{there.pk}/residents/").json()
    assert (row["name"], row["relation"]) == ("万子轩", "02")


def test_a_member_goes_over_to_another_household(clerk, family, dwelling):
    other = told("石思源", document_number=number("19980614", 14, "1"), relation="户主")
    clerk.post(f"dwellings/{dwelling.pk}/residents/", other)
    homes = clerk.get(f"dwellings/{dwelling.pk}/households/").json()
    (lodger,) = [each for each in homes if each["id"] != family["id"]]
    path, son = f"households/{family['id']}/", keys(family)["万子轩"]
    body = {"member": son, "other": lodger["id"], "on": TODAY}
    unsaid = acts(clerk, path, "member", body)
    assert (unsaid.status_code, sentences(unsaid)) == (422, {"relations": "请选择与户主关系"})
    moved = acts(clerk, path, "member", body | {"relations": {son: "99"}})
    assert moved.status_code == 200, moved.content.decode()
    assert "万子轩" not in keys(moved.json())
    assert relations(clerk.get(f"households/{lodger['id']}/").json())["万子轩"] == "99"


def test_a_family_without_a_head_and_people_of_another_household_are_refused(clerk, family):
    path = f"households/{family['id']}/"
    headless = acts(clerk, path, "split", {"members": [keys(family)["万志强"]], "on": TODAY})
    assert (headless.status_code, sentences(headless)) == (
        422, {"head": "原户没有户主，请确定一名户主"},
    )  # fmt: skip
    stranger = {"member": family["id"], "other": family["id"], "on": TODAY}
    assert "member" in sentences(acts(clerk, path, "member", stranger))
    assert relations(clerk.get(path).json())["万志强"] == "02"


def test_a_household_elsewhere_is_not_there(caller, family):
    path = f"households/{family['id']}/"
    assert caller("far_clerk").get(path).status_code == 404
    body = {"head": keys(family)["王巧云"], "on": TODAY}
    refused = caller("far_clerk").post(f"{path}head/", body, **{"If-Match": '"x"'})
    assert refused.status_code == 404
    assert caller("lead").post(f"{path}head/", body, **{"If-Match": '"x"'}).status_code == 403


# --- residences -----------------------------------------------------------------------------


def test_somebody_moves_within_the_committee(cast, clerk, mother):
    there = home(cast.scope("clerk"), "桂巷路12弄3号")[0]
    body = {"dwelling": str(there.pk), "moved_on": TODAY}
    moved = acts(clerk, f"residences/{mother.pk}/", "move", body)
    assert moved.status_code == 200, moved.content.decode()
    assert moved.json()["status"] == "ended"
    (row,) = clerk.get(f"dwellings/{there.pk}/residents/").json()
    assert row["resident"] == str(mother.resident_id)


def test_somebody_leaves_and_is_taken_off(clerk, mother):
    path = f"residences/{mother.pk}/"
    early = acts(clerk, path, "end", {"reason": "01", "ended_on": "2020-01-01"})
    assert early.status_code == 422
    ended = acts(clerk, path, "end", {"reason": "01", "ended_on": TODAY, "note": "回原籍"})
    assert ended.status_code == 200, ended.content.decode()
    assert ended.json()["status"] == "ended"
    assert clerk.get(f"dwellings/{mother.dwelling_id}/residents/").json() == []
    again = acts(clerk, path, "end", {"reason": "01", "ended_on": TODAY})
    assert (again.status_code, again.json()["detail"]) == (422, "这段居住登记已经结束")


# --- leads ----------------------------------------------------------------------------------


@pytest.fixture
def lead(clerk, dwelling):
    told = {
        "kind": "new", "subject": "person", "place": "6号101", "text": "新搬来一家三口",
        "channel": "01", "dwelling": str(dwelling.pk),
    }  # fmt: skip
    return f"leads/{clerk.post('leads/', told).json()['id']}/"


def test_a_lead_is_given_out_looked_into_and_ended(clerk, lead, dwelling):
    handlers = {each["name"]: each["id"] for each in clerk.get(f"{lead}handlers/").json()}
    assert set(handlers) == {"周敏", "许婉清", "顾小满"}
    given = acts(clerk, lead, "triage", {"assigned": handlers["顾小满"], "priority": "high"})
    assert given.status_code == 200, given.content.decode()
    assert (given.json()["state"], given.json()["assigned_to"]) == ("triaged", "顾小满")
    found = {"result": "new", "visited_on": TODAY, "finding": "一家三口已入住"}
    assert acts(clerk, lead, "finding", found).json()["state"] == "confirmed"
    nothing = acts(clerk, lead, "finish", {})
    assert (nothing.status_code, set(sentences(nothing))) == (400, {"dwelling"})
    newcomer = told("石思源", document_number=number("19980614", 14, "1"))
    assert clerk.post(f"dwellings/{dwelling.pk}/residents/", newcomer).status_code == 201
    done = acts(clerk, lead, "finish", {"dwelling": str(dwelling.pk)})
    assert (done.status_code, done.json()["state"]) == (200, "closed")


def test_a_lead_takes_its_steps_in_order_and_only_its_own_people(clerk, caller, cast, lead):
    stranger = acts(clerk, lead, "triage", {"assigned": cast.users["neighbour"].pk})
    assert sentences(stranger) == {"assigned": "请选择本居（村）委的承办人"}
    unsent = acts(clerk, lead, "finding", {"result": "new", "finding": "看过", "visited_on": TODAY})
    assert unsent.status_code == 422
    assert caller("neighbour").get(f"{lead}handlers/").status_code == 404
    body = {"assigned": cast.users["clerk"].pk}
    assert caller("lead").post(f"{lead}triage/", body, **{"If-Match": '"x"'}).status_code == 403


# --- house codes ----------------------------------------------------------------------------


def test_a_code_is_asked_for_by_one_and_given_by_another(cast, clerk, caller):
    unit = home(cast.scope("clerk"), "桂巷路12弄3号")[0]
    wrong = clerk.post(f"dwellings/{unit.pk}/codes/", {"kind": "correct", "code": "1"})
    assert sentences(wrong) == {"reason": "写明事由"}
    made = clerk.post(
        f"dwellings/{unit.pk}/codes/",
        {"kind": "correct", "code": "31010700500010023000100014", "reason": "门牌换过"},
    )
    assert made.status_code == 201, made.content.decode()
    path, street = f"codes/{made.json()['id']}/", caller("street")
    assert [row["id"] for row in street.get("codes/").json()["results"]] == [made.json()["id"]]
    assert acts(clerk, path, "decision", {"agreed": True}).status_code == 403
    assert sentences(acts(street, path, "decision", {"agreed": False})) == {
        "answer": "退回要写明理由"
    }
    done = acts(street, path, "decision", {"agreed": True})
    assert done.status_code == 200, done.content.decode()
    assert done.json()["state"] == "approved"
    events = clerk.get(f"dwellings/{unit.pk}/code_events/").json()
    assert events[-1]["new_code"] == "31010700500010023000100014"
    assert acts(clerk, path, "withdrawal", {}).status_code == 422


def test_a_request_is_taken_back_and_a_building_with_all_its_codes_needs_none(cast, clerk):
    unit = home(cast.scope("clerk"), "桂巷路12弄3号")[0]
    request = asked(cast.scope("clerk"), unit, "retire", reason="已拆除")
    taken = acts(clerk, f"codes/{request.pk}/", "withdrawal", {})
    assert (taken.status_code, taken.json()["state"]) == (200, "withdrawn")
    none = clerk.post(f"buildings/{unit.building_id}/codes/", {})
    assert (none.status_code, none.json()["detail"]) == (422, "这幢楼的房屋都已有正式编码")


def test_everything_done_is_in_the_trail(clerk, mother, written):
    acts(clerk, f"residences/{mother.pk}/", "end", {"reason": "01", "ended_on": TODAY})
    (event,) = [each for each in written if each["action"] == "residents.deregistered"]
    assert event["subjects"] == [mother.resident_id]


def test_the_second_act_of_two_with_one_number_is_the_first_one_s_answer(cast, clerk, mother):
    path = f"residences/{mother.pk}/"
    tag, key = clerk.tag(path), "0190d5c4-0000-7000-8000-000000000001"
    body = {"reason": "01", "ended_on": TODAY}
    first, second = (
        clerk.post(f"{path}end/", body, key=key, **{"If-Match": tag}) for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (200, 200)
    assert second["Idempotency-Replayed"] == "true"
    with acting(cast.scope("clerk")):
        assert Residence.objects.get(pk=mother.pk).version == 2


# --- estates --------------------------------------------------------------------------------


@pytest.mark.paper("S-80")
def test_estates_are_told_changed_and_joined(clerk, caller):
    made = clerk.post("estates/", {"name": "桂巷花园", "built_from": 1996})
    assert made.status_code == 201, made.content.decode()
    second = clerk.post("estates/", {"name": "桂巷小区"}).json()
    taken = clerk.post("estates/", {"name": "桂巷小区"})
    assert taken.status_code == 422
    assert "已有小区" in sentences(taken)["name"]
    building = clerk.post("buildings/", {"address": "桂巷路12弄9号", "estate": "桂巷小区"}).json()
    assert (building["estate"], building["estate_id"]) == ("桂巷小区", second["id"])
    path = f"estates/{second['id']}/"
    named = clerk.patch(path, {"property_company": "沪西物业"}, clerk.tag(path))
    assert (named.json()["property_company"], named.json()["buildings"]) == ("沪西物业", 1)
    told = clerk.get(f"buildings/{building['id']}/").json()
    assert told["property_company"] == "沪西物业"
    joined = acts(clerk, path, "join", {"into": made.json()["id"]})
    assert joined.json()["joined_to"] == made.json()["id"], joined.content.decode()
    (left,) = caller("street").get("estates/").json()["results"]
    assert (left["name"], left["buildings"], left["property_company"]) == (
        "桂巷花园", 1, "沪西物业",
    )  # fmt: skip
