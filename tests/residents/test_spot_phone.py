"""A verifier's sheet on a phone: the least, on its day, blind; each call taken once."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.orgs.acting import acting
from residents.models import SpotItem, SpotPerson, SpotPlace
from tests.isolation.answers import read
from tests.residents import spot_rounds as rounds
from tests.residents.spot_rounds import WANG

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-32")]
SAID = {"name": WANG.name, "sex": WANG.sex, "born": str(WANG.born), "tail": ""}


@pytest.fixture
def analyst(cast):
    return cast.scope("analyst")


@pytest.fixture
def verifier(cast):
    return cast.scope("verifier")


@pytest.fixture
def homes(cast):
    return rounds.a_street(cast.scope("clerk"))


@pytest.fixture
def field(analyst, verifier, homes, at):
    return rounds.in_field(analyst, at, verifier)


@pytest.fixture
def phone(cast):
    return cast.client("verifier")


def today_on(phone):
    return phone.get(reverse("residents:spot_phone_today")).json()


def call(phone, stop, outcome, *people, key=None, **more):
    told = {"outcome": outcome, "people": json.dumps(people), "age": "0",
            "version": stop["version"]} | more  # fmt: skip
    url = reverse("residents:spot_phone_answer", args=[stop["id"]])
    return phone.post(url, told, headers={"Idempotency-Key": str(key or uuid4())})


def visits_of(verifier, stop):
    with acting(verifier):
        return SpotItem.objects.get(pk=stop["id"]).visits


def test_the_phone_holds_the_sheet_and_nothing_of_the_register(phone, field, told):
    found = today_on(phone)
    assert [each["number"] for each in found["stops"]] == [1, 2, 3, 4, 5, 6]
    assert all(each["place"] and not each["name"] for each in found["stops"])
    assert "王巧云" not in json.dumps(found, ensure_ascii=False)
    (event,) = told("residents.spot_sheet_taken")
    assert (event["changes"]["rows"], event["actor_name"]) == (6, "葛明")


def test_a_sheet_reaches_no_phone_before_its_day(phone, analyst, verifier, homes, at):
    tomorrow = timezone.localdate(at) + timedelta(days=1)
    row = rounds.drawn(analyst, at, as_of=at.date(), field_from=tomorrow)
    rounds.opened(row, analyst, at, verifier)
    assert today_on(phone)["stops"] == []


def test_the_shell_is_the_same_for_everybody_and_keeps_files_of_ours(cast, phone, field):
    pages = {cast.client(key).get(reverse("residents:spot_phone")).content
             for key in ("verifier", "staff")}  # fmt: skip
    assert len(pages) == 1
    text = pages.pop().decode()
    assert not [name for name in ("葛明", "何静", "csrfmiddlewaretoken") if name in text]
    script = phone.get(reverse("residents:spot_phone_worker")).content.decode()
    kept = json.loads(script.partition("const SHELL = ")[2].partition(";\n")[0])
    assert kept["page"] == reverse("residents:spot_phone")
    assert all(name.startswith("/static/") for name in kept["files"])
    assert cast.client("clerk").get(reverse("residents:spot_phone")).status_code == 403


def test_visits_and_sheets_of_one_person_are_sealed_apart(cast):
    def keys(name):
        return cast.client("staff").get(reverse(f"residents:{name}")).json()

    visits, sheet = keys("door_keys"), keys("spot_phone_keys")
    assert visits["owner"] == sheet["owner"]
    assert visits["queue"] != sheet["queue"]
    assert sheet["queue"] == keys("spot_phone_keys")["queue"]
    assert sheet["list"] != keys("spot_phone_keys")["list"]  # of another session


def test_a_call_is_taken_once_for_its_key(phone, verifier, field):
    stop, key = today_on(phone)["stops"][0], uuid4()
    first, second = (call(phone, stop, "lived", SAID, key=key) for _ in range(2))
    assert [first.json()["taken"], second.json()["taken"]] == [str(key)] * 2
    assert first.json()["stop"]["over"] is True
    assert len(visits_of(verifier, stop)) == 1
    with acting(verifier):
        assert [person.name for person in SpotPerson.objects.all()] == ["王巧云"]


def test_calls_made_without_a_network_count_at_the_time_of_the_call(phone, verifier, field, at):
    stop = today_on(phone)["stops"][0]
    now = timezone.localtime()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    age = min(timedelta(hours=2), (now - midnight) / 2)
    seconds = int(age.total_seconds())
    assert call(phone, stop, "nobody", age=str(seconds)).status_code == 200
    later = stop | {"version": stop["version"] + 1}  # told after the first, before it was heard of
    assert call(phone, later, "refused").status_code == 200
    made, again = visits_of(verifier, stop)
    assert (made["outcome"], again["outcome"]) == ("nobody", "refused")
    expected = now - timedelta(seconds=seconds)
    assert abs(timezone.datetime.fromisoformat(made["at"]) - expected) < timedelta(minutes=2)


def test_a_call_from_before_the_sheet_was_given_out_is_refused(phone, verifier, field):
    stop = today_on(phone)["stops"][0]
    refused = call(phone, stop, "nobody", age=str(26 * 3600))
    assert refused.status_code == 422
    assert "还没有下发" in refused.json()["detail"]
    assert visits_of(verifier, stop) == []


def test_what_is_taken_stays_told_after_the_sheet_is_withdrawn(phone, analyst, field, at):
    done, open_ = today_on(phone)["stops"][:2]
    key = uuid4()
    assert call(phone, done, "vacant", key=key).status_code == 200
    rounds.closed(field, analyst, at)
    again = call(phone, done, "vacant", key=key)  # the first answer never reached the phone
    assert (again.status_code, again.json()["stop"]) == (200, None)
    late = call(phone, open_, "vacant")
    foreign = call(phone, {"id": uuid4(), "version": 1}, "vacant")
    assert {late.status_code, foreign.status_code} == {404}
    assert read(late).body == read(foreign).body


BAD = [
    ({"outcome": ""}, "请选择结果"),
    ({"outcome": "moved"}, "请选择结果"),
    ({"people": "[]"}, "至少填一人"),
    ({"people": "{"}, "看不懂这一户的人员"),
    ({"people": json.dumps([SAID | {"born": "八六年"}])}, "请填出生年"),
    ({"people": json.dumps([SAID, SAID | {"sex": ""}])}, "请选择性别"),
    ({"version": "x"}, "看不懂"),
    ({"version": "7"}, "另一处录入"),
    ({"age": "-1"}, "看不懂"),
    ({"age": str(80 * 3600)}, "72 小时"),
]


def test_what_cannot_be_taken_is_told_in_words_and_nothing_is_written(phone, verifier, field):
    stop = today_on(phone)["stops"][0]
    for changes, said in BAD:
        more = {"outcome": "lived"} | changes
        refused = call(phone, stop, more.pop("outcome"), SAID, **more)
        assert refused.status_code == 422, changes
        assert said in refused.json()["detail"], changes
    wrong = call(phone, stop, "lived", SAID, SAID | {"sex": ""}).json()["problems"]
    assert [(each["row"], each["field"]) for each in wrong] == [("1", "sex")]
    url = reverse("residents:spot_phone_answer", args=[stop["id"]])
    assert phone.post(url, {"outcome": "vacant"}).status_code == 400  # without a key
    assert visits_of(verifier, stop) == []


# --- along the blocks -----------------------------------------------------------------------

SHED = {"place": "江宁路 83 弄后门工棚", "what": "shed", "people": "3"}


def note(phone, stop, *, key=None, walk=None, **changes):
    told = SHED | {"near": stop["id"], "age": "0"} | changes
    url = reverse("residents:spot_phone_place", args=[walk or stop["round"]])
    return phone.post(url, told, headers={"Idempotency-Key": str(key or uuid4())})


def places_of(verifier):
    with acting(verifier):
        return list(SpotPlace.objects.values_list("place", "what", "people", "noted_on"))


@pytest.mark.paper("S-69")
def test_a_place_that_no_list_has_is_taken_once_for_its_key(phone, verifier, field, at):
    found = today_on(phone)
    assert found["walks"] == [{"id": str(field.pk), "kind": "walk"}]
    key = uuid4()
    answers = [note(phone, found["stops"][0], key=key) for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"taken": str(key)}] * 2
    assert places_of(verifier) == [(SHED["place"], "shed", 3, timezone.localdate(at))]


@pytest.mark.paper("S-69")
@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"near": "nowhere"}, 422, "请选择在哪一户附近"),
        ({"near": str(uuid4())}, 404, ""),
        ({"walk": str(uuid4())}, 404, ""),
        ({"place": ""}, 422, "请写明在哪里"),
        ({"place": "工棚 319999199001011234"}, 422, "号"),
        ({"what": "castle"}, 422, "请选择是什么地方"),
        ({"people": "很多"}, 422, "人数应在"),
        ({"people": "100"}, 422, "人数应在"),
        ({"age": "soon"}, 422, ""),
        ({"age": str(26 * 3600)}, 422, "还没有下发抽查表"),
    ],
    ids=["no_door", "strange_door", "strange_round", "no_words", "a_person", "no_kind", "words",
         "too_many", "no_age", "before_the_sheet"],
)  # fmt: skip
def test_a_place_that_cannot_be_taken_is_told_in_words(
    phone, verifier, field, changes, status, said
):
    answer = note(phone, today_on(phone)["stops"][0], **changes)
    assert answer.status_code == status
    assert not said or said in answer.json()["detail"]
    assert places_of(verifier) == []


@pytest.mark.paper("S-69")
def test_places_are_noted_by_their_verifier_with_a_key(cast, phone, verifier, field):
    stop = today_on(phone)["stops"][0]
    url = reverse("residents:spot_phone_place", args=[stop["round"]])
    assert phone.post(url, SHED | {"near": stop["id"], "age": "0"}).status_code == 400
    assert note(cast.client("clerk"), stop).status_code == 403
    assert note(cast.client("staff"), stop).status_code == 404
    assert places_of(verifier) == []


def test_a_reverse_round_has_no_blocks_to_walk_along(phone, analyst, verifier, homes, at):
    rounds.in_field(analyst, at, verifier, kind="reverse", wanted=3)
    found = today_on(phone)
    assert found["walks"] == []
    assert note(phone, found["stops"][0]).status_code == 404
