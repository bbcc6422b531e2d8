"""Reverse checks ask since when somebody lives there and for a telephone; nobody has to tell."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.metrics.measure import measure
from portal.metrics.metric import Occasion
from portal.metrics.registry import metrics
from portal.orgs.acting import acting
from residents.models import Lead, Residence, SpotItem, SpotPerson, SpotRound
from residents.services import lead_words, spotchecks
from residents.services.errors import UnableToCheck
from tests.cast import DISTRICT, HOME
from tests.residents import spot_rounds as rounds
from tests.residents.spot_rounds import WANG, Seen

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-70")]


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
def since(at):
    """The month in which everybody of the street moved in."""
    return f"{timezone.localdate(at) - timedelta(days=40):%Y-%m}"


@pytest.fixture
def field(analyst, verifier, homes, at):
    return reverse_round(analyst, verifier, at)


def reverse_round(analyst, verifier, at):
    return rounds.in_field(analyst, at, verifier, kind="reverse", wanted=3)


def phone_of(item, homes):
    """The end of the telephone that the register has: they were given out in order."""
    return f"{[home.pk for home in homes].index(item.dwelling_id):04d}"


def says(**told):
    return Seen(WANG.name, WANG.sex, WANG.born, **told)


def ended(row, analyst, at):
    rounds.closed(row, analyst, at)
    return rounds.published(row, analyst, at)


def shown(cast, row):
    page = cast.client("analyst").get(reverse("residents:spot_round", args=[row.pk]))
    return page.content.decode()


def test_both_are_checked_from_the_door_to_the_lead(
    cast, field, analyst, verifier, homes, since, at
):
    right, wrong, silent = rounds.sheet(verifier)
    rounds.enter(verifier, right, at, "lives", says(since=since, phone=phone_of(right, homes)))
    rounds.enter(verifier, wrong, at, "lives", says(since="2003", phone="9876"))
    rounds.enter(verifier, silent, at, "lives", says())
    row = ended(field, analyst, at)
    items = rounds.items_of(row, analyst)
    found = {item.pk: (item.field_checks["begin"], item.field_checks["phone"]) for item in items}
    assert found == {right.pk: ("right", "right"), wrong.pk: ("wrong", "wrong"),
                     silent.pk: ("unknown", "unknown")}  # fmt: skip
    # the record is as true as before: neither is one of its key fields
    assert (row.result["cases"], row.result["right"]) == (3, 3)
    assert row.result["fields"]["begin"] == row.result["fields"]["phone"] == [1, 2]
    assert row.result["untold"]["begin"] == row.result["untold"]["phone"] == 1
    # three each of dwelling 3, name 2, sex 1, born 2; begin and phone 1 each
    assert row.result["fields"]["weighted"] == [3 * 8 + 2, 3 * 8 + 4]
    with acting(analyst):
        (lead,) = Lead.objects.all()
        assert (lead.kind, lead.priority) == ("change", "mid")
        words = lead_words(lead)["text"]
        assert "王巧云的入住年月、手机末四位与本人所说不一致" in words
        assert "9876" not in words
    assert "手机末四位" in shown(cast, row)
    listed = cast.client("analyst").get(reverse("residents:spot_records"))
    assert "不一致的项" in listed.content.decode()


def test_two_who_say_that_it_is_somebody_else_make_one_lead_of_all(
    cast, field, analyst, verifier, since, at
):
    item, *_others = rounds.sheet(verifier)
    rounds.enter(
        verifier, item, at, "lives", Seen(WANG.name, "2", 1979, since="2003", phone="9876")
    )
    rounds.closed(field, analyst, at)
    (person,) = rounds.people_of(field, analyst)
    for judge in (analyst, cast.scope("district")):
        rounds.judge(judge, person, at, same=False)
    rounds.published(field, analyst, at)
    with acting(analyst):
        (lead,) = Lead.objects.all()
        assert lead.priority == "high"
        assert "出生年、入住年月、手机末四位" in lead_words(lead)["text"]


def test_a_telephone_is_kept_until_it_was_compared_and_no_longer(
    field, analyst, verifier, homes, since, at
):
    item, *_others = rounds.sheet(verifier)
    rounds.enter(verifier, item, at, "lives", says(since=since, phone=phone_of(item, homes)))
    (person,) = rounds.people_of(field, analyst)
    assert (person.since, person.phone) == (since, phone_of(item, homes))
    row = ended(field, analyst, at)
    (person,) = rounds.people_of(row, analyst)
    assert (person.since, person.phone) == (since, "")
    kept = dict(row.result)
    with acting(analyst):
        assert spotchecks.purge_sheets(by=analyst, at=at + timedelta(days=91)) == 1
        assert set(SpotPerson.objects.values_list("since", "phone")) == {("", "")}
        assert SpotRound.objects.get().result == kept


def test_an_old_round_keeps_its_numbers_and_shows_a_dash(
    cast, field, analyst, verifier, homes, at, today
):
    with acting(analyst):  # drawn before both were asked for
        SpotItem.objects.update(asks_more=False)
    right, *others = rounds.sheet(verifier)
    assert right.asks_more is False
    url = reverse("residents:spot_visit", args=[right.pk])
    asked = cast.client("verifier").get(url).content.decode()
    assert "入住年月" not in asked
    assert "户口在哪里" not in asked
    with pytest.raises(UnableToCheck, match="不问户口"):
        rounds.enter(verifier, right, at, "lives", says(category="11"))
    with pytest.raises(UnableToCheck, match="不问入住年月和手机"):
        rounds.enter(verifier, right, at, "lives", says(phone="0000"))
    rounds.enter(verifier, right, at, "lives", says())
    for item in others:
        rounds.enter(verifier, item, at, "moved")
    row = ended(field, analyst, at)
    with acting(analyst):  # as rounds were published then, and counted
        del row.result["untold"]
        SpotRound.objects.filter(pk=row.pk).update(result=row.result, counted=True)
        SpotItem.objects.update(counted_on=today)
        again = spotchecks.estimate_round(SpotRound.objects.get(pk=row.pk))
        rate = metrics()["accuracy_rate"]
        parts = measure([rate], Occasion(DISTRICT, today, {}), [HOME])[HOME][rate.key]
    assert again["fields"] == row.result["fields"]
    assert set(again["fields"]) == {"dwelling", "name", "sex", "born", "tail", "category",
                                    "weighted"}  # fmt: skip
    assert float(parts.numerator / parts.denominator) == pytest.approx(1 / 3)
    page = " ".join(shown(cast, row).split())
    dash = '<td class="pp-num">—</td>'
    assert f"<td>入住年月</td>{dash * 4}" in page
    assert f"<td>手机末四位</td>{dash * 4}" in page


def test_where_the_hukou_is_is_held_to_the_category_of_the_record(
    cast, field, analyst, verifier, at
):
    same, other, silent = rounds.sheet(verifier)
    with acting(analyst):
        (held,) = set(Residence.objects.values_list("category", flat=True))
    assert held == "20"
    rounds.enter(verifier, same, at, "lives", says(category="20"))
    rounds.enter(verifier, other, at, "lives", says(category="12"))
    rounds.enter(verifier, silent, at, "lives", says())
    rounds.closed(field, analyst, at)
    items = {item.pk: item.field_checks["category"] for item in rounds.items_of(field, analyst)}
    assert items == {same.pk: "right", other.pk: "wrong", silent.pk: "unknown"}
    row = rounds.published(field, analyst, at)  # nobody doubts who it is: there is nothing to judge
    assert (row.result["cases"], row.result["right"]) == (3, 2)
    assert row.result["fields"]["category"] == [1, 2]
    assert row.result["untold"]["category"] == 1
    with acting(analyst):
        (lead,) = Lead.objects.all()
        assert (lead.kind, lead.priority) == ("change", "high")
        assert "王巧云的人口类别与本人所说不一致" in lead_words(lead)["text"]


@pytest.mark.parametrize(("category", "right"), [("20", 1), ("12", 0), ("", 1)])
def test_the_same_person_in_another_category_is_a_wrong_record(
    cast, field, analyst, verifier, at, category, right
):
    first, *others = rounds.sheet(verifier)
    rounds.enter(verifier, first, at, "lives", Seen(WANG.name, "2", 1984, category=category))
    for item in others:
        rounds.enter(verifier, item, at, "moved")
    rounds.closed(field, analyst, at)
    (person,) = rounds.people_of(field, analyst)
    assert person.right is None
    for judge in (analyst, cast.scope("district")):
        rounds.judge(judge, person, at, same=True)
    assert rounds.published(field, analyst, at).result["right"] == right


@pytest.mark.parametrize(
    ("told", "where", "said"),
    [
        ({"since": "去年"}, "people-0-since", "写成 2019-05"),
        ({"since": "2019-13"}, "people-0-since", "写成 2019-05"),
        ({"since": "2199-01"}, "people-0-since", "还没搬来"),
        ({"since": "1985"}, "people-0-since", "早于出生年"),
        ({"category": "13"}, "people-0-category", "户口在哪里"),
        ({"phone": "267"}, "people-0-phone", "4 位数字"),
        ({"phone": "267X"}, "people-0-phone", "4 位数字"),
        ({"phone": "13812342671"}, "people-0-phone", "4 位数字"),
    ],
    ids=["words", "month", "after", "before_birth", "never_drawn", "short", "letter", "whole"],
)
def test_what_cannot_be_taken_is_told_at_its_field(field, verifier, at, told, where, said):
    item = rounds.sheet(verifier)[0]
    with pytest.raises(UnableToCheck, match=said) as refused:
        rounds.enter(verifier, item, at, "lives", says(**told))
    assert refused.value.field == where
    assert rounds.sheet(verifier)[0].visits == []


def test_a_register_without_a_telephone_is_not_held_to_one(field, analyst, verifier, homes, at):
    item, *_others = rounds.sheet(verifier)
    rounds.enter(verifier, item, at, "lives", says(phone="9876"))
    with acting(analyst):
        Residence.objects.filter(pk=item.residence_id).update(phone_mask="")
    row = ended(field, analyst, at)
    assert row.result["fields"]["phone"] == [0, 0]
    assert row.result["untold"]["phone"] == 1
    with acting(analyst):
        assert not Lead.objects.exists()


def test_the_page_of_a_door_keeps_what_was_typed(cast, field, verifier, since, at):
    item, *_others = rounds.sheet(verifier)
    client, url = cast.client("verifier"), reverse("residents:spot_visit", args=[item.pk])
    page = client.get(url).content.decode()
    assert "入住年月" in page
    assert "手机末四位" in page
    assert since not in page  # blind
    told = {"version": item.version, "outcome": "lives", "on_paper": "1", "people-0-name": "王巧云",
            "people-0-sex": "2", "people-0-born": "1986"}  # fmt: skip
    told |= {"people-0-category": "12"}
    refused = client.post(url, told | {"people-0-since": "上个月", "people-0-phone": "0000"})
    again = refused.content.decode()
    assert "入住年月写成 2019-05" in again
    assert 'value="上个月"' in again
    assert re.search(r'value="12"[^>]*(selected|checked)', again)
    taken = client.post(url, told | {"people-0-since": since, "people-0-phone": ""})
    assert taken.status_code == 302
    with acting(verifier):
        person = SpotPerson.objects.get()
        assert (person.category, person.since, person.phone) == ("12", since, "")
    printed = client.get(reverse("residents:spot_printed")).content.decode()
    assert printed.count("1 就在本居（村）委") == 2
    assert printed.count("入住年月（记得的）") == 2  # of the two doors still to call at


def test_a_phone_without_a_network_asks_and_tells_both(cast, field, verifier, homes, since, at):
    phone = cast.client("verifier")
    first, *_others = phone.get(reverse("residents:spot_phone_today")).json()["stops"]
    assert first["more"] is True
    item = next(each for each in rounds.sheet(verifier) if str(each.pk) == first["id"])
    person = {"name": "王巧云", "sex": "2", "born": "1986", "tail": "", "category": "11",
              "since": since.replace("-", ""), "phone": phone_of(item, homes)}  # fmt: skip
    url = reverse("residents:spot_phone_answer", args=[first["id"]])

    def call(**changes):
        told = {"outcome": "lives", "people": json.dumps([person | changes]), "age": "0",
                "version": first["version"]}  # fmt: skip
        return phone.post(url, told, headers={"Idempotency-Key": str(uuid4())})

    for changes, where in (
        ({"phone": "12345"}, "phone"), ({"since": "五月"}, "since"),
        ({"category": "99"}, "category"),
    ):  # fmt: skip
        refused = call(**changes)
        assert refused.status_code == 422
        (problem,) = refused.json()["problems"]
        assert (problem["row"], problem["field"]) == ("0", where)
    assert call().status_code == 200
    with acting(verifier):
        kept = SpotPerson.objects.get()
        assert (kept.category, kept.since, kept.phone) == ("11", since, phone_of(item, homes))


def test_a_recheck_compares_visits_and_asks_for_neither(
    cast, field, analyst, verifier, homes, since, at
):
    for item in rounds.sheet(verifier):
        rounds.enter(verifier, item, at, "lives", says(since=since))
    row = ended(field, analyst, at)
    with acting(analyst):
        again = spotchecks.recheck_round(
            round_id=row.pk, wanted=2, field_from=timezone.localdate(at), by=analyst, at=at
        )
        spotchecks.draw_round(round_id=again.pk, by=analyst, at=at, seed="again")
    assert {item.asks_more for item in rounds.items_of(again, analyst)} == {False}
