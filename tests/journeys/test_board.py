"""The board, the briefing and the notices in a real browser: every figure opens the people behind it, the briefing is one sheet of paper, anyone may read
and object to a notice, each role gets what it may see; by mouse, by keyboard and for a screen reader."""

import contextlib
import re
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from deploy.demo import people
from deploy.demo.main_job import Job
from deploy.processes import end, spawn
from deploy.stack import Stack, free_ports
from tests.gateway.identity.issuers import AUDIENCE, a_real_issuer
from tests.journeys.conftest import Screen, until

USCC = "52522601MJ0KL08468"
FIRST = 3_100_000  # far from the people of any other part
BEFORE = "2024-10-31"  # when nobody else of these journeys had trained anybody
BOARD = f"/?plan=kaili-2024&as_of={BEFORE}"
LINE = "短平快农业种植养殖培训"
ON_NOTICE = {"X-Server-Date": "2024-10-17T10:00:00+08:00"}
WAITS_MS = 30_000


@dataclass
class City:
    """Two people have learnt to grow mushrooms; what is to be paid for them is on notice."""

    job: Job
    notice: Any
    town_login: str


@pytest.fixture(scope="module")
def city(stack: Stack) -> Iterator[City]:
    with Job(stack.gateway_url) as job:
        body = {
            "name": "凯里市鸭塘湖职业技能培训学校",
            "uscc": USCC,
            "kind": "private_school",
            "region_code": "522601001",
            "above_scale": False,
        }
        school_id = job.officer.do("POST", "/v1/institutions", on="2024-09-01", json=body)["id"]
        job.officer.act(f"/v1/institutions/{school_id}", "designate", {"from_on": "2024-01-01", "to_on": "2026-12-31"}, on="2024-09-01")
        school = job.client("鸭塘湖学校教务", "institution", institution_id=school_id)
        body = {"source": "employment_subsidy", "year": 2024, "total": "9000.00"}
        fund_id = job.finance.do("POST", "/v1/funds", on="2024-09-01", json=body)["id"]
        bodies = [people.trainee(FIRST + n) for n in range(2)]
        body = {"mode": "commit", "atomic": "all", "items": bodies}
        ids = [item["id"] for item in school.do("POST", "/v1/trainees:batch", on="2024-09-10", json=body)["items"]]
        body = {
            "name": "食用菌种植短期班",
            "institution_id": school_id,
            "region_code": "522601100",
            "channel": "agricultural_short",
            "trade_name": "食用菌种植",
            "trade_filing_no": "黔东南州备〔2025〕3号",
            "starts_on": "2024-10-10",
            "ends_on": "2024-10-12",
            "hours": 24,
            "seats": 60,
        }
        paper = f"/v1/classes/{school.do('POST', '/v1/classes', on='2024-09-20', json=body)['id']}"
        school.act(paper, "submit", on="2024-09-20")
        job.officer.act(paper, "approve", on="2024-09-21")
        school.do("POST", f"{paper}/enrolments:batch", on="2024-10-09", json={"items": [{"trainee_id": one} for one in ids]})
        school.act(paper, "start", on="2024-10-10")
        days = ("2024-10-10", "2024-10-11", "2024-10-12")
        signed = [{"trainee_id": one, "on": on, "half_day": half, "source": "paper"} for one in ids for on in days for half in ("am", "pm")]
        school.do("POST", f"{paper}/attendance:batch", on="2024-10-12", json={"items": signed})
        school.act(paper, "complete", on="2024-10-13")
        body = {"kind": "training", "scheme": "agricultural_short", "applicant": {"institution_id": school_id}}
        body |= {"class_id": paper.rpartition("/")[2], "fund_id": fund_id}
        claim = f"/v1/claims/{school.do('POST', '/v1/claims', on='2024-10-14', json=body)['id']}"
        school.act(claim, "submit", on="2024-10-14")
        job.officer.act(claim, "review", on="2024-10-14")
        job.reviewer.act(claim, "confirm", on="2024-10-15")
        [notice] = job.public.do("GET", f"/v1/notices?claim_id={claim.rpartition('/')[2]}", on="2024-10-16")["items"]
        counted = f"/v1/plans/kaili-2024/progress?as_of={BEFORE}"
        until(lambda: any(line["title"] == LINE and line["actual"] for line in job.officer.do("GET", counted, on=BEFORE)["lines"]))
        body = {"name": "舟溪 农技", "login": "board-town", "password": "Sun-over-hills-26", "role": "town", "region_code": "522601100"}
        assert job.admin.ask("POST", "/v1/users", on=BEFORE, json=body).status_code == 201
        yield City(job, notice, "board-town")


def shown(page: Page) -> None:
    """All of the page is there."""
    expect(page.locator("main table").first).to_be_visible(timeout=WAITS_MS)
    expect(page.locator("[aria-busy]")).to_have_count(0, timeout=WAITS_MS)


def test_every_line_stands_in_its_annex_and_its_figure_opens_the_people_behind_it(city: City, screen: Screen) -> None:
    page = screen.signed_in(BOARD, "local-officer")
    shown(page)
    assert page.locator("table.lines caption").all_inner_texts() == [
        "正文",
        "附件1 “四大培训工程”",
        "附件2 企业工人全员培训工程",
        "附件3 技能培训品牌示范工程",
        "附件4 实用技能培训工程",
    ]
    rows = page.locator("table.lines tbody tr")
    assert rows.count() == 25
    row = rows.filter(has_text=LINE)
    for said in ("4,000 人次", "2 人次", "滞后", "2025-12-31"):
        expect(row).to_contain_text(said)
    row.get_by_role("button", name=LINE).click()
    detail = page.get_by_role("region", name="一项指标")
    expect(detail.get_by_role("heading", name=LINE)).to_be_visible(timeout=WAITS_MS)
    shown(page)
    expect(detail.get_by_role("region", name="逐月(人次)").get_by_role("row", name=re.compile("^2024"))).to_contain_text("2")
    expect(detail.get_by_role("row", name=re.compile("三棵树镇"))).to_have_text(re.compile(r"1\s*三棵树镇\s*2 人次"))
    expect(page.get_by_text("可计入同一批人").first).to_be_visible()
    screen.accessible()
    behind = str(row.get_by_role("link", name="2 人次").get_attribute("href"))
    assert behind.startswith("/desk#/v1/enrolments?")
    listed = city.job.officer.do("GET", behind.removeprefix("/desk#"), on=BEFORE)["items"]
    assert sorted(each["trainee_name"] for each in listed) == sorted(people.name(FIRST + n) for n in range(2))
    assert screen.refused == [f"404 {screen.origin}/v1/public-plans"]


def test_whoever_has_no_mouse_signs_in_and_reads_a_line(city: City, screen: Screen) -> None:
    page = screen.at(BOARD)
    dialog = page.get_by_role("dialog", name="登录")
    expect(dialog).to_be_visible(timeout=WAITS_MS)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    screen.tab_to(page.get_by_role("main").get_by_role("button", name="登录"))
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    screen.accessible()
    for typed in ("local-auditor", "nothing"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("登录名或密码", timeout=WAITS_MS)
    page.get_by_label("密码").fill("local-auditor")
    page.keyboard.press("Enter")
    shown(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    screen.tab_to(page.get_by_role("button", name="黔旅工匠"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="一项指标")).to_be_focused(timeout=WAITS_MS)
    expect(page.get_by_role("heading", name="黔旅工匠")).to_be_visible()
    screen.tab_to(page.get_by_label("分列"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("region", name=re.compile("按开发区"))).to_be_visible(timeout=WAITS_MS)


def test_a_plan_that_is_over_shows_its_result_and_the_next_one_beside_it(city: City, screen: Screen) -> None:
    page = screen.signed_in("/?as_of=2026-03-01", "local-reviewer")
    shown(page)
    expect(page.get_by_text("方案已于2025年12月31日结束,以下是结果。")).to_be_visible()
    expect(page.get_by_role("columnheader", name="下一方案(2026)").first).to_be_visible()
    expect(page.get_by_role("columnheader", name="每周还需")).to_have_count(0)


def test_the_briefing_is_one_sheet_of_paper_with_every_line(city: City, screen: Screen, tmp_path: Path) -> None:
    towns = [each["code"] for each in city.job.officer.do("GET", "/v1/regions", on=BEFORE)["items"] if each["kind"] == "town"]
    measure = {"kind": "criticism", "reason": "进度落后,经提醒仍未补足。" * 3, "document": "会议纪要〔2024〕7号"}
    for town in towns[:5]:
        body = measure | {"region_code": town, "from_on": "2024-10-01", "until_on": "2024-12-31"}
        city.job.reviewer.do("POST", "/v1/measures", on="2024-10-20", json=body)
    page = screen.signed_in(f"/briefing?plan=kaili-2024&as_of={BEFORE}", "local-reviewer")
    shown(page)
    screen.accessible()
    expect(page.get_by_text("另有")).to_be_visible()
    page.pdf(path=tmp_path / "briefing.pdf", prefer_css_page_size=True)
    with pypdfium2.PdfDocument(tmp_path / "briefing.pdf") as paper:
        assert len(paper) == 1
        assert [round(side / 72 * 25.4) for side in paper[0].get_size()] == [210, 297]
        text = re.sub(r"\s", "", paper[0].get_textpage().get_text_bounded())
    lines = city.job.officer.do("GET", "/v1/plans/kaili-2024", on=BEFORE)["lines"]
    assert [line["title"] for line in lines if line["title"] not in text] == [] and "打印" not in text


def test_anyone_reads_a_notice_and_objects_without_a_name(city: City, screen: Screen) -> None:
    screen.page.set_extra_http_headers(ON_NOTICE)
    page = screen.at("/notices")
    paper = page.get_by_role("article").filter(has_text=city.notice["number"])
    expect(paper).to_contain_text("360.00 元,2 人", timeout=WAITS_MS)
    expect(paper).to_contain_text("2024年10月16日至2024年10月22日")
    expect(paper).to_contain_text("还有 5 天")
    paper.get_by_text("名单和金额").click()
    expect(paper.get_by_role("table")).to_contain_text(city.notice["lines"][0]["name"])
    assert people.name(FIRST) not in page.content()
    screen.accessible()
    paper.get_by_role("button", name="提出异议").click()
    dialog = page.get_by_role("dialog")
    screen.accessible()
    dialog.get_by_label("异议内容").fill("其中一人当天在外地。")
    dialog.get_by_role("button", name="提交").click()
    expect(page.get_by_role("status")).to_contain_text("已收到您的异议", timeout=WAITS_MS)
    [heard] = city.job.officer.do("GET", f"/v1/objections?notice_id={city.notice['id']}", on="2024-10-17")["items"]
    assert (heard["reason"], heard["name"], heard["in_time"]) == ("其中一人当天在外地。", None, True)
    assert screen.refused == []


@pytest.mark.parametrize("role", ["finance", "town", "partner"])
def test_each_role_is_shown_the_board_or_its_own_page_and_nothing_it_may_not_ask(city: City, screen: Screen, role: str) -> None:
    login, password = (city.town_login, "Sun-over-hills-26") if role == "town" else (f"local-{role}", f"local-{role}")
    page = screen.signed_in(BOARD, login, password)
    if role == "partner":
        page.wait_for_url("**/partner")
        return
    shown(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert page.locator("table.lines tbody tr").count() == 25
    expect(page.get_by_role("link", name="会议一页纸")).to_have_count(0 if role == "town" else 1)
    assert screen.refused == [f"404 {screen.origin}/v1/public-plans"]


def test_the_figures_are_anyones_where_the_city_says_so_and_open_nothing(city: City, stack: Stack, screen: Screen, tmp_path: Path) -> None:
    with another_gateway(stack, screen, tmp_path, {"PUBLIC_BOARD": "1"}):
        page = screen.at(BOARD)
        shown(page)
        expect(page.locator("table.lines tbody tr").filter(has_text=LINE)).to_contain_text("2 人次")
        expect(page.get_by_role("row", name=re.compile("三棵树镇"))).to_be_visible()
        assert page.locator('a[href^="/desk"]:visible').count() == 0
        screen.accessible()
        assert screen.refused == []


def test_whoever_the_city_s_issuer_knows_signs_in_there_and_comes_back_to_the_same_page(
    city: City, stack: Stack, screen: Screen, tmp_path: Path
) -> None:
    with a_real_issuer(tmp_path / "issuer") as issuer:
        assert httpx.put(f"{issuer.url}/users/long-jingban", json={}, timeout=30).status_code == 204
        trust = {"OIDC_ISSUER": issuer.url, "OIDC_AUDIENCE": AUDIENCE, "OIDC_CLIENT_SECRET": "of-the-gateway"}
        body = {"name": "龙经办", "login": "long-jingban", "role": "officer", "issuer": issuer.url, "subject": "long-jingban"}
        with another_gateway(stack, screen, tmp_path, trust), Job(screen.origin) as there:
            there.admin.do("POST", "/v1/users", on=BEFORE, json=body)
            page = screen.at("/desk#/v1/classes")
            page.get_by_role("button", name="统一身份认证登录").click()
            page.wait_for_url(f"{issuer.url}/**")
            page.locator("input[name=sub]").fill("long-jingban")
            page.keyboard.press("Enter")
            page.wait_for_url(f"{screen.origin}/desk#/v1/classes")
            expect(page.get_by_role("banner")).to_contain_text("龙经办", timeout=WAITS_MS)
            expect(page.get_by_role("heading", level=1)).to_have_text("班级列表", timeout=WAITS_MS)
            assert {urlsplit(each).netloc for each in screen.elsewhere} == {urlsplit(issuer.url).netloc}
            screen.elsewhere.clear()  # the page itself asked this server alone; the browser was sent there and back


@contextlib.contextmanager
def another_gateway(stack: Stack, screen: Screen, where: Path, settings: Mapping[str, str]) -> Iterator[None]:
    """One with other settings beside the stack's own, for this window."""
    port = free_ports()["gateway"]
    screen.origin = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "shared.web.serving", "gateway.app:create", "--port", str(port)]
    root = Path(__file__).parents[2]
    beside = spawn(command, log=where / "log", ends_by=signal.SIGKILL, cwd=root, env=stack._environment("gateway") | settings)
    try:
        until_answers(f"{screen.origin}/livez")
        yield
    finally:
        end(beside, signal.SIGTERM, 10)


def until_answers(address: str) -> None:
    for _ in range(600):
        try:
            httpx.get(address, timeout=30)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"nobody at {address}")
