"""A verifier's sheet without a network: calls wait sealed on the phone and arrive once."""

import pytest
from playwright.sync_api import expect

from tests.journeys.phones import KEPT, NUDGE, PHONE, SMALLEST, save, until

pytestmark = [
    pytest.mark.journey, pytest.mark.xdist_group("journey"), pytest.mark.paper("S-32"),
    pytest.mark.paper("S-69"),
]  # fmt: skip
WHO = "曲晓舟"
SHEDS = ("棠浦路 83 弄后门工棚", "棠浦路 85 弄车棚")


def test_calls_of_a_sheet_wait_sealed_and_arrive_once(desk):
    seat = desk("geming")
    page = seat.page
    page.set_viewport_size(PHONE)
    seat.open("/residents/inspections/sheet/")
    page.get_by_role("link", name="手机上门").click()
    page.wait_for_selector("a.sp-stop[href]")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    assert seat.serious_violations() == []
    doors = page.locator("a.sp-stop[href]").all()
    lived, nobody = (door.get_attribute("href") for door in doors[-2:])
    place = doors[-2].locator(".door-line").first.inner_text()
    bare = page.url.partition("#")[0]

    seat.context.set_offline(True)
    page.wait_for_selector("#bar >> text=离线")
    page.goto(bare + lived)
    form = page.locator("#screen-form")
    form.get_by_role("radio", name="有人住", exact=True).check()
    page.locator("#foot button").click()
    assert form.get_by_text("至少填一人").is_visible()
    page.get_by_label("姓名").fill(WHO)
    form.get_by_role("radio", name="女", exact=True).check()
    page.get_by_label("出生年").fill("1988")
    assert seat.serious_violations() == []
    page.set_viewport_size(SMALLEST)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0
    save(page)
    for _ in range(2):  # two calls at one door both wait: each counts
        page.goto(bare + "#list")
        page.goto(bare + nobody)
        form.get_by_role("radio", name="没人应门", exact=True).check()
        save(page)
    for shed in SHEDS:  # places along the blocks wait side by side too
        page.goto(bare + "#list")
        page.goto(bare + page.get_by_role("link", name="沿街核对").first.get_attribute("href"))
        page.locator("#foot button").click()
        assert form.get_by_text("请选择在哪一户附近").last.is_visible()
        page.get_by_label("在哪一户附近").select_option(index=1)
        page.get_by_label("地点").fill(shed)
        page.get_by_label("是什么地方").select_option(label="工棚、搭建")
        assert seat.serious_violations() == []
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0
        save(page)
    expect(page.locator("#bubble")).to_have_text("5")
    kept = "\n".join(page.evaluate(KEPT))
    assert not [word for word in (WHO, place, "葛明", *SHEDS) if word in kept]

    page.reload()  # without its keys the sheet is locked
    page.wait_for_selector("text=本机资料已上锁")
    seat.context.set_offline(False)
    page.wait_for_selector("a.sp-stop[href]")
    until(page, "document.getElementById('bubble').hidden", NUDGE)
    page.goto(bare + nobody)
    assert form.get_by_text("还可上门 1 次").is_visible()
    assert page.locator(f'a[href="{lived}"]').count() == 0
    seat.open("/residents/inspections/sheet/found/")
    for shed in SHEDS:
        expect(page.get_by_text(shed)).to_have_count(1)
