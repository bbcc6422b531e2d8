"""Verifications by the dozen in an hour are a finding and no verifications (domain §4.4, DQ-26)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.orgs.acting import acting
from portal.quality.fixing import issue_url
from portal.quality.models import DataQualityIssue
from residents import services
from residents.haste import Hour, uncounted
from residents.models import Residence
from tests.metrics.builders import CLOCK, computed, parts, people, verified
from tests.quality.builders import approved, asked, checked
from tests.residents import builders as register

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-73")]
HASTE = 31


def verify(scope, episode, at):
    with acting(scope):
        services.verify_dwelling(dwelling_id=episode.dwelling_id, by=scope, at=at)


@pytest.fixture
def hour(at):
    """Ten in the morning of yesterday."""
    return timezone.localtime(at - timedelta(days=1)).replace(hour=10, minute=5, second=0)


@pytest.fixture
def hurried(cast, hour):
    """Thirty-one homes found unchanged by the clerk in an hour, one by a colleague; one overdue."""
    clerk = cast.scope("clerk")
    homes = register.home(clerk, floors=6, per_floor=6)
    there = people(clerk, HASTE + 2, dwellings=homes, at=hour - timedelta(days=5))
    for place, episode in enumerate(there[:HASTE]):
        verify(clerk, episode, hour + timedelta(minutes=place))
    verify(cast.scope("colleague"), there[HASTE], hour)
    verified(clerk, there[-1], 200)
    computed()
    return there


def listed(cast, query):
    return cast.client("clerk").get(f"/residents/?actual=1&{query}&exact=1").context["list"].total


def found():
    with acting(CLOCK):
        return DataQualityIssue.objects.get(rule="R-261")


def test_what_was_clicked_through_in_an_hour_is_not_fresh_until_it_is_verified_anew(
    cast, hurried, hour, at
):
    assert parts("freshness") == (1, HASTE + 2)
    assert [listed(cast, q) for q in ("fresh=1", "fresh=0", "hasty=1", "overdue=1")] == [
        1, HASTE + 1, HASTE, 1,
    ]  # fmt: skip
    issue = found()
    clerk = cast.scope("clerk")
    assert Hour.of(issue.object_id) == Hour(clerk.user_id, hour.replace(minute=0, microsecond=0))
    assert issue_url(issue, clerk) == "/residents/?actual=1&hasty=1"
    verify(clerk, hurried[0], at)
    computed()
    assert parts("freshness") == (2, HASTE + 2)
    assert [listed(cast, q) for q in ("fresh=1", "hasty=1")] == [2, HASTE - 1]


def test_it_counts_again_when_the_street_agrees_and_stays_so(cast, hurried, at):
    text = cast.client("clerk").get("/dashboard/committee/").content.decode()
    assert "fresh=0" in text
    later = at + timedelta(days=9)  # the rule looks at the last week only

    def hasty():
        with acting(CLOCK):
            day = timezone.localdate(later)
            return Residence.objects.filter(uncounted(CLOCK.unit, day)).count()

    issue = asked(cast, found(), reason="整幢楼停电，由物业陪同逐户登记")
    assert hasty() == HASTE
    approved(cast, issue, timezone.localdate(at) + timedelta(days=30))
    computed()
    assert parts("freshness")[0] == HASTE + 1
    checked(at=later, only=["R-261"])
    assert found().state == "fixed"
    assert hasty() == 0


def test_a_week_does_not_make_it_a_verification(cast, hurried, at):
    later = at + timedelta(days=9)
    checked(at=later, only=["R-261"])
    assert found().state == "fixed"
    with acting(CLOCK):
        hasty = Residence.objects.filter(uncounted(CLOCK.unit, timezone.localdate(later)))
        assert hasty.count() == HASTE


def test_thirty_in_an_hour_can_be_seen(cast, hour):
    clerk = cast.scope("clerk")
    there = people(clerk, HASTE - 1, dwellings=register.home(clerk, floors=6, per_floor=5),
                   at=hour - timedelta(days=5))  # fmt: skip
    for episode in there:
        verify(clerk, episode, hour)
    computed()
    assert parts("freshness") == (HASTE - 1, HASTE - 1)
