"""A clerk puts identity cards on the reader instead of typing them."""

import pytest

from portal.demo.card_reader import invented_cards
from tests.journeys.test_the_main_job import open_first_board

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journey"), pytest.mark.paper("S-07")]
CARDS = invented_cards()
NEW = "#members tr[data-line]:not([data-known])"


def read_card(page):
    page.keyboard.press("F8")
    page.wait_for_selector("[data-key-card][aria-pressed=true]")
    page.wait_for_selector("[data-key-card][aria-pressed=false]")


def value(page, place, key):
    return page.locator(NEW).nth(place).locator(f"[name$='-{key}']").input_value()


def test_each_card_becomes_a_row_and_one_in_the_grid_is_only_shown(desk):
    clerk = desk("zhoumin")
    page = open_first_board(clerk)
    page.locator("[data-matrix] [data-cell]").last.click()
    page.keyboard.press("e")
    page.wait_for_url("**/residents/entry/**")
    for place, card in enumerate(CARDS):
        read_card(page)
        assert value(page, place, "name") == card["name"]
        assert value(page, place, "document_number") == card["number"]
        assert page.evaluate("document.activeElement.name").endswith("-relation")
        assert page.locator("[data-card-state]").inner_text() == f"已读入 {card['name']}"
    read_card(page)  # the reader begins again with the first card
    assert page.locator("[data-card-state]").inner_text() == f"已在本户 {CARDS[0]['name']}"
    assert page.evaluate("document.activeElement.value") == CARDS[0]["name"]
    page.keyboard.press("Control+ArrowRight")
    panel = page.locator("[data-person-panel]:not([hidden])")
    assert panel.locator("[name$=-hukou_address]").input_value() == CARDS[0]["address"]
    assert panel.locator("[name$=-ethnicity] option:checked").inner_text().endswith("汉族")
    assert clerk.serious_violations() == []
    assert clerk.faults == []
