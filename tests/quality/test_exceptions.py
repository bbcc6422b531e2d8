"""申请无误: asked by one person, decided by another of the street, over on its day."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.quality import services
from portal.quality.models import DataQualityIssue
from portal.rules.working_days import add_working_days
from tests.metrics.builders import CLOCK, altered
from tests.quality.builders import (
    PHONES,
    again,
    approved,
    asked,
    checked,
    missing_phones,
    with_phone,
)  # fmt: skip

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-68")]
MONTH = timedelta(days=30)


def refused(cast, issue, *, by="street", answer="请改登本人号码", at=None):
    scope = cast.scope(by)
    with acting(scope):
        services.refuse_exception(
            issue_id=issue.pk, answer=answer, by=scope, at=at or timezone.now()
        )


def test_a_clerk_asks_with_a_reason_and_the_issue_waits_for_the_street(cast, today, told):
    (issue,) = missing_phones(cast)
    with pytest.raises(services.UnableToSettle) as why:
        asked(cast, issue, reason=" ")
    assert why.value.field == "reason"
    asked(cast, issue)
    now = again(issue)
    assert (now.state, now.asked_by, now.reason) == ("asked", "周敏", "本人没有手机，由女儿代接")
    assert now.answer_on == add_working_days(today, 3)
    assert told("quality.exception_asked")[0]["reason"] == "本人没有手机，由女儿代接"


@pytest.mark.parametrize("who", ["lead", "analyst", "street"])
def test_who_does_not_mend_does_not_ask(cast, who):
    (issue,) = missing_phones(cast)
    with pytest.raises(NotAllowed):
        asked(cast, issue, by=who)


def test_the_street_agrees_until_a_day(cast, today, told):
    (issue,) = missing_phones(cast)
    asked(cast, issue)
    approved(cast, issue, today + MONTH)
    now = again(issue)
    assert (now.state, now.decided_by, now.excepted_until) == ("excepted", "顾振宇", today + MONTH)
    assert not now.is_open
    assert told("quality.exception_approved")[0]["changes"]["until"] == (today + MONTH).isoformat()
    assert checked(only=[PHONES]).opened == 0
    assert again(issue).state == "excepted"


@pytest.mark.parametrize("days", [0, -1, 181])
def test_it_agrees_to_no_day_that_is_past_or_far(cast, today, days):
    (issue,) = missing_phones(cast)
    asked(cast, issue)
    with pytest.raises(services.UnableToSettle) as why:
        approved(cast, issue, today + timedelta(days=days))
    assert why.value.field == "until"


@pytest.mark.parametrize(("who", "error"), [
    ("clerk", NotAllowed), ("lead", NotAllowed), ("district", NotAllowed),
    ("far_street", DataQualityIssue.DoesNotExist),
])  # fmt: skip
def test_nobody_else_decides(cast, today, who, error):
    (issue,) = missing_phones(cast)
    asked(cast, issue)
    with pytest.raises(error):
        approved(cast, issue, today + MONTH, by=who)
    with pytest.raises(error):
        refused(cast, issue, by=who)
    assert again(issue).state == "asked"


def test_nobody_decides_what_they_asked_for_in_any_post(cast, today):
    (issue,) = missing_phones(cast)
    asked(cast, issue, by="staff")
    with pytest.raises(services.UnableToSettle, match="不能审批自己的申请"):
        approved(cast, issue, today + MONTH, by="staff")
    promoted = replace(cast.scope("street"), user_id=cast.users["staff"].pk, user_name="何静")
    with acting(promoted), pytest.raises(services.UnableToSettle, match="不能审批自己的申请"):
        services.refuse_exception(issue_id=issue.pk, answer="退", by=promoted, at=timezone.now())
    approved(cast, issue, today + MONTH, by="street")
    assert again(issue).state == "excepted"


def test_a_refused_exception_is_the_askers_to_mend_with_the_days_that_were_left(cast, at):
    (issue,) = missing_phones(cast)
    asked(cast, issue, at=at)
    with pytest.raises(services.UnableToSettle, match="请写明退回的理由"):
        refused(cast, issue, answer="")
    later = at + timedelta(days=7)  # five working days, wherever the week begins
    refused(cast, issue, at=later)
    now = again(issue)
    assert (now.state, now.assigned_to, now.answer) == ("assigned", "周敏", "请改登本人号码")
    assert now.due_on == add_working_days(issue.due_on, 5)


def test_whoever_asked_may_take_it_back(cast):
    (issue,) = missing_phones(cast)
    asked(cast, issue)
    colleague, clerk = cast.scope("colleague"), cast.scope("clerk")
    with acting(colleague), pytest.raises(services.UnableToSettle, match="只有申请人可以撤回"):
        services.withdraw_exception(issue_id=issue.pk, by=colleague, at=timezone.now())
    with acting(clerk):
        services.withdraw_exception(issue_id=issue.pk, by=clerk, at=timezone.now())
    assert (again(issue).state, again(issue).assigned_to) == ("assigned", "周敏")


def test_it_is_open_again_when_its_day_has_passed(cast, today, at):
    (issue,) = missing_phones(cast)
    asked(cast, issue)
    approved(cast, issue, today + MONTH)
    checked(at=at + MONTH, only=[PHONES])
    assert again(issue).state == "excepted"
    checked(at=at + MONTH + timedelta(days=1), only=[PHONES])
    now = again(issue)
    day = today + MONTH + timedelta(days=1)
    assert (now.state, now.closed_on, now.excepted_until) == ("open", None, None)
    assert (now.detected_on, now.due_on) == (day, add_working_days(day, 10))


def test_it_is_open_again_when_the_record_says_something_else(cast, today):
    (issue,) = missing_phones(cast)
    asked(cast, issue)
    approved(cast, issue, today + MONTH)
    with acting(CLOCK):
        from residents.models import Residence

        episode = Residence.objects.get(pk=issue.residence_id)
    altered(cast.scope("clerk"), episode, short_address="6号 9999室")
    checked(only=[PHONES])
    assert (again(issue).state, again(issue).place) == ("open", "6号 9999室")


def test_an_exception_that_is_mended_is_mended(cast, today):
    (issue,) = missing_phones(cast)
    asked(cast, issue)
    approved(cast, issue, today + MONTH)
    with_phone(cast, issue)
    checked(only=[PHONES])
    assert (again(issue).state, again(issue).excepted_until) == ("fixed", None)


def test_what_is_asked_for_and_mended_meanwhile_needs_no_answer(cast, today):
    (issue,) = missing_phones(cast)
    asked(cast, issue)
    with_phone(cast, issue)
    checked(only=[PHONES])
    with pytest.raises(services.UnableToSettle, match="问题“已改”，不能确认无误"):
        approved(cast, issue, today + MONTH)


def test_overdue_verifications_are_no_exception(cast, at):
    from tests.metrics.builders import people, verified

    clerk = cast.scope("clerk")
    (episode,) = people(clerk, 1)
    verified(clerk, episode, 200)
    checked(at=at, only=["R-131"])
    with acting(clerk):
        issue = DataQualityIssue.objects.get(rule="R-131")
    with pytest.raises(services.UnableToSettle, match="不能申请无误"):
        asked(cast, issue)
