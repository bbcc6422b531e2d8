"""The story that the portal exists for, with its people, in a real browser, from the first login.

A clerk registers and imports, a worker computes, a street looks, the district assesses, and
nobody else sees any of it. The steps stand in order and build on one another.
"""

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pypdf
import pytest

from residents.identity import check_character

LEDGERS = Path(__file__).parents[1] / "data" / "ledgers"
EXPECTED = json.loads((LEDGERS / "expected.json").read_text(encoding="utf-8"))
pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey")]


def number(birth, sequence):
    body = f"319999{birth}{sequence:03d}"
    return body + check_character(body)


# a household of four: name, relation, number, telephone
FAMILY = [
    ("欧阳书航", "户主", number("19860403", 775), "13812345671"),
    ("司徒若溪", "配偶", number("19880917", 778), "13812345672"),
    ("欧阳念安", "子", number("20160521", 771), ""),
    ("欧阳念初", "女", number("20190811", 774), ""),
]
FAMILY_TAIL = FAMILY[0][2][-4:]


def open_first_board(clerk):
    """By keyboard from anywhere: G B, then the first building of the list."""
    page = clerk.page
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.wait_for_url("**/housing/buildings/")
    page.locator("a[href^='/housing/buildings/0']").first.click()
    page.wait_for_selector("[data-matrix] [data-cell]")
    return page


def test_1_the_clerk_sees_what_is_to_be_done(desk):
    clerk = desk("zhoumin")
    page = clerk.page
    assert page.locator("h1").inner_text() == "工作台"
    assert "源园居委会" in page.locator("header").first.inner_text()
    page.wait_for_selector("[data-item]")
    assert page.locator("[data-item]").count() > 3
    assert clerk.serious_violations() == []


def test_2_she_registers_a_household_of_four_by_keyboard(desk, notes):
    clerk = desk("zhoumin")
    page = open_first_board(clerk)
    assert clerk.serious_violations() == []
    unvisited = page.locator("[data-cell][aria-label*='未核实，0 人']").first
    room = re.match(r"\d+", unvisited.get_attribute("aria-label"))[0]
    unvisited.focus()
    page.keyboard.press("e")
    page.wait_for_url("**/residents/entry/**")
    assert page.locator("h1").inner_text() == f"{room}室"
    notes["entry"] = page.url

    page.get_by_text("自住", exact=True).first.click()
    page.locator("#members tbody tr input[name$='-name']").first.focus()
    for index, member in enumerate(FAMILY):
        type_member(page, index, *member)
    assert clerk.serious_violations() == []
    page.keyboard.press("Control+s")
    page.wait_for_selector(".pp-toast >> text=已保存")
    assert all(name in page.locator("#members").inner_html() for name, *_ in FAMILY)
    assert not any(card in page.content() for _, _, card, _ in FAMILY)
    notes["house_code"] = page.locator(".pp-panel-head .pp-mono").first.inner_text()


def type_member(page, index, name, relation, card, phone):
    """One row of the grid; the first number is first typed with two digits the wrong way round."""
    line = page.locator("#members tr[data-line]").nth(index)
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(relation)
    page.keyboard.press("Tab")
    if index == 0:
        page.keyboard.type(card[:15] + card[16] + card[15] + card[17])
        wrong = line.locator("td.is-error input")
        wrong.wait_for()
        assert wrong.get_attribute("title") == "末位校验码不符，请核对证件原件"
        page.keyboard.press("Control+a")
    page.keyboard.type(card)
    birth = f"{card[6:10]}-{card[10:12]}-{card[12:14]}"
    line.locator(f"[data-derived=birth]:has-text('{birth}')").wait_for()
    assert line.locator("[data-derived=sex]").inner_text() == "女男"[int(card[16]) % 2]
    page.keyboard.press("Tab")
    page.keyboard.type("11")
    page.keyboard.press("Tab")
    page.keyboard.type(phone)
    page.keyboard.press("Tab")
    page.keyboard.type("2024-03-01")
    page.keyboard.press("Tab")


def test_3_she_marks_another_dwelling_verified(desk):
    clerk = desk("zhoumin")
    page = open_first_board(clerk)
    cell = page.locator("[data-cell][aria-label*='天前核实'][aria-label*='自住']").first
    room = re.match(r"\d+室", cell.get_attribute("aria-label"))[0]
    cell.focus()
    page.keyboard.press("v")
    page.wait_for_selector(f".pp-toast >> text={room}：核实无变化")
    page.wait_for_selector(f"[data-cell][aria-label^='{room}'][aria-label*='今天核实']")


@pytest.mark.parametrize(
    "typed", ["欧阳书航", "oysh", "tail", "code"], ids=["name", "initials", "tail", "house code"]
)
def test_4_she_finds_a_person_and_a_dwelling(desk, notes, typed):
    text = {"tail": FAMILY_TAIL, "code": notes["house_code"]}.get(typed, typed)
    page = desk("zhoumin").page
    shown = look_up(page, text)
    shown.get_by_text(notes["house_code"] if typed == "code" else "欧阳书航").first.wait_for()
    assert not any(card in page.content() for _, _, card, _ in FAMILY)


def look_up(page, text):
    """Type into the search of the top bar; the panel with what it found."""
    page.keyboard.press("/")
    page.keyboard.type(text)
    panel = page.locator("#search-panel")
    panel.locator(".pp-search-foot").wait_for()
    return panel


def send(page, address, kind, file):
    """Upload a file of a kind, accept the columns as they map themselves, wait for the check."""
    page.goto(address + "/imports/")
    page.locator("label", has_text=kind).click()
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="下一步：预览与改错").click()
    page.wait_for_selector("#im-preview", timeout=90_000)


def apply_and_wait(page):
    """Import what passed and read the tiles of the result: title → count."""
    page.get_by_role("button", name=re.compile("^导入 ")).click()
    page.wait_for_selector(".im-tiles", timeout=120_000)
    names = page.locator(".im-tiles .pp-kpi-name").all_inner_texts()
    counts = page.locator(".im-tiles .pp-kpi-value").all_inner_texts()
    return {name: int(re.sub(r"\D", "", count)) for name, count in zip(names, counts, strict=True)}


def test_5_she_imports_the_dwellings_and_then_the_ledger(desk, notes):
    clerk = desk("zhoumin")
    page = clerk.page
    send(page, clerk.address, "实有房屋清单", LEDGERS / "dwellings.xlsx")
    assert apply_and_wait(page)["新增"] == EXPECTED["dwellings"]

    send(page, clerk.address, "实有人口台账", LEDGERS / "residents_ledger.xlsx")
    assert clerk.serious_violations() == []
    refused = {row["sheet_row"] for row in EXPECTED["expect"] if row["outcome"] != "create"}
    told = set(page.locator("#im-grid tr[id^=row-]").evaluate_all("rows => rows.map(r => r.id)"))
    assert {f"row-{line}" for line in refused} <= told
    tiles = apply_and_wait(page)
    assert tiles["新增"] == EXPECTED["totals"]["create"]
    assert tiles["出错跳过"] == EXPECTED["totals"]["error"]
    assert sum(count for name, count in tiles.items() if "重复" in name) == 2
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("下载错误行")).first.click()
    notes["errors"] = Path(download.value.path()).read_bytes()


def test_6_the_same_file_again_changes_nothing(desk):
    clerk = desk("zhoumin")
    send(clerk.page, clerk.address, "实有人口台账", LEDGERS / "residents_ledger.xlsx")
    tiles = apply_and_wait(clerk.page)
    assert tiles.get("新增", 0) == 0
    assert tiles.get("更新", 0) == 0


def test_7_the_corrected_error_workbook_goes_in(desk, notes, tmp_path):
    book = openpyxl.load_workbook(BytesIO(notes["errors"]))
    sheet = book.active
    rows = list(sheet.iter_rows())
    header = next(
        row for row in rows if "姓名" in [cell.value for cell in row]
    )  # a line about the file stands above it
    column = {cell.value: cell.column for cell in header}
    assert {"错误原因", "怎么改"} <= set(column)
    refused = [row for row in rows if row[0].row > header[0].row and row[0].value]
    totals = EXPECTED["totals"]
    assert len(refused) == totals["error"] + totals["duplicate_in_file"]
    nameless = next(
        row[0].row for row in refused if not sheet.cell(row[0].row, column["姓名"]).value
    )
    sheet.cell(nameless, column["姓名"]).value = "温如玉"
    mended = tmp_path / "改好的错误行.xlsx"
    book.save(mended)
    clerk = desk("zhoumin")
    send(clerk.page, clerk.address, "实有人口台账", mended)
    assert apply_and_wait(clerk.page)["新增"] == 1
    look_up(clerk.page, "温如玉").get_by_text("温如玉").first.wait_for()


def test_8_the_street_asks_for_numbers_and_opens_the_list_behind_one(desk):
    manager = desk("guzhenyu")
    page = manager.open("/dashboard/street/")
    assert manager.serious_violations() == []
    page.get_by_role("button", name="立即计算").click()
    page.wait_for_function(
        "() => document.body.innerText.includes('截至') && "
        "!/正在计算|等待计算/.test(document.body.innerText)",
        timeout=120_000,
    )
    page.goto(manager.address + "/dashboard/street/")
    text = page.locator("main").inner_text()
    for title in ("实有人口", "鲜活度", "房屋编码关联率", "完整率", "采集员配比", "目标", "较上月"):
        assert title in text
    tile = page.locator(".pp-kpi", has_text="实有人口").first
    count = int(re.sub(r"\D", "", tile.locator(".pp-kpi-value").first.inner_text()))
    tile.locator("a").first.click()
    page.wait_for_url("**/residents/**")
    listed = page.locator("main").inner_text()
    assert f"{count:,}" in listed


def test_9_the_district_assesses_and_exports_a_report(desk):
    office = desk("shenliqun")
    page = office.open("/assessment/")
    if page.get_by_role("button", name=re.compile("开展")).count():
        page.get_by_role("button", name=re.compile("开展")).click()
    page.wait_for_selector("table.pp-scores, .pp-matrix, table")
    assert office.serious_violations() == []
    assert "曹杨新村街道" in page.locator("main").inner_text()
    files = {}
    for form in ("xlsx", "pdf"):
        with page.expect_download(timeout=90_000) as download:
            page.get_by_text(re.compile(f"导出 ?{form}", re.IGNORECASE)).first.click()
        files[form] = Path(download.value.path()).read_bytes()
    book = openpyxl.load_workbook(BytesIO(files["xlsx"]))
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert any("曹杨新村街道" in text for text in cells)
    assert not zipfile.ZipFile(BytesIO(files["xlsx"])).testzip()
    report = pypdf.PdfReader(BytesIO(files["pdf"]))
    text = "".join(page.extract_text() for page in report.pages)
    assert "曹杨新村街道" in text
    assert "考核" in text


@pytest.mark.parametrize("other", ["lufang", "tangpeng", "tangning"])
def test_nobody_else_sees_any_of_it(desk, notes, other):
    stranger = desk(other)
    page = stranger.page
    for query in ("欧阳书航", "oysh", notes["house_code"]):
        stranger.open("/")
        shown = look_up(page, query)
        assert "欧阳" not in shown.inner_text().replace(query, "")  # it repeats what was asked
        assert shown.locator("a[href^='/residents/'], a[href^='/housing/']").count() == 0
    stranger.open("/residents/")
    assert "欧阳书航" not in page.content()
    asked = (notes["entry"].removeprefix(stranger.address), "/residents/entry/" + ABSENT)
    answers = [stranger.context.request.get(stranger.address + path).status for path in asked]
    assert answers in ([404, 404], [403, 403])


ABSENT = "01900000-0000-7000-8000-000000000000/"


def test_an_anonymous_visitor_sees_none_of_it(desk, notes):
    visitor = desk()
    visitor.page.goto(notes["entry"])
    assert "/accounts/login/" in visitor.page.url
    for path in ("/residents/", "/api/v1/residences/", "/api/v1/dwellings/"):
        answer = visitor.context.request.get(visitor.address + path, max_redirects=0)
        assert answer.status in {302, 401, 403}
        assert "欧阳" not in answer.text()
