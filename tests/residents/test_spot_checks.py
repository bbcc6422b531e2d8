"""Spot checks: from plan to publication, blind, by people of other streets, judged by two."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from residents import services
from residents.models import Lead, Residence, SpotItem, SpotPerson, SpotRound
from residents.services import spotchecks
from residents.spotchecks.drawing import packed, unpacked
from tests.cast import FAR_STREET, HOME, NEXT_DOOR, STREET
from tests.residents import spot_rounds as rounds
from tests.residents.builders import number, register
from tests.residents.spot_rounds import STRANGER, WANG, Seen

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.paper("S-32"),
    pytest.mark.paper("S-69"),
    pytest.mark.paper("S-70"),
]


@pytest.fixture
def clerk(cast):
    return cast.scope("clerk")


@pytest.fixture
def analyst(cast):
    return cast.scope("analyst")


@pytest.fixture
def verifier(cast):
    return cast.scope("verifier")


@pytest.fixture
def homes(clerk):
    return rounds.a_street(clerk)


@pytest.fixture
def field(analyst, verifier, homes, at):
    """A round of all six dwellings, in the field."""
    return rounds.in_field(analyst, at, verifier)


def everybody_answers(verifier, at, homes):
    """Three registered women, a stranger in the fourth, two vacant dwellings."""
    by_home = {item.dwelling_id: item for item in rounds.sheet(verifier)}
    for dwelling in homes[:3]:
        rounds.enter(verifier, by_home[dwelling.pk], at, "lived", WANG)
    rounds.enter(verifier, by_home[homes[3].pk], at, "lived", STRANGER)
    for dwelling in homes[4:]:
        rounds.enter(verifier, by_home[dwelling.pk], at, "vacant")


def test_a_forward_round_from_plan_to_publication(field, analyst, verifier, homes, at):
    assert (field.state, len(rounds.sheet(verifier))) == ("in_field", 6)
    everybody_answers(verifier, at, homes)
    rounds.closed(field, analyst, at)
    row = rounds.published(field, analyst, at)
    result = row.result
    assert (result["cases"], result["right"], result["value"]) == (4, 3, 0.75)
    assert (result["records"], result["proven"], result["total"]) == (3, 3, 4.0)
    assert result["low"] < 0.75 < result["high"]
    assert result["response"] == 1.0
    assert not row.counted  # six dwellings are nowhere near five points
    with acting(analyst):
        lead = Lead.objects.get()
        assert (lead.kind, lead.committee_id, lead.dwelling_id) == ("new", HOME, homes[3].pk)
        assert "蒋海" in services.lead_words(lead)["text"]
        assert SpotPerson.objects.get(right=False).lead_id == lead.pk


def test_every_act_is_in_the_trail(written, field, analyst, verifier, homes, at):
    everybody_answers(verifier, at, homes)
    rounds.closed(field, analyst, at)
    rounds.published(field, analyst, at)
    acts = [
        (event["action"], event["actor_name"], event["scope_code"])
        for event in written
        if event["action"].startswith("residents.spot_")
    ]
    assert acts[:3] == [
        (f"residents.spot_{act}", "秦川", STREET) for act in ("planned", "drawn", "opened")
    ]
    assert acts[3:9] == [("residents.spot_entered", "葛明", HOME)] * 6
    assert [act for act, _, _ in acts[9:]] == ["residents.spot_closed", "residents.spot_published"]


def test_the_draw_can_be_proved_and_a_changed_one_is_found_out(analyst, homes, at):
    row = rounds.drawn(analyst, at, wanted=4)
    with acting(analyst):
        row = rounds.looked_at(row)
        assert spotchecks.prove(row).holds
        assert sum(each["drawn"] for each in row.design.values()) == row.items.count()
        row.seed = "another"
        assert not spotchecks.prove(row).same_draws
        row.frame_hash = "0" * 64
        assert not spotchecks.prove(row).same_frame


def test_a_kept_frame_that_was_exchanged_is_found_out(analyst, homes, at):
    """What was proved is remembered of the row as it lay there, not of the round."""
    row = rounds.drawn(analyst, at, wanted=4)
    with acting(analyst):
        first = rounds.looked_at(row)
        assert spotchecks.prove(first).holds
        fewer = unpacked(bytes(first.frame))[1:]
        SpotRound.objects.filter(pk=row.pk).update(frame=packed(fewer))
        assert not spotchecks.prove(rounds.looked_at(row)).same_frame
        SpotRound.objects.filter(pk=row.pk).update(frame=first.frame)
        assert spotchecks.prove(rounds.looked_at(row)).holds


def test_a_verifier_sees_the_own_sheet_and_nothing_else(field, verifier, clerk, homes):
    with acting(verifier):
        assert SpotItem.objects.count() == 6
        assert not SpotRound.objects.exists()
        assert not Residence.objects.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            SpotItem.objects.filter(number=1).update(post_id=1)


def test_nobody_below_the_district_sees_a_round_before_it_is_published(
    field, cast, analyst, verifier, homes, at
):
    for key in ("clerk", "street", "staff", "far_street"):
        with acting(cast.scope(key)):
            assert not SpotRound.objects.exists()
            assert not SpotItem.objects.exists()
    everybody_answers(verifier, at, homes)
    rounds.closed(field, analyst, at)
    rounds.published(field, analyst, at)
    for key, sees in (("clerk", (0, 6, 4)), ("street", (1, 6, 4)), ("far_street", (0, 0, 0))):
        with acting(cast.scope(key)):
            tables = (SpotRound, SpotItem, SpotPerson)
            assert tuple(model.objects.count() for model in tables) == sees
    with acting(verifier):
        assert not SpotItem.objects.exists()


def test_a_sheet_is_shown_on_its_day_only(analyst, verifier, homes, at):
    tomorrow = at.date() + timedelta(days=1)
    row = rounds.drawn(analyst, at, as_of=at.date(), field_from=tomorrow)
    rounds.opened(row, analyst, at, verifier)
    assert rounds.sheet(verifier) == []
    with acting(verifier):
        assert not SpotItem.objects.exists()


def test_a_verifier_never_comes_from_the_street_under_test(cast, analyst, homes, at):
    row = rounds.drawn(analyst, at)
    with pytest.raises(services.UnableToCheck, match="其他街道") as refusal:
        rounds.opened(row, analyst, at, cast.scope("staff"))
    assert refusal.value.field == "posts"
    with acting(analyst), pytest.raises(IntegrityError), transaction.atomic():
        SpotItem.objects.update(post_id=1, post_unit=STREET, verifier="何静")


def test_after_three_visits_nobody_calls_again(field, verifier, at):
    item = rounds.sheet(verifier)[0]
    for outcome in ("nobody", "refused", "nobody"):
        item = rounds.enter(verifier, item, at, outcome)
    assert [each["outcome"] for each in item.visits] == ["nobody", "refused", "nobody"]
    with pytest.raises(services.UnableToCheck, match="3 次"):
        rounds.enter(verifier, item, at, "lived", WANG)


UNFIT = [
    ("", (), "outcome", "请选择结果"),
    ("moved", (), "outcome", "请选择结果"),  # of the other kind of round
    ("lived", (), "people-0-name", "至少填一人"),
    ("vacant", (WANG,), "outcome", "不填人员"),
    ("lived", (WANG, Seen(" ", "1", 1990)), "people-1-name", "姓名"),
    ("lived", (Seen("王", "", 1990),), "people-0-sex", "性别"),
    ("lived", (Seen("王", "1", None),), "people-0-born", "出生年"),
    ("lived", (Seen("王", "1", 2990),), "people-0-born", "出生年"),
    ("lived", (Seen("王", "1", 1990, "12"),), "people-0-tail", "4 位"),
    ("lived", (WANG,) * 21, "people-20-name", "最多"),
]


def test_what_cannot_be_entered_is_told_at_its_field(field, verifier, at):
    item = rounds.sheet(verifier)[0]
    for outcome, people, field_name, said in UNFIT:
        with pytest.raises(services.UnableToCheck, match=said) as refusal:
            rounds.enter(verifier, item, at, outcome, *people)
        assert refusal.value.field == field_name
    with acting(verifier):
        assert SpotItem.objects.get(pk=item.pk).visits == []
        assert not SpotPerson.objects.exists()


def test_two_hands_at_one_door_do_not_overwrite_each_other(field, verifier, at):
    item = rounds.sheet(verifier)[0]
    rounds.enter(verifier, item, at, "nobody")
    with pytest.raises(services.UnableToCheck, match="另一处"):
        rounds.enter(verifier, item, at, "vacant", version=item.version)


def test_near_matches_are_judged_by_two_and_a_third_decides(
    cast, field, analyst, verifier, homes, at
):
    by_home = {item.dwelling_id: item for item in rounds.sheet(verifier)}
    rounds.enter(verifier, by_home[homes[0].pk], at, "lived", Seen("王俏云", "2", 1987))
    rounds.closed(field, analyst, at)
    (person,) = rounds.people_of(field, analyst)
    assert (person.degree, person.right, person.is_here) == ("near", None, True)
    with pytest.raises(services.UnableToCheck, match="1 条相近"):
        rounds.published(field, analyst, at)
    assert rounds.judge(analyst, person, at, same=True).right is None
    with pytest.raises(services.UnableToCheck, match="另一人"):
        rounds.judge(analyst, person, at, same=True)
    assert rounds.judge(cast.scope("district"), person, at, same=False).right is None
    assert rounds.judge(cast.scope("second"), person, at, same=True).right is True
    with pytest.raises(services.UnableToCheck, match="两人核对一致"):
        rounds.judge(cast.scope("second"), person, at, same=True)
    assert rounds.published(field, analyst, at).result["value"] == 1.0


def test_who_is_registered_after_the_night_was_not_registered(
    field, clerk, analyst, verifier, homes, at
):
    """A committee that hears of the checks cannot better its rate any more."""
    register(clerk, homes[3], at=at, document_number=number("19900102", 7, "1"), name="蒋海",
             begin_date=str(at.date() - timedelta(days=9)))  # fmt: skip
    everybody_answers(verifier, at, homes)
    rounds.closed(field, analyst, at)
    row = rounds.published(field, analyst, at)
    assert (row.result["right"], row.result["records"]) == (3, 3)


def test_who_moved_during_the_run_is_counted_where_they_slept_on_the_night(
    field, clerk, analyst, verifier, homes, at
):
    with acting(clerk):
        residence = Residence.objects.get(dwelling=homes[0])
        services.move_resident(
            residence_id=residence.pk, dwelling_id=homes[5].pk, moved_on=at.date(),
            version=services.version_of(residence.resident, residence),
            by=clerk, at=at,
        )  # fmt: skip
    everybody_answers(verifier, at, homes)
    rounds.closed(field, analyst, at)
    row = rounds.published(field, analyst, at)
    assert (row.result["right"], row.result["proven"]) == (3, 3)


def test_a_round_in_which_nobody_was_met_is_published_without_a_rate(field, analyst, verifier, at):
    for item in rounds.sheet(verifier):
        rounds.enter(verifier, item, at, "nobody")
    rounds.closed(field, analyst, at)
    row = rounds.published(field, analyst, at)
    assert (row.result["value"], row.result["response"], row.counted) == (None, 0, False)
    with acting(analyst):
        assert not Lead.objects.exists()
        assert {item.weight for item in SpotItem.objects.all()} == {0}


def test_a_round_of_vacant_dwellings_has_no_denominator(field, analyst, verifier, at):
    for item in rounds.sheet(verifier):
        rounds.enter(verifier, item, at, "vacant")
    rounds.closed(field, analyst, at)
    result = rounds.published(field, analyst, at).result
    assert (result["value"], result["cases"], result["total"]) == (None, 0, None)
    assert (result["records"], result["erroneous"]) == (3, 1.0)  # whom the register has there


def test_a_round_too_imprecise_is_extended_and_both_are_estimated_together(
    analyst, verifier, homes, at
):
    first = rounds.in_field(analyst, at, verifier, wanted=2)
    for item in rounds.sheet(verifier):
        rounds.enter(verifier, item, at, "vacant")
    rounds.closed(first, analyst, at)
    rounds.published(first, analyst, at)
    with acting(analyst):
        more = spotchecks.extend_round(round_id=first.pk, wanted=3, by=analyst, at=at)
        more = spotchecks.draw_round(round_id=more.pk, by=analyst, at=at)
        first.refresh_from_db()
        assert first.state == "extended"
        drawn = set(first.items.values_list("dwelling_id", flat=True))
        again = set(more.items.values_list("dwelling_id", flat=True))
        assert drawn
        assert again
        assert not drawn & again
        finds = spotchecks.estimate_round(more)
        assert finds["drawn"] == len(drawn) + len(again)
        assert sum(each["frame"] for each in finds["strata"].values()) == len(homes)


def test_one_round_of_a_kind_runs_in_a_street_at_a_time(analyst, homes, at):
    rounds.planned(analyst, at)
    with pytest.raises(services.UnableToCheck, match="还在进行") as refusal:
        rounds.planned(analyst, at)
    assert refusal.value.field == "unit"
    rounds.planned(analyst, at, kind="reverse")


def test_a_plan_that_gives_no_sample_is_refused(analyst, homes, at):
    for changes, said in (
        ({"unit": HOME}, "街道"),
        ({"unit": FAR_STREET}, "没有在住的房屋"),
        ({"wanted": 5000}, "拟抽数"),
        ({"half_width": 0.9}, "误差"),
        ({"field_from": at.date() - timedelta(days=2)}, "时点当晚以后"),
        ({"field_from": at.date() + timedelta(days=30)}, "天内开始"),
    ):
        with pytest.raises(services.UnableToCheck, match=said):
            rounds.planned(analyst, at, **changes)


def test_the_sheets_are_forgotten_after_ninety_days_and_the_numbers_stay(
    field, analyst, verifier, homes, at
):
    everybody_answers(verifier, at, homes)
    rounds.closed(field, analyst, at)
    rounds.published(field, analyst, at)
    with acting(analyst):
        assert spotchecks.purge_sheets(by=analyst, at=at + timedelta(days=90)) == 0
        assert spotchecks.purge_sheets(by=analyst, at=at + timedelta(days=91)) == 1
        assert spotchecks.purge_sheets(by=analyst, at=at + timedelta(days=92)) == 0
        people = SpotPerson.objects.values_list("name", "born", "tail", "record_id", "right")
        assert set(people) == {("", None, "", None, True), ("", None, "", None, False)}
        items = SpotItem.objects.values_list("place", "visits", "verifier")
        assert all(each == ("", [], "") for each in items)
        assert sum(item.cases for item in SpotItem.objects.all()) == 4
        assert SpotRound.objects.get().result["value"] == 0.75


def a_reverse_round(analyst, verifier, at):
    return rounds.in_field(analyst, at, verifier, kind="reverse", wanted=3)


def test_a_reverse_round_checks_records_field_by_field(cast, analyst, verifier, homes, at):
    row = a_reverse_round(analyst, verifier, at)
    right, wrong, gone = rounds.sheet(verifier)
    assert {item.name for item in (right, wrong, gone)} == {"王巧云"}
    rounds.enter(verifier, right, at, "lives", Seen("王巧云", "2", 1986, "", "20"))
    rounds.enter(verifier, wrong, at, "lives", Seen("王巧云", "2", 1979, "", "20"))
    rounds.enter(verifier, gone, at, "moved")
    rounds.closed(row, analyst, at)
    people = rounds.people_of(row, analyst)
    assert [person.degree for person in people] == ["exact", "near"]
    assert rounds.items_of(row, analyst)[1].field_checks["born"] == "wrong"
    rounds.judge(analyst, people[1], at, same=False)
    rounds.judge(cast.scope("district"), people[1], at, same=False)
    result = rounds.published(row, analyst, at).result
    assert (result["cases"], result["right"]) == (3, 1)
    assert result["fields"]["dwelling"] == [2, 3]
    assert result["fields"]["born"] == [1, 2]
    assert result["fields"]["weighted"] == [18, 23]
    assert result["outcomes"] == {"lives": 2, "moved": 1}
    with acting(analyst):
        assert sorted(Lead.objects.values_list("kind", flat=True)) == ["cancel", "change"]


def test_only_those_who_organise_checks_plan_and_judge_them(cast, clerk, homes, at):
    for key in ("street", "staff", "verifier", "clerk"):
        with pytest.raises(NotAllowed):
            rounds.planned(cast.scope(key), at)
    row = rounds.drawn(cast.scope("district"), at)
    for key in ("street", "clerk"):
        by = cast.scope(key)
        with acting(by), pytest.raises(SpotRound.DoesNotExist):
            spotchecks.publish_round(round_id=row.pk, by=by, at=at)


def test_a_step_that_does_not_follow_is_refused(analyst, homes, at):
    row = rounds.planned(analyst, at)
    for act in (rounds.closed, rounds.published):
        with pytest.raises(services.UnableToCheck, match="已计划"):
            act(row, analyst, at)


def test_a_merged_committee_takes_its_draws_along(field, analyst, verifier, homes, at, cast):
    everybody_answers(verifier, at, homes)
    rounds.closed(field, analyst, at)
    rounds.published(field, analyst, at)
    with connection.cursor() as cursor, acting(analyst):
        cursor.execute("UPDATE housing_building SET committee_id = %s", [NEXT_DOOR])
        assert set(SpotItem.objects.values_list("committee_id", flat=True)) == {NEXT_DOOR}
        assert set(SpotPerson.objects.values_list("committee_id", flat=True)) == {NEXT_DOOR}
