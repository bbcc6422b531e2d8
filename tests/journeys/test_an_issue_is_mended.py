"""An issue is given out, mended at its field, and checked by another; a second is no mistake."""

import pytest

pytestmark = [
    pytest.mark.journey, pytest.mark.xdist_group("journey"), pytest.mark.paper("S-67", "S-68"),
]  # fmt: skip
RULE = "R-190"  # a telephone is missing
PHONE = "13812340017"
AT_THE_FIELD = "document.activeElement.labels?.[0]?.textContent.trim().startsWith('手机')"
WHY = "本人没有手机，由同住的女儿代接"


def first_open(page):
    """The first issue that nobody has: its row."""
    return page.locator("#list tbody tr[data-row]", has_text="待处理").first


def test_1_the_clerk_gives_an_issue_to_the_collector(desk, notes):
    clerk = desk("xuwanqing")
    page = clerk.open(f"/quality/?rule={RULE}")
    assert clerk.serious_violations() == []
    row = first_open(page)
    notes["issue"] = row.get_attribute("data-peek-url")
    row.locator("input[name=pick]").check()
    page.get_by_role("button", name="派发…").click()
    dialog = page.locator("dialog[open]", has_text="将派发")
    dialog.get_by_label("责任人").select_option(label="顾小满")
    dialog.get_by_role("button", name="派发 1 项").click()
    page.wait_for_selector(".pp-toast >> text=已派发 1 项")


def test_2_the_collector_mends_it_in_the_form_that_opens_at_the_field(desk, notes):
    collector = desk("guxiaoman")
    page = collector.open(f"/quality/?who=mine&rule={RULE}")
    page.locator(f"tr[data-peek-url='{notes['issue']}'] a.pp-rowlink").first.click()
    page.wait_for_url("**/residents/entry/**field=phone**")
    page.wait_for_function(AT_THE_FIELD)
    page.keyboard.type(PHONE)
    page.keyboard.press("Tab")
    page.keyboard.press("Control+s")
    page.wait_for_url(lambda url: "field=phone" not in url)
    page = collector.open(notes["issue"])
    page.wait_for_selector(".pp-tag >> text=已改")
    page.wait_for_selector("text=派发给 顾小满")
    assert "顾小满" in page.locator("main").inner_text()


def test_3_what_must_be_mended_is_checked_by_another(desk, notes):
    staff = desk("hejing")
    page = staff.open("/quality/?waits=check")
    page.locator("#list tbody a.pp-rowlink").first.click()
    page.wait_for_selector("text=等他人复核")
    assert staff.serious_violations() == []
    page.keyboard.press("y")
    page.wait_for_selector(".pp-toast >> text=已复核")
    page.wait_for_selector(".pp-tag >> text=已复核")


def test_4_another_is_no_mistake_and_the_street_agrees_until_a_day(desk, notes):
    clerk = desk("zhoumin")
    page = clerk.open(f"/quality/?rule={RULE}")
    notes["right"] = first_open(page).get_attribute("data-peek-url")
    page = clerk.open(notes["right"])
    page.get_by_label("理由").fill(WHY)
    page.get_by_role("button", name="申请无误").click()
    page.wait_for_selector("text=等街道（镇）审批")
    assert page.get_by_role("button", name="确认无误").count() == 0
    street = desk("guzhenyu")
    page = street.open("/quality/?waits=answer")
    page.locator(f"tr[data-peek-url='{notes['right']}'] a.pp-rowlink").first.click()
    page.wait_for_selector(f"text={WHY}")
    page.get_by_role("button", name="确认无误").click()
    page.wait_for_selector(".pp-toast >> text=已确认无误")
    page.wait_for_selector("text=无误至")
    page = clerk.open(f"/quality/?rule={RULE}")
    assert page.locator(f"tr[data-peek-url='{notes['right']}']").count() == 0


def test_rules_are_chosen_with_the_arrow_keys(desk):
    street = desk("guzhenyu")
    page = street.open("/quality/")
    rules = page.locator("[data-choose] th a").all_inner_texts()
    page.focus("[data-window]")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f"#rule-detail h2:text-is('{rules[0]}')")
    for _step in range(3):
        page.keyboard.press("ArrowDown")
    page.wait_for_selector(f"#rule-detail h2:text-is('{rules[3]}')")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(f"#rule-detail h2:text-is('{rules[2]}')")
    assert page.locator("[data-choose] tr[aria-current] th").inner_text() == rules[2]
    assert page.evaluate("document.activeElement.textContent").strip() == rules[2]
    assert page.locator("#rule-tabs [aria-current]").count() == 0
    assert page.locator("#run-again-from").input_value() == page.url.replace(street.address, "")
    assert street.serious_violations() == []
    page.go_back()
    page.wait_for_selector(f"#rule-detail h2:text-is('{rules[3]}')")
