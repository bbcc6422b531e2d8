"""A month is closed once, on its third working day, and never changes; later finds are notes."""

from datetime import UTC, date, datetime, timedelta
from datetime import time as day_time

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from portal.jobs import services as ledger
from portal.jobs.clock import Monthly
from portal.metrics import closing, services
from portal.metrics.dashboards import Board
from portal.metrics.figures import corrections
from portal.metrics.models import Correction, MetricRun, MetricValue, RunKind
from portal.metrics.tasks import nightly
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from tests.cast import HOME, STREET
from tests.metrics.builders import SYSTEM, altered, computed, parts, people

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-140")]


def local(year, month, day, hour=0, minute=0):
    return timezone.make_aware(datetime(year, month, day, hour, minute))


@pytest.mark.parametrize(
    ("month_end", "closes_on"),
    [
        (date(2026, 10, 31), date(2026, 11, 4)),  # a Saturday: Monday to Wednesday
        (date(2026, 1, 31), date(2026, 2, 4)),
        (date(2026, 9, 30), date(2026, 10, 10)),  # after the National Day's week, on a Saturday
        (date(2026, 4, 30), date(2026, 5, 8)),  # after Labour Day
        (date(2025, 12, 31), date(2026, 1, 6)),  # 4 January, a Sunday, is worked
    ],
)
def test_the_third_working_day_is_of_the_state_councils_calendar(month_end, closes_on):
    assert closing.closing_day(month_end) == closes_on
    assert closing.latest_to_close(closes_on) == month_end
    assert closing.latest_to_close(closes_on - timedelta(days=1)) < month_end


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (local(2026, 11, 4, 19, 59), local(2026, 10, 10, 20)),
        (local(2026, 11, 4, 20), local(2026, 11, 4, 20)),
        (local(2026, 11, 30, 23, 59), local(2026, 11, 4, 20)),
        (local(2026, 12, 1), local(2026, 11, 4, 20)),
        (datetime(2026, 10, 31, 16, tzinfo=UTC), local(2026, 10, 10, 20)),  # midnight at home
    ],
)
def test_the_clock_asks_in_the_evening_of_that_day(now, due):
    assert Monthly(3, day_time(20, 0), "x").due(now) == due


@pytest.fixture
def last_month(today):
    return closing.latest_to_close(today)


def living_since(scope, start, day, count=1):
    """People whose episodes begin on `day`."""
    found = people(scope, count, address=f"棠浦路{start}弄1号", start=start)
    for episode in found:
        altered(scope, episode, begin_on=day)
    return found


def closed(month_end, at=None):
    with acting(SYSTEM):
        run = services.close_month(month_end=month_end, by=SYSTEM, at=at or timezone.now())
    ledger.work(run.job_id, SYSTEM.unit)
    return MetricRun.objects.get(pk=run.pk)


def test_a_close_counts_what_belongs_to_the_month_and_was_entered_since(cast, last_month):
    clerk = cast.scope("clerk")
    living_since(clerk, 1, last_month, 2)
    computed(RunKind.NIGHTLY, day=last_month, scope=SYSTEM)
    living_since(clerk, 30, last_month)  # entered late, there on the last day
    living_since(clerk, 60, last_month + timedelta(days=1))  # came on the first
    assert parts("actual_population", run=closed(last_month))[0] == 3


def test_a_month_is_closed_once(cast, last_month, at):
    computed(RunKind.NIGHTLY, day=last_month, scope=SYSTEM)
    assert closed(last_month).state == "published"
    with acting(SYSTEM):
        assert services.close_month(month_end=last_month, by=SYSTEM, at=at) is None
    assert services.close_due_month(at=at) is None
    assert MetricRun.objects.closes().count() == 1


def test_two_that_ask_at_once_get_one_run(cast, last_month, at):
    computed(RunKind.NIGHTLY, day=last_month, scope=SYSTEM)
    first, second = (services.close_due_month(at=at) for _ in range(2))
    assert first.pk == second.pk


def test_a_close_never_changes(cast, last_month):
    living_since(cast.scope("clerk"), 1, last_month)
    computed(RunKind.NIGHTLY, day=last_month, scope=SYSTEM)
    run = closed(last_month)
    attempts = (
        lambda: MetricValue.objects.filter(run=run).delete(),
        lambda: MetricValue.objects.filter(run=run).update(numerator=1),
        lambda: MetricRun.objects.filter(pk=run.pk).update(failed_at=run.published_at),
    )
    for attempt in attempts:
        with acting(SYSTEM), pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_what_comes_to_light_later_is_a_note_of_the_next_close(cast, last_month, at):
    clerk = cast.scope("clerk")
    before = closing.month_end_before(last_month)
    living_since(clerk, 1, before, 2)
    computed(RunKind.NIGHTLY, day=before, scope=SYSTEM)
    first = closed(before)
    living_since(clerk, 30, before)  # was there all the time
    computed(RunKind.NIGHTLY, day=last_month, scope=SYSTEM)
    second = closed(last_month)
    assert parts("actual_population", run=first)[0] == 2
    with acting(SYSTEM):
        noted = corrections(STREET, before)
        assert noted["actual_population"] == (1, last_month)
        note = Correction.objects.get(run=second, metric="actual_population")
        assert (note.committee_id, note.was, note.now) == (HOME, 2, 3)
        with pytest.raises(DatabaseError), transaction.atomic():
            note.delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            Correction.objects.filter(pk=note.pk).update(now=9)


def test_what_was_noted_is_not_noted_again(cast, last_month):
    clerk, before = cast.scope("clerk"), closing.month_end_before(last_month)
    oldest = closing.month_end_before(before)
    living_since(clerk, 1, oldest, 2)
    for month_end in (oldest, before, last_month):
        computed(RunKind.NIGHTLY, day=month_end, scope=SYSTEM)
    closed(oldest)
    living_since(clerk, 30, oldest)
    closed(before)
    closed(last_month)
    with acting(SYSTEM):
        notes = Correction.objects.filter(month_end=oldest, metric="actual_population")
        assert [note.run.as_of for note in notes] == [before]


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("early", "10 月数在次月第三个工作日（2026-11-04）20:00 月结"),
        ("middle", "月结的统计日应为月末"),
        ("empty", "这个月没有已发布的每日快照，没有数可以月结"),
    ],
)
def test_why_a_month_cannot_be_closed_is_said(cast, case, sentence):
    month_end = date(2026, 10, 15) if case == "middle" else date(2026, 10, 31)
    at = local(2026, 11, 4, 19, 59) if case == "early" else local(2026, 11, 4, 20)
    with acting(SYSTEM), pytest.raises(services.UnableToClose, match=sentence):
        services.close_month(month_end=month_end, by=SYSTEM, at=at)


@pytest.mark.parametrize("key", ["clerk", "street", "lead", "auditor"])
def test_only_who_computes_the_districts_numbers_may_close(cast, key, at):
    scope = cast.scope(key)
    with acting(scope), pytest.raises(NotAllowed):
        services.close_month(month_end=date(2026, 10, 31), by=scope, at=at)


def test_the_clock_is_quiet_about_a_month_without_numbers(cast, at):
    assert services.close_due_month(at=at) is None
    assert not MetricRun.objects.exists()


def test_a_closed_month_is_shown_as_closed_and_an_open_one_says_when(cast, last_month):
    computed(RunKind.NIGHTLY, day=last_month, scope=SYSTEM)
    page = f"/dashboard/street/?month={last_month:%Y-%m}"
    text = cast.client("street").get(page).content.decode()
    assert f"{last_month.month} 月数未月结，次月第三个工作日" in text
    closed(last_month)
    text = cast.client("street").get(page).content.decode()
    assert f"{last_month.month} 月数已月结" in text
    assert "此后不变" in text


def test_a_dashboard_shows_the_close_and_not_the_last_night(cast, last_month, today):
    clerk = cast.scope("clerk")
    living_since(clerk, 1, last_month)
    computed(RunKind.NIGHTLY, day=last_month, scope=SYSTEM)
    living_since(clerk, 30, last_month)
    closed(last_month)
    with acting(clerk):
        unit = OrgUnit.objects.get(pk=HOME)
        board = Board(unit, clerk, today, month=last_month.replace(day=1))
        assert board.sheet.value("actual_population") == 2
        assert board.close.closed_at is not None


@pytest.mark.parametrize(("before_midnight", "back"), [(1, 1), (0, 0), (-60, 0)])
def test_a_day_ends_at_midnight_in_shanghai(cast, today, before_midnight, back):
    """15:59 and 16:00 UTC are two days here, at a month's end two months."""
    month_end = closing.month_end_before(today + timedelta(days=62))  # a month's end to come
    midnight = timezone.make_aware(datetime.combine(month_end, day_time())) + timedelta(days=1)
    assert (midnight.astimezone(UTC).hour, midnight.astimezone(UTC).day) == (16, month_end.day)
    with time_machine.travel(midnight - timedelta(minutes=before_midnight), tick=False):
        nightly()
    nights = [run.as_of for run in MetricRun.objects.all()]
    assert nights == [month_end - timedelta(days=back)]
