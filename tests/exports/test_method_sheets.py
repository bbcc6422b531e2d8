"""Behind every file stands how to read it: of when it is, what is counted how, what it means."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from portal.exchange.exports.kinds import export_kinds
from portal.exchange.exports.methods import columns_table
from portal.exchange.exports.telling import told_of
from portal.exchange.mapping import known_headers
from portal.exchange.readers import read_table
from portal.exchange.registry import file_fields, kinds
from portal.metrics.figures import Figure
from portal.metrics.intervals import spread_of
from portal.metrics.methods import intervals_tables, metrics_table
from portal.metrics.models import MetricRun, RunKind
from portal.metrics.receipts import Place, Reading, Standards
from portal.metrics.registry import metrics
from portal.orgs.acting import acting
from portal.rules.services import Rule
from tests.assessment import builders as b
from tests.cast import HOME, STREET
from tests.exports.builders import four_people
from tests.metrics.builders import SYSTEM, computed, people
from tests.statistics.test_months import settled

pytestmark = [pytest.mark.django_db, pytest.mark.paper("S-140")]
SHEET = "口径说明"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
#: What the lines about a metric begin with, and what must stand in each of them.
METRIC_HEADS = ("指标", "怎么算", "分子", "分母", "不计入与说明", "样本与区间")
ALWAYS = ("指标", "怎么算", "分子", "分母", "样本与区间", "方向", "依据", "口径版本")


@pytest.fixture
def month(cast, today):
    """A month that is closed, with enough people to be shown, and today's preview."""
    last = today.replace(day=1) - timedelta(days=1)
    clerk = cast.scope("clerk")
    settled(clerk, people(clerk, 15), last.replace(day=1), category="20")
    computed(RunKind.MONTHLY, day=last, scope=SYSTEM)
    computed(scope=SYSTEM)
    return last


@pytest.fixture
def cycle(cast, at):
    b.snapshot(cast, b.WORKED)
    return b.computed_cycle(cast, at)


def book_of(response):
    assert response.status_code == 200, response.content[:300]
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return openpyxl.load_workbook(io.BytesIO(content))


def facts_of(book):
    """The pairs above the tables."""
    found = {}
    for first, second, *_rest in book[SHEET].iter_rows(values_only=True, min_row=2, max_col=3):
        if first is None:
            break
        found[first] = second
    return found


def table_of(book, first, second):
    """The lines of the table whose heads begin so, each by its heads."""
    rows = [list(row) for row in book[SHEET].values]
    heads = next(place for place, row in enumerate(rows) if row[:2] == [first, second])
    lines = []
    for row in rows[heads + 1 :]:
        if row[0] is None:
            break
        lines.append(dict(zip(rows[heads], row, strict=True)))
    return lines


def number_files(cast, month, cycle):
    """Every way in which numbers leave as a workbook."""
    yield "committee", cast.client("clerk").get("/statistics/board/")
    yield "street", cast.client("street").get("/statistics/board/")
    yield "district", cast.client("district").get("/statistics/board/")
    past = f"/statistics/board/?unit={HOME}&month={month:%Y-%m}"
    yield "past month", cast.client("street").get(past)
    yield "statistics", cast.client("street").get("/statistics/export/", {"rows": "unit"})
    address = reverse("assessment:report", args=[cycle.pk, "xlsx"])
    yield "assessment", cast.client("district").post(address)


def test_every_file_of_numbers_says_how_they_are_worked_out(cast, month, cycle):
    seen = []
    for name, response in number_files(cast, month, cycle):
        book = book_of(response)
        assert book.sheetnames[-1] == SHEET, name
        assert book.active.title != SHEET, name
        facts = facts_of(book)
        for key in ("导出编号", "单位", "导出人", "导出时间", "数据截至", "计算批次", "汇总"):
            assert facts.get(key), f"{name}: {key}"
        runs = {str(key) for key in MetricRun.objects.values_list("pk", flat=True)}
        assert any(run in facts["计算批次"] for run in runs), name
        lines = table_of(book, *METRIC_HEADS[:2])
        assert lines, name
        for line in lines:
            assert all(line[head] for head in ALWAYS), f"{name}: {line}"
            assert re.fullmatch(r"第 \d+ 版", line["口径版本"])
        seen.append(name)
    assert len(seen) == 6


def test_a_board_tells_of_every_metric_that_it_shows(cast, month):
    book = book_of(cast.client("clerk").get("/statistics/board/"))
    shown = [row[0] for row in book.active.iter_rows(min_row=4, values_only=True)]
    assert [line["指标"] for line in table_of(book, *METRIC_HEADS[:2])] == shown
    book = book_of(cast.client("street").get("/statistics/board/"))
    heads = " ".join(str(cell.value) for cell in book.active[3])
    told = {line["指标"] for line in table_of(book, *METRIC_HEADS[:2])}
    assert "鲜活度" in told
    assert {title for title in told if title in heads} >= {"实有人口", "鲜活度"}


def test_of_a_past_month_the_sheet_says_that_it_is_closed(cast, month):
    book = book_of(cast.client("street").get(f"/statistics/board/?unit={HOME}&month={month:%Y-%m}"))
    facts = facts_of(book)
    assert facts["数据截至"] == f"{month}"
    assert facts["数的性质"] == "月结，不再改动"
    run = MetricRun.objects.get(kind=RunKind.MONTHLY)
    assert facts["计算批次"] == str(run.pk)
    assert facts_of(book_of(cast.client("clerk").get("/statistics/board/")))["数的性质"].startswith(
        "当天预览"
    )


def test_a_statistics_table_says_what_is_hidden_and_whose_codes_they_are(cast, month):
    asked = {"rows": "unit", "cols": "category"}
    book = book_of(cast.client("street").get("/statistics/export/", asked))
    assert "不足 10 人" in facts_of(book)["隐去的数"]
    (feature,) = table_of(book, "特征", "取值")
    assert feature["特征"] == "人口类别"
    assert "沪府办发〔2015〕40号" in feature["依据"]


def test_the_report_tells_of_every_metric_that_an_indicator_reads(cast, cycle):
    address = reverse("assessment:report", args=[cycle.pk, "xlsx"])
    book = book_of(cast.client("district").post(address))
    facts = facts_of(book)
    assert facts["考核规则"] == cycle.rule_label
    assert facts["数据截至"] == f"{cycle.snapshot_on}"
    assert facts["计算批次"] == str(cycle.run_id)
    titles = {line["指标"] for line in table_of(book, *METRIC_HEADS[:2])}
    used = {key for each in cycle.indicators.all() for key in each.metrics}
    assert titles == {str(metrics()[key].title) for key in used & set(metrics())}
    assert used - set(metrics())  # what people report themselves has its words in 指标说明
    assert "指标说明" in facts["其他取数"]


def a_reading(figure):
    return Reading(figure, Place(STREET, own=True), Standards({}))


def test_an_estimate_says_its_sample_and_its_interval():
    metric = metrics()["registration_rate"]
    top, bottom = Decimal(450), Decimal(520)
    spread = spread_of(top, bottom, Decimal("83.1"), Decimal("89.5"))
    estimate = a_reading(Figure(metric, top, bottom, spread))
    (table,) = intervals_tables([("曹杨新村街道", estimate)])
    (line,) = [dict(zip(table.heads, row, strict=True)) for row in table.rows]
    assert (line["单位"], line["估计值"]) == ("曹杨新村街道", "86.54")
    low, high = Decimal(line["95% 下限"]), Decimal(line["95% 上限"])
    assert low < Decimal("86.54") < high
    assert abs(low - Decimal("83.1")) < 1
    told = metrics_table([metric, metrics()["freshness"]], Standards({}))
    samples = [row[list(told.heads).index("样本与区间")] for row in told.rows]
    assert "95% 区间" in samples[0]
    assert "不是抽样" in samples[1]


def test_an_estimate_without_a_sample_says_why():
    (table,) = intervals_tables([("曹杨新村街道", a_reading(Figure(metrics()["accuracy_rate"])))])
    assert table.rows[0][-1]
    assert not intervals_tables([("曹杨新村街道", a_reading(Figure(metrics()["freshness"])))])


def test_targets_and_limits_stand_beside_the_metric():
    rules = {
        "metric_targets": Rule("metric_targets", 2, {"freshness": 92.0}, "", "指标目标值"),
        "collector_ratio": Rule("collector_ratio", 1, {"people_per_collector": 1200}, "", "配比"),
    }
    told = metrics_table([metrics()["freshness"], metrics()["collector_ratio"]], Standards(rules))
    goals = [row[list(told.heads).index("目标")] for row in told.rows]
    assert goals == ["92.0%", "不超过 1,200"]


def test_a_list_of_people_says_who_took_it_and_what_its_columns_mean(cast):
    four_people(cast.scope("clerk"))
    where = reverse("exports:quick", args=["residents"]) + "?sex=2"
    book = book_of(cast.client("clerk").post(where, {"format": "xlsx", "purpose": "月度核对"}))
    facts = facts_of(book)
    assert facts["用途"] == "月度核对"
    assert facts["条件"] == "性别 女"
    assert facts["条数"] == "4 人"
    assert "周敏" in facts["导出人"]
    heads = [cell.value for cell in book.active[3]]
    lines = {line["列"]: line for line in table_of(book, "列", "含义")}
    assert list(lines) == heads
    assert lines["证件号码"]["密级"] == "P3 敏感个人信息"
    assert "只留前四位和后四位" in lines["证件号码"]["含义"]
    assert lines["证件号码"]["取自"] == "居住段·证件号码（遮盖）"
    assert "GB/T 2261.1-2003" in lines["性别"]["含义"]


def test_the_sheet_is_left_out_when_the_file_comes_back(cast):
    """It is no table of people: an import reads the rows and nothing else."""
    four_people(cast.scope("clerk"))
    where = reverse("exports:quick", args=["residents"]) + "?sex=2"
    response = cast.client("clerk").post(where, {"format": "xlsx", "purpose": "月度核对"})
    content = b"".join(response.streaming_content)
    known = known_headers(file_fields(kinds()["residents"].fields))
    table = read_table(io.BytesIO(content), "residents.xlsx", known)
    assert [sheet.name for sheet in table.sheets] == ["实有人口"]
    assert table.row_count == 4


@pytest.mark.parametrize("key", sorted(export_kinds()))
def test_every_column_of_every_list_is_told_in_words(cast, today, key):
    kind, scope = export_kinds()[key], cast.scope("district")
    with acting(scope):
        told = told_of(kind.rows(scope, "", today), list(kind.for_forms().values()), today)
    for each in told:
        assert CHINESE.search(each.title)
        assert CHINESE.search(each.meaning), each
        assert "_" not in each.meaning + each.source
        assert not re.search(r"[a-z]{3,}", each.source), each


def test_a_meaning_of_its_own_outranks_what_is_read(cast, today):
    kind, scope = export_kinds()["residents"], cast.scope("district")
    column = replace(kind.columns[0], meaning="按证件")
    with acting(scope):
        told = told_of(kind.rows(scope, "", today), [column], today)
    assert columns_table(told).rows == [("姓名", "按证件", "居住段·姓名", "P2 个人信息")]


def test_the_page_of_a_file_says_the_same_for_csv(cast):
    clerk = cast.client("clerk")
    four_people(cast.scope("clerk"))
    told = {"purpose": "月度核对", "file_format": "csv", "keys": ["name", "number"]}
    led = clerk.post(reverse("exports:ask", args=["residents"]), told)
    text = clerk.get(led["Location"]).content.decode()
    assert SHEET in text
    assert "只留前四位和后四位" in text
    assert "P3 敏感个人信息" in text
