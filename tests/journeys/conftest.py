"""The whole system as it runs for its users: five processes, real sockets, a real database, one for all journeys. It ends with the last of them: a system
at rest is not free."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from deploy.demo.main_job import Person
from deploy.stack import Stack
from tests.stacks import forked

TODAY = date(2025, 11, 20)  # of the pages that show what waits: a day in years whose working days are known
SECONDS_AT_MOST = 60
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NONE_THERE = "没有 Chromium,页面没有在浏览器里测试:apt-get install chromium。 No Chromium here: the pages were not tested in a browser."
TABS_AT_MOST = 120
expect.set_options(timeout=30_000)  # a test machine does other work as well


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    with forked() as running:
        yield running


def until(holds: Callable[[], bool]) -> None:
    """Waits for what follows a change a moment later; the assertion after it says what is missing."""
    ends_at = time.monotonic() + SECONDS_AT_MOST
    while not holds() and time.monotonic() < ends_at:
        time.sleep(0.1)


def changes_of(reader: Person, subject: str) -> list[str]:
    """What the merged feed says happened to a paper, in order."""
    found, path = list[str](), "/v1/changes?limit=200"
    while (batch := reader.do("GET", path, on="2026-01-05"))["items"]:
        found += [event["type"] for event in batch["items"] if event["subject"] == subject]
        path = f"/v1/changes?limit=200&after={batch['next']}"
    return found


# Pages


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all pages: the system's own Chromium."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(NONE_THERE)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


@dataclass
class Screen:
    """A window of its own, as a person has it, and what went wrong in it."""

    page: Page
    origin: str
    elsewhere: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def on(self, day: date) -> "Screen":
        """The evening of that day, for all that the page asks."""
        self.page.set_extra_http_headers({"X-Server-Date": f"{day}T19:00:00+08:00"})
        return self

    def at(self, path: str) -> Page:
        self.page.goto(f"{self.origin}{path}")
        return self.page

    def signed_in(self, path: str, login: str, password: str = "") -> Page:
        """At a page that asks who one is; the local stack's own users have their name for a password."""
        self.at(path)
        self.page.get_by_label("登录名").fill(login)
        self.page.get_by_label("密码").fill(password or login)
        self.page.keyboard.press("Enter")
        self.page.locator("main h1").first.wait_for()
        return self.page

    def tab_to(self, sought: Locator) -> None:
        """By the Tab key alone, as who has no mouse."""
        for _ in range(TABS_AT_MOST):
            if sought.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{sought} is not reached by keyboard")

    def accessible(self) -> None:
        """Nothing that axe finds against WCAG 2.1 AA."""
        found = Axe().run(self.page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
        assert found.violations_count == 0, found.generate_report()


@pytest.fixture
def screen(browser: Browser, stack: Stack) -> Iterator[Screen]:
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", accept_downloads=True)
    made = Screen(context.new_page(), stack.gateway_url)

    def asked(request: Any) -> None:
        """What our pages ask of others; what others' pages ask is theirs."""
        asks, asked = urlsplit(request.frame.url), urlsplit(request.url)
        ours = asks.scheme not in ("http", "https") or f"{asks.scheme}://{asks.netloc}" == made.origin
        if ours and asked.scheme in ("http", "https") and f"{asked.scheme}://{asked.netloc}" != made.origin:
            made.elsewhere.append(request.url)

    context.on("request", asked)
    context.on("response", lambda answer: made.refused.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    made.page.on("pageerror", lambda error: made.troubles.append(str(error)))
    yield made
    context.close()
    assert made.elsewhere == [] and made.troubles == []
