"""How promptly changes reach the register: leads, corrections, permits, and who leaves the team."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from permits.models import PermitApplication
from portal.orgs.acting import acting
from residents.models import CorrectionRequest, Lead
from staffing.models import Collector
from tests.cast import STREET
from tests.metrics.builders import collector, computed, parts
from tests.permits import builders as permits
from tests.residents.builders import home, register
from tests.residents.test_corrections import decide, receive
from tests.residents.test_leads import a_lead, find, triage

pytestmark = pytest.mark.django_db


def told_of(model, scope, row, **columns):
    """As if the row held these days."""
    with acting(scope):
        assert model.objects.filter(pk=row.pk).update(**columns) == 1


@pytest.mark.paper("S-64")
def test_leads_count_by_what_came_of_them_and_a_change_told_twice_counts_once(cast, at):
    clerk = cast.scope("clerk")
    for result in ("nothing", "nothing", "duplicate"):
        lead = a_lead(clerk, at)
        triage(clerk, lead, at)
        find(clerk, lead, at, result)
    confirmed = a_lead(clerk, at)
    triage(clerk, confirmed, at)
    find(clerk, confirmed, at, "nothing")
    told_of(Lead, clerk, confirmed, result="new")
    a_lead(clerk, at)  # nobody has been there yet
    computed()
    assert parts("lead_yield") == (1, 3)


@pytest.mark.paper("S-64")
def test_a_visit_is_in_time_until_its_last_day(cast, at, today):
    clerk = cast.scope("clerk")
    for late in (-1, 0, 1):
        lead = a_lead(clerk, at)
        triage(clerk, lead, at)
        find(clerk, lead, at, "nothing")
        told_of(Lead, clerk, lead, visit_due_on=today, visited_on=today + timedelta(days=late))
    missed = a_lead(clerk, at)
    triage(clerk, missed, at)
    told_of(Lead, clerk, missed, visit_due_on=today)
    later = a_lead(clerk, at)
    triage(clerk, later, at)
    told_of(Lead, clerk, later, visit_due_on=today + timedelta(days=1))  # not due yet
    computed()
    assert parts("lead_visits_on_time") == (2, 4)


def test_corrections_count_when_their_answer_is_due(cast, at, today):
    clerk = cast.scope("clerk")
    living = register(clerk, home(clerk)[0], at=at, employer="万里小学")
    asked = [receive(clerk, living, at) for _ in range(4)]
    decide(clerk, asked[0], at)
    decide(clerk, asked[1], at, granted=False, answer="与单位证明不符")
    due = {"received_on": today - timedelta(days=15), "due_on": today}
    told_of(CorrectionRequest, clerk, asked[0], **due)
    told_of(CorrectionRequest, clerk, asked[1], **due, decided_at=at + timedelta(days=1))
    told_of(CorrectionRequest, clerk, asked[2], **due)  # unanswered; the fourth is not due
    computed()
    assert parts("correction_on_time") == (1, 3)
    assert parts("corrections_granted") == (1, 2)


@pytest.mark.paper("S-91")
def test_permits_are_in_time_until_their_last_day(cast, at, today):
    window = cast.scope("window")
    for place, late in enumerate((0, 1)):
        address = ("棠浦路988弄6号", "棠浦路988弄8号")[place]
        living = permits.an_incomer(cast, sequence=31 + place, address=address)
        case = permits.approved(cast, living)
        told_of(PermitApplication, window, case, due_on=today - timedelta(days=late))
    computed()
    assert parts("permit_on_time") == (1, 2)


@pytest.mark.paper("S-91")
def test_one_notice_is_enough_when_the_case_goes_on(cast):
    waiting = permits.an_incomer(cast, sequence=31)
    permits.received(cast, waiting, handed_in=permits.everything()[:1])
    whole = permits.an_incomer(cast, sequence=32, address="棠浦路988弄8号")
    permits.received(cast, whole)  # nothing is missing: no notice
    computed()
    assert parts("one_time_notice") == (0, 1)


def test_turnover_holds_leavers_against_the_mean_of_a_year(cast, today):
    street = cast.scope("street")
    year_ago = today - timedelta(days=365)
    stayed, left, came = (collector(street, number=number) for number in (1, 2, 3))
    told_of(Collector, street, stayed, appointed_on=year_ago)
    told_of(
        Collector, street, left, appointed_on=year_ago, status="left",
        left_on=today - timedelta(days=10),
    )  # fmt: skip
    told_of(Collector, street, came, appointed_on=today)
    computed()
    assert parts("turnover", unit=STREET) == (1, D(2))  # two a year ago, two today
