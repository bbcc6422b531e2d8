"""Issues are given to somebody, mended, and looked at again by somebody else."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.quality import services, transitions
from portal.quality.models import DataQualityIssue
from portal.rules.working_days import add_working_days
from tests.cast import NEXT_DOOR
from tests.metrics.builders import CLOCK, altered
from tests.quality.builders import (
    GUARDIANS,
    PHONES,
    again,
    asked,
    born,
    checked,
    given,
    missing_phones,
    saved,
    with_phone,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-68")]


def child(today):
    return today.replace(year=today.year - 9, day=1)


def test_every_state_leads_somewhere_or_is_the_end():
    known = set(transitions.TITLES)
    assert set(transitions.MOVES) == known
    reached = {to for moves in transitions.MOVES.values() for to in moves.values()}
    assert reached | {transitions.OPEN} == known
    assert {state for state, moves in transitions.MOVES.items() if not moves} == {"checked"}
    assert {act for moves in transitions.MOVES.values() for act in moves} == set(transitions.ACTS)


@pytest.mark.paper("S-67")
def test_a_lead_gives_an_issue_to_a_collector(cast, told):
    (issue,) = missing_phones(cast)
    given(cast, issue)
    now = again(issue)
    assert (now.state, now.assigned_to, now.assigned_by) == ("assigned", "顾小满", "郑书记")
    assert now.is_open
    (event,) = told("quality.issue_assigned")
    assert event["changes"] == {"rule": "R-190 未登记手机", "assigned": "顾小满"}
    assert (event["actor_name"], event["target_id"]) == ("郑书记", str(issue.pk))


@pytest.mark.parametrize("who", ["neighbour", "far_clerk", "lead", "window", "auditor"])
def test_it_is_given_to_nobody_who_cannot_mend_it(cast, who):
    (issue,) = missing_phones(cast)
    with pytest.raises(services.UnableToSettle) as refused:
        given(cast, issue, to=who)
    assert refused.value.field == "mender"


def test_work_is_not_given_upwards(cast):
    first, second = missing_phones(cast, 2)
    with pytest.raises(services.UnableToSettle) as refused:
        given(cast, first, to="staff")
    assert refused.value.field == "mender"
    assert "何静" not in cast.client("lead").get(f"/quality/{first.pk}/").content.decode()
    given(cast, second, to="staff", by="street")
    assert again(second).assigned_to == "何静"


@pytest.mark.parametrize("who", ["collector", "analyst", "auditor"])
def test_who_does_not_assign_is_refused(cast, who):
    (issue,) = missing_phones(cast)
    with pytest.raises(NotAllowed):
        given(cast, issue, by=who)


@pytest.mark.parametrize("who", ["neighbour", "far_street"])
def test_an_issue_of_others_is_not_there(cast, who):
    (issue,) = missing_phones(cast)
    with pytest.raises(DataQualityIssue.DoesNotExist):
        given(cast, issue, by=who)


def test_several_are_given_at_once_and_what_is_done_stays(cast):
    first, second, third = missing_phones(cast, 3)
    given(cast, first)
    asked(cast, second)
    lead = cast.scope("lead")
    with acting(lead):
        count = services.assign_issues(
            issue_ids=[first.pk, second.pk, third.pk], mender_id=cast.users["collector"].pk,
            by=lead, at=timezone.now(),
        )  # fmt: skip
    assert count == 1
    assert [again(each).state for each in (first, second, third)] == [
        "assigned", "asked", "assigned",
    ]  # fmt: skip


def test_a_save_mends_in_the_name_of_who_saved(cast):
    (issue,) = missing_phones(cast)
    given(cast, issue)
    with_phone(cast, issue)
    saved(cast, issue, "colleague")
    now = again(issue)
    assert (now.state, now.fixed_by, now.closed_on) == ("fixed", "许婉清", timezone.localdate())


def test_a_run_mends_in_the_name_of_whom_it_was_given_to(cast):
    (issue,) = missing_phones(cast)
    given(cast, issue)
    with_phone(cast, issue)
    checked()
    now = again(issue)
    assert (now.state, now.fixed_by) == ("fixed", "顾小满")


def mended_child(cast, today, by="clerk"):
    """An issue that must be mended, mended by a save of this person."""
    episode, issue = born(cast, child(today))
    altered(cast.scope("clerk"), episode, birth_date=date(1986, 7, 18))
    saved(cast, issue, by)
    return again(issue)


def test_what_must_be_mended_is_checked_by_somebody_else(cast, today, told):
    issue = mended_child(cast, today)
    assert (issue.state, issue.to_check, issue.fixed_by) == ("fixed", True, "周敏")
    assert issue.answer_on == add_working_days(today, 5)
    clerk, lead = cast.scope("clerk"), cast.scope("lead")
    with acting(clerk), pytest.raises(services.UnableToSettle, match="不能复核自己改的问题"):
        services.check_issue(issue_id=issue.pk, by=clerk, at=timezone.now())
    with acting(lead):
        services.check_issue(issue_id=issue.pk, by=lead, at=timezone.now())
    now = again(issue)
    assert (now.state, now.checked_by, now.answer_on) == ("checked", "郑书记", None)
    assert [event["actor_name"] for event in told("quality.issue_checked")] == ["郑书记"]


def test_a_collector_checks_nothing(cast, today):
    issue = mended_child(cast, today)
    collector = cast.scope("collector")
    with acting(collector), pytest.raises(NotAllowed):
        services.check_issue(issue_id=issue.pk, by=collector, at=timezone.now())


def test_about_one_in_ten_of_the_rest_is_checked(cast):
    issues = missing_phones(cast, 16)
    for issue in issues:
        with_phone(cast, issue)
    checked()
    now = [again(issue) for issue in issues]
    assert [each.to_check for each in now] == [each.pk.hex[-2:] < "1a" for each in now]
    assert all((each.answer_on is not None) == each.to_check for each in now)


def test_what_is_not_to_be_checked_is_not(cast):
    (issue,) = missing_phones(cast)
    with acting(CLOCK):
        DataQualityIssue.objects.filter(pk=issue.pk).update(
            state="fixed", closed_on=timezone.localdate(), to_check=False
        )
    lead = cast.scope("lead")
    with acting(lead), pytest.raises(services.UnableToSettle, match="不在复核之列"):
        services.check_issue(issue_id=issue.pk, by=lead, at=timezone.now())


def sent_back(cast, issue, by="lead", answer="出生日期抄错一位"):
    scope = cast.scope(by)
    with acting(scope):
        services.send_back(issue_id=issue.pk, answer=answer, by=scope, at=timezone.now())
    return again(issue)


def test_what_is_sent_back_stays_open_until_it_is_reported_and_checked_again(cast, today, told):
    issue = mended_child(cast, today)
    now = sent_back(cast, issue)
    assert (now.state, now.assigned_to, now.closed_on) == ("returned", "周敏", None)
    assert now.due_on == add_working_days(today, 3)
    assert told("quality.issue_sent_back")[0]["reason"] == "出生日期抄错一位"
    checked()
    assert again(issue).state == "returned"
    clerk = cast.scope("clerk")
    with acting(clerk):
        services.report_mended(issue_id=issue.pk, by=clerk, at=timezone.now())
    now = again(issue)
    assert (now.state, now.to_check, now.fixed_by) == ("fixed", True, "周敏")
    lead = cast.scope("lead")
    with acting(lead):
        services.check_issue(issue_id=issue.pk, by=lead, at=timezone.now())
    assert again(issue).state == "checked"


def test_sending_back_needs_a_reason_and_no_finding_beside_it(cast, today):
    issue = mended_child(cast, today)
    with pytest.raises(services.UnableToSettle, match="请写明哪里没有改好"):
        sent_back(cast, issue, answer="  ")
    with acting(CLOCK):
        DataQualityIssue.objects.create(
            committee_id=issue.committee_id, rule=GUARDIANS, severity="must", detail="再次查出",
            object_id=issue.object_id, subject="王巧云", detected_on=today, due_on=today,
        )  # fmt: skip
    with pytest.raises(services.UnableToSettle, match="又查出了同一问题"):
        sent_back(cast, issue)
    assert again(issue).state == "fixed"


def test_who_does_not_register_reports_nothing(cast, today):
    issue = sent_back(cast, mended_child(cast, today))
    lead = cast.scope("lead")
    with acting(lead), pytest.raises(NotAllowed):
        services.report_mended(issue_id=issue.pk, by=lead, at=timezone.now())


def test_no_step_follows_where_it_may_not(cast):
    (issue,) = missing_phones(cast)
    with_phone(cast, issue)
    checked()
    lead, clerk = cast.scope("lead"), cast.scope("clerk")
    with acting(lead), pytest.raises(services.UnableToSettle, match="问题“已改”，不能派发"):
        given(cast, issue)
    with acting(clerk), pytest.raises(services.UnableToSettle, match="不能报告改完"):
        services.report_mended(issue_id=issue.pk, by=clerk, at=timezone.now())


@pytest.mark.parametrize(
    ("rule", "day", "due"),
    [  # over the National Day holidays of 2026 and their worked weekends
        (PHONES, date(2026, 9, 29), date(2026, 10, 19)),
        (GUARDIANS, date(2026, 9, 29), date(2026, 10, 9)),
    ],
)
def test_deadlines_count_working_days(cast, rule, day, due):
    at = timezone.make_aware(datetime.combine(day, time(9)))
    from portal.quality.registry import quality_rules
    from portal.quality.rule import Inspection
    from portal.rules.services import rules_on

    inspection = Inspection(CLOCK.unit, day, rules_on(services.RULE_SETS, day))
    assert services.due_on(quality_rules()[rule], inspection) == due
    assert timezone.localdate(at) == day


def test_what_went_to_another_committee_is_nobodys_there(cast):
    (issue,) = missing_phones(cast)
    given(cast, issue)
    with acting(CLOCK):  # found while the record was another committee's
        DataQualityIssue.objects.filter(pk=issue.pk).update(committee_id=NEXT_DOOR)
    checked()
    now = again(issue)
    assert (now.state, now.assigned_id, now.assigned_to) == ("open", None, "")
    assert (now.committee_id, now.due_on) == (issue.committee_id, issue.due_on)


@pytest.mark.parametrize(
    "columns",
    [
        {"state": "assigned"},
        {"state": "asked"},
        {"state": "excepted", "closed_on": date(2026, 11, 29)},
        {"state": "fixed"},
        {"excepted_until": date(2027, 1, 1)},
        {"closed_on": date(2026, 11, 29)},
    ],
)
def test_the_database_refuses_half_a_step(cast, columns):
    (issue,) = missing_phones(cast)
    with acting(CLOCK), pytest.raises(IntegrityError), transaction.atomic():
        DataQualityIssue.objects.filter(pk=issue.pk).update(**columns)


def test_an_overdue_issue_is_one_that_somebody_has_to_mend(cast, today):
    first, second = missing_phones(cast, 2)
    asked(cast, second)
    with acting(CLOCK):
        phones = DataQualityIssue.objects.in_scope(CLOCK).filter(rule=PHONES)
        phones.update(due_on=today - timedelta(days=1))
        late = phones.overdue_on(today)
        assert [issue.pk for issue in late] == [first.pk]
