"""Somebody moves to another committee: typed, left as a draft, asked for, agreed, and there."""

import pytest

from residents.identity import check_character
from tests.journeys.test_the_main_job import open_first_board

pytestmark = [
    pytest.mark.journey, pytest.mark.xdist_group("journey"), pytest.mark.paper("S-09", "S-21"),
]  # fmt: skip
BODY = "31999919880402774"
CARD = BODY + check_character(BODY)
NAME = "司徒望舒"


def open_dwelling(seat, cell):
    """The entry page of a dwelling of the first board; gives the page."""
    page = open_first_board(seat)
    page.locator(f"[data-cell]{cell}").first.focus()
    page.keyboard.press("e")
    page.wait_for_url("**/residents/entry/**")
    return page


def type_person(page):
    line = page.locator("#members tbody tr[data-line].is-placeholder").first
    line.locator("input[name$='-name']").focus()
    for text in (NAME, "非亲属", CARD, "20", "13812340001", "2025-03-01"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def names_in(page):
    fields = page.locator("#members tr[data-line] input[name$='-name']")
    return [field.input_value() for field in fields.all()]


def test_1_the_neighbour_has_registered_her(desk):
    page = open_dwelling(desk("lufang"), "[aria-label*='自住']")
    type_person(page)
    page.keyboard.press("Control+s")
    page.wait_for_selector(".pp-toast >> text=已保存")


def test_2_what_a_clerk_leaves_unfinished_waits_as_a_draft(desk, notes):
    clerk = desk("zhoumin")
    page = open_dwelling(clerk, "[aria-label*='出租']")
    notes["door"] = page.url
    type_person(page)
    page.wait_for_selector("[data-draft-state]:has-text('草稿已存')")
    page.goto(clerk.address + "/")
    page.wait_for_selector("#drafts")
    assert clerk.serious_violations() == []
    page.locator("section[aria-labelledby=drafts] a").first.click()
    page.wait_for_url("**?draft=1")
    assert NAME in names_in(page)


def test_3_saving_says_where_she_is_registered_and_asks(desk, notes):
    clerk = desk("zhoumin")
    page = clerk.page
    page.goto(notes["door"] + "?draft=1")
    page.keyboard.press("Control+s")
    page.wait_for_selector("text=该证件号已登记在 曹杨新村街道 · 花溪园居委会")
    assert clerk.serious_violations() == []
    page.get_by_label("发起移交").check()
    page.keyboard.press("Control+s")
    page.wait_for_selector(".pp-toast >> text=已发起移交 1 人")
    page.wait_for_selector(f"text={NAME} 的移交申请在等")
    assert NAME not in names_in(page)


def test_4_the_neighbour_compares_and_agrees(desk):
    neighbour = desk("lufang")
    page = neighbour.open("/todo/?type=transfer")
    page.locator(f"[data-item]:has-text('{NAME}')").first.click()
    page.locator(f"[data-item]:has-text('{NAME}') a:has-text('去答复'):visible").first.click()
    page.wait_for_selector("text=两边的登记")
    assert neighbour.serious_violations() == []
    page.keyboard.press("a")
    page.wait_for_selector(f".pp-toast >> text=已同意移交 {NAME}")


def test_5_she_lives_at_her_new_door_and_nowhere_else(desk, notes):
    page = desk("zhoumin").page
    page.goto(notes["door"])
    assert names_in(page).count(NAME) == 1
    former = desk("lufang").open(f"/residents/?name={NAME}")
    assert former.locator("a.pp-rowlink", has_text=NAME).count() == 0
