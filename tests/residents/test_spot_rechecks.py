"""Going back to doors of a round, by others; and giving a round up before anybody has gone."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.orgs import posts
from portal.orgs.acting import acting
from portal.orgs.models import Appointment
from portal.orgs.services import project_grants
from residents import services
from residents.models import Lead, SpotItem, SpotPerson, SpotRound
from residents.services import spotchecks
from tests.cast import FAR_STREET, appointed
from tests.residents import spot_rounds as rounds
from tests.residents.spot_rounds import STRANGER, WANG, Seen

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-69"), pytest.mark.paper("S-70")]


@pytest.fixture
def analyst(cast):
    return cast.scope("analyst")


@pytest.fixture
def verifier(cast):
    return cast.scope("verifier")


@pytest.fixture
def other(cast):
    """A verifier who did not go the first time."""
    user = User(username="other", name="戴宁", staff_no="T-900")
    user.set_unusable_password()
    user.save()
    appointed(user, "verifier", FAR_STREET, date(2020, 1, 1))
    project_grants(day=timezone.localdate())
    post = Appointment.objects.select_related("unit").get(user=user)
    return posts.scope_of(post, user, request_id="test")


@pytest.fixture
def homes(cast):
    return rounds.a_street(cast.scope("clerk"))


@pytest.fixture
def first(analyst, verifier, homes, at):
    """A published round: a registered woman in each of three dwellings, a stranger, two vacant."""
    row = rounds.in_field(analyst, at, verifier)
    by_home = {item.dwelling_id: item for item in rounds.sheet(verifier)}
    for place, dwelling in enumerate(homes):
        seen = [WANG] if place < 3 else [STRANGER] if place == 3 else []
        rounds.enter(
            verifier, by_home[dwelling.pk], at, "lived" if seen else "vacant", *seen
        )  # fmt: skip
    rounds.closed(row, analyst, at)
    return rounds.published(row, analyst, at)


def planned_again(first, by, at, *, wanted=6, **changes):
    told = {"round_id": first.pk, "wanted": wanted, "field_from": timezone.localdate(at)} | changes
    with acting(by):
        return spotchecks.recheck_round(**told, by=by, at=at)


def drawn(row, by, at):
    with acting(by):
        return spotchecks.draw_round(round_id=row.pk, by=by, at=at, seed="again")


def again_in_field(first, by, at, *verifiers, **changes):
    return rounds.opened(
        drawn(planned_again(first, by, at, **changes), by, at), by, at, *verifiers
    )  # fmt: skip


def cancelled(row, by, at, reason="台风停止入户"):
    with acting(by):
        return spotchecks.cancel_round(round_id=row.pk, reason=reason, by=by, at=at)


def test_both_visits_are_compared_door_by_door(first, analyst, other, homes, at):
    row = again_in_field(first, analyst, at, other)
    by_home = {item.dwelling_id: item for item in rounds.sheet(other)}
    for place, outcome, people in (
        (0, "lived", [Seen("王俏云", "2", 1986)]),  # misheard: the same woman
        (1, "vacant", []),
        (2, "lived", [WANG, STRANGER]),
        (3, "lived", [STRANGER]),
        (4, "vacant", []),
        (5, "nobody", []),
    ):
        rounds.enter(other, by_home[homes[place].pk], at, outcome, *people)
    rounds.closed(row, analyst, at)
    row = rounds.published(row, analyst, at)
    told = row.result
    assert (told["drawn"], told["settled"], told["same"], told["value"]) == (6, 5, 4, 0.8)
    assert told["low"] < 0.8 < told["high"]
    assert (told["records"], told["cases"], told["right"]) == (4, 4, 3)
    assert told["people"] == 3 / 5  # of five people, three were found both times
    with acting(analyst):
        found = spotchecks.differing(row)
        assert {each["item"].dwelling_id for each in found} == {homes[1].pk, homes[2].pk}


def test_a_recheck_changes_no_rate_and_makes_no_lead(first, analyst, other, homes, at, today):
    with acting(analyst):
        SpotItem.objects.update(counted_on=today)
        before = set(SpotItem.objects.pooled("forward", today).values_list("pk", flat=True))
        leads = Lead.objects.count()
    row = again_in_field(first, analyst, at, other)
    for item in rounds.sheet(other):
        rounds.enter(other, item, at, "lived", STRANGER)
    rounds.closed(row, analyst, at)
    assert not rounds.published(row, analyst, at).counted
    with acting(analyst):
        after = set(SpotItem.objects.pooled("forward", today).values_list("pk", flat=True))
        assert after == before
        assert SpotPerson.objects.counted(today).count() == 4
        assert Lead.objects.count() == leads
        with pytest.raises(IntegrityError), transaction.atomic():
            SpotRound.objects.filter(pk=row.pk).update(counted=True)
        with pytest.raises(IntegrityError), transaction.atomic():
            SpotRound.objects.filter(pk=row.pk).update(rechecks=None)


def test_nobody_checks_their_own_visits(cast, first, analyst, verifier, other, at):
    row = drawn(planned_again(first, analyst, at), analyst, at)
    with pytest.raises(services.UnableToCheck, match="上一轮去过的人") as refusal:
        rounds.opened(row, analyst, at, verifier)
    assert refusal.value.field == "posts"
    page = cast.client("analyst").get(reverse("residents:spot_round", args=[row.pk]))
    shown = page.content.decode()
    assert "戴宁" in shown
    assert "葛明" not in shown


def test_whoever_goes_back_knows_nothing_of_the_first_visit(first, analyst, other, at):
    again_in_field(first, analyst, at, other, wanted=2)
    numbers = {item.number for item in rounds.items_of(first, analyst)}
    with acting(other):
        items = list(SpotItem.objects.all())
        assert 2 <= len(items) < 6
        assert {item.number for item in items} < numbers  # each door keeps its number
        assert {(item.outcome, item.cases, len(item.visits)) for item in items} == {("", 0, 0)}
        assert not SpotPerson.objects.exists()


def test_the_draw_of_a_recheck_can_be_proved(first, analyst, at):
    row = drawn(planned_again(first, analyst, at, wanted=3), analyst, at)
    with acting(analyst):
        row = rounds.looked_at(row)
        assert spotchecks.prove(row).holds
        row.seed = "another"
        assert spotchecks.prove(row).same_frame


def test_what_cannot_be_rechecked_is_told_with_its_reason(first, analyst, verifier, homes, at):
    today = timezone.localdate(at)
    for changes, said, field in (
        ({"wanted": 7}, "1～6", "wanted"),
        ({"field_from": today - timedelta(days=1)}, "不能早于今天", "field_from"),
        ({"field_from": today + timedelta(days=60)}, "记不清", "field_from"),
    ):
        with pytest.raises(services.UnableToCheck, match=said) as refusal:
            planned_again(first, analyst, at, **changes)
        assert refusal.value.field == field
    recheck = planned_again(first, analyst, at)
    for act, said in (
        (lambda: planned_again(first, analyst, at), "还在进行"),
        (lambda: planned_again(recheck, analyst, at), "复查不再复查"),
    ):
        with pytest.raises(services.UnableToCheck, match=said):
            act()
    running = rounds.in_field(analyst, at, verifier)
    with pytest.raises(services.UnableToCheck, match="结束上门以后"):
        planned_again(running, analyst, at)


def test_a_recheck_is_not_extended(first, analyst, other, at):
    row = again_in_field(first, analyst, at, other)
    for item in rounds.sheet(other):
        rounds.enter(other, item, at, "nobody")
    rounds.closed(row, analyst, at)
    row = rounds.published(row, analyst, at)
    assert (row.result["value"], row.result["people"]) == (None, None)
    with acting(analyst), pytest.raises(services.UnableToCheck, match="不补抽"):
        spotchecks.extend_round(round_id=row.pk, wanted=3, by=analyst, at=at)


def test_a_recheck_through_its_pages(cast, first, analyst, other, homes, at, today):
    desk, street = cast.client("analyst"), cast.client("street")
    where = reverse("residents:spot_round", args=[first.pk])
    assert "计划复查" in desk.get(where).content.decode()
    assert "计划复查" not in street.get(where).content.decode()
    url = reverse("residents:recheck_spot", args=[first.pk])
    wrong = desk.post(url, {"wanted": "9", "field_from": str(today)})
    assert wrong.status_code == 422
    assert "1～6" in wrong.content.decode()
    assert desk.post(url, {"wanted": "6", "field_from": str(today)}).status_code == 302
    with acting(analyst):
        row = SpotRound.objects.get(kind="recheck")
    rounds.opened(drawn(row, analyst, at), analyst, at, other)
    for item in rounds.sheet(other):
        rounds.enter(other, item, at, "lived", STRANGER)
    rounds.closed(row, analyst, at)
    again = reverse("residents:spot_round", args=[row.pk])
    assert "两次不一致的" in desk.get(again).content.decode()
    assert street.get(again).status_code == 404
    desk.post(reverse("residents:publish_spot", args=[row.pk]))
    shown = street.get(again).content.decode()
    assert "66.7%" in shown  # four of six outcomes
    assert "蒋海" not in shown
    assert "66.7%" in street.get(where).content.decode()


def test_a_planned_round_is_given_up_with_its_reason(told, analyst, homes, at):
    row = rounds.planned(analyst, at)
    with pytest.raises(services.UnableToCheck, match="原因") as refusal:
        cancelled(row, analyst, at, reason="  ")
    assert refusal.value.field == "reason"
    row = cancelled(row, analyst, at)
    assert (row.state, row.cancelled_by, row.cancel_reason) == ("cancelled", "秦川", "台风停止入户")
    (event,) = told("residents.spot_cancelled")
    assert event["changes"] == {"reason": "台风停止入户"}
    with pytest.raises(services.UnableToCheck, match="已取消"):
        drawn(row, analyst, at)
    assert rounds.planned(analyst, at).state == "planned"  # the street is free again


def test_what_was_drawn_for_a_round_that_is_given_up_is_erased(cast, analyst, homes, at):
    row = cancelled(rounds.drawn(analyst, at, kind="reverse", wanted=3), analyst, at)
    with acting(analyst):
        kept = SpotRound.objects.get(pk=row.pk)
        assert (bytes(kept.frame), kept.seed) == (b"", "seed")
        left = SpotItem.objects.values_list("place", "name", "residence_id")
        assert set(left) == {("", "", None)}
    page = cast.client("analyst").get(reverse("residents:spot_round", args=[row.pk]))
    assert "已取消：台风停止入户" in page.content.decode()


def test_a_round_in_the_field_is_never_given_up(cast, analyst, verifier, homes, at):
    row = rounds.in_field(analyst, at, verifier)
    with pytest.raises(services.UnableToCheck, match="已经下发"):
        cancelled(row, analyst, at)
    url = reverse("residents:cancel_spot", args=[row.pk])
    refused = cast.client("district").post(url, {"reason": "不想做了"})
    assert refused.status_code == 422
    assert "已经下发" in refused.content.decode()
    assert cast.client("street").post(url, {"reason": "不想做了"}).status_code == 403


def test_an_extension_that_is_given_up_can_be_planned_anew(first, analyst, at):
    with acting(analyst):
        more = spotchecks.extend_round(round_id=first.pk, wanted=2, by=analyst, at=at)
    cancelled(more, analyst, at)
    with acting(analyst):
        first.refresh_from_db()
        assert first.state == "published"
        again = spotchecks.extend_round(round_id=first.pk, wanted=2, by=analyst, at=at)
        assert again.extends_id == first.pk
