"""Along the blocks of a round: places where people live and that the list of dwellings lacks."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from portal.metrics.registry import metrics
from portal.orgs.acting import acting
from residents import services
from residents.models import Lead, SpotItem, SpotPlace
from residents.services import spotchecks
from residents.services.spotchecks import PlaceSeen
from tests.cast import HOME
from tests.metrics.builders import computed, parts, value
from tests.residents import spot_rounds as rounds

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-69")]

SHED = PlaceSeen("江宁路 83 弄后门工棚", "shed", 3)


@pytest.fixture
def analyst(cast):
    return cast.scope("analyst")


@pytest.fixture
def verifier(cast):
    return cast.scope("verifier")


@pytest.fixture
def field(cast, analyst, verifier, at):
    rounds.a_street(cast.scope("clerk"))
    return rounds.in_field(analyst, at, verifier)


def noted(verifier, at, seen=SHED):
    with acting(verifier):
        item = SpotItem.objects.on_sheet_of(verifier, at.date()).order_by("number").first()
        return spotchecks.note_place(item_id=item.pk, seen=seen, by=verifier, at=at)


def published(row, analyst, verifier, at):
    for item in rounds.sheet(verifier):
        rounds.enter(verifier, item, at, "vacant")
    rounds.closed(row, analyst, at)
    return rounds.published(row, analyst, at)


def test_a_place_becomes_a_lead_of_its_committee_when_the_round_is_published(
    cast, told, field, analyst, verifier, at
):
    noted(verifier, at)
    (event,) = told("residents.spot_place_noted")
    assert (event["actor_name"], event["scope_code"]) == ("葛明", HOME)
    for key in ("clerk", "street", "far_street"):
        with acting(cast.scope(key)):
            assert not SpotPlace.objects.exists()
    published(field, analyst, verifier, at)
    with acting(cast.scope("clerk")):
        place = SpotPlace.objects.get()
        lead = Lead.objects.get()
        assert (place.lead_id, place.disclosed, lead.place) == (lead.pk, True, SHED.place)
        assert (lead.kind, lead.subject, lead.committee_id) == ("new", "dwelling", HOME)
        words = services.lead_words(lead)["text"]
        assert "房屋名单上没有" in words
        assert "所见 3 人" in words
    with acting(cast.scope("far_street")):
        assert not SpotPlace.objects.exists()


@pytest.mark.parametrize(
    ("seen", "where", "why"),
    [
        (PlaceSeen("", "shed"), "place", "写明在哪里"),
        (PlaceSeen("住着 310107198601011234", "shed"), "place", "不要写证件号"),
        (PlaceSeen("后" * 81, "shed"), "place", "最多 80 字"),
        (PlaceSeen("后门", "castle"), "what", "请选择"),
        (PlaceSeen("后门", "shed", 100), "people", "1～99"),
        (PlaceSeen("后门", "shed", 0), "people", "1～99"),
    ],
    ids=["nowhere", "number", "long", "kind", "crowd", "nobody"],
)
def test_what_cannot_be_taken_is_refused_at_its_field(field, verifier, at, seen, where, why):
    with pytest.raises(services.UnableToCheck, match=why) as refusal:
        noted(verifier, at, seen)
    assert refusal.value.field == where


def test_a_place_is_noted_once(field, verifier, at):
    noted(verifier, at)
    with pytest.raises(services.UnableToCheck, match="已经记过"):
        noted(verifier, at)


def test_only_near_the_own_doors_and_only_in_the_field(cast, field, analyst, verifier, at):
    place = noted(verifier, at)
    (item, *_) = rounds.sheet(verifier)
    other = cast.scope("staff")
    with acting(other), pytest.raises(SpotItem.DoesNotExist):
        spotchecks.note_place(item_id=item.pk, seen=SHED, by=other, at=at)
    with acting(verifier), pytest.raises(DatabaseError), transaction.atomic():
        SpotPlace.objects.create(
            round_id=field.pk, committee_id=HOME + 1, place="别处", what="shed",
            noted_on=at.date(), post_id=verifier.appointment_id,
        )  # fmt: skip
    rounds.closed(field, analyst, at)
    with acting(verifier):
        assert not SpotPlace.objects.exists()
        with pytest.raises(SpotPlace.DoesNotExist):
            spotchecks.drop_place(place_id=place.pk, by=verifier, at=at)


def test_what_was_noted_by_mistake_is_taken_back(told, field, verifier, at):
    place = noted(verifier, at)
    with acting(verifier):
        spotchecks.drop_place(place_id=place.pk, by=verifier, at=at)
        assert not SpotPlace.objects.exists()
    assert told("residents.spot_place_dropped")


def test_it_counts_as_housing_not_covered_until_its_lead_ends(
    cast, field, analyst, verifier, at, today
):
    noted(verifier, at)
    published(field, analyst, verifier, at)
    computed()
    covered, whole = parts("housing_coverage")
    assert parts("unlisted_places") == (1, None)
    assert whole == parts("actual_housing")[0] + 1 == 7
    assert value("housing_coverage") == covered * 100 / Decimal(7)
    clerk = cast.scope("clerk")
    with acting(clerk):
        services.note_finding(
            lead_id=Lead.objects.get().pk, result="nothing", finding="是工具间，没有人住",
            visited_on=today, by=clerk, at=at + timedelta(minutes=5),
        )  # fmt: skip
        assert not SpotPlace.objects.standing(today).exists()
    computed()
    assert parts("housing_coverage")[1] == 6


def test_a_past_day_counts_what_had_not_ended_then(cast, field, analyst, verifier, at, today):
    noted(verifier, at)
    published(field, analyst, verifier, at)
    with acting(analyst):
        Lead.objects.update(
            state="closed", result="nothing", closed_at=at, closed_by="周敏", sealed=b""
        )
        SpotPlace.objects.update(told_on=today - timedelta(days=2))
        assert SpotPlace.objects.standing(today - timedelta(days=1)).count() == 1
        assert not SpotPlace.objects.standing(today).exists()
        assert not SpotPlace.objects.standing(today - timedelta(days=3)).exists()


def test_its_words_go_with_the_sheets(cast, field, analyst, verifier, at):
    noted(verifier, at)
    published(field, analyst, verifier, at)
    with acting(analyst):
        spotchecks.purge_sheets(by=analyst, at=at + timedelta(days=91))
        place = SpotPlace.objects.get()
        assert (place.place, place.verifier, place.post_id, place.what) == ("", "", None, "shed")
    shown = cast.client("street").get(reverse("residents:spot_places")).content.decode()
    assert "抽查表已删除" in shown


def test_the_form_keeps_what_was_typed_and_the_list_is_as_long_as_the_number(
    cast, field, analyst, verifier, at
):
    client = cast.client("verifier")
    where = reverse("residents:spot_found")
    (item, *_) = rounds.sheet(verifier)
    typed = {"item": item.pk, "place": "后院平房", "what": "shed", "people": "120"}
    refused = client.post(where, typed)
    assert refused.status_code == 422
    assert "后院平房" in refused.content.decode()
    assert "人数应在 1～99 之间" in refused.content.decode()
    assert client.post(where, typed | {"people": "2"}).status_code == 302
    assert "后院平房" in client.get(where).content.decode()
    url = reverse("residents:spot_round", args=[field.pk])
    assert "后院平房" in cast.client("analyst").get(url).content.decode()
    published(field, analyst, verifier, at)
    computed()
    link = metrics()["unlisted_places"].numerator.link
    street = cast.client("street")
    shown = street.get(f"{reverse(link.view)}?{link.query}").context["list"]
    assert (shown.total, shown.rows[0].url) == (
        1, reverse("residents:lead", args=[shown.rows[0].record.lead_id])
    )  # fmt: skip
    assert "后院平房" in street.get(url).content.decode()
    assert street.get(f"{reverse(link.view)}?open=0").context["list"].total == 0


def test_a_verifier_without_a_sheet_is_told_why(cast):
    shown = cast.client("verifier").get(reverse("residents:spot_found")).content.decode()
    assert "今天没有派给你的顺查" in shown
