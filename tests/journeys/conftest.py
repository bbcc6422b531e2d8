"""The whole system as `make demo` runs it, and a real browser in front of it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from portal.demo import cast

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
STARTS_WITHIN = 240  # seconds
DESKTOP = {"width": 1366, "height": 768}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package")
def system() -> Iterator[str]:
    """`manage.py demo` in an empty folder: web, worker, beat, PostgreSQL and Redis of its own.

    It ends with the last story: the tests that follow in the same process need the machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="portal-journey-"))
    folder.chmod(0o755)  # PostgreSQL runs as its own user where we are root
    port = free_port()
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.endswith("DATABASE_URL")
        and key not in {"REDIS_URL", "PORTAL_DATABASE", "HINT_SECONDS"}
    }
    environ = kept | {"PORTAL_MODE": "demo", "PORTAL_RUN_DIR": str(folder)}
    log = (folder / "demo.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port), "--people", "3000"],
        cwd=ROOT, env=environ, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address + "/accounts/login/", process, folder / "demo.log")
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with (
            contextlib.suppress(OSError),  # not listening yet, or still busy
            urllib.request.urlopen(url, timeout=5),
        ):
            return
        time.sleep(0.5)
    raise RuntimeError(f"the demonstration did not start:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; a machine without it fails here instead of passing unseen."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "Chromium is missing; `make system` says how to install it"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


# The browser tells of what the policy stopped even where the console does not.
POLICY_LISTENER = """
addEventListener("securitypolicyviolation", event =>
    console.error(`Content Security Policy: ${event.violatedDirective} ${event.blockedURI}`))
"""


def _wait_with_keys(page: Page) -> None:
    """Let no key be pressed before the page's scripts listen: a heading stands there earlier."""
    for name in ("press", "type"):
        act = getattr(page.keyboard, name)

        def patiently(*args: object, act: Callable[..., None] = act, **more: object) -> None:
            page.wait_for_load_state()
            act(*args, **more)

        setattr(page.keyboard, name, patiently)


class Desk:
    """Somebody at a screen: logged in, watched for policy violations and script errors."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        context.add_init_script(POLICY_LISTENER)
        self.page: Page = context.new_page()
        _wait_with_keys(self.page)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("console", self._listen)
        self.page.on("response", self._watch)

    def _listen(self, message: object) -> None:
        text = getattr(message, "text", "")
        if "Content Security Policy" in text or "Refused to" in text:
            self.faults.append(f"policy: {text}")

    def _watch(self, response: object) -> None:
        if getattr(response, "status", 0) >= 500:
            self.faults.append(f"server: {getattr(response, 'status', 0)} {response}")

    def sign_in(self, username: str) -> "Desk":
        self.open("/accounts/login/")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", cast.PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/accounts/login/" not in url)
        return self

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def serious_violations(self) -> list[str]:
        """What axe-core calls serious or critical on the page as it stands."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations"
            ".filter(v => ['serious', 'critical'].includes(v.impact))"
            ".map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target).join(', ')))"
        )
        return list(found)


@pytest.fixture
def desk(system: str, browser: Browser) -> Iterator[Callable[..., Desk]]:
    """`desk("zhoumin")` is that person's screen; `desk()` an anonymous visitor's."""
    opened: list[Desk] = []

    def sit(username: str = "", **options: object) -> Desk:
        context = browser.new_context(
            viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai", **options
        )
        context.set_default_timeout(15_000)
        seat = Desk(context, system)
        opened.append(seat)
        return seat.sign_in(username) if username else seat

    yield sit
    for seat in opened:
        seat.context.close()
    faults = [fault for seat in opened for fault in seat.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="module")
def notes() -> dict[str, object]:
    """What one step of a story leaves for the next: addresses of pages, files that came back."""
    return {}
