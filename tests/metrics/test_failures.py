"""A run that fails is told beside the numbers; old numbers are never shown in silence."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from portal.jobs import services as ledger
from portal.metrics import services
from portal.metrics.figures import current
from portal.metrics.metric import Kind, Metric, Part
from portal.metrics.models import MetricRun, RunKind
from portal.metrics.registry import metrics
from portal.orgs.acting import acting
from portal.ui import formats
from residents.metrics import RESIDENCES
from tests.cast import DISTRICT, HOME, STREET
from tests.metrics.builders import CLOCK, SYSTEM, asked, computed, people

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-140")]


BROKEN = Metric(
    key="broken", title="问错了的", kind=Kind.COUNT, number="", clause="", formula="",
    numerator=Part("问错了的", RESIDENCES, lambda _occasion: Sum("name")),
)  # fmt: skip


@pytest.fixture
def fails(monkeypatch):
    """A run that is asked for and fails, since a question of one metric is wrong."""

    def run(kind=RunKind.PREVIEW, **told):
        with monkeypatch.context() as meanwhile:
            meanwhile.setitem(metrics(), "broken", BROKEN)
            run = asked(kind, **told)
            ledger.work(run.job_id, run.unit_id)
        run.refresh_from_db()
        assert run.failed_at is not None
        return run

    return run


def moment(at):
    return formats.moment(timezone.localtime(at), timezone.localdate())


def sheet(unit, scope=SYSTEM):
    with acting(scope):
        return current(unit, "committee_id")


def test_every_page_with_numbers_says_what_failed_and_whose_numbers_it_shows(cast, today, fails):
    people(cast.scope("clerk"), 1)
    shown = computed()
    failed = fails()
    for who, page in [
        ("street", "/dashboard/street/"),
        ("clerk", "/dashboard/committee/"),
        ("clerk", "/dashboard/committee/panel/"),  # of the clerk's home
        ("street", "/staffing/"),
    ]:
        text = cast.client(who).get(page).content.decode()
        assert f"{today:%Y-%m-%d} 的统计运行于 {moment(failed.failed_at)} 失败" in text, page
        assert f"以下为 {moment(shown.measured_at)} 的数" in text, page
    computed()  # the next one succeeds
    assert "失败，" not in cast.client("street").get("/dashboard/street/").content.decode()


def test_a_failed_run_publishes_nothing_and_the_next_one_does(cast, fails):
    people(cast.scope("clerk"), 2)
    fails()
    assert sheet(HOME).value("actual_population") is None
    computed()
    assert sheet(HOME).value("actual_population") == 2
    assert sheet(HOME).failure is None


def test_a_failure_of_another_street_is_not_told_here(cast, fails):
    computed()
    fails()
    assert sheet(STREET).failure is not None
    assert sheet(cast.far_committee).failure is None


def test_a_failed_night_is_asked_for_again_until_it_is_there(cast, today, at, fails):
    night = today - timedelta(days=1)
    fails(RunKind.NIGHTLY, day=night, scope=SYSTEM)
    (again,) = services.ask_again(at=timezone.now())
    assert (again.kind, again.as_of) == (RunKind.NIGHTLY, night)
    ledger.work(again.job_id, DISTRICT)
    assert services.ask_again(at=timezone.now()) == []
    assert MetricRun.objects.snapshots().filter(as_of=night).count() == 1


def test_a_preview_older_than_the_night_gives_way_to_it(cast, today):
    clerk = cast.scope("clerk")
    people(clerk, 1)
    computed(scope=SYSTEM)
    people(clerk, 1, address="棠浦路988弄8号", start=30)
    computed(RunKind.NIGHTLY, day=today, scope=SYSTEM)
    assert sheet(HOME).value("actual_population") == 2
    assert not sheet(HOME).is_preview


def test_a_streets_preview_is_never_added_to_other_streets_night(cast, today):
    """The district shows the night whole; the street its own numbers of today."""
    clerk, far = cast.scope("clerk"), cast.scope("far_clerk")
    people(clerk, 1)
    people(far, 1, address="长风路1号", start=60)
    computed(RunKind.NIGHTLY, day=today - timedelta(days=1), scope=SYSTEM)
    people(clerk, 1, address="棠浦路988弄8号", start=30)
    computed(scope=CLOCK)
    assert sheet(STREET).value("actual_population") == 2
    assert sheet(STREET).is_preview
    assert sheet(DISTRICT).value("actual_population") == 2  # one here and one there
    assert not sheet(DISTRICT).is_preview


def test_a_denominator_of_zero_is_a_dash_with_its_reason(cast):
    text = cast.client("clerk").get("/dashboard/committee/").content.decode()
    assert "分母为 0" not in text  # nothing was measured yet, which is another reason
    computed()
    freshness = sheet(HOME).of("freshness")
    assert (freshness.value, freshness.denominator) == (None, 0)
    for page in ("/dashboard/committee/", "/dashboard/committee/panel/"):
        text = cast.client("clerk").get(page).content.decode()
        assert f"分母为 0：{metrics()['freshness'].denominator_title}" in text, page
        assert "0.00%" not in text
        assert "尚未计算" not in text
