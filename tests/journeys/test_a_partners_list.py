"""A partner's list becomes leads, and the sender's own form comes back filled."""

import io

import openpyxl
import pytest

from portal.exchange.containers import TOO_LARGE

pytestmark = [
    pytest.mark.journey, pytest.mark.xdist_group("journey"),
    pytest.mark.paper("S-112", "S-114", "S-115", "S-116"),
]  # fmt: skip
LIST = (
    "姓名,身份证号,出生日期,现住地址,工作单位\n"
    "贾宝山,319999198607180270,,,\n赖小军,31999919860718,,,\n"
)
FORM = "2026年流感疫苗接种对象登记表"


def test_1_a_list_is_compared_and_its_difference_becomes_a_lead(desk):
    clerk = desk("zhoumin")
    page = clerk.open("/comparisons/new/")
    page.get_by_label("就业登记人员居住核对").check()
    page.fill("#id_letter", "普人社函〔2026〕52 号")
    page.select_option("#id_query", label="境外人员")
    page.set_input_files("#id_file", {
        "name": "全市.csv", "mimeType": "text/csv", "buffer": b"1" * (20 * 1024 * 1024 + 1),
    })  # fmt: skip
    page.get_by_role("button", name="下一步：对应列").click()
    assert page.url.endswith("/comparisons/new/")  # told before minutes of sending, nothing lost
    assert page.locator("[data-file-trouble]").inner_text() == TOO_LARGE
    page.set_input_files("#id_file", {
        "name": "就业登记.csv", "mimeType": "text/csv", "buffer": LIST.encode(),
    })  # fmt: skip
    assert page.locator(".pp-file-said").inner_text().split() == ["就业登记.csv", "1", "KB"]
    assert clerk.serious_violations() == []
    page.get_by_role("button", name="下一步：对应列").click()
    page.get_by_role("button", name="开始比对").click()
    page.wait_for_selector("nav >> text=仅对方有 1")
    page.locator("nav a", has_text="无法比对").click()
    page.wait_for_selector("text=赖小军")
    page.locator("nav a", has_text="仅对方有").click()
    row = page.locator("tr[data-row]", has_text="贾宝山")
    row.locator("input[type=checkbox]").check()
    assert clerk.serious_violations() == []
    page.get_by_role("button", name="转为线索").click()
    page.wait_for_selector(".pp-toast >> text=已转 1 条线索")
    page.locator("tr[data-row]", has_text="贾宝山").get_by_text("看线索").click()
    page.wait_for_selector("text=贾宝山：与人力资源社会保障名单比对，对方名单有、本册没有")


def test_2_the_senders_form_comes_back_filled(desk):
    clerk = desk("zhoumin")
    page = clerk.open("/forms/")
    page.get_by_role("link", name=FORM).click()
    page.get_by_role("link", name="60 岁以上").click()
    page.wait_for_selector("text=年龄 60–79 岁")
    page.fill("#id_purpose", "流感疫苗接种")
    assert clerk.serious_violations() == []
    page.get_by_role("button", name="填好这张表").click()
    page.wait_for_selector("text=文件可以下载")
    with page.expect_download() as sent:
        page.get_by_role("button", name="下载").click()
    sheet = openpyxl.load_workbook(io.BytesIO(sent.value.path().read_bytes()))["登记表"]
    assert sheet["A1"].value == FORM
    names = [row[1] for row in sheet.iter_rows(min_row=3, values_only=True) if row[1]]
    assert len(names) > 12
    assert all("*" in row[3] for row in sheet.iter_rows(min_row=3, values_only=True) if row[1])
    assert FORM in sent.value.suggested_filename
