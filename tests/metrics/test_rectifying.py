"""What campaigns and letters to departments came to: group rentals, problems, referrals (S-105)."""

from datetime import timedelta

import pytest

from housing.models import Finding, Referral
from tests.housing.rectifying import found, rechecked
from tests.housing.test_enforcement import a_referral
from tests.metrics.builders import computed, parts
from tests.metrics.test_promptness import told_of
from tests.residents.builders import home
from tests.residents.test_group_rental import said

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-105")]
ONE = timedelta(days=1)


@pytest.fixture
def staff(cast):
    return cast.scope("staff")


@pytest.fixture
def homes(cast):
    return home(cast.scope("clerk"))


def put_right(cast, dwelling, *, due, on, **changes):
    """A problem told, put right and looked at again, as if on these days."""
    row = rechecked(cast, found(cast, dwelling, **changes))
    told_of(Finding, cast.scope("staff"), row, due_on=due, rechecked_on=on)
    return row


@pytest.mark.paper("S-77")
def test_a_confirmed_group_rental_is_put_right_in_time_or_not(cast, homes, today):
    for dwelling in homes[:3]:
        said(cast, "street", dwelling)
    put_right(cast, homes[0], due=today, on=today)
    put_right(cast, homes[1], due=today, on=today + ONE)  # a day late
    put_right(cast, homes[2], due=today + ONE, on=today)  # not due yet
    put_right(cast, homes[3], due=today, on=today)  # nobody has confirmed it
    put_right(cast, homes[0], due=today, on=today, kind="unsafe")  # another problem of the place
    computed()
    assert parts("group_rental_resolution") == (1, 2)


@pytest.mark.paper("S-74")
def test_a_problem_counts_when_it_was_ended_after_a_second_look(cast, staff, homes, today, at):
    ended = put_right(cast, homes[0], due=today, on=today, kind="unsafe")
    told_of(Finding, staff, ended, state="closed", assistance="已告知", ended_at=at)
    put_right(cast, homes[1], due=today, on=today, kind="unsafe")  # looked at, not ended
    nothing = put_right(cast, homes[2], due=today, on=today, kind="unsafe")
    told_of(Finding, staff, nothing, state="dismissed", ended_at=at)
    told_of(Finding, staff, found(cast, homes[3], "unsafe"), due_on=today)  # nobody was told yet
    computed()
    assert parts("rectification") == (1, 2)


@pytest.mark.paper("S-131")
def test_a_letter_is_answered_by_its_last_day_or_late(cast, staff, homes, today):
    for number, late in enumerate((0, 1, None)):
        row = a_referral(cast, homes[number], number=f"曹抄〔2026〕{number} 号")
        told_of(Referral, staff, row, feedback_due=today)
        if late is not None:
            told_of(
                Referral,
                staff,
                row,
                fed_back_on=today + late * ONE,
                feedback="已查",
                state="fed_back",
            )
    sent_back = a_referral(cast, homes[3], number="曹抄〔2026〕8 号")
    told_of(
        Referral,
        staff,
        sent_back,
        feedback_due=today,
        state="returned",
        returned_reason="不属本部门",
    )
    waiting = a_referral(cast, homes[4], number="曹抄〔2026〕9 号")
    told_of(Referral, staff, waiting, feedback_due=today + ONE)
    computed()
    assert parts("referral_closure") == (1, 3)


def test_without_cases_there_is_no_rate(cast, homes):
    computed()
    for key in ("group_rental_resolution", "rectification", "referral_closure"):
        assert parts(key) in ((0, 0), (None, None)), key
