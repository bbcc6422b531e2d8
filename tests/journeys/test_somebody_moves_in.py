"""Somebody moves in and says so: a code on the wall, a phone, the clerk, the register."""

import pytest

from residents.identity import check_character

pytestmark = [
    pytest.mark.journey, pytest.mark.xdist_group("journey"), pytest.mark.paper("S-64", "S-66"),
]  # fmt: skip
BODY = "31999919910212784"
CARD = BODY + check_character(BODY)
NAME = "公孙听雨"
WORDS = "一个人，周末白天在家"
PHONE = {"width": 390, "height": 844}


def test_1_the_clerk_prints_a_notice_for_the_building(desk, notes):
    clerk = desk("zhoumin")
    page = clerk.open("/residents/leads/")
    page.get_by_role("link", name="自主申报告知单").click()
    line = page.locator("tbody tr").first
    notes["building"] = line.locator("td").first.inner_text()
    assert clerk.serious_violations() == []
    line.get_by_role("button", name="停用").click()  # the one of before leads nowhere from now on
    page.wait_for_selector(".pp-toast >> text=已停用")
    page.locator("tbody tr").first.get_by_role("button", name="生成").click()
    page.wait_for_selector("img.pp-qr")
    assert notes["building"] in page.locator("main").inner_text()
    notes["door"] = page.locator("img.pp-qr").get_attribute("data-address")
    assert clerk.serious_violations() == []


def test_2_somebody_declares_on_a_phone_without_a_login(desk, notes):
    visitor = desk()
    visitor.page.set_viewport_size(PHONE)
    page = visitor.open(notes["door"])
    assert visitor.serious_violations() == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.get_by_label("我（和家人）搬来了").check()
    page.get_by_label("补充说明").fill(WORDS)
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("text=请填写室号")
    assert page.get_by_label("补充说明").input_value() == WORDS
    page.get_by_label("室号").fill("101室")
    page.get_by_label("我已阅读").check()
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("text=已收到，谢谢")
    assert visitor.serious_violations() == []


def test_3_the_clerk_finds_it_among_the_day_and_gives_it_out(desk, notes):
    clerk = desk("zhoumin")
    page = clerk.open("/residents/leads/?state=submitted&channel=07")
    page.locator("#list tbody a.pp-rowlink").first.click()
    page.wait_for_selector(f"text={WORDS}")
    assert clerk.serious_violations() == []
    notes["lead"] = page.url
    page.get_by_label("承办人").select_option(label="周敏")
    page.get_by_role("button", name="分办").first.click()
    page.wait_for_selector(".pp-toast >> text=已分办")


def test_4_the_household_is_entered_and_the_lead_ends_with_it(desk, notes):
    clerk = desk("zhoumin")
    page = clerk.page
    page.goto(notes["lead"])
    page.keyboard.press("e")
    page.wait_for_url("**/residents/entry/**lead=**")
    page.wait_for_selector(f"text={WORDS}")
    line = page.locator("#members tbody tr[data-line].is-placeholder").first
    line.locator("input[name$='-name']").focus()
    for text in (NAME, "非亲属", CARD, "20", "13812340009", "2025-03-01"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Control+s")
    page.wait_for_url(notes["lead"])
    page.wait_for_selector("text=确认新增")
    assert page.get_by_role("link", name=NAME).count() == 1
    assert clerk.serious_violations() == []
