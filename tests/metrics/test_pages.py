"""Dashboards: stored values only, who sees which, and lists as long as their numbers."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.jobs.models import Job
from portal.metrics.models import MetricRun, RunKind
from portal.orgs.acting import acting
from tests.cast import FAR_STREET, HOME, NEXT_DOOR, STREET
from tests.metrics.builders import (
    CLOCK,
    SYSTEM,
    altered,
    collector,
    computed,
    people,
    verified,
)

pytestmark = pytest.mark.django_db
RECEIPT = re.compile(r'href="([^"]+)"\s+data-receipt="(\d+)"')


@pytest.fixture
def register(cast):
    """People with every kind of fault in two committees, and their numbers."""
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    here = people(clerk, 8)
    for episode, category in zip(
        here, ("11", "12", "20", "20", "31", "32", "40", "20"), strict=True
    ):
        altered(clerk, episode, category=category)
    altered(clerk, here[0], phone_mask="")
    altered(clerk, here[1], id_mask="")
    altered(clerk, here[2], name=here[1].name, birth_date=here[1].birth_date, sex=here[1].sex)
    verified(clerk, here[3], 200)
    altered(clerk, here[4], code_final=True)
    there = people(neighbour, 3, address="花溪路1号", start=50)
    verified(neighbour, there[0], 300)
    collector(clerk)
    computed()
    return here


def receipts(response):
    """Every number of the page that opens a list: (address, how many rows it promises)."""
    return {
        (unescape(address), int(count))
        for address, count in RECEIPT.findall(response.content.decode())
    }


def one_of_each_kind(found):
    """Of the numbers that differ only in their unit, the largest; all others."""
    kinds = {}
    for address, count in sorted(found, key=lambda each: each[1]):
        kinds[re.sub(r"\d{12}", "#", address)] = (address, count)
    return sorted(kinds.values())


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("clerk", "/dashboard/committee/"),
        ("clerk", "/dashboard/committee/panel/"),
        ("street", "/dashboard/street/"),
        ("street", f"/dashboard/committee/?unit={NEXT_DOOR}"),
        ("district", "/dashboard/district/"),
        ("district", f"/dashboard/street/?unit={STREET}"),
    ],
)
def test_each_number_opens_a_list_of_its_length(cast, register, key, path):
    computed(scope=SYSTEM if key == "district" else CLOCK)
    client = cast.client(key)
    found = one_of_each_kind(receipts(client.get(path)))
    assert found
    for address, promised in found:
        response = client.get(address)
        assert response.status_code == 200, address
        assert response.context["list"].total == promised, address


def test_the_numbers_cover_every_fault(cast, register):
    text = cast.client("clerk").get("/dashboard/committee/").content.decode()
    for query in ("fresh=0", "incomplete=1", "code=missing", "occupancy_check=overdue"):
        assert query in text


@pytest.mark.paper("S-10", "S-113")
@pytest.mark.parametrize(
    ("key", "path", "status"),
    [
        ("clerk", "/dashboard/committee/", 200),
        ("lead", "/dashboard/committee/", 200),
        ("collector", "/dashboard/committee/", 403),
        ("auditor", "/dashboard/district/", 403),
        ("window", "/dashboard/street/", 403),
        ("clerk", f"/dashboard/committee/?unit={NEXT_DOOR}", 404),
        ("clerk", f"/dashboard/street/?unit={STREET}", 404),
        ("street", f"/dashboard/street/?unit={FAR_STREET}", 404),
        ("street", "/dashboard/district/", 404),
        ("street", f"/dashboard/committee/?unit={HOME}", 200),
        ("street", "/dashboard/committee/?unit=x", 404),
        ("district", f"/dashboard/street/?unit={FAR_STREET}", 200),
        ("analyst", "/dashboard/district/", 200),
    ],
)
def test_everybody_sees_the_dashboards_of_their_own_units(cast, units, key, path, status):
    assert cast.client(key).get(path).status_code == status


def test_a_unit_without_numbers_shows_dashes_and_no_zeros(cast):
    response = cast.client("street").get("/dashboard/street/")
    assert "尚未计算" in response.content.decode()
    assert "0.00%" not in response.content.decode()


def test_missing_field_checks_say_so(cast, register):
    text = cast.client("clerk").get("/dashboard/committee/panel/").content.decode()
    assert text.count("近 12 个月没有计入的抽查") == 2


def test_old_numbers_are_marked(cast, register, at):
    MetricRun.objects.update(
        measured_at=at - timedelta(hours=37), published_at=at - timedelta(hours=36)
    )
    assert "数据为" in cast.client("street").get("/dashboard/street/").content.decode()


def test_the_ranking_is_ordered_by_what_is_asked(cast, register):
    client = cast.client("street")
    for order, first in (("actual_population", HOME), ("-actual_population", None)):
        ranking = client.get(f"/dashboard/street/?by={order}").context["ranking"]
        values = [row.population.value for row in ranking.rows]
        assert values == sorted(values, reverse=order[0] != "-")
        assert first is None or ranking.rows[0].unit.pk == first


def test_few_cases_have_no_rank(cast, register):
    ranking = cast.client("street").get("/dashboard/street/?by=freshness").context["ranking"]
    assert all(row.rank is None for row in ranking.rows)


def test_htmx_gets_the_ranking_alone(cast, register):
    response = cast.client("street").get(
        "/dashboard/street/?by=-freshness",
        headers={"HX-Request": "true", "HX-Target": "ranking"},
    )
    text = response.content.decode().strip()
    assert text.startswith("<section")
    assert "<html" not in text


def test_issues_beside_a_past_months_numbers_say_that_they_are_of_now(cast, register, today):
    last = today.replace(day=1) - timedelta(days=1)
    computed(RunKind.NIGHTLY, day=last, scope=SYSTEM)
    client = cast.client("street")
    for query, is_past in (("", False), (f"?month={last:%Y-%m}", True)):
        text = client.get(f"/dashboard/street/{query}").content.decode()
        for said in ("现在必改", "现在应改", "现在的，按规则，", "到今天的 12 周"):
            assert (said in text) == is_past, said


def test_a_past_month_is_its_last_snapshot_without_lists(cast, register, today):
    last_month = today.replace(day=1) - timedelta(days=1)
    computed(RunKind.NIGHTLY, day=last_month)
    response = cast.client("street").get(f"/dashboard/street/?month={last_month:%Y-%m}")
    assert f"{last_month:%Y-%m-%d}" in response.content.decode()
    assert not receipts(response)


def test_change_is_against_the_end_of_last_month(cast, register, today):
    last_month = today.replace(day=1) - timedelta(days=1)
    computed(RunKind.NIGHTLY, day=last_month)
    people(cast.scope("clerk"), 2, address="棠浦路988弄8号", start=90)
    computed()
    board = cast.client("clerk").get("/dashboard/committee/").context["board"]
    shown, before = board.population.value, board.population.before.value
    assert shown == 10
    assert board.population.change == f"+{shown - before:.0f}"


def test_now_is_asked_of_the_ledger_and_the_page_shows_progress(cast, register, at):
    client = cast.client("street")
    response = client.post("/dashboard/run/", {"unit": STREET})
    assert "一分钟内刚计算过" in client.get(response["Location"]).content.decode()
    MetricRun.objects.update(requested_at=at - timedelta(minutes=2))
    response = client.post("/dashboard/run/", {"unit": STREET})
    assert response.status_code == 302
    assert "正在计算" in client.get(response["Location"]).content.decode()
    with acting(CLOCK):
        job = Job.objects.get(state="waiting")
    from portal.jobs.services import work

    still = client.get(f"/dashboard/progress/?unit={STREET}", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in still
    assert "正在计算" in client.get("/dashboard/checked/").content.decode()
    work(job.pk, STREET)
    looked = client.get(f"/dashboard/checked/?unit={STREET}").content.decode()
    assert "检查于" in looked
    assert "正在计算" not in looked
    over = client.get(f"/dashboard/progress/?unit={STREET}", headers={"HX-Request": "true"})
    assert over["HX-Refresh"] == "true"


def test_who_may_only_look_has_no_button(cast, register):
    assert "立即计算" not in cast.client("lead").get("/dashboard/committee/").content.decode()
    assert cast.client("lead").post("/dashboard/run/").status_code == 403


def test_nobody_is_led_to_another_host(cast):
    response = cast.client("street").post(
        "/dashboard/run/", {"unit": STREET, "next": "https://example.org/"}
    )
    assert response["Location"].startswith("/dashboard/street/")


@pytest.mark.paper("S-140")
def test_every_metric_has_its_definition(cast, units):
    from portal.metrics.registry import metrics

    client = cast.client("clerk")
    for key, metric in metrics().items():
        shown = client.get(f"/dashboard/definitions/{key}/").content.decode()
        assert str(metric.formula) in shown
        assert str(metric.awaits) in shown
        assert ("暂不计算" in shown) == bool(metric.awaits)
        assert "第 1 版" in shown
        assert "collector_ratio" not in shown  # a rule is told by its title
        assert ("显示“—”和原因" in shown) == (metric.denominator is not None)
        for said in ("以北京时间零点为界；夏令时年份", "计到撤销的前一天", "每人只计一次"):
            assert said in shown
    assert client.get("/dashboard/definitions/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("street", "/dashboard/street/"),
        ("clerk", "/dashboard/committee/"),
        ("district", "/dashboard/district/"),
    ],
)
def test_a_dashboard_asks_few_questions(cast, register, key, path):
    client = cast.client(key)
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    asked_for = [each["sql"] for each in asked if each["sql"].startswith("SELECT")]
    assert len(asked_for) <= 8, asked_for
    assert not [each for each in asked_for if "metricvalue" in each]  # nothing is added up again
