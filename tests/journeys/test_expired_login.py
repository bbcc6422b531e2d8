"""A login that ends while a household is typed: log in again, nothing is lost, one record."""

import pytest

from portal.demo import cast
from residents.identity import check_character
from tests.journeys.test_the_main_job import open_first_board

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey")]
CARD = "31999919790612773"
NAME = "慕容听雨"


def typed_household(clerk):
    """The household entry of a dwelling that nobody lives in, with one person typed."""
    page = open_first_board(clerk)
    page.locator("[data-cell][aria-label*='未核实，0 人']").last.focus()
    page.keyboard.press("e")
    page.wait_for_url("**/residents/entry/**")
    page.get_by_text("自住", exact=True).first.click()
    line = page.locator("#members tbody tr[data-line]").first
    line.locator("input[name$='-name']").focus()
    for text in (NAME, "户主", CARD + check_character(CARD), "11", "13812340000", "2024-03-01"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    return page


def end_the_session(clerk):
    """As the server sees it afterwards: a browser that names no session it knows."""
    clerk.context.clear_cookies(name="portal_session")


def test_a_household_typed_when_the_login_ends_is_saved_once(desk):
    clerk = desk("zhoumin")
    page = typed_household(clerk)
    where = page.url
    end_the_session(clerk)
    page.keyboard.press("Control+s")
    page.wait_for_url("**/accounts/login/**")
    assert page.get_by_text("登录后继续提交").is_visible()
    assert clerk.serious_violations() == []
    page.fill("#id_username", "zhoumin")
    page.fill("#id_password", cast.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".pp-toast >> text=已保存")
    assert page.url == where
    page.goto(where)
    assert page.locator("#members tbody").inner_html().count(NAME) >= 1
    names = page.locator("#members tr[data-line] input[name$='-name']")
    assert [field.input_value() for field in names.all()].count(NAME) == 1


def test_a_list_asks_over_the_page_and_goes_on(desk):
    clerk = desk("zhoumin")
    page = clerk.open("/residents/")
    end_the_session(clerk)
    asked = "window.htmx.ajax('GET', '/residents/', {target: '#dialog-host', swap: 'none'})"
    page.evaluate(asked)
    dialog = page.locator("#again-host dialog")
    dialog.wait_for()
    assert "登录已过期" in dialog.inner_text()
    page.fill("#again-host [name=password]", cast.PASSWORD)
    with page.expect_navigation(url="**/residents/"):  # what was asked for is a page of its own
        page.keyboard.press("Enter")
    assert page.locator("h1").first.is_visible()
    assert page.locator("#again-host dialog").count() == 0
    page.reload()
    assert page.url.endswith("/residents/")


def test_a_page_left_alone_is_locked_and_keeps_what_was_typed(desk):
    clerk = desk("zhoumin")
    clerk.page.clock.install()
    page = clerk.open("/residents/?open=filter")
    page.fill("[name=name]", NAME)
    end_the_session(clerk)
    page.clock.fast_forward("29:00")
    dialog = page.locator("#again-host dialog")
    dialog.wait_for()
    assert page.locator("body.is-locked #page[inert]").count() == 1
    page.fill("#again-host [name=password]", cast.PASSWORD)
    page.keyboard.press("Enter")
    dialog.wait_for(state="hidden")
    page.wait_for_selector("body:not(.is-locked)")
    assert page.locator("[name=name]").input_value() == NAME
