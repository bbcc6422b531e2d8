"""What stands in no column is entered in a member's drawer, which is made when it is opened."""

from urllib.parse import urlsplit

import pytest

from tests.journeys.test_the_main_job import open_first_board

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey"), pytest.mark.paper("S-07")]
OPEN = "#person:not([hidden]) [data-person-panel]:not([hidden])"
FAMILY = "#members tr[data-line][data-known]"


@pytest.fixture
def clerk(desk):
    return desk("zhoumin")


def open_a_family(clerk):
    """The last dwelling of a building in which three live: other stories begin at the first."""
    page = open_first_board(clerk)
    page.locator("[data-matrix] [data-cell]", has_text="3人").last.click()
    page.keyboard.press("e")
    page.wait_for_url("**/residents/entry/**")
    page.wait_for_selector(FAMILY)
    return page


def field(page, key):
    return page.locator(f"{OPEN} [name$='-{key}']")


def open_drawer(page, place):
    page.locator(FAMILY).nth(place).locator("input[name$='-name']").focus()
    page.keyboard.press("Control+ArrowRight")
    page.wait_for_selector(OPEN)


def test_1_it_shows_what_is_on_record_and_keeps_what_is_typed(clerk, notes):
    page = open_a_family(clerk)
    notes["home"] = urlsplit(page.url).path
    assert page.locator("[data-person-panel]").count() == 0
    names = [row.input_value() for row in page.locator(f"{FAMILY} input[name$='-name']").all()]
    numbers = [
        row.input_value() for row in page.locator(f"{FAMILY} input[name$='-document_number']").all()
    ]
    for place, name in enumerate(names):
        open_drawer(page, place)
        panel = page.locator(OPEN)
        assert panel.locator("h2").inner_text() == name
        mirror = panel.locator("[data-mirror$='-document_number']")
        assert mirror.input_value() == numbers[place]
        shown = panel.locator("[data-derived=sex]").inner_text()
        assert shown == page.locator(FAMILY).nth(place).locator("[data-derived=sex]").inner_text()
        assert shown in {"男", "女"}
        assert panel.locator("[data-derived=age]").inner_text().endswith("岁")
        others = field(page, "guardian").locator("option").all_inner_texts()[1:]
        assert sorted(others) == sorted(names[:place] + names[place + 1 :])
        assert "登记" in panel.locator(".pp-log li").last.inner_text()
        page.keyboard.press("Escape")
        assert page.locator(OPEN).count() == 0
    open_drawer(page, 0)
    field(page, "employer").fill("梧桐里便民服务社")
    field(page, "note").fill("双休日白天在家")
    assert clerk.serious_violations() == []
    page.keyboard.press("Control+s")
    page.wait_for_selector(".pp-toast >> text=已保存")


def test_2_what_was_saved_is_there_and_a_closed_drawer_changes_nothing(clerk, notes):
    page = clerk.open(notes["home"])
    phone = page.locator(FAMILY).first.locator("input[name$='-phone']")
    phone.fill("13812340017")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".pp-toast >> text=已保存")
    open_drawer(page, 0)
    assert field(page, "employer").input_value() == "梧桐里便民服务社"
    assert field(page, "note").input_value() == "双休日白天在家"


def test_3_a_fault_in_a_drawer_is_reached_from_the_summary(clerk, notes):
    page = clerk.open(notes["home"])
    open_drawer(page, 1)
    field(page, "arrived_on").fill("2029-02-30")
    page.keyboard.press("Control+s")
    page.wait_for_selector("[data-error-summary]")
    assert page.locator(OPEN).count() == 0
    page.locator("[data-error-summary] a").first.click()
    page.wait_for_selector(OPEN)
    assert page.evaluate("document.activeElement.name").endswith("-arrived_on")
    assert field(page, "arrived_on").input_value() == "2029-02-30"
    assert page.locator(f"{OPEN} .pp-error").first.is_visible()
    assert field(page, "guardian").locator("option").count() >= 2
    field(page, "arrived_on").fill("2020-05-01")
    page.keyboard.press("Control+s")
    page.wait_for_selector(".pp-toast >> text=已保存")
    assert clerk.faults == []
