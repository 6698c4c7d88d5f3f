"""Longer forms of the desk by keyboard alone: a filing is decided with its days and levels, and what an inspection finds in a class is written down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from deploy.demo.main_job import Job, Person
from deploy.demo.second_half import ELECTRICIAN, file, register
from deploy.stack import Stack
from tests.journeys.conftest import TODAY, Screen

SCOPE = [{"occupation_code": ELECTRICIAN, "levels": ["junior"]}]


@dataclass
class Papers:
    """A filing that waits for its decision, and a class that is under way."""

    officer: Person
    filing: Any
    course: Any


@pytest.fixture(scope="module")
def papers(stack: Stack) -> Iterator[Papers]:
    with Job(stack.gateway_url) as job:
        institution, enterprise = register(
            job, "凯里市重安江机械有限公司", "91522601MJ0KL0993Q", "enterprise"
        )  # not above scale: the board counts those
        filing = file(enterprise, SCOPE, on=str(TODAY))
        job.officer.act(f"/v1/filings/{filing['id']}", "check", on=str(TODAY))
        body = {
            "name": "焊工岗位班",
            "institution_id": institution["id"],
            "region_code": "522601100",
            "channel": "upskill",
            "occupation_code": ELECTRICIAN,
            "level": "junior",
            "starts_on": str(TODAY),
            "ends_on": str(TODAY + timedelta(days=9)),
            "hours": 60,
            "seats": 30,
        }
        made = enterprise.do("POST", "/v1/classes", on=str(TODAY - timedelta(days=20)), json=body)
        enterprise.act(f"/v1/classes/{made['id']}", "submit", on=str(TODAY - timedelta(days=20)))
        job.officer.act(f"/v1/classes/{made['id']}", "approve", on=str(TODAY - timedelta(days=19)))
        enterprise.act(f"/v1/classes/{made['id']}", "start", on=str(TODAY))
        yield Papers(job.officer, filing, made)


@pytest.fixture
def screen(screen: Screen) -> Screen:
    return screen.on(TODAY)


def opened(screen: Screen, login: str, number: str, called: str) -> Page:
    """The paper of that number, by the search and the keyboard alone."""
    page = screen.signed_in("/desk", login)
    screen.tab_to(page.get_by_role("searchbox"))
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    found = page.locator("section", has_text="找到").get_by_role("link").first
    expect(found).to_be_visible(timeout=30_000)
    screen.tab_to(found)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(called, timeout=30_000)
    return page


def pressed(screen: Screen, within: Locator, name: str) -> None:
    screen.tab_to(within.get_by_role("button", name=name, exact=True))
    screen.page.keyboard.press("Enter")


def filled(screen: Screen, field: Locator, said: str) -> None:
    """Reached by the Tab key. In which order a day is typed is a matter of the machine's language."""
    screen.tab_to(field)
    field.fill(said)


def chosen(screen: Screen, field: Locator, value: str) -> None:
    """With the arrow, one choice after another."""
    screen.tab_to(field)
    for _ in range(field.get_by_role("option").count()):
        if field.input_value() == value:
            return
        screen.page.keyboard.press("ArrowDown")
    expect(field).to_have_value(value)


def test_a_filing_is_accepted_with_its_days_and_levels_by_keyboard_alone(papers: Papers, screen: Screen) -> None:
    page = opened(screen, "local-reviewer", papers.filing["number"], papers.filing["number"])
    pressed(screen, page.locator("main"), "准予备案")
    dialog = page.get_by_role("dialog")
    screen.accessible()
    days = TODAY, TODAY + timedelta(days=729)
    for name, day in zip(("有效期起日", "有效期止日"), days, strict=True):
        filled(screen, dialog.get_by_label(name), str(day))
    pressed(screen, dialog, "准予备案")
    expect(page.get_by_role("status")).to_contain_text("已办理:准予备案", timeout=30_000)
    filing = papers.officer.do("GET", f"/v1/filings/{papers.filing['id']}", on=str(TODAY))
    assert (filing["status"], filing["valid_from_on"], filing["valid_until_on"]) == ("accepted", *map(str, days))
    assert [(each["level"], each["decision"]) for each in filing["granted"]] == [("junior", "granted")]


def test_an_inspection_is_written_down_by_keyboard_alone(papers: Papers, screen: Screen) -> None:
    page = opened(screen, "local-officer", papers.course["number"], papers.course["name"])
    pressed(screen, page.locator("main"), "记录检查")
    dialog = page.get_by_role("dialog")
    filled(screen, dialog.get_by_label("日期"), str(TODAY))
    filled(screen, dialog.get_by_label("到场时清点的人数"), "28")
    chosen(screen, dialog.get_by_label("检查在上午还是下午"), "am")
    pressed(screen, dialog, "加一项")
    chosen(screen, dialog.get_by_label("项目"), "equipment")
    chosen(screen, dialog.get_by_label("是否符合要求"), "false")
    filled(screen, dialog.get_by_label("问题"), "缺少实训设备两台")
    screen.accessible()
    pressed(screen, dialog, "记录检查")
    expect(dialog.get_by_role("alert")).to_contain_text("整改期限", timeout=30_000)
    filled(screen, dialog.get_by_label("整改期限"), str(TODAY + timedelta(days=5)))
    pressed(screen, dialog, "记录检查")
    expect(page.get_by_role("status")).to_contain_text("已办理:记录检查", timeout=30_000)
    [kept] = papers.officer.do("GET", f"/v1/classes/{papers.course['id']}/inspections", on=str(TODAY))["items"]
    assert kept["findings"] == [{"item": "equipment", "met": False, "finding": "缺少实训设备两台"}]
    assert (kept["headcount"], kept["half_day"], kept["due_on"]) == (28, "am", str(TODAY + timedelta(days=5)))
