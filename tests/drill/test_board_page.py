"""How soon the board stands there in a real browser, with the papers of a crowded city behind it: a machine that does nothing else is asked."""

import shutil
import statistics
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from deploy import scenarios
from deploy.stack import Stack, free_ports
from tests.journeys.conftest import BROWSERS, NONE_THERE

SECONDS_AT_MOST = 1.0
TRIES = 5
BOARD = "/?plan=kaili-2024&as_of=2025-10-31"
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
pytestmark = [pytest.mark.drill, pytest.mark.alone, pytest.mark.skipif(BROWSER is None, reason=NONE_THERE)]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with scenarios.running(scenarios.SCENARIOS["crowded"], free_ports()) as running:
        yield running


def seconds_until_there(page: Page, address: str) -> float:
    began = time.perf_counter()
    page.goto(address)
    page.locator("table.lines tbody tr").nth(24).wait_for()
    return time.perf_counter() - began


def test_the_board_is_there_within_a_second(stack: Stack) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"{stack.gateway_url}{BOARD}")
        page.get_by_label("登录名").fill("local-officer")
        page.get_by_label("密码").fill("local-officer")
        page.keyboard.press("Enter")
        page.locator("table.lines").first.wait_for()
        tries = [seconds_until_there(page, f"{stack.gateway_url}{BOARD}") for _ in range(TRIES)]
        browser.close()
    print(f"the board: {statistics.median(tries):.2f} s, at the worst {max(tries):.2f} s")
    assert statistics.median(tries) <= SECONDS_AT_MOST
