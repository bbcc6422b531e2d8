"""A new building: seen and made in one act, its codes asked for and agreed to."""

import pytest

pytestmark = [
    pytest.mark.journey, pytest.mark.xdist_group("journey"),
    pytest.mark.paper("S-80", "S-81"),
]  # fmt: skip
ADDRESS = "紫藤路77弄5号"  # after the committee's other buildings: other stories open the first one


def test_1_a_block_is_seen_struck_and_built(desk, notes):
    clerk = desk("zhoumin")
    page = clerk.open("/housing/buildings/new/")
    page.keyboard.press("Control+s")
    # what is wrong has the focus, so that the next key reads it or goes to the field
    page.wait_for_selector("[data-error-summary]:focus")
    page.fill("#id_address", ADDRESS)
    page.fill("#id_last_floor", "18")
    page.fill("#id_per_floor", "6")
    page.select_option("#id_codes", "provisional")
    page.keyboard.press("Control+s")
    page.wait_for_selector("text=将新建 108 套")
    page.locator("label.pp-cell-plan", has_text="1806").click()
    assert clerk.serious_violations() == []
    page.locator("[data-key-save]").click()
    page.wait_for_selector(".pp-toast >> text=已新增楼栋")
    assert page.locator("[data-cell]").count() == 107
    notes["board"] = page.url


def test_2_its_codes_are_asked_for_and_the_street_agrees(desk, notes):
    clerk = desk("zhoumin")
    page = clerk.page
    page.goto(str(notes["board"]))
    page.locator(".pp-actions summary").click()
    page.get_by_role("button", name="申请正式码 107 套").click()
    page.wait_for_selector("text=107 套待赋正式码")
    street = desk("guzhenyu")
    todo = street.open("/todo/?type=code")
    todo.locator("[data-item]:has-text('紫藤路77弄')").first.click()
    todo.locator("[data-item]:has-text('紫藤路77弄') a:has-text('去审批'):visible").first.click()
    todo.wait_for_selector("text=同意并办理")
    assert street.serious_violations() == []
    todo.keyboard.press("a")
    todo.wait_for_selector("text=已赋正式码 107 套")
