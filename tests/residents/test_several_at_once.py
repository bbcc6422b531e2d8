"""Several people or homes of a list at once: those who left, homes found unchanged or empty."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from housing.models import DwellingUnit
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from residents import services
from residents.haste import AN_HOUR
from residents.models import Residence, Verification
from tests.residents.builders import home, number, register
from tests.residents.test_requests_at_once import now, picked, words

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-21", "S-80")]
NAMES = ("王巧云", "石思源", "万志强")


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def homes(clerk):
    return home(clerk, per_floor=11)


@pytest.fixture
def people(clerk, homes):
    """Three people, a home each."""
    return [
        register(clerk, place, name=name, document_number=number(sequence=70 + n))
        for n, (name, place) in enumerate(zip(NAMES, homes, strict=False))
    ]


def leaving(rows, **more):
    today = timezone.localdate().isoformat()
    return picked(rows, agreed="1", reason="01", ended_on=today, note="宿舍已清退") | more


# --- people ---------------------------------------------------------------------------------


def test_the_list_offers_what_is_done_to_several(cast, people):
    where = reverse("residents:leave_several")
    assert where in cast.client("clerk").get(reverse("residents:list")).content.decode()


def test_several_leave_on_one_day_and_whoever_left_before_stays_so(cast, clerk, people):
    client, where = cast.client("clerk"), reverse("residents:leave_several")
    client.post(where, leaving(people[2:]))
    preview = words(client.post(where, picked(people)))
    assert "将注销2人，1人保持不变" in preview
    assert "万志强" in preview
    done = client.post(where, leaving(people, query="category=20"))
    assert done["Location"] == f"{reverse('residents:list')}?category=20"
    rows = [now(clerk, Residence, row) for row in people]
    assert [row.status for row in rows] == ["ended"] * 3
    assert {(row.end_on, row.end_reason) for row in rows} == {(timezone.localdate(), "01")}


def test_what_hangs_on_them_follows(clerk, people, at, today, written):
    with acting(clerk):
        services.deregister_several(
            residence_ids=[row.pk for row in people], ended_on=today, reason="06", by=clerk, at=at,
            note="一同应征入伍",
        )  # fmt: skip
        assert not DwellingUnit.objects.filter(occupants__gt=0).exists()
        person = Residence.objects.select_related("resident").get(pk=people[0].pk).resident
        assert (person.version, person.updated_by) == (2, "周敏")
    ended = [each for each in written if each["action"] == "residents.deregistered"]
    assert {each["reason"] for each in ended} == {"一同应征入伍"}
    assert {each["subjects"][0] for each in ended} == {row.resident_id for row in people}


def test_a_day_before_somebody_came_leaves_that_person_and_says_so(cast, clerk, homes, people):
    late = register(
        clerk, homes[3], name="宋知夏", document_number=number(sequence=80),
        begin_date=timezone.localdate().isoformat(),
    )  # fmt: skip
    client, before = cast.client("clerk"), timezone.localdate() - timedelta(days=1)
    sent = leaving([*people, late], ended_on=before.isoformat())
    client.post(reverse("residents:leave_several"), sent)
    assert now(clerk, Residence, late).status == "active"
    assert now(clerk, Residence, people[0]).end_on == before
    told = words(client.get(reverse("residents:list")))
    assert "已注销3人的登记" in told
    assert "宋知夏：离开日期不能早于入住日期" in told


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ended_on": "2099-01-01"}, "离开日期不能晚于今天"),
        ({"ended_on": ""}, "离开日期"),
        ({"reason": "02"}, "注销原因"),
        ({"reason": ""}, "注销原因"),
    ],
    ids=["to_come", "no_day", "death", "no_reason"],
)
def test_what_cannot_be_told_of_several_is_refused_and_nobody_leaves(
    cast, clerk, people, wrong, said
):
    answer = cast.client("clerk").post(reverse("residents:leave_several"), leaving(people) | wrong)
    assert answer.status_code == 422
    assert said in words(answer)
    assert {now(clerk, Residence, row).status for row in people} == {"active"}


def test_a_death_is_one_persons_own(clerk, people):
    with acting(clerk), pytest.raises(services.UnableToDeregister, match="逐人"):
        services.deregister_several(
            residence_ids=[people[0].pk], ended_on=timezone.localdate(), reason="02", by=clerk,
            at=timezone.now(),
        )  # fmt: skip


def test_people_of_another_committee_are_not_there(cast, clerk, people):
    other, where = cast.client("neighbour"), reverse("residents:leave_several")
    assert "将注销0人" in words(other.post(where, picked(people)))
    other.post(where, leaving(people))
    assert {now(clerk, Residence, row).status for row in people} == {"active"}


def test_the_district_ends_nobodys_registration(cast, people):
    district = cast.scope("district")
    with acting(district), pytest.raises(NotAllowed):
        services.deregister_several(
            residence_ids=[people[0].pk], ended_on=timezone.localdate(), reason="01", by=district,
            at=timezone.now(),
        )  # fmt: skip


def test_all_that_pass_the_filter_leave_and_nobody_else(cast, clerk, people):
    sent = leaving([], all="1", query="name=石思源")
    preview = words(cast.client("clerk").post(
        reverse("residents:leave_several"), picked([], all="1", query="name=石思源")
    ))  # fmt: skip
    assert "将注销1人" in preview
    cast.client("clerk").post(reverse("residents:leave_several"), sent)
    assert [now(clerk, Residence, row).status for row in people] == ["active", "ended", "active"]


# --- homes ----------------------------------------------------------------------------------


def visited(rows, **more):
    day = timezone.localdate().isoformat()
    return picked(rows, agreed="1", method="V1", visited_on=day, note="") | more


def test_homes_of_a_round_are_found_unchanged(cast, clerk, homes, people):
    client, where = cast.client("clerk"), reverse("residents:verify_several")
    with acting(clerk):
        DwellingUnit.objects.update(verified_on=None)
    preview = words(client.post(where, picked(homes[:5])))
    assert "将登记核实无变化3套，2套保持不变" in preview
    assert "还没有登记人员" in preview
    yesterday = timezone.localdate() - timedelta(days=1)
    client.post(where, visited(homes[:5], visited_on=yesterday.isoformat(), method="V2"))
    assert "已登记3套核实无变化" in words(client.get(reverse("housing:list")))
    with acting(clerk):
        made = Verification.objects.filter(outcome="unchanged", method="V2")
        assert {row.dwelling_id for row in made} == {unit.pk for unit in homes[:3]}
        assert {row.verified_on for row in made} == {yesterday}
    assert now(clerk, DwellingUnit, homes[0]).verified_on == yesterday


def test_what_was_verified_today_is_not_verified_again(cast, homes, people):
    preview = words(
        cast.client("clerk").post(reverse("residents:verify_several"), picked(homes[:3]))
    )
    assert "今天已经核实过3" in preview


def test_more_than_can_be_seen_in_an_hour_is_left_for_later(cast, clerk, homes):
    for n, place in enumerate(homes[: AN_HOUR + 2]):
        register(clerk, place, name="王巧云", document_number=number(sequence=100 + n))
    with acting(clerk):
        DwellingUnit.objects.update(verified_on=None)
    client, where = cast.client("clerk"), reverse("residents:verify_several")
    preview = words(client.post(where, picked(homes)))
    assert f"将登记核实无变化{AN_HOUR}套" in preview
    assert "不算数" in preview
    client.post(where, visited(homes))
    with acting(clerk):
        assert Verification.objects.filter(outcome="unchanged").count() == AN_HOUR
    again = words(client.post(where, picked(homes[AN_HOUR : AN_HOUR + 2])))
    assert "将登记核实无变化0套" in again


def test_empty_homes_are_noted_and_those_with_people_left(cast, clerk, homes, people):
    client, where = cast.client("clerk"), reverse("residents:vacant_several")
    preview = words(client.post(where, picked(homes[:6])))
    assert "将登记空置3套，3套保持不变" in preview
    assert "还有人在住，先办理搬离3" in preview
    client.post(where, visited(homes[:6]))
    states = [now(clerk, DwellingUnit, unit).occupancy == "4" for unit in homes[:6]]
    assert states == [False] * 3 + [True] * 3
    assert now(clerk, DwellingUnit, homes[5]).occupancy_checked_on == timezone.localdate()
    assert "今天已经登记空置3" in words(client.post(where, picked(homes[:6])))


def test_a_day_to_come_is_refused_at_its_field(cast, clerk, homes):
    client, where = cast.client("clerk"), reverse("residents:vacant_several")
    answer = client.post(where, visited(homes[:2], visited_on="2099-01-01"))
    assert answer.status_code == 422
    assert "晚于今天" in words(answer)
    assert now(clerk, DwellingUnit, homes[0]).occupancy != "4"


def test_the_same_dialog_sent_twice_is_one_visit(cast, clerk, homes):
    sent = visited(homes[:2], idempotency_key="0190d5c4-0000-7000-8000-000000000002")
    for _time in range(2):
        cast.client("clerk").post(reverse("residents:vacant_several"), sent)
    with acting(clerk):
        assert Verification.objects.filter(outcome="vacant").count() == 2


def test_homes_of_another_committee_are_not_there(cast, clerk, homes):
    other, where = cast.client("neighbour"), reverse("residents:vacant_several")
    assert "将登记空置0套" in words(other.post(where, picked(homes[:2])))
    other.post(where, visited(homes[:2]))
    assert now(clerk, DwellingUnit, homes[0]).occupancy != "4"
