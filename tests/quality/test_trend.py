"""The trend of a rule is what runs have stored, never counted anew."""

from datetime import timedelta

import pytest

from portal.orgs.acting import acting
from portal.orgs.records import new_id
from portal.quality import services
from portal.quality.models import DataQualityIssue, IssueCount, RuleFailure
from portal.quality.summary import rule_states
from portal.rules.services import parameters_on
from tests.cast import HOME, NEXT_DOOR
from tests.metrics.builders import CLOCK, altered, people
from tests.quality.builders import PHONES, checked, missing_phones

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-68")]


def weeks(unit, day, rule=PHONES):
    with acting(CLOCK):
        states = rule_states(unit, day, parameters_on("issue_deadlines", day))
    return next(list(state.weeks) for state in states if state.rule.key == rule)


def test_a_run_stores_the_stock_of_each_committee_once_a_day(cast, at, today):
    missing_phones(cast, 2)
    checked(at=at, run=new_id())
    with acting(CLOCK):
        stored = IssueCount.objects.filter(rule=PHONES, day=today)
        assert list(stored.values_list("committee_id", "open")) == [(HOME, 2)]
    neighbour = cast.scope("neighbour")
    (episode,) = people(neighbour, 1, address="花溪路1号", start=50)
    altered(neighbour, episode, phone_mask="")
    with acting(CLOCK):
        DataQualityIssue.objects.filter(rule=PHONES).update(state="fixed", closed_on=today)
    checked(at=at, run=new_id())
    with acting(CLOCK):
        stored = IssueCount.objects.filter(rule=PHONES, day=today).order_by("committee_id")
        assert list(stored.values_list("committee_id", "open")) == [(HOME, 2), (NEXT_DOOR, 1)]


def test_a_check_that_is_no_run_stores_nothing(cast, at):
    missing_phones(cast, 1)
    with acting(CLOCK):
        assert not IssueCount.objects.exists()


def test_the_trend_is_the_last_stored_day_of_each_week(cast, today):
    with acting(CLOCK):
        for back, stock in ((0, 4), (3, 9), (8, 6), (9, 1), (83, 7), (84, 5)):
            IssueCount.objects.create(
                committee_id=HOME, day=today - timedelta(days=back), rule=PHONES, open=stock
            )
        IssueCount.objects.create(committee_id=NEXT_DOOR, day=today, rule=PHONES, open=2)
    assert weeks(HOME, today) == [7, *[None] * 9, 6, 4]
    assert weeks(CLOCK.unit, today) == [7, *[None] * 9, 6, 6]
    assert weeks(HOME, today, "R-191") == [0, *[None] * 9, 0, 0]


def test_a_rule_that_cannot_be_asked_has_no_number_and_no_zero(cast, at, today):
    with acting(CLOCK):
        for back in (0, 8):
            IssueCount.objects.create(
                committee_id=HOME, day=today - timedelta(days=back), rule="R-191", open=1
            )
        IssueCount.objects.create(
            committee_id=HOME, day=today - timedelta(days=8), rule=PHONES, open=6
        )
        RuleFailure.objects.create(
            rule=PHONES, unit=CLOCK.unit, failed_at=at, since=at - timedelta(days=1)
        )
        (failure,) = services.failures_for(HOME)
        told = {
            state.rule.key: state
            for state in rule_states(
                HOME, today, parameters_on("issue_deadlines", today), [failure]
            )
        }
    assert told[PHONES].weeks[-2:] == (6, None)
    assert told["R-191"].weeks[-2:] == (1, 1)
    assert told[PHONES].failure == failure


def test_what_is_old_is_swept(cast, at, today):
    missing_phones(cast, 1)
    with acting(CLOCK):
        IssueCount.objects.create(
            committee_id=HOME, day=today - timedelta(days=101), rule=PHONES, open=3
        )
    checked(at=at, run=new_id())
    with acting(CLOCK):
        assert [row.day for row in IssueCount.objects.filter(rule=PHONES)] == [today]


def test_a_failure_remembers_since_when_its_numbers_stand(cast, at, monkeypatch):
    from portal.quality.services.running import _remember_failures

    later = at + timedelta(hours=3)
    for moment in (at, later):
        _remember_failures(CLOCK.unit, [PHONES], [PHONES], moment)
    (failure,) = services.failures_for(HOME)
    assert (failure.failed_at, failure.since) == (later, at)
    _remember_failures(CLOCK.unit, [PHONES], [], later)
    assert not RuleFailure.objects.exists()
