"""A month whose own close never came or failed is closed by the district, with a reason, once."""

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.jobs import services as ledger
from portal.metrics import closing, services
from portal.metrics.models import MetricRun, RunKind
from portal.orgs.access import NotAllowed
from portal.orgs.acting import acting
from tests.metrics.builders import SYSTEM, computed

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-140")]
WHY = "服务器停机，错过自动月结"


@pytest.fixture
def last_month(today):
    return closing.latest_to_close(today)


@pytest.fixture
def measured(last_month):
    """The month has numbers, and its own close has not come."""
    return computed(RunKind.NIGHTLY, day=last_month, scope=SYSTEM)


def by_hand(cast, month_end, *, key="district", reason=WHY):
    scope = cast.scope(key)
    with acting(scope):
        return services.close_by_hand(
            month_end=month_end, reason=reason, by=scope, at=timezone.now()
        )


def page_of(client):
    return client.get(reverse("metrics:closes")).content.decode()


def ask(client, month_end, reason=WHY):
    url = reverse("metrics:close", args=[f"{month_end:%Y-%m}"])
    return client.post(url, {"reason": reason})


def test_the_district_closes_a_month_that_nobody_closed(cast, told, measured, last_month):
    desk = cast.client("district")
    assert "应月结而未月结" in page_of(desk)
    assert ask(desk, last_month).status_code == 302
    with acting(SYSTEM):
        run = MetricRun.objects.get(kind=RunKind.MONTHLY)
    assert "正在月结" in page_of(desk)
    ledger.work(run.job_id, SYSTEM.unit)
    assert MetricRun.objects.closes().get().as_of == last_month
    shown = page_of(desk)
    assert "已月结" in shown
    assert "手工月结" not in shown
    (event,) = told("metrics.close_asked")
    assert event["changes"] == {"month": str(last_month), "reason": WHY}
    assert event["actor_name"] == "沈立群"


def test_a_close_that_failed_can_be_made_good(cast, measured, last_month, at):
    with acting(SYSTEM):
        run = services.close_month(month_end=last_month, by=SYSTEM, at=at)
        ledger.cancel(job_id=run.job_id, by=SYSTEM, at=at)
        services.give_up(run_id=run.pk, by=SYSTEM, at=at)
    assert "月结失败" in page_of(cast.client("district"))
    again = by_hand(cast, last_month)
    ledger.work(again.job_id, SYSTEM.unit)
    assert MetricRun.objects.closes().get().pk == again.pk


def test_a_month_is_not_closed_twice_nor_by_two_at_once(cast, measured, last_month):
    run = by_hand(cast, last_month)
    with pytest.raises(services.UnableToClose, match="正在月结"):
        by_hand(cast, last_month, key="second")
    ledger.work(run.job_id, SYSTEM.unit)
    with pytest.raises(services.UnableToClose, match="已月结，此后不变"):
        by_hand(cast, last_month)
    refused = ask(cast.client("district"), last_month)
    assert refused.status_code == 422
    assert "已月结，此后不变" in refused.content.decode()
    assert MetricRun.objects.filter(kind=RunKind.MONTHLY).count() == 1


def test_a_month_that_is_not_over_yet_is_left_to_the_clock(cast, measured, today):
    month_end = closing.month_end_before(today.replace(day=28) + closing.timedelta(days=5))
    with pytest.raises(services.UnableToClose, match="第三个工作日"):
        by_hand(cast, month_end)


def test_the_reason_is_asked_at_its_field(cast, measured, last_month):
    with pytest.raises(services.UnableToClose, match="原因") as refusal:
        by_hand(cast, last_month, reason="  ")
    assert refusal.value.field == "reason"
    refused = ask(cast.client("district"), last_month, reason="")
    assert refused.status_code == 422
    assert 'id="id_reason_error"' in refused.content.decode()
    assert not MetricRun.objects.filter(kind=RunKind.MONTHLY).exists()


def test_streets_and_committees_see_how_months_stand_and_close_none(cast, measured, last_month):
    for key in ("street", "clerk"):
        shown = page_of(cast.client(key))
        assert "应月结而未月结" in shown
        assert "手工月结" not in shown
        assert ask(cast.client(key), last_month).status_code == 403
        with pytest.raises(NotAllowed):
            by_hand(cast, last_month, key=key)


def test_whoever_closes_a_month_proves_who_they_are_again(cast, measured, last_month):
    desk = cast.client("district")
    session = desk.session
    session.pop("proved_at", None)
    session.save()
    asked = ask(desk, last_month)
    assert asked.status_code == 302
    assert reverse("accounts:again") in asked["Location"]
    assert not MetricRun.objects.filter(kind=RunKind.MONTHLY).exists()
