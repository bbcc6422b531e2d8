"""A group-rental campaign from plan to close: two people, a visit of two, help before the end."""

from datetime import timedelta

import pytest
from django.utils import timezone

pytestmark = [
    pytest.mark.journey, pytest.mark.xdist_group("journey"), pytest.mark.paper("S-74", "S-77"),
]  # fmt: skip
TITLE = "梧影路群租整治"
HELP = "书面告知并给一个月，协助两位租客另租，带孩子的一户留住"
PHONE = {"width": 390, "height": 844}


def act(page, button, fields=None):
    """Fill one form of the page by its labels and press its button."""
    form = page.locator("form", has=page.get_by_role("button", name=button, exact=True)).last
    for label, value in (fields or {}).items():
        form.get_by_label(label).fill(value)
    form.get_by_role("button", name=button, exact=True).click()


def visited(page, kind, facts):
    # The field to type into, not the plain list that it takes the place of once the page is ready.
    page.locator("input[role=combobox]").and_(page.get_by_label("发现的问题")).fill(kind)
    page.get_by_role("option", name=kind).first.click()
    for name in ("何静", "顾振宇"):
        page.get_by_label(name, exact=True).check()
    page.get_by_text("住户同意", exact=True).click()
    page.get_by_label("已先出示证件").check()
    page.get_by_label(facts).fill("一间合住，人均不到 5 m²，彼此没有亲属关系")


def test_1_the_staff_plan_it_and_do_not_approve_it_themselves(desk, notes):
    staff = desk("hejing")
    page = staff.open("/housing/campaigns/new/")
    page.get_by_label("名称").fill(TITLE)
    page.get_by_label("主题").select_option(label="群租集中")
    page.get_by_label("法律依据").fill("上海市居住房屋租赁管理办法第十条")
    page.get_by_label("结束日期").fill((timezone.localdate() + timedelta(days=60)).isoformat())
    page.get_by_label("周边（群租集中）").check()
    for name in ("何静", "顾振宇"):
        page.get_by_label(name, exact=True).check()
    assert staff.serious_violations() == []
    page.keyboard.press("Control+s")
    page.wait_for_selector(".pp-toast >> text=等待另一人批准")
    notes["campaign"] = page.url
    assert page.get_by_role("button", name="批准", exact=True).count() == 0


def test_2_the_manager_finds_it_among_the_day_and_approves(desk, notes):
    manager = desk("guzhenyu")
    page = manager.open("/todo/")
    page.wait_for_selector(f"text={TITLE}")
    page.goto(notes["campaign"])
    act(page, "批准", {"意见": "先告知、先帮助"})
    page.wait_for_selector(".pp-tag >> text=已批准")
    assert manager.serious_violations() == []


def test_3_a_visit_of_two_finds_a_room_that_is_too_small(desk, notes):
    staff = desk("hejing")
    page = staff.page
    page.goto(notes["campaign"])
    act(page, "开始，生成检查目标")
    page.wait_for_selector("h2:has-text('检查目标')")
    line = page.locator("tbody tr", has_text="群租疑似").first
    notes["place"] = line.locator("th").inner_text()
    notes["dwelling"] = line.locator("th a").get_attribute("href")
    line.get_by_role("link", name="登记检查").click()
    visited(page, "群租 G4", "情况")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".pp-tag >> text=待告知")
    notes["finding"] = page.url
    due = (timezone.localdate() + timedelta(days=30)).isoformat()
    form = {"告知书编号": "告 77 号", "告知日期": "今天", "整改期限": due}
    act(page, "已告知", form | {"老人、儿童情况": "有一个上小学的孩子，和父母住"})
    page.wait_for_selector(".pp-tag >> text=已告知")
    act(page, "登记整改情况", {"整改情况": "两位租客下周搬"})
    page.wait_for_selector(".pp-tag >> text=整改中")
    assert page.get_by_role("button", name="通过", exact=True).count() == 0
    assert staff.serious_violations() == []
    page.goto(notes["campaign"])
    act(page, "转入复查")
    page.wait_for_selector(".pp-tag >> text=复查中")


def test_4_somebody_else_looks_again_and_the_help_is_written_down(desk, notes):
    manager = desk("guzhenyu")
    page = manager.page
    page.goto(notes["campaign"])
    act(page, "办结", {"总结": "完成"})
    page.wait_for_selector("text=还有 1 项没有办结")
    assert notes["place"] in page.locator("[data-error-summary]").inner_text()
    page.goto(notes["finding"])
    act(page, "通过", {"复查日期": "今天", "复查情况": "每间不超过两人"})
    page.wait_for_selector(".pp-tag >> text=复查通过")
    act(page, "办结")
    page.wait_for_selector("text=没有写不能办结")
    act(page, "办结", {"帮助安置": HELP})
    page.wait_for_selector(".pp-tag >> text=已办结")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert manager.serious_violations() == []


def test_5_it_closes_with_a_summary_and_a_sheet_without_addresses(desk, notes):
    staff = desk("hejing")
    page = staff.page
    page.goto(notes["campaign"])
    act(page, "办结", {"总结": "一套整改完成，没有住户被清退"})
    page.wait_for_selector(".pp-tag >> text=已办结")
    page.goto(notes["campaign"] + "sheet/")
    sheet = page.locator("body").inner_text()
    assert "没有住户被清退" in sheet
    assert notes["place"] not in sheet
