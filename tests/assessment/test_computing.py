"""Scores come from a published snapshot, by the declared functions, never as 0 for want of data."""

from decimal import Decimal as D

import pytest

from assessment.models import IndicatorValue, Score, UnitSheet
from assessment.scoring import rounded
from assessment.services import computing, cycles
from assessment.services.common import UnableToAssess
from portal.orgs.acting import acting
from tests.assessment import builders as b
from tests.cast import FAR_STREET, STREET

pytestmark = pytest.mark.django_db


def sheet_of(cast, cycle, unit):
    with acting(cast.scope("district")):
        return UnitSheet.objects.get(cycle=cycle, committee_id=unit)


@pytest.mark.paper("S-132")
def test_the_worked_street_scores_82_7_and_grade_b(cast, at):
    b.snapshot(cast, b.WORKED)
    cycle = b.computed_cycle(cast, at)
    with acting(cast.scope("district")):
        rows = Score.objects.filter(indicator__cycle=cycle, committee_id=STREET)
        points = {s.indicator.code: rounded(s.computed) for s in rows.select_related("indicator")}
    assert {code: points[code] for code in ("A1", "A2", "A4", "D3", "D4")} == {
        "A1": D("6.9"),
        "A2": D("12.0"),
        "A4": D("3.6"),
        "D3": D("3.5"),
        "D4": D("0.1"),
    }
    assert points["C2"] == D("3.2")
    sheet = sheet_of(cast, cycle, STREET)
    assert {code: D(text) for code, text in sheet.families.items()} == {
        "A": D("36.48"),
        "B": D("29.40"),
        "C": D("9.20"),
        "D": D("7.64"),
    }
    assert rounded(sheet.total) == D("82.7")
    assert sheet.grade == "B"


def test_a_unit_without_numbers_has_no_total_and_no_zero(cast, at):
    b.snapshot(cast, b.WORKED)
    cycle = b.computed_cycle(cast, at)
    sheet = sheet_of(cast, cycle, FAR_STREET)
    assert sheet.total is None
    assert sheet.grade == ""
    assert b.score(cast.scope("district"), cycle, "A4", FAR_STREET).computed is None


def test_an_indicator_without_data_says_why_and_gives_its_weight_to_its_family(cast, at):
    b.snapshot(cast, {"freshness": (95, 100), "completeness": (90, 100)})
    cycle = b.computed_cycle(cast, at)
    sheet = sheet_of(cast, cycle, STREET)
    # freshness 6 of 6, completeness 0 of 4: 6 of 10 of the only family with data
    assert rounded(sheet.total) == D("60.0")
    assert sheet.families == {"A": "27.00", "B": None, "C": None, "D": None}
    with acting(cast.scope("district")):
        missing = IndicatorValue.objects.get(
            indicator__cycle=cycle, indicator__code="A1", committee_id=STREET
        )
    assert missing.value is None
    assert missing.reason == "本年度没有这项数据"


def test_no_cases_is_not_a_score(cast, at):
    b.snapshot(cast, {"freshness": (0, 0), "completeness": (99, 100)})
    cycle = b.computed_cycle(cast, at)
    assert b.score(cast.scope("district"), cycle, "A4", STREET).computed is None
    assert rounded(sheet_of(cast, cycle, STREET).total) == D("100.0")


def test_a_street_is_the_sum_of_its_committees(cast, at):
    from tests.cast import NEXT_DOOR

    run = b.snapshot(cast, {"freshness": (10, 10)})
    b.snapshot(cast, {"freshness": (53, 80)}, committee=NEXT_DOOR, run=run)
    cycle = b.computed_cycle(cast, at)
    # 63 of 90 is 70 %, where the mean of the two rates would be 83 %
    assert b.score(cast.scope("district"), cycle, "A4", STREET).computed == D("1.71429")


def test_the_latest_snapshot_up_to_the_freeze_is_taken(cast, at, today):
    from datetime import timedelta

    b.snapshot(cast, {"freshness": (60, 100)}, day=today - timedelta(days=9))
    last = b.snapshot(cast, {"freshness": (95, 100)}, day=today - timedelta(days=2))
    b.snapshot(cast, {"freshness": (60, 100)}, day=today + timedelta(days=2))
    cycle = b.computed_cycle(cast, at, year=today.year)
    assert cycle.run_id == last.pk
    assert b.score(cast.scope("district"), cycle, "A4", STREET).computed == 6


def test_without_a_snapshot_nothing_is_computed(cast, at):
    by = cast.scope("district")
    with acting(by):
        cycle = cycles.open_cycle(year=2026, by=by, at=at)
        with pytest.raises(UnableToAssess, match="还没有已发布的指标快照"):
            computing.request_compute(cycle_id=cycle.pk, by=by, at=at)


def test_computing_twice_changes_nothing(cast, at):
    b.snapshot(cast, b.WORKED)
    cycle = b.computed_cycle(cast, at)
    by = cast.scope("district")
    with acting(by):
        job = computing.request_compute(cycle_id=cycle.pk, by=by, at=at)
    from portal.jobs.services import work

    work(job.pk)
    with acting(by):
        assert Score.objects.filter(indicator__cycle=cycle, committee_id=STREET).count() == 26
    assert rounded(sheet_of(cast, cycle, STREET).total) == D("82.7")
