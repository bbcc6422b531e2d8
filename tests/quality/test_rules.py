"""Rules find, open and close issues; nobody ticks them off by hand."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from housing.models import DwellingUnit
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.quality import services
from portal.quality.models import DataQualityIssue
from portal.quality.registry import quality_rules
from portal.quality.rule import COLUMNS, Severity
from portal.rules.working_days import add_working_days
from residents.models import Residence
from tests.cast import NEXT_DOOR, STREET
from tests.metrics.builders import CLOCK, altered, people, verified
from tests.residents import builders as register

pytestmark = pytest.mark.django_db


def checked(scope=CLOCK, *, at, **more):
    with acting(scope):
        return services.check_unit(unit=scope.unit, by=scope, at=at, **more)


def found(rule, *, state="open", scope=CLOCK):
    with acting(scope):
        return list(DataQualityIssue.objects.filter(rule=rule, state=state).order_by("subject"))


def dwelling(scope, **columns):
    """One dwelling with these values."""
    unit = register.home(scope, floors=1, per_floor=1)[0]
    with acting(scope):
        DwellingUnit.objects.filter(pk=unit.pk).update(**columns)
    return unit


def test_a_missing_phone_is_found_and_mended(cast, at):
    clerk = cast.scope("clerk")
    (episode,) = people(clerk, 1)
    altered(clerk, episode, phone_mask="")
    checked(at=at)
    (issue,) = found("R-190")
    assert (issue.subject, issue.residence_id) == (episode.name, episode.pk)
    assert issue.dwelling_id == episode.dwelling_id
    assert issue.due_on == add_working_days(timezone.localdate(at), 10)
    altered(clerk, episode, phone_mask="150****0001")
    checked(at=at)
    assert not found("R-190")
    (mended,) = found("R-190", state="fixed")
    assert mended.pk == issue.pk
    assert mended.closed_on is not None


def test_checking_again_opens_nothing_twice(cast, at):
    clerk = cast.scope("clerk")
    for episode in people(clerk, 3):
        altered(clerk, episode, phone_mask="")
    assert checked(at=at, only=["R-190"]).opened == 3
    assert checked(at=at, only=["R-190"]) == services.Outcome(0, 0)
    assert len(found("R-190")) == 3


@pytest.mark.paper("S-68")
def test_an_issue_keeps_the_day_on_which_it_was_first_seen(cast, at):
    clerk = cast.scope("clerk")
    (episode,) = people(clerk, 1)
    altered(clerk, episode, phone_mask="")
    checked(at=at)
    (first,) = found("R-190")
    altered(clerk, episode, short_address="6号 9999室")
    checked(at=at + timedelta(days=5))
    (later,) = found("R-190")
    assert (later.detected_on, later.due_on) == (first.detected_on, first.due_on)
    assert later.place == "6号 9999室"


@pytest.mark.paper("S-68")
def test_what_breaks_again_is_a_new_issue(cast, at):
    clerk = cast.scope("clerk")
    (episode,) = people(clerk, 1)
    for mask in ("", "150****0001", ""):
        altered(clerk, episode, phone_mask=mask)
        checked(at=at, only=["R-190"])
    assert len(found("R-190")) == 1
    assert len(found("R-190", state="fixed")) == 1


def test_children_need_a_guardian_but_no_phone(cast, at, today):
    clerk = cast.scope("clerk")
    child, grown = people(clerk, 2)
    birth = today.replace(year=today.year - 14) + timedelta(days=1)  # 14 tomorrow
    for episode, day in ((child, birth), (grown, birth - timedelta(days=1))):
        altered(clerk, episode, birth_date=day, phone_mask="")
    checked(at=at)
    assert [issue.residence_id for issue in found("R-150")] == [child.pk]
    assert [issue.residence_id for issue in found("R-190")] == [grown.pk]
    assert found("R-150")[0].severity == "must"
    assert found("R-150")[0].detail == "13 岁，未登记监护人"


@pytest.mark.paper("S-38")
@pytest.mark.parametrize(
    ("rule", "category", "columns"),
    [("R-191", "20", {"reason": ""}), ("R-195", "11", {"id_mask": ""}), ("R-192", "20", {})],
)
def test_mandatory_fields_depend_on_the_category(cast, at, rule, category, columns):
    clerk = cast.scope("clerk")
    needs, other = people(clerk, 2)
    altered(clerk, needs, category=category, **columns)
    altered(clerk, other, category="40" if rule == "R-195" else "11", **columns)
    checked(at=at)
    assert [issue.residence_id for issue in found(rule)] == [needs.pk]


def test_overdue_verifications_are_one_issue_for_each_household(cast, at):
    clerk = cast.scope("clerk")
    home = register.home(clerk, floors=1, per_floor=2)
    together = people(clerk, 2, dwellings=[home[0]])
    alone = people(clerk, 1, dwellings=[home[1]], start=40)
    for episode in together:
        verified(clerk, episode, 100)
    verified(clerk, alone[0], 200)
    checked(at=at)
    (lately,) = found("R-130")
    assert lately.subject.endswith(" 2 人")
    assert lately.object_id == home[0].pk
    (long_ago,) = found("R-131")
    assert (long_ago.object_id, long_ago.severity) == (home[1].pk, "should")


def test_a_verification_that_grows_old_changes_its_rule(cast, at):
    clerk = cast.scope("clerk")
    (episode,) = people(clerk, 1)
    verified(clerk, episode, 100)
    checked(at=at)
    assert len(found("R-130")) == 1
    checked(at=at + timedelta(days=60))
    assert not found("R-130")
    assert len(found("R-131")) == 1


@pytest.mark.parametrize(
    ("rule", "columns"),
    [
        ("R-080", {"house_code": "", "code_state": "none"}),
        ("R-081", {"house_code": "P-310107005001-000001", "code_state": "provisional"}),
        ("R-100", {"occupancy": "4", "occupants": 2}),
        ("R-101", {"occupancy": "2", "occupants": 0, "occupancy_checked_on": None}),
        ("R-110", {"occupancy": "2", "occupants": 1, "leased_until": None}),
        ("R-111", {"occupants": 1, "leased_until": date.today() - timedelta(days=16)}),
        ("R-120", {"occupants": 9, "floor_area": 38}),
    ],
)
def test_dwellings_are_found_by_what_is_wrong_with_them(cast, at, rule, columns):
    clerk = cast.scope("clerk")
    unit = dwelling(clerk, **columns)
    checked(at=at)
    (issue,) = found(rule)
    assert (issue.object_id, issue.dwelling_id, issue.residence_id) == (unit.pk, unit.pk, None)
    with acting(clerk):
        DwellingUnit.objects.filter(pk=unit.pk).update(
            house_code="310107005001-0006-0101", code_state="final", occupancy="1", occupants=1,
            floor_area=60, leased_until=None,
        )  # fmt: skip
    checked(at=at)
    assert not found(rule)


def test_a_rented_dwelling_may_stand_empty_for_a_month(cast, at, today):
    clerk = cast.scope("clerk")
    dwelling(clerk, occupancy="2", occupants=0, occupancy_checked_on=today - timedelta(days=30))
    checked(at=at)
    assert not found("R-101")
    checked(at=at + timedelta(days=1))
    assert len(found("R-101")) == 1


def test_little_area_is_a_reminder_and_says_its_arithmetic(cast, at):
    dwelling(cast.scope("clerk"), occupants=9, floor_area=38)
    checked(at=at)
    (issue,) = found("R-120")
    assert issue.severity == "note"
    assert issue.detail == "建筑面积 38.00 m²，在住 9 人，人均 4.2 m²"


def test_after_a_save_one_dwelling_is_looked_at_and_no_other(cast, at):
    clerk = cast.scope("clerk")
    home = register.home(clerk, floors=1, per_floor=2)
    first, second = people(clerk, 2, dwellings=home)
    for episode in (first, second):
        altered(clerk, episode, phone_mask="")
    checked(at=at)
    for episode in (first, second):
        altered(clerk, episode, phone_mask="150****0001")
    with acting(clerk):
        services.check_dwellings(dwelling_ids=[home[0].pk], unit=clerk.unit, by=clerk, at=at)
    assert [issue.residence_id for issue in found("R-190")] == [second.pk]


def test_who_left_is_no_issue_any_more(cast, at, today):
    clerk = cast.scope("clerk")
    (episode,) = people(clerk, 1)
    altered(clerk, episode, phone_mask="")
    checked(at=at)
    altered(
        clerk, episode, status=Residence.Status.ENDED, end_on=today, end_reason="01",
        begin_on=today - timedelta(days=9),
    )  # fmt: skip
    checked(at=at)
    assert not found("R-190")


def test_a_committees_check_leaves_its_neighbour_alone(cast, at):
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    for scope, address, start in ((clerk, "棠浦路988弄6号", 1), (neighbour, "花溪路1号", 50)):
        (episode,) = people(scope, 1, address=address, start=start)
        altered(scope, episode, phone_mask="")
    checked(clerk, at=at)
    assert {issue.committee_id for issue in found("R-190")} == {clerk.unit}
    checked(at=at)
    checked(clerk, at=at)
    assert {issue.committee_id for issue in found("R-190")} == {clerk.unit, NEXT_DOOR}
    assert len(found("R-190", scope=neighbour)) == 1


def test_nobody_checks_a_unit_of_others(cast, at):
    clerk = cast.scope("clerk")
    with acting(clerk), pytest.raises(NotAllowed):
        services.check_unit(unit=NEXT_DOOR, by=clerk, at=at)
    with acting(clerk), pytest.raises(NotAllowed):
        services.check_unit(unit=STREET, by=clerk, at=at)


@pytest.mark.paper("S-38")
def test_every_rule_says_why_and_how_and_finds_by_columns(cast, today):
    from portal.quality.rule import Inspection
    from portal.rules.services import rules_on

    inspection = Inspection(STREET, today, rules_on(services.RULE_SETS, today))
    with acting(CLOCK):
        for rule in quality_rules().values():
            assert rule.why
            assert rule.mend
            assert rule.number.startswith("DQ-")
            assert rule.severity in Severity
            assert rule.is_run or rule.held
            if rule.is_run:
                assert list(rule.offenders(inspection).values(*COLUMNS)) == []


def test_after_a_save_the_rules_compare_no_row_with_each(cast, at):
    """Of frames the planner knows no size: a hundred crowded dwellings took a minute so."""
    clerk = cast.scope("clerk")
    home = register.home(clerk, floors=1, per_floor=1)
    plans = []

    def explained(execute, sql, params, many, context):
        if "mended AS" in sql:
            execute(f"EXPLAIN {sql}", params, many, context)
            plans.append("\n".join(line for (line,) in context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    with acting(clerk), connection.execute_wrapper(explained):
        services.check_dwellings(dwelling_ids=[home[0].pk], unit=clerk.unit, by=clerk, at=at)
    (plan,) = plans
    looked_up = [line for line in plan.splitlines() if "NOT (ANY" in line]
    assert len([line for line in looked_up if "hashed SubPlan" in line]) == 2
    assert "Anti Join" not in plan
