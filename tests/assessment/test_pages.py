"""What each post sees of the assessment, and what the exported report says."""

from datetime import timedelta
from decimal import Decimal as D
from io import BytesIO

import openpyxl
import pypdf
import pytest
from django.urls import reverse

from assessment.models import Score
from portal.orgs.acting import acting
from tests.assessment import builders as b
from tests.cast import FAR_STREET, STREET

pytestmark = pytest.mark.django_db
MATRIX = "/assessment/"


@pytest.fixture
def cycle(cast, at):
    run = b.snapshot(cast, b.WORKED | {"actual_population": (96300, None)})
    b.snapshot(cast, {"freshness": (95, 100)}, committee=cast.far_committee, run=run)
    return b.computed_cycle(cast, at)


def page_of(cast, key, cycle, code, unit):
    found = b.score(cast.scope("district"), cycle, code, unit)
    return reverse("assessment:indicator", args=[found.pk])


def test_the_district_sees_every_street_in_order(cast, cycle):
    text = cast.client("district").get(MATRIX).content.decode()
    assert "82.7" in text
    assert text.index("长风新村街道") < text.index("曹杨新村街道") < text.index("桃浦镇")


@pytest.mark.parametrize("key", ["clerk", "lead", "collector", "neighbour", "far_clerk", "staff"])
def test_committees_and_street_clerks_see_nothing_of_it(cast, cycle, key):
    client = cast.client(key)
    assert client.get(MATRIX).status_code == 403
    assert client.get(page_of(cast, key, cycle, "A4", STREET)).status_code == 403
    with acting(cast.scope(key)):
        assert not Score.objects.filter(committee_id=FAR_STREET).exists()


def test_a_street_sees_its_own_row_only(cast, cycle):
    text = cast.client("street").get(MATRIX).content.decode()
    assert "82.7" in text
    assert "长风新村街道" not in text
    assert "导出 pdf" not in text


def test_a_foreign_score_and_an_absent_one_are_the_same_page(cast, cycle):
    client = cast.client("street")
    foreign = client.get(page_of(cast, "street", cycle, "A4", FAR_STREET))
    absent = client.get(
        reverse("assessment:indicator", args=["01a205f2-0000-7000-8000-000000000000"])
    )
    assert foreign.status_code == absent.status_code == 404
    own = page_of(cast, "street", cycle, "A4", STREET)
    assert client.get(own).status_code == 200


def test_streets_are_hidden_in_the_database_too(cast, cycle):
    with acting(cast.scope("street")):
        assert set(Score.objects.values_list("committee_id", flat=True)) == {STREET}


def test_published_totals_are_shown_to_streets_without_details(cast, cycle, at):
    from assessment.services.cycles import _publish

    with acting(cast.scope("district")):
        _publish(cycle)
    text = cast.client("street").get(MATRIX).content.decode()
    assert "长风新村街道" in text
    assert "100.0" in text
    client = cast.client("street")
    assert client.get(page_of(cast, "street", cycle, "A4", FAR_STREET)).status_code == 404


def test_the_indicator_page_shows_the_sum_the_parts_and_the_proof(cast, cycle):
    response = cast.client("district").get(page_of(cast, "district", cycle, "A4", STREET))
    text = response.content.decode()
    assert "(81.00 − 60) ÷ (95 − 60) × 6 = 3.60" in text
    assert "一致" in text
    assert cycle.snapshot_no in text


def test_a_page_of_an_indicator_without_data_says_why(cast, cycle):
    response = cast.client("district").get(page_of(cast, "district", cycle, "B1", FAR_STREET))
    assert "本年度没有这项数据" in response.content.decode()


def test_the_district_opens_the_year_and_presses_twice(cast, at):
    from assessment.models import AssessmentCycle

    b.snapshot(cast, b.WORKED)
    client = cast.client("district")
    key = "8c0f3f0e-2c52-4f0e-9f5e-0d5a54b0a001"
    for _ in range(2):
        response = client.post(reverse("assessment:open"), {"year": "2026", "idempotency_key": key})
        assert response.status_code == 302
        assert response["Location"] == "/assessment/?year=2026"
    assert AssessmentCycle.objects.count() == 1


def exported(cast, cycle, form):
    response = cast.client("district").post(reverse("assessment:report", args=[cycle.pk, form]))
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return BytesIO(response.content)


def test_the_workbook_holds_matrix_families_and_definitions(cast, cycle, told):
    book = openpyxl.load_workbook(exported(cast, cycle, "xlsx"))
    assert book.sheetnames == [
        "评分表",
        "A 信息质量",
        "B 综合调控",
        "C 经费落实",
        "D 组织队伍",
        "指标说明",
        "口径说明",
    ]
    rows = list(book["评分表"].iter_rows(values_only=True))
    assert rows[1][0].startswith("导出编号 ")
    assert "沈立群" in rows[1][0]
    by_name = {row[0]: row for row in rows[4:]}
    assert by_name["曹杨新村街道"][1:4] == (82.7, 2, "B")
    assert by_name["桃浦镇"][1] == "—"
    assert told("assessment.report_exported")[-1]["changes"]["form"] == "xlsx"


def test_no_cell_of_the_workbook_is_a_formula(cast, cycle, at):
    b.advanced(cast, cycle, at)
    cycle.refresh_from_db()
    b.claimed(cast, cycle, "C1", STREET, "3", at, why="=1+1", paper="=HYPERLINK(1)")
    book = openpyxl.load_workbook(exported(cast, cycle, "xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("'=1+1") for cell in cells)


def test_the_document_reads_well_in_chinese(cast, cycle):
    document = pypdf.PdfReader(exported(cast, cycle, "pdf"))
    text = "".join(page.extract_text() for page in document.pages).replace(" ", "")
    for words in (
        "普陀区2026年度人口服务管理",
        "工作考核情况报告",
        "（测算稿）",
        "一、总体情况",
        "表1",
        "各街道（镇）考核得分",
        "曹杨新村街道",
        "82.7",
        "图1",
        "—1—",
        f"数据取自考核快照{cycle.snapshot_no}",
        "样稿",
        "全区实有人口96300人",
    ):
        assert words in text.replace("\n", ""), words
    fonts = {name for page in document.pages for name in page["/Resources"]["/Font"]}
    assert fonts
    embedded = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        for page in document.pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert all("/FontFile3" in d or "/FontFile2" in d for d in embedded)


def test_a_street_exports_no_report(cast, cycle):
    for key in ("street", "clerk"):
        response = cast.client(key).post(reverse("assessment:report", args=[cycle.pk, "pdf"]))
        assert response.status_code == 403


def test_nothing_is_exported_before_anything_is_computed(cast, at):
    from assessment.services.cycles import open_cycle

    by = cast.scope("district")
    with acting(by):
        made = open_cycle(year=2026, by=by, at=at)
    response = cast.client("district").post(reverse("assessment:report", args=[made.pk, "pdf"]))
    assert response.status_code == 302


def test_progress_is_polled_until_the_page_is_loaded_anew(cast, at):
    from assessment.services import computing, cycles
    from portal.jobs.services import work

    b.snapshot(cast, b.WORKED)
    by = cast.scope("district")
    with acting(by):
        made = cycles.open_cycle(year=2026, by=by, at=at)
        job = computing.request_compute(cycle_id=made.pk, by=by, at=at)
    client, address = (
        cast.client("district"),
        reverse("assessment:progress", args=[made.pk, job.pk]),
    )
    assert "正在计算得分" in client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert cast.client("street").get(address).status_code == 404
    work(job.pk)
    over = client.get(address, headers={"HX-Request": "true"})
    assert over["HX-Redirect"] == "/assessment/?year=2026"


def test_pages_ask_the_database_a_fixed_number_of_times(cast, cycle, django_assert_max_num_queries):
    client = cast.client("district")
    with django_assert_max_num_queries(40):
        client.get(MATRIX + "?show=all")
    with django_assert_max_num_queries(45):
        client.get(page_of(cast, "district", cycle, "A4", STREET))
    client = cast.client("street")
    with django_assert_max_num_queries(40):
        client.get(MATRIX)


@pytest.fixture
def under_review(cast, cycle, at):
    """The year under review, with a claim that the district has to judge."""
    b.advanced(cast, cycle, at)
    cycle.refresh_from_db()
    b.claimed(cast, cycle, "A4", STREET, "5.5", at, why="见<b>佐证")
    b.submitted(cast, cycle, at)
    cycle.self_to = at.date() - timedelta(days=1)
    cycle.review_to = at.date() + timedelta(days=1)
    cycle.self_from = cycle.self_to
    cycle.save(update_fields=["self_from", "self_to", "review_to"])
    return b.advanced(cast, cycle, at)


@pytest.mark.parametrize("key", ["street", "district"])
def test_the_page_asks_few_questions(cast, under_review, key, django_assert_max_num_queries):
    client = cast.client(key)
    client.get(MATRIX)  # what the menu counts is kept after this
    # the ends of a savepoint stand around the page's own statements
    with django_assert_max_num_queries(12 + 2):
        text = client.get(MATRIX).content.decode()
    assert "见&lt;b&gt;佐证" in text
    assert "见<b>佐证" not in text


def test_what_waits_stands_with_its_difference_and_papers(cast, under_review):
    found = cast.client("district").get(MATRIX)
    claim, *rest = found.context["waiting"]
    assert not rest
    assert (claim.unit_name, claim.title, claim.papers) == ("曹杨新村街道", "鲜活度", 1)
    assert (claim.claimed, claim.computed, claim.difference) == (D("5.5"), D("3.6"), D("-1.9"))
    assert [stage.progress for stage in found.context["stages"]][:2] == [
        "10 / 10 已提交",
        "9 / 10 已完成",
    ]
    assert found.context["forward"].why_not.startswith("还有 1 项没有复核")
