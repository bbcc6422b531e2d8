"""The browser judges identity numbers as the server does, and never tells the right character."""

import random
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from residents.identity import IdentityError, check_character, check_citizen_id

SCRIPTS = Path(__file__).resolve().parents[2] / "portal" / "ui" / "static" / "ui" / "js"
PLACE = "http://kit.test"
TODAY = date(2026, 11, 20)
JUDGE = """async ([numbers, today]) => {
  const { readIdNumber } = await import("/identity.js");
  return numbers.map((number) => readIdNumber(number, new Date(today)));
}"""


@pytest.fixture(scope="module")
def blank() -> Iterator[Page]:
    """An empty page that serves the scripts of the kit."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "Chromium is missing; `make system` says how to install it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()

        def serve(route: Any) -> None:
            name = route.request.url.rsplit("/", 1)[-1]
            if name.endswith(".js"):
                route.fulfill(path=SCRIPTS / name, content_type="text/javascript")
            else:
                route.fulfill(body="<!doctype html><title>-</title>", content_type="text/html")

        page.route(f"{PLACE}/**", serve)
        page.goto(f"{PLACE}/")
        yield page
        browser.close()


def judged(page: Page, numbers: list[str]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = page.evaluate(JUDGE, [numbers, "2026-11-20T09:00:00"])
    return told


def invented(seed: int, count: int) -> list[str]:
    """Numbers of nobody, a third of them spoiled in one place."""
    chance = random.Random(seed)
    numbers = []
    for _ in range(count):
        born = date(1900, 1, 1).toordinal() + chance.randrange(47_000)
        body = f"319999{date.fromordinal(born):%Y%m%d}{chance.randrange(1000):03d}"
        number = body + check_character(body)
        if chance.random() < 0.33:
            place = chance.randrange(6, 18)
            number = f"{number[:place]}{chance.randrange(10)}{number[place + 1 :]}"
        numbers.append(number)
    return numbers


def server_says(number: str) -> tuple[bool, str, str]:
    try:
        read = check_citizen_id(number, today=TODAY, allow_synthetic=True)
    except IdentityError:
        return False, "", ""
    return True, {"1": "男", "2": "女"}[read.sex], read.birth_date.isoformat()


def test_browser_and_server_agree_on_every_number(blank: Page) -> None:
    numbers = invented(7, 400)
    for number, told in zip(numbers, judged(blank, numbers), strict=True):
        passes, sex, birth = server_says(number)
        assert (not told["problem"]) == passes, (number[:6], told["problem"])
        if passes:
            assert (told["sex"], told["birth"]) == (sex, birth)


def test_a_wrong_last_character_is_named_without_the_right_one(blank: Page) -> None:
    body = "31999919860718502"
    right = check_character(body)
    wrong = "1" if right != "1" else "2"
    told = judged(blank, [body + wrong])[0]
    assert told["problem"] == "末位校验码不符，请核对证件原件"
    assert right not in told["problem"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("3199991986", "证件号应为 18 位，还差 8 位"),
        ("319999198613185021", "月份 13 不存在，请核对证件原件"),
        ("319999198602305021", "2 月没有 30 日，请核对证件原件"),
        ("319999203602015021", "出生日期在今天之后，请核对证件原件"),
        ("31999919860718502A", "证件号只能是数字，末位可为 X"),
        ("", ""),
    ],
)
def test_what_is_typed_is_answered_with_what_to_do(blank: Page, typed: str, sentence: str) -> None:
    assert judged(blank, [typed])[0]["problem"] == sentence


def test_the_birthday_itself_makes_somebody_older(blank: Page) -> None:
    ages = [told["age"] for told in judged(blank, ["31999919861120502", "31999919861121502"])]
    assert ages == [40, 39]
