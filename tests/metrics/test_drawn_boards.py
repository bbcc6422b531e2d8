"""A board is drawn once for each state of its numbers, and again as soon as one has changed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.metrics.models import MetricRun, RunKind
from portal.orgs.models import OrgUnit
from portal.rules.models import RuleSet
from portal.rules.services import rule_on
from tests.cast import HOME, STREET
from tests.metrics.builders import CLOCK, SYSTEM, altered, computed, people
from tests.quality.builders import checked

pytestmark = pytest.mark.django_db
COMMITTEE = "/dashboard/committee/"


@pytest.fixture
def register(cast):
    """Eight people of one committee, and their numbers."""
    found = people(cast.scope("clerk"), 8)
    computed()
    return found


def body(cast, key="clerk", path=COMMITTEE):
    return cast.client(key).get(path).context["body"]


def test_the_same_numbers_are_drawn_once(cast, register):
    assert body(cast) is body(cast)


def test_new_numbers_are_drawn_anew(cast, register):
    before = body(cast)
    altered(cast.scope("clerk"), register[0], category="31")
    assert body(cast) is before  # stored values only: the register is not read
    computed()
    after = body(cast)
    assert after != before
    assert "category=31&amp;exact=1" in after  # somebody of this category lives here now
    assert "category=31&amp;exact=1" not in before


def test_an_issue_found_by_a_save_is_counted_at_once(cast, register):
    before = body(cast)
    altered(cast.scope("clerk"), register[0], phone_mask="")
    checked()
    assert body(cast) != before


def test_a_preview_that_is_confirmed_tells_the_new_moment(cast, register):
    before = body(cast, "street", "/dashboard/street/")
    run = MetricRun.objects.published().get(kind=RunKind.PREVIEW)
    MetricRun.objects.filter(pk=run.pk).update(confirmed_at=run.measured_at + timedelta(hours=1))
    assert body(cast, "street", "/dashboard/street/") is not before


def test_a_changed_target_is_drawn_with_it(cast, register):
    before = body(cast)
    RuleSet.objects.filter(code="metric_targets").update(
        version=2,
        parameters={**rule_on("metric_targets", timezone.localdate()).parameters, "freshness": 77},
    )
    assert "77.0%" in body(cast)
    assert "77.0%" not in before


def test_a_renamed_committee_stands_on_its_streets_board(cast, register):
    before = body(cast, "street", "/dashboard/street/")
    OrgUnit.objects.filter(pk=HOME).update(short_name="新名")
    assert "新名" in body(cast, "street", "/dashboard/street/")
    assert "新名" not in before


def test_each_order_and_each_reader_has_a_drawing_of_its_own(cast, register):
    computed(scope=SYSTEM)
    path = "/dashboard/street/"
    orders = {body(cast, "street", f"{path}?by={by}") for by in ("freshness", "-freshness")}
    assert len(orders) == 2
    own = body(cast, "street", path)
    seen_from_above = body(cast, "district", f"{path}?unit={STREET}")
    narrowed = f"actual=1&amp;unit={STREET}&amp;"  # lists of a unit below one's own
    assert narrowed in seen_from_above
    assert narrowed not in own


def test_a_second_committee_with_the_same_counts_is_not_taken_for_the_first(cast, register):
    neighbour = cast.scope("neighbour")
    people(neighbour, 8, address="花溪路1号", start=50)
    computed(scope=CLOCK)
    assert body(cast) is not body(cast, "neighbour")
