"""Offline at the door: answers given without a network, all of them there once it is back."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.phones import KEPT, NUDGE, PHONE, SMALLEST, save, until

pytestmark = [
    pytest.mark.journey, pytest.mark.xdist_group("journey"), pytest.mark.paper("S-21", "S-67"),
]  # fmt: skip
MINE, THEIRS = "13899990001", "13799990002"
# The server takes the answer, the phone does not hear of it: the network ends in between.
LOSE_ONE = """() => {
  const real = window.fetch;
  window.fetch = async (...asked) => {
    const told = await real(...asked);
    if (!String(asked[0]).endsWith("/answer/") || window.isLost) return told;
    window.isLost = true;
    throw new TypeError("lost");
  };
}"""


@pytest.fixture
def collector(desk):
    seat = desk("guxiaoman")
    seat.page.set_viewport_size(PHONE)
    seat.open("/residents/door/")
    seat.page.wait_for_selector(".door-stop")
    seat.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return seat


def inhabited(page, least):
    """The last dwellings of the list in which so many people live, from the end."""
    rows = page.locator("a.door-stop:not(.is-done)").all()
    found = [
        row.get_attribute("href").removeprefix("#d/")
        for row in rows
        if (people := re.search(r"(\d+) 人", row.inner_text())) and int(people[1]) >= least
    ]
    return found[::-1]


def at_the_door(page, dwelling):
    page.goto(page.url.partition("#")[0] + f"#d/{dwelling}")
    page.wait_for_selector(".door-form")


def bubble(page, n):
    """How many answers wait, at the foot of every screen."""
    found = page.locator("#bubble")
    expect(found).to_have_text(str(n)) if n else expect(found).to_be_hidden()


def people_of(clerk, dwelling):
    return clerk.page.evaluate(
        "id => fetch(`/api/v1/dwellings/${id}/residents/`).then(r => r.json())", dwelling
    )


def change_phone(clerk, person, phone):
    status = clerk.page.evaluate(
        """async ([id, phone]) => {
          const url = `/api/v1/residents/${id}/`;
          const tag = (await fetch(url)).headers.get("ETag");
          const changed = await fetch(url, {
            method: "PATCH", body: JSON.stringify({ phone }),
            headers: { "Content-Type": "application/json", "If-Match": tag,
                       ...JSON.parse(document.body.getAttribute("hx-headers")) },
          });
          return changed.status;
        }""",
        [person["resident"], phone],
    )
    assert status == 200


def visits_today(clerk, dwelling):
    """What the register tells of the collector's visits of today, one line each."""
    page = clerk.open(f"/residents/dwellings/{dwelling}/pane/")
    lines = page.locator("li", has_text="顾小满").filter(
        has_text=f"{timezone.localdate():%Y-%m-%d}"
    )
    return [line.inner_text().rpartition("，")[2] for line in lines.all()]


def test_what_is_answered_offline_is_there_exactly_once(collector, desk):
    page = collector.page
    clerk = desk("zhoumin")
    assert collector.serious_violations() == []
    shared, others = inhabited(page, 2)[0], inhabited(page, 1)
    alone, absent = [each for each in others if each != shared][:2]
    first = people_of(clerk, shared)[0]

    collector.context.set_offline(True)
    page.wait_for_selector("#bar >> text=离线")
    at_the_door(page, shared)
    member = page.locator(".door-member").first
    member.get_by_label("有变").check()
    member.get_by_label("手机").fill(MINE)
    for other in page.locator(".door-member").all()[1:]:
        other.get_by_label("在住").check()
    assert collector.serious_violations() == []
    save(page)
    at_the_door(page, alone)
    page.get_by_text("全部在住").click()
    save(page)
    at_the_door(page, absent)
    page.get_by_label("无人应门").check()
    save(page)
    bubble(page, 3)
    kept = "\n".join(page.evaluate(KEPT))
    assert not [word for word in (first["name"], MINE, "顾小满", "源园") if word in kept]

    change_phone(clerk, first, THEIRS)
    page.reload()  # without a network and without its keys
    page.wait_for_selector("text=本机资料已上锁")
    assert page.get_by_text("已填的 3 户加密存在本机").is_visible()
    page.evaluate(LOSE_ONE)
    collector.context.set_offline(False)
    page.wait_for_selector("#bar >> text=离线", state="hidden")
    until(page, "window.isLost")
    page.goto(page.url.partition("#")[0] + "#queue")
    until(page, "document.querySelector('.door-card') !== null", NUDGE)
    until(page, "document.getElementById('bubble').textContent === '1'", NUDGE)
    card = page.locator(".door-card")
    assert "周敏" in card.inner_text()
    assert "138****0001" in card.inner_text()
    assert "137****0002" in card.inner_text()
    assert collector.serious_violations() == []
    page.set_viewport_size(SMALLEST)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0
    card.get_by_text("用我填的").click()
    bubble(page, 0)
    assert "今日已同步 3" in page.locator("#screen-queue").inner_text()

    assert people_of(clerk, shared)[0]["phone_mask"] == "138****0001"
    assert len(visits_today(clerk, shared)) == 1
    assert visits_today(clerk, alone) == ["无变化"]
    assert visits_today(clerk, absent) == ["无人应门"]


def test_logging_out_leaves_nothing_on_the_phone(collector):
    page = collector.page
    assert page.evaluate(KEPT)
    page.get_by_role("link", name="我的").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/accounts/login/**")
    until(page, "caches.keys().then(names => names.length === 0)")
    assert page.evaluate(KEPT) == []


def test_an_ended_session_takes_the_list_and_keeps_what_waits(collector, desk):
    page = collector.page
    absent = inhabited(page, 1)[0]
    collector.context.set_offline(True)
    at_the_door(page, absent)
    page.get_by_label("拒访").check()
    save(page)
    collector.context.clear_cookies(name="portal_session")
    collector.context.set_offline(False)
    page.wait_for_selector("#bar >> text=登录已过期")
    page.get_by_role("button", name="重新登录").click()
    page.wait_for_url("**/accounts/login/**")
    until(page, f"({KEPT})().then(kept => !kept.includes('list'))")
    assert "queue" in page.evaluate(KEPT)
    collector.sign_in("guxiaoman")
    collector.open("/residents/door/")
    page.wait_for_selector(".door-stop")
    until(page, "document.getElementById('bubble').hidden", NUDGE)
    assert visits_today(desk("zhoumin"), absent) == ["拒访"]
