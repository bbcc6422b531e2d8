"""The statistics query: conditions, hidden counts, files, one's own queries, who sees which."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from portal.metrics.models import RunKind
from tests.cast import FAR_STREET, HOME, NEXT_DOOR
from tests.metrics.builders import SYSTEM, computed, people
from tests.statistics.test_months import settled

pytestmark = pytest.mark.django_db
PAGE = "/statistics/"


@pytest.fixture
def month(cast, today):
    """A kept month: a dozen people here, most of one category, and three next door."""
    day = today.replace(day=1) - timedelta(days=1)
    month = day.replace(day=1)
    clerk, neighbour = cast.scope("clerk"), cast.scope("neighbour")
    here = people(clerk, 15)
    settled(clerk, here, month, category="20")
    settled(clerk, here[:2], month, category="11")
    there = people(neighbour, 11, address="花溪路1号", start=50)
    settled(neighbour, there, month, category="20")
    computed(RunKind.MONTHLY, day=day, scope=SYSTEM)
    return month


def test_before_the_first_month_the_page_says_what_to_wait_for(cast):
    text = cast.client("street").get(PAGE).content.decode()
    assert "还没有月末人口" in text


def test_a_table_shows_large_counts_and_hides_small_ones(cast, month):
    response = cast.client("street").get(PAGE, {"rows": "unit", "cols": "category"})
    table = response.context["table"]
    row = next(row for row in table.rows if row.code == HOME)
    assert row.total == 15
    # two people of one category: the thirteen others would tell of them
    assert set(row.counts) <= {None}
    assert "※" in response.content.decode()
    shown = [count for line in table.rows for count in line.counts if count is not None]
    assert all(count >= 10 for count in shown)


def test_totals_are_counts_of_their_own(cast, month):
    table = cast.client("street").get(PAGE, {"rows": "unit"}).context["table"]
    assert table.total.total == 26


def test_three_features_at_once_are_refused_with_a_way_out(cast, month):
    asked = {"rows": "age", "cols": "sex", "category": "20"}
    response = cast.client("street").get(PAGE, asked)
    assert "一张表最多同时用 2 项特征" in response.content.decode()
    assert response.context["form"]["cols"].value() == "sex"  # nothing of it is lost


def test_a_condition_narrows_whom_the_table_counts(cast, month):
    table = cast.client("street").get(PAGE, {"rows": "unit", "category": "20"}).context["table"]
    assert table.total.total in (24, None)
    assert not any(row.total in (2, 13) for row in table.rows)


def test_the_same_side_twice_is_refused_at_the_field(cast, month):
    response = cast.client("street").get(PAGE, {"rows": "sex", "cols": "sex"})
    assert response.context["form"].errors["cols"]


#: Whom a page answers about which unit.
ANSWERS = [
    ("clerk", {}, 200),
    ("clerk", {"of": NEXT_DOOR}, 404),
    ("street", {"of": HOME}, 200),
    ("street", {"of": FAR_STREET}, 404),
    ("street", {"of": "x"}, 404),
    ("analyst", {}, 200),
    ("collector", {}, 403),
    ("auditor", {}, 403),
]


def test_everybody_asks_about_their_own_units(cast, month):
    asked = [(path, *each) for path in (PAGE, "/statistics/structure/") for each in ANSWERS]
    given = [
        (path, key, query, cast.client(key).get(path, query).status_code)
        for path, key, query, _expected in asked
    ]
    assert given == asked


@pytest.mark.paper("S-115")
def test_the_file_holds_what_is_seen_and_is_on_the_trail(cast, month, told):
    client = cast.client("street")
    asked = {"rows": "unit", "cols": "category"}
    table = client.get(PAGE, asked).context["table"]
    response = client.get("/statistics/export/", asked)
    rows = list(openpyxl.load_workbook(BytesIO(response.content)).active.values)
    assert list(rows[2]) == [table.head, *table.columns, "合计"]
    lines = [*table.rows, table.total]
    assert [list(row) for row in rows[3:]] == [
        [line.title, *("※" if c is None else str(c) for c in (*line.counts, line.total))]
        for line in lines
    ]
    (event,) = told("statistics.exported")
    assert event["changes"]["query"] == "rows=unit&cols=category"


def test_the_sheet_is_the_same_table_on_paper(cast, month):
    text = cast.client("street").get("/statistics/sheet/", {"rows": "unit"}).content.decode()
    assert "月末实有人口" in text
    assert "26" in text


def test_a_query_is_kept_for_oneself(cast, month):
    client = cast.client("street")
    client.post(
        reverse("accounts:keep_view", args=["statistics"]),
        {"title": "各居委类别", "query": "rows=unit&cols=category", "next": PAGE},
    )
    assert "各居委类别" in client.get(PAGE).content.decode()
    assert "各居委类别" not in cast.client("district").get(PAGE).content.decode()


@pytest.mark.paper("S-18")
def test_structure_and_flow_are_shown_as_context_only(cast, month):
    response = cast.client("street").get("/statistics/structure/")
    text = response.content.decode()
    assert "不参与考核" in text
    shown = response.context["shown"]
    assert shown.people == 26
    assert [line.people for line in shown.by_unit if line.code in (HOME, NEXT_DOOR)] == [15, 11]


def test_a_table_costs_few_queries(cast, month, django_assert_max_num_queries):
    client = cast.client("street")
    client.get(PAGE)
    with django_assert_max_num_queries(16):
        client.get(PAGE, {"rows": "unit", "cols": "category"})
