"""What can go wrong with a spot check: each has one answer, and a sentence on the screen."""

import subprocess
import sys
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from django.urls import reverse

from housing import services as housing
from housing.models import DwellingUnit
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from residents import services
from residents.models import Residence, SpotItem, SpotRound
from residents.services import spotchecks
from residents.spotchecks import telling
from tests.cast import HOME, NEXT_DOOR, STREET
from tests.residents import spot_rounds as rounds
from tests.residents.spot_rounds import WANG

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-69"), pytest.mark.paper("S-70")]


@pytest.fixture
def analyst(cast):
    return cast.scope("analyst")


@pytest.fixture
def verifier(cast):
    return cast.scope("verifier")


@pytest.fixture
def homes(cast):
    return rounds.a_street(cast.scope("clerk"))


def shown(cast, row, key="analyst"):
    return cast.client(key).get(reverse("residents:spot_round", args=[row.pk])).content.decode()


def all_answer(verifier, at, outcome, *people):
    for item in rounds.sheet(verifier):
        rounds.enter(verifier, item, at, outcome, *people)


def closed_on(code, day, heir=None):
    with acting(None):
        OrgUnit.objects.filter(code=code).update(valid_to=day, successor_id=heir)


def test_nobody_met_says_so_and_asks_for_further_draws(cast, analyst, verifier, homes, at):
    row = rounds.in_field(analyst, at, verifier)
    all_answer(verifier, at, "nobody")
    rounds.closed(row, analyst, at)
    rounds.published(row, analyst, at)
    page = shown(cast, row)
    assert "抽中的 6 户都没有联系上，所以没有比率，不计入指标，请补抽" in page
    assert 'value="6"' in page  # as many again


def test_too_few_met_and_too_wide_an_interval_are_told_with_their_figures(
    cast, analyst, verifier, homes, at
):
    row = rounds.in_field(analyst, at, verifier)
    for item in rounds.sheet(verifier)[:3]:
        rounds.enter(verifier, item, at, "lived", WANG)
    rounds.closed(row, analyst, at)
    row = rounds.published(row, analyst, at)
    half = 100 * (row.result["high"] - row.result["low"]) / 2
    page = shown(cast, row)
    assert f"误差 ±{half:.1f} 个百分点，超过 5 个百分点" in page
    assert "不足 70%" in page
    more = telling.more_to_draw(row.result)
    assert more > 3 * row.result["drawn"]
    assert f'value="{more}"' in page


WORTH = {"settled": 90, "drawn": 100, "value": 0.95, "low": 0.91, "high": 0.98, "response": 0.9}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, ""),
        ({"settled": 0, "value": None, "response": 0.0}, "都没有联系上"),
        ({"value": None}, "当晚都没人住"),
        ({"response": 0.69}, "应答率 69.0%，不足 70%"),
        ({"low": 0.86}, "误差 ±6.0 个百分点"),
        ({"low": 0.86, "response": 0.5}, "不足 70%；误差"),
    ],
)
def test_each_reason_not_to_count_has_its_sentence(changes, said):
    found = telling.why_not(WORTH | changes)
    assert said in found
    assert bool(found) == bool(said)


def test_a_precise_sample_needs_one_more_at_the_least():
    assert telling.more_to_draw(WORTH | {"effective": 500.0}) == 1
    assert telling.more_to_draw(WORTH | {"effective": 40.0}) > 80


def test_a_committee_closed_during_the_round_is_told_and_its_doors_still_count(
    cast, analyst, verifier, homes, at
):
    row = rounds.in_field(analyst, at, verifier)
    closed_on(HOME, at.date(), NEXT_DOOR)
    all_answer(verifier, at, "lived", WANG)
    rounds.closed(row, analyst, at)
    row = rounds.published(row, analyst, at)
    assert (row.result["cases"], row.result["right"]) == (6, 3)
    page = shown(cast, row)
    heir = OrgUnit.objects.get(code=NEXT_DOOR).name
    assert "已于" in page
    assert "抽中的房屋照常核查，当晚的登记照算，街道合计不变" in page
    assert f"已转到{heir}的房屋，结果和线索随房屋归它" in page


def test_one_record_stands_for_one_person_wherever_they_were_found(analyst, verifier, homes, at):
    """Three are registered under the name; of six who say it, three are not."""
    row = rounds.in_field(analyst, at, verifier)
    all_answer(verifier, at, "lived", WANG)
    rounds.closed(row, analyst, at)
    people = rounds.people_of(row, analyst)
    assert sorted(person.degree for person in people) == ["exact"] * 3 + ["none"] * 3
    assert all(person.is_here for person in people if person.right)


def test_a_unit_closed_before_the_night_is_no_news(cast, analyst, verifier, homes, at):
    closed_on(NEXT_DOOR, at.date() - timedelta(days=40), HOME)
    row = rounds.drawn(analyst, at)
    assert "照常核查" not in shown(cast, row)


def test_a_street_closed_before_the_draw_is_not_drawn_from(cast, analyst, homes, at):
    row = rounds.planned(analyst, at)
    closed_on(STREET, at.date())
    with acting(analyst), pytest.raises(services.UnableToCheck, match="撤销，不再抽取"):
        spotchecks.draw_round(round_id=row.pk, by=analyst, at=at)
    with acting(analyst):
        assert SpotRound.objects.get().state == "planned"
        assert not SpotItem.objects.exists()


def test_a_drawn_record_whose_person_moved_during_the_run_still_counts(
    cast, analyst, verifier, homes, at
):
    """Moved within the street after the night: what the register said on the night was right."""
    row = rounds.in_field(analyst, at, verifier, kind="reverse", wanted=3)
    clerk = cast.scope("clerk")
    with acting(clerk):
        residence = Residence.objects.get(dwelling=homes[0])
        services.move_resident(
            residence_id=residence.pk, dwelling_id=homes[5].pk, moved_on=at.date(),
            version=services.version_of(residence.resident, residence), by=clerk, at=at,
        )  # fmt: skip
    page = cast.client("verifier").get(
        reverse("residents:spot_visit", args=[rounds.sheet(verifier)[0].pk])
    )
    assert "那天以后搬来的不算，搬走的仍算" in page.content.decode()
    all_answer(verifier, at, "lives", WANG)
    rounds.closed(row, analyst, at)
    assert rounds.published(row, analyst, at).result["right"] == 3


def test_key_areas_are_strata_of_their_own_where_the_plan_asks_for_it(cast, analyst, homes, at):
    staff = cast.scope("staff")
    with acting(staff):
        told = housing.AreaTold(
            kind="urban_village", name="弄堂一带", owner_post=staff.appointment_id,
            buildings=[homes[0].building_id], since=at.date() - timedelta(days=9), cycle_days=30,
            targets={},
        )  # fmt: skip
        housing.save_area(told=told, by=staff, at=at)
    row = rounds.drawn(analyst, at, key_areas=True)
    assert {key.endswith("-key") for key in row.design} == {True}
    assert "·重点区域" in shown(cast, row)
    with acting(analyst):
        assert spotchecks.prove(rounds.looked_at(row)).holds
        assert DwellingUnit.objects.count() == sum(each["frame"] for each in row.design.values())


def test_anybody_draws_again_from_the_frame_with_nothing_but_python(
    cast, analyst, homes, at, tmp_path
):
    row = rounds.drawn(analyst, at, wanted=4, seed="2026 年第 4 季度")
    client = cast.client("analyst")
    frame, draws = (
        client.get(reverse(f"residents:spot_{what}", args=[row.pk])).content
        for what in ("frame", "draws")
    )
    assert sha256(frame).hexdigest() == row.frame_hash
    (tmp_path / "frame.txt").write_bytes(frame)
    numbers = [f"{key}={each['drawn']}" for key, each in row.design.items()]
    done = subprocess.run(
        [sys.executable, "-m", "residents.spotchecks.redraw", str(tmp_path / "frame.txt"),
         row.seed, *numbers],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2], env={},
    )  # fmt: skip
    assert done.stdout.split("\n", 1) == [f"# {row.frame_hash}", draws.decode() + "\n"]
    assert cast.client("clerk").get(
        reverse("residents:spot_frame", args=[row.pk])
    ).status_code == 404  # fmt: skip
