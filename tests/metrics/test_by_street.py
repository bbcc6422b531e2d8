"""A large district's run is done street by street and comes to the same numbers as in one piece."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.jobs import services as ledger
from portal.jobs.models import JobChunk
from portal.metrics import services
from portal.metrics.models import MetricRun, MetricValue, RunKind
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from portal.quality.models import DataQualityIssue
from residents.models import Residence
from tests.cast import DISTRICT, FAR_STREET, STREET
from tests.metrics.builders import SYSTEM, altered, asked, collector, computed, parts, people

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-140")]


@pytest.fixture
def by_street(settings):
    settings.METRICS_BY_STREET_FROM = 0


@pytest.fixture
def register(cast):
    """Two streets with faults, a number that people of both give, and posts on every level."""
    clerk, far = cast.scope("clerk"), cast.scope("far_clerk")
    here = people(clerk, 5)
    there = people(far, 6, address="长风路1号", start=60)
    altered(clerk, here[0], phone_mask="")
    altered(clerk, here[1], category="12")
    altered(far, there[0], code_final=True)
    altered(far, there[1], status="ended", end_on=timezone.localdate(), end_reason="02",
            cancelled_on=timezone.localdate())  # fmt: skip
    with acting(SYSTEM):
        for episode in [*here, *there]:
            episode.resident.__class__.objects.filter(pk=episode.resident_id).update(
                phone_index=b"the same for all"
            )
    collector(clerk)
    return here, there


def values(run):
    with acting(SYSTEM):
        rows = MetricValue.objects.filter(run=run).order_by("committee_id", "metric")
        return list(rows.values_list("committee_id", "metric", "numerator", "denominator"))


def issues():
    with acting(SYSTEM):
        rows = DataQualityIssue.objects.open().order_by("rule", "object_id")
        return list(rows.values_list("rule", "object_id", "committee_id", "detail"))


def test_street_by_street_gives_the_numbers_and_issues_of_one_piece(register, settings):
    whole = computed(scope=SYSTEM)
    held, found = values(whole), issues()
    assert {"R-250"} <= {rule for rule, *_ in found}
    settings.METRICS_BY_STREET_FROM = 0
    divided = computed(scope=SYSTEM)
    with acting(SYSTEM):
        streets = OrgUnit.objects.under(DISTRICT).streets().count()
        assert JobChunk.objects.filter(job_id=divided.job_id).count() == streets + 1
    assert values(divided) == held
    assert issues() == found


def test_a_street_of_its_own_leaves_what_other_streets_decide(register, cast):
    computed(scope=SYSTEM)
    shared = [issue for issue in issues() if issue[0] == "R-250"]
    computed(scope=cast.scope("street"))
    assert [issue for issue in issues() if issue[0] == "R-250"] == shared


def test_somebody_who_moves_between_two_parts_is_counted_once(register, cast, by_street, today):
    """Measured in the old street, then moved: the next street would count the person again."""
    here, _there = register
    run = asked(scope=SYSTEM)
    with acting(SYSTEM):
        services.compute_unit(run_id=run.pk, unit=STREET, by=SYSTEM, at=timezone.now())
        pieces = JobChunk.objects.filter(job_id=run.job_id)
        pieces.exclude(params__unit=FAR_STREET).update(state="done")  # nobody lives elsewhere
    assert parts("actual_population") == (None, None)  # nothing is shown before the last street
    mover, moved_on = here[0], today - timedelta(days=9)
    altered(cast.scope("clerk"), mover, status="ended", end_on=moved_on, end_reason="02",
            cancelled_on=today)  # fmt: skip
    far = cast.scope("far_clerk")
    arrived = people(far, 1, address="长风路9号", start=90)[0]
    with acting(SYSTEM):
        rows = Residence.objects.filter(pk=arrived.pk)
        rows.update(resident_id=mover.resident_id, begin_on=moved_on)
    ledger.work(run.job_id, DISTRICT)
    assert parts("actual_population", scope=SYSTEM, run=run)[0] == 10


def test_a_committee_closed_within_the_month_is_counted_until_its_last_day(cast, today):
    """On a day on which it still was a unit its numbers are its own; afterwards it has none."""
    with acting(SYSTEM):
        empty = OrgUnit.objects.under(STREET).committees().order_by("-code").first()
        OrgUnit.objects.filter(pk=empty.pk).update(valid_to=today)
    before = computed(RunKind.NIGHTLY, day=today - timedelta(days=1), scope=SYSTEM)
    after = computed(RunKind.NIGHTLY, day=today, scope=SYSTEM)
    shown = [{code for code, *_ in values(run)} for run in (before, after)]
    assert empty.pk in shown[0]
    assert empty.pk not in shown[1]
    told = cast.client("street").get("/dashboard/street/").content.decode()
    assert f"{empty.short_name}已于 {today:%Y-%m-%d} 撤销，此前的数仍记在它名下" in told
    assert "没有承接单位" in told


def test_born_when_clocks_were_changed_is_one_day_and_one_age(cast):
    """The summers of 1986 to 1991: a birth is a date, whatever clocks did that night."""
    clerk = cast.scope("clerk")
    found = people(clerk, 3)
    days = ["1986-05-04", "1988-04-10", "1991-09-15"]
    for episode, day in zip(found, days, strict=True):
        altered(clerk, episode, birth_date=day)
    run = computed(scope=SYSTEM)
    assert parts("actual_population", run=run)[0] == 3
    with acting(clerk):
        held = Residence.objects.order_by("birth_date").values_list("birth_date", flat=True)
        assert [f"{day:%Y-%m-%d}" for day in held] == days
    assert MetricRun.objects.get(pk=run.pk).as_of == timezone.localdate()
