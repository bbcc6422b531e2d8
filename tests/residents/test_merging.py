"""Two records of one person become one, and two again within thirty days."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from residents import services
from residents.models import Identity, Residence, Resident, ResidentMerge
from tests.residents.builders import home, number, register, told
from tests.residents.test_corrections import receive
from tests.residents.test_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-38")]
BORN = "2022-07-18"
CARD = number("20220718", 12)
CHILD = {"name": "万小满", "relation": "子", "category": "来沪人员", "reason": "投靠亲属"}
WHY = "看过身份证原件，是同一个人"


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def rooms(clerk):
    return home(clerk)


@pytest.fixture
def with_number(clerk, rooms):
    """万小满 as the parents showed the child's card, in 101."""
    return register(clerk, rooms[0], **CHILD, document_number=CARD, begin_date="2026-01-05")


@pytest.fixture
def without_number(clerk, rooms):
    """万小满 once more, taken down in 102 when there was no card yet."""
    return register(
        clerk, rooms[1], **CHILD, document_number="", sex="女", birth_date=BORN,
        phone="15900001111", note="随外祖母居住", begin_date="2025-05-01",
    )  # fmt: skip


def state_of(*people):
    """All that the register holds of these people, but versions and who wrote last."""
    hidden = {"version", "updated_at", "updated_by"}
    rows = [
        *Resident.objects.filter(pk__in=people).order_by("pk").values(),
        *Residence.objects.filter(resident_id__in=people).order_by("pk").values(),
        *Identity.objects.filter(resident_id__in=people).order_by("pk").values(),
    ]
    return [{key: value for key, value in row.items() if key not in hidden} for row in rows]


def merge(by, kept, dropped, at, *, take=(), take_home=False, reason=WHY, version=None):
    with acting(by):
        pair = services.pair_of(kept_id=kept.resident_id, dropped_id=dropped.resident_id, by=by)
        return services.merge_residents(
            kept_id=kept.resident_id, dropped_id=dropped.resident_id, reason=reason, take=take,
            version=pair.version if version is None else version, take_home=take_home, by=by,
            at=at,
        )  # fmt: skip


def part(by, merged, at):
    with acting(by):
        return services.part_residents(merge_id=merged.pk, by=by, at=at)


def phone_of(by, person, at):
    with acting(by):
        return services.reveal(
            resident_id=person, purpose="document", reason="", kind="phone", by=by, at=at
        ).value


def test_one_record_stays_and_the_other_home_never_was(
    clerk, rooms, with_number, without_number, at
):
    merged = merge(clerk, with_number, without_number, at, take=["note", "phone"])
    with acting(clerk):
        (now,) = Residence.objects.open()
        kept = Resident.objects.get(pk=with_number.resident_id)
        old = Residence.objects.get(pk=without_number.pk)
        rooms[1].refresh_from_db()
        assert (now.resident_id, now.dwelling_id) == (kept.pk, rooms[0].pk)
        assert kept.note == "随外祖母居住"
        assert now.phone_mask == kept.phone_mask == "159****1111"
        assert (old.status, old.end_reason, rooms[1].occupants) == ("void", "04", 0)
        assert merged.undo_until == at.date() + timedelta(days=30)
    assert phone_of(clerk, kept.pk, at) == "15900001111"


def test_the_only_number_goes_with_the_kept_record(clerk, with_number, without_number, at):
    merge(clerk, without_number, with_number, at)
    with acting(clerk):
        kept = Resident.objects.get(pk=without_number.resident_id)
        dropped = Resident.objects.get(pk=with_number.resident_id)
        assert (kept.id_tail, dropped.id_mask) == (CARD[-4:], "")
        held = Identity.objects.get(blind_index=services.document_index(kept.doc_type, CARD))
        assert held.resident_id == kept.pk
        shown = services.reveal(
            resident_id=kept.pk, purpose="document", reason="", kind="identity", by=clerk, at=at
        )
        assert shown.value == CARD


def test_the_other_home_may_be_the_true_one(clerk, rooms, with_number, without_number, at):
    merge(clerk, with_number, without_number, at, take_home=True)
    with acting(clerk):
        (now,) = Residence.objects.open()
        assert (now.resident_id, now.dwelling_id) == (with_number.resident_id, rooms[1].pk)
        assert now.id_tail == CARD[-4:]
        rooms[0].refresh_from_db()
        rooms[1].refresh_from_db()
        assert (rooms[0].occupants, rooms[1].occupants) == (0, 1)


@pytest.mark.parametrize("take_home", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_taken_back_both_are_what_they_were(
    clerk, with_number, without_number, at, take_home, turned
):
    pair = [with_number, without_number][:: -1 if turned else 1]
    people = [row.resident_id for row in pair]
    with acting(clerk):
        before = state_of(*people)
    merged = merge(clerk, *pair, at, take=["phone", "note"], take_home=take_home)
    with acting(clerk):
        assert state_of(*people) != before
    last_day = at + timedelta(days=30)
    part(clerk, merged, last_day)
    with acting(clerk):
        assert state_of(*people) == before
    assert phone_of(clerk, without_number.resident_id, at) == "15900001111"
    assert phone_of(clerk, with_number.resident_id, at) == "15012346620"
    merge(clerk, *pair, last_day)  # and may be merged again


def test_nothing_is_taken_back_after_thirty_days_or_a_change(
    clerk, with_number, without_number, at
):
    merged = merge(clerk, with_number, without_number, at)
    with pytest.raises(services.UnableToMerge, match="超过 30 天"):
        part(clerk, merged, at + timedelta(days=31))
    with acting(clerk):
        person = Resident.objects.get(pk=with_number.resident_id)
        row = Residence.objects.open().get()
        services.update_resident(
            resident_id=person.pk, version=services.version_of(person, row),
            told={"note": "已入园"}, by=clerk, at=at,
        )  # fmt: skip
    with pytest.raises(services.UnableToMerge, match="周敏 又改过"):
        part(clerk, merged, at)
    with acting(clerk):
        assert ResidentMerge.objects.standing().count() == 1


def test_two_numbers_are_two_people(clerk, rooms, with_number, at):
    other = register(clerk, rooms[1], **CHILD, document_number=number("20220718", 17))
    with pytest.raises(services.UnableToMerge, match="都有证件号码"):
        merge(clerk, with_number, other, at)


def test_a_merge_needs_its_ground_and_what_was_shown(clerk, with_number, without_number, at):
    with pytest.raises(services.UnableToMerge, match="依据"):
        merge(clerk, with_number, without_number, at, reason=" ")
    with pytest.raises(services.StaleVersion):
        merge(clerk, with_number, without_number, at, version="1.1.1.0")
    merge(clerk, with_number, without_number, at)
    with pytest.raises(services.UnableToMerge, match="已经合并过"):
        merge(clerk, with_number, without_number, at)


def test_what_waits_for_an_answer_is_answered_first(cast, clerk, with_number, without_number, at):
    neighbour = cast.scope("neighbour")
    there = home(neighbour, "兰溪路100弄1号")[0]
    with acting(neighbour):
        services.ask_transfer(
            dwelling_id=there.pk, told=told(**CHILD, document_number=CARD), reason="已搬来",
            by=neighbour, at=at,
        )  # fmt: skip
    with pytest.raises(services.UnableToMerge, match="移交申请在办"):
        merge(clerk, without_number, with_number, at)
    receive(clerk, without_number, at)
    with pytest.raises(services.UnableToMerge, match="更正申请未答复"):
        merge(clerk, with_number, without_number, at)


def test_a_ward_follows_the_guardian(clerk, rooms, with_number, without_number, at):
    child = register(
        clerk, rooms[1], name="王小小", document_number=number("20200301", 5),
        relation="子", category="户籍人口", begin_date="2026-05-01", phone="", reason="",
    )  # fmt: skip
    with acting(clerk):
        Resident.objects.filter(pk=child.resident_id).update(guardian=without_number.resident_id)
    merged = merge(clerk, with_number, without_number, at)
    with acting(clerk):
        assert Resident.objects.get(pk=child.resident_id).guardian_id == with_number.resident_id
    part(clerk, merged, at)
    with acting(clerk):
        assert Resident.objects.get(pk=child.resident_id).guardian_id == without_number.resident_id


def test_nobody_merges_out_of_sight_or_without_the_right(
    cast, clerk, with_number, without_number, at
):
    with pytest.raises(Resident.DoesNotExist):
        merge(cast.scope("neighbour"), with_number, without_number, at)
    with pytest.raises(NotAllowed):
        merge(cast.scope("street"), with_number, without_number, at)


def test_the_page_compares_in_three_columns_and_merges_once(
    cast, clerk, with_number, without_number, written
):
    client = cast.client("clerk")
    person = reverse("residents:person", args=[with_number.resident_id])
    url = reverse("residents:merge", args=[with_number.resident_id])
    assert "疑似重复" in text_of(client.get(person))
    shown = client.get(url)
    text = text_of(shown)
    assert "150****6620" in text
    assert "159****1111" in text
    form = {"version": shown.context["version"], "take_phone": "theirs", "home": "mine"}
    refused = client.post(url, form | {"reason": ""})
    assert refused.status_code == 422
    again = text_of(refused)
    assert "请写明依据" in again
    assert 'name="take_phone" value="theirs" checked' in again  # what was chosen is still there
    answer = client.post(url, form | {"reason": WHY})
    assert answer.headers["Location"] == person
    text = text_of(client.get(person))
    assert "疑似重复" not in text
    assert "把一条重复登记并入本记录" in text
    other = text_of(client.get(reverse("residents:person", args=[without_number.resident_id])))
    assert "本记录停用" in other
    with acting(clerk):
        (merged,) = ResidentMerge.objects.all()
    (event,) = [row for row in written if row["action"] == "residents.merged"]
    assert event["reason"] == WHY
    assert set(event["subjects"]) == {with_number.resident_id, without_number.resident_id}
    client.post(reverse("residents:part", args=[merged.pk]))
    assert "疑似重复" in text_of(client.get(person))


def test_a_merge_with_nobody_says_what_is_looked_for(cast, with_number):
    url = reverse("residents:merge", args=[with_number.resident_id])
    for query in ("", "?with=nobody", f"?with={with_number.resident_id}"):
        assert "没有找到" in text_of(cast.client("clerk").get(url + query))
