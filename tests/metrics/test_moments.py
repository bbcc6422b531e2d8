"""What happens at awkward moments: nothing new, a merger in between, a month's first minutes."""

from datetime import datetime, timedelta
from datetime import time as day_time

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from housing.models import Building
from portal.jobs import services as ledger
from portal.metrics import closing, services
from portal.metrics.figures import current
from portal.metrics.models import MetricRun, RunKind
from portal.metrics.tasks import preview
from portal.orgs.acting import acting
from portal.orgs.models import OrgUnit
from portal.ui import formats
from tests.cast import DISTRICT, HOME, NEXT_DOOR, STREET, Cast
from tests.metrics.builders import CLOCK, SYSTEM, altered, asked, computed, parts, people

pytestmark = pytest.mark.paper("S-140")


def previewed(at, today):
    """What the clock does every quarter of an hour: the run it asked for, worked; None if none."""
    with connection.cursor() as cursor:  # what is counted within ten seconds, counted now
        cursor.execute("SELECT pg_stat_force_next_flush()")
    run = services.preview_district(as_of=today, at=at)
    if run is not None:
        ledger.work(run.job_id, DISTRICT)
    return run


def test_a_preview_of_nothing_new_is_the_last_one_confirmed_and_says_so(committed, today):
    """Nothing was written since: nothing is read, and the page says until when the numbers hold."""
    cast, start = Cast.assembled(), timezone.now()
    people(cast.scope("clerk"), 1)
    assert previewed(start, today) is not None
    previewed(timezone.now(), today)  # the first one wrote down what it found
    later = timezone.now() + timedelta(minutes=15)
    assert previewed(later, today) is None
    run = MetricRun.objects.get(kind=RunKind.PREVIEW)
    assert run.confirmed_at == later
    shown = formats.moment(timezone.localtime(later), today)
    assert f"截至 {shown}" in cast.client("street").get("/dashboard/street/").content.decode()
    people(cast.scope("clerk"), 1, address="棠浦路988弄8号", start=30)
    assert previewed(timezone.now(), today) is not None
    assert parts("actual_population", scope=SYSTEM)[0] == 2


@pytest.mark.django_db
def test_a_committee_merged_within_a_run_loses_and_doubles_nobody(cast, today):
    people(cast.scope("clerk"), 3)
    people(cast.scope("neighbour"), 1, address="花溪路1号", start=50)
    run = asked()
    with acting(SYSTEM):
        services.compute_unit(run_id=run.pk, unit=STREET, by=SYSTEM, at=run.requested_at)
        Building.objects.filter(committee_id=HOME).update(committee_id=NEXT_DOOR)
        OrgUnit.objects.filter(pk=HOME).update(valid_to=today, successor=NEXT_DOOR)
        services.publish(run_id=run.pk, by=SYSTEM, at=timezone.now())

    def held():
        with acting(CLOCK):
            sheet = current(STREET, "committee_id")
        return [sheet.value("actual_population", code) for code in (None, HOME, NEXT_DOOR)]

    assert held() == [4, 3, 1]  # as it was measured, each person once
    client = cast.client("street")
    for page in ("/dashboard/street/", f"/dashboard/committee/?unit={HOME}"):
        text = client.get(page).content.decode()
        assert f"源园已于 {today:%Y-%m-%d} 撤销" in text, page
        assert "此后的数记入花溪园" in text, page
    computed()
    assert held() == [4, None, 4]
    assert "已于" not in client.get(f"/dashboard/committee/?unit={NEXT_DOOR}").content.decode()


@pytest.mark.django_db
def test_what_came_to_light_after_a_month_was_closed_stands_on_its_page(cast, today):
    clerk, last = cast.scope("clerk"), closing.latest_to_close(today)
    before = closing.month_end_before(last)
    living_on(clerk, before, 1)
    closed(before)
    living_on(clerk, before, 30)
    closed(last)
    page = f"/dashboard/street/?month={before:%Y-%m}"
    text = cast.client("street").get(page).content.decode()
    assert f"月结后更正：实有人口 +1，记入 {last.month} 月月结" in text
    assert "月结后更正" not in cast.client("street").get("/dashboard/street/").content.decode()


def living_on(scope, day, start):
    (episode,) = people(scope, 1, address=f"棠浦路{start}弄1号", start=start)
    altered(scope, episode, begin_on=day)


def closed(month_end):
    computed(RunKind.NIGHTLY, day=month_end, scope=SYSTEM)
    with acting(SYSTEM):
        run = services.close_month(month_end=month_end, by=SYSTEM, at=timezone.now())
    ledger.work(run.job_id, DISTRICT)


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "registered"), [(-1, 1), (0, None)])
def test_the_first_minute_of_a_month_begins_its_numbers_anew(cast, today, minutes, registered):
    """The month's own rates have no case yet: a dash with its reason, never last month's figure."""
    month_end = closing.month_end_before(today + timedelta(days=62))  # a month's end to come
    midnight = timezone.make_aware(datetime.combine(month_end, day_time())) + timedelta(days=1)
    (episode,) = people(cast.scope("clerk"), 1)
    altered(cast.scope("clerk"), episode, registered_on=month_end, begin_on=month_end)
    with time_machine.travel(midnight + timedelta(minutes=minutes), tick=False):
        preview()
        run = MetricRun.objects.get()
        assert run.as_of == month_end + timedelta(days=0 if minutes < 0 else 1)
        ledger.work(run.job_id, DISTRICT)
        with acting(SYSTEM):
            figure = current(STREET, "committee_id").of("registration_timeliness")
        assert figure.denominator == (registered or 0)
        assert (figure.value is None) == (registered is None)
        assert figure.metric.why_empty == "本月无登记"
