"""A clerk reads through a list: keeps its conditions, looks beside it, walks its records."""

import re
from io import BytesIO
from unicodedata import normalize

import pypdf
import pytest

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey"), pytest.mark.paper("S-07")]


def name_in_the_pane(page, name):
    page.wait_for_selector(f"[data-peek-title]:text-is('{name}')")
    return page.locator("[data-peek-body]")


def names_of(page):
    return page.locator("#list tbody tr[data-row] a.pp-rowlink").all_inner_texts()


def test_a_view_of_ones_own_a_look_and_a_walk(desk):
    clerk = desk("zhoumin")
    page = clerk.open("/residents/?sex=2&size=20")
    page.click("summary:has-text('存为常用')")
    page.fill("#keep-title", "女性")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pp-views a[aria-current=page]:text-is('女性')")

    page.click(".pp-views a:has-text('全部')")
    page.wait_for_selector(".pp-views a[aria-current=page]:has-text('全部')")
    page.click(".pp-views a:text-is('女性')")
    page.wait_for_selector(".pp-chips :text('性别')")
    page.locator(".pp-seg-sm a:text-is('20')").click()
    page.wait_for_url("**size=20**")
    names = names_of(page)
    assert len(names) == 20

    page.keyboard.press("p")
    pane = name_in_the_pane(page, names[0])
    assert "证件类型" in pane.inner_text()
    assert pane.locator("button, form, [hx-get]").count() == 0
    page.keyboard.press("j")
    name_in_the_pane(page, names[1])
    assert clerk.serious_violations() == []
    page.keyboard.press("Escape")
    assert page.locator("[data-peek-pane]").is_hidden()

    page.keyboard.press("Enter")
    page.wait_for_selector(f"h1:text-is('{names[1]}')")
    assert page.locator("[data-walk-place]").inner_text() == "2 / 20"
    page.keyboard.press("k")
    page.wait_for_selector(f"h1:text-is('{names[0]}')")
    assert page.locator("[data-walk-previous]").is_disabled()

    page.click("[data-walk-list]")
    page.wait_for_selector("#list")
    last = names_of(page)[-1]
    page.locator("#list tbody tr[data-row] a.pp-rowlink").last.click()
    page.wait_for_selector(f"h1:text-is('{last}')")
    page.keyboard.press("j")  # beyond the page: the list's next one
    page.wait_for_selector("[data-walk-place]:text-matches('^1 /')")
    page.click("[data-walk-list]")
    page.wait_for_selector("[data-page=previous]")
    assert page.locator(".pp-chips :text('性别')").count()

    clerk.open("/residents/")
    page.click(".pp-views a:text-is('女性')")
    page.click("button:has-text('删除这个常用视图')")
    page.wait_for_selector(".pp-toast:has-text('已删除')")
    assert page.locator(".pp-views a:text-is('女性')").count() == 0


def test_a_list_on_paper_lies_across_and_says_who_printed_it(desk):
    page = desk("zhoumin").open("/residents/?size=50")
    sheets = pypdf.PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert len(sheets) > 1
    for number, sheet in enumerate(sheets, 1):
        # the font's own letters for 人 and the like are other characters
        text = re.sub(r"\s", "", normalize("NFKC", sheet.extract_text()))
        assert sheet.mediabox.width > sheet.mediabox.height
        assert "打印人周敏" in text
        assert re.search(f"第{number}.共{len(sheets)}", text)
