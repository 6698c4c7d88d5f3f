"""The desk and the partner's page in a real browser: the main journey by mouse and by keyboard, each role, and what a screen reader finds wrong."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from deploy.demo import people
from deploy.demo.main_job import Job, Person
from deploy.stack import Stack
from tests.journeys.conftest import TODAY, Screen

USCC = "52522601MJ0KL0774F"
FIRST = 3_000_000  # far from the people of any other part
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CLAIMS, IN_A_CLASS = 3, 3
PASSWORD = "Sun-over-hills-26"
TOO_OLD = people.id_number(0, born_on=TODAY.replace(year=TODAY.year - 67))
REFUSED = """async paths => {
    const api = await import("/pages/api.js");
    const asked = await Promise.allSettled(paths.map((path) => api.get(path)));
    return asked.map(({ reason }, at) => reason && `${paths[at]} ${reason}`).filter(Boolean);
}"""


@dataclass
class Desk:
    """A school with claims that wait for their first review, and a class that begins today."""

    job: Job
    school: Person
    class_id: str
    claims: list[Any]
    trainee_id: str
    institution_id: str
    fund_id: str

    def user(self, role: str, **bound: str) -> str:
        """The login of a new account of that role."""
        login = f"desk-{role}"
        body = {"name": f"办事 {role}", "login": login, "password": PASSWORD, "role": role} | bound
        made = self.job.admin.ask("POST", "/v1/users", on=day(0), json=body)
        assert made.status_code in (201, 409), made.text
        return login


def day(after: int) -> str:
    return str(TODAY + timedelta(days=after))


@pytest.fixture
def screen(screen: Screen) -> Screen:
    return screen.on(TODAY)


@pytest.fixture(scope="module")
def desk(stack: Stack) -> Iterator[Desk]:
    with Job(stack.gateway_url) as job:
        body = {
            "name": "凯里市金泉湖职业技能培训学校",
            "uscc": USCC,
            "kind": "private_school",
            "region_code": "522601001",
            "above_scale": False,
            "bank_account": "6222020000000000017",
        }
        institution = job.officer.do("POST", "/v1/institutions", on=day(-90), json=body)
        job.officer.act(f"/v1/institutions/{institution['id']}", "designate", {"from_on": day(-90), "to_on": day(300)}, on=day(-90))
        school = job.client("金泉湖学校教务", "institution", institution_id=institution["id"])
        fund = job.finance.do(
            "POST", "/v1/funds", on=day(-90), json={"source": "employment_subsidy", "year": TODAY.year, "total": "50000.00"}
        )
        bodies = [people.trainee(FIRST + n) for n in range(CLAIMS * IN_A_CLASS)]
        made = school.do("POST", "/v1/trainees:batch", on=day(-60), json={"mode": "commit", "atomic": "all", "items": bodies})
        ids = [item["id"] for item in made["items"]]
        claims = [
            _claim(job, school, institution["id"], fund["id"], ids[n * IN_A_CLASS : (n + 1) * IN_A_CLASS], f"第 {n + 1} 期")
            for n in range(CLAIMS)
        ]
        paper = _approved(job, school, institution["id"], "今日开班的一期", starts=0)
        school.act(paper, "start", on=day(0))
        yield Desk(job, school, paper.rpartition("/")[2], claims, ids[0], institution["id"], fund["id"])


def _approved(job: Job, school: Person, institution_id: str, name: str, starts: int) -> str:
    body = {
        "name": f"食用菌种植短期班{name}",
        "institution_id": institution_id,
        "region_code": "522601100",
        "channel": "agricultural_short",
        "trade_name": "食用菌种植",
        "trade_filing_no": "黔东南州备〔2025〕3号",
        "starts_on": day(starts),
        "ends_on": day(starts + 2),
        "hours": 24,
        "seats": 60,
    }
    paper = f"/v1/classes/{school.do('POST', '/v1/classes', on=day(-60), json=body)['id']}"
    school.act(paper, "submit", on=day(-60))
    job.officer.act(paper, "approve", on=day(-59))
    return paper


def _claim(job: Job, school: Person, institution_id: str, fund_id: str, trainees: list[str], name: str) -> Any:
    paper = _approved(job, school, institution_id, name, starts=-20)
    school.do("POST", f"{paper}/enrolments:batch", on=day(-21), json={"items": [{"trainee_id": one} for one in trainees]})
    school.act(paper, "start", on=day(-20))
    signed = [
        {"trainee_id": one, "on": day(after), "half_day": half, "source": "paper"}
        for one in trainees
        for after in (-20, -19, -18)
        for half in ("am", "pm")
    ]
    school.do("POST", f"{paper}/attendance:batch", on=day(-18), json={"items": signed})
    school.act(paper, "complete", on=day(-17))
    body = {
        "kind": "training",
        "scheme": "agricultural_short",
        "applicant": {"institution_id": institution_id},
        "class_id": paper.rpartition("/")[2],
        "fund_id": fund_id,
    }
    claim = school.do("POST", "/v1/claims", on=day(-16), json=body)
    return school.act(f"/v1/claims/{claim['id']}", "submit", on=day(-16))


def _roster() -> bytes:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("姓名", "身份证号码", "户籍所在乡镇", "联系电话", "人员类别"))
    for n, number in enumerate((people.id_number(FIRST + 50), TOO_OLD, "522601199003070026")):
        rows.writerow((people.name(FIRST + 50 + n), number, "三棵树镇", f"1380000000{n}", "农村转移劳动者"))
    return out.getvalue().encode()


def dropped(page: Page, at: Locator, name: str, content: bytes) -> None:
    """A file that is let go of over an element, as the browser tells it."""
    made = "([text, name]) => { const all = new DataTransfer(); all.items.add(new File([text], name, {type: 'text/csv'})); return all; }"
    held = page.evaluate_handle(made, [content.decode(), name])
    for event in ("dragenter", "dragover", "drop"):
        at.dispatch_event(event, {"dataTransfer": held})


def test_a_school_drops_its_sheets_sees_each_faulty_row_and_who_would_be_refused(desk: Desk, screen: Screen) -> None:
    page = screen.signed_in("/desk", desk.user("institution", institution_id=desk.institution_id), PASSWORD)
    page.get_by_role("link", name="班级", exact=True).click()
    page.get_by_role("link", name=re.compile("KL-PX-")).first.click()
    page.evaluate("id => { location.hash = `/v1/classes/${id}` }", desk.class_id)
    place = page.locator(".drop", has_text="花名册")
    expect(place).to_be_visible(timeout=30_000)
    dropped(page, page.get_by_role("heading", level=1), "花名册.csv", _roster())
    expect(page.get_by_role("status")).to_contain_text("请把表格拖到“花名册”或“签到表”的框里")
    dropped(page, place, "花名册.csv", _roster())
    expect(place.get_by_text("有 1 行退回,其余已保存")).to_be_visible(timeout=30_000)
    expect(place.get_by_role("table")).to_contain_text("5226**********0026")
    with page.expect_download() as sheet:
        place.get_by_role("button", name="下载标出错误的原表").click()
    assert sheet.value.suggested_filename.endswith(".xlsx")
    assert "522601199003070026" not in page.content()
    signed = page.locator(".drop", has_text="签到表")
    mark = f"姓名,{TODAY.month}月{TODAY.day}日上午\n{people.name(FIRST + 50)},√\n没有这个人,√\n"
    dropped(page, signed, "签到表.csv", mark.encode())
    expect(signed.get_by_text("有 1 行退回,其余已保存")).to_be_visible(timeout=30_000)
    with page.expect_download() as sheet:
        signed.get_by_role("button", name="下载标出错误的原表").click()
    assert sheet.value.suggested_filename.endswith(".xlsx")
    page.reload()
    expect(page.get_by_text("超过年龄上限").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("附件4").first).to_be_visible()
    screen.accessible()


def test_an_officer_decides_many_claims_at_once_and_sees_the_answer_of_each(desk: Desk, screen: Screen) -> None:
    page = screen.signed_in("/desk", "local-officer")
    page.get_by_role("button", name=re.compile("^申领待初审")).click()
    for claim in desk.claims[1:]:
        page.get_by_role("checkbox", name=re.compile(claim["number"])).check()
    chosen = page.get_by_role("region", name="选中的申领单")
    expect(chosen).to_contain_text("已选 2 张,合计 1,080.00 元 人民币壹仟零捌拾元整")
    screen.accessible()
    chosen.get_by_role("button", name="一起初审").click()
    page.get_by_role("dialog").get_by_role("button", name="初审").click()
    result = page.get_by_role("region", name="办理结果")
    expect(result).to_contain_text("初审:办成 2 张", timeout=30_000)
    assert [desk.school.do("GET", f"/v1/claims/{one['id']}", on=day(0))["status"] for one in desk.claims] == [
        "submitted",
        "reviewed",
        "reviewed",
    ]


def test_a_claim_is_found_read_and_reviewed_by_keyboard_alone(desk: Desk, screen: Screen) -> None:
    page = screen.signed_in("/desk", "local-officer")
    number = desk.claims[0]["number"]
    screen.tab_to(page.get_by_role("searchbox"))
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    found = page.get_by_role("link", name=re.compile("食用菌种植短期班第 1 期")).first
    expect(found).to_be_visible(timeout=30_000)
    screen.tab_to(page.locator("section", has_text="找到").get_by_role("link").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(number, timeout=30_000)
    expect(page.get_by_text("人民币伍佰肆拾元整").first).to_be_visible()
    expect(page.get_by_text("3 天 × 60.00 元 = 180.00 元").first).to_be_visible()
    screen.accessible()
    screen.tab_to(page.get_by_role("button", name="初审"))
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("人民币伍佰肆拾元整")
    screen.tab_to(dialog.get_by_role("button", name="初审"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("初审通过", timeout=30_000)
    page.get_by_text(re.compile("现在不能办的")).click()
    expect(page.get_by_text(re.compile("须在“已提交”时办理")).first).to_be_visible()


def test_a_returned_claim_s_correction_sheet_is_taken_down_and_handed_in_again(desk: Desk, screen: Screen) -> None:
    paper = f"/v1/claims/{desk.claims[0]['id']}"
    desk.job.reviewer.act(paper, "return", {"reason": "银行账户须核对"}, on=day(0))
    page = screen.signed_in(f"/desk#{paper}", desk.user("institution", institution_id=desk.institution_id), PASSWORD)
    with page.expect_download() as sheet:
        page.get_by_role("button", name="下载补正单").click()
    place = page.locator(".drop", has_text="交回填好的补正单")
    place.locator("input[type=file]").set_input_files({"name": "补正单.xlsx", "mimeType": XLSX, "buffer": sheet.value.path().read_bytes()})
    expect(page.get_by_role("status")).to_contain_text("补正单已收下", timeout=30_000)
    page.get_by_role("button", name="提交").click()
    page.get_by_role("dialog").get_by_role("button", name="提交").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("退回", timeout=30_000)
    assert desk.school.do("GET", paper, on=day(0))["status"] == "submitted"


def test_finance_enters_what_the_bank_answered_for_each_payment(desk: Desk, screen: Screen) -> None:
    paper = f"/v1/claims/{desk.claims[1]['id']}"
    desk.job.reviewer.act(paper, "confirm", on=day(0))
    desk.job.finance.act(paper, "approve", on=day(30))
    body = {"fund_id": desk.fund_id, "claim_ids": [desk.claims[1]["id"]]}
    batch = f"/v1/payment-batches/{desk.job.finance.do('POST', '/v1/payment-batches', on=day(30), json=body)['id']}"
    desk.job.finance.act(batch, "export", on=day(30))
    page = screen.on(TODAY + timedelta(days=30)).signed_in(f"/desk#{batch}", "local-finance")
    page.get_by_role("button", name="登记银行回执").click()
    dialog = page.get_by_role("dialog")
    answers = dialog.get_by_role("group", name="每笔付款的回执").get_by_role("group")
    expect(answers).to_have_text(re.compile(f"{desk.claims[1]['number']} 凯里市金泉湖职业技能培训学校 540.00 元"))
    answers.get_by_label("凭证号").fill("V-2026-17")
    screen.accessible()
    dialog.get_by_role("button", name="登记银行回执").click()
    expect(dialog).to_have_count(0, timeout=30_000)
    [paid] = desk.job.finance.do("GET", batch, on=day(30))["payments"]
    assert (paid["status"], paid["voucher_no"]) == ("paid", "V-2026-17")


def led_to(page: Page) -> list[str]:
    """The lists and papers that links of the page lead to."""
    hrefs = page.locator("main a[href^='#/v1/']").evaluate_all("links => links.map((link) => link.getAttribute('href').slice(1))")
    return list(dict.fromkeys(hrefs))


def test_each_role_is_shown_what_it_may_see(desk: Desk, screen: Screen) -> None:
    bound = {
        "town": {"region_code": "522601100"},
        "department": {"department": "市农业农村局"},
        "person": {"trainee_id": desk.trainee_id},
        "institution": {"institution_id": desk.institution_id},
    }
    for role in ("officer", "reviewer", "finance", "auditor", "admin", "partner", *bound):
        login, password = (desk.user(role, **bound[role]), PASSWORD) if role in bound else (f"local-{role}", f"local-{role}")
        page = screen.signed_in("/desk", login, password)
        expect(page.get_by_role("heading", level=1)).to_have_text("待办")
        lists = page.get_by_role("navigation", name="清单").get_by_role("link")
        assert lists.count(), role
        assert (role, page.evaluate(REFUSED, led_to(page))) == (role, [])
        (lists.filter(has_text="审计轨迹") if role == "auditor" else lists.first).click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text("待办", timeout=30_000)
        expect(page.get_by_role("alert")).to_have_count(0)
        assert (role, page.evaluate(REFUSED, led_to(page))) == (role, [])
        page.evaluate("async () => (await import('/pages/session.js')).signOut()")
    assert screen.refused == []


def test_the_partner_sends_its_sheet_and_gets_an_answer_for_each_row(desk: Desk, screen: Screen) -> None:
    page = screen.signed_in("/partner", "local-partner")
    sheet = "姓名,身份证号码,订单编号,上岗日期\n" + f"{people.name(9)},{people.id_number(FIRST + 90)},FS-0000,{day(-40)}\n"
    page.locator(".drop input[type=file]").set_input_files({"name": "在岗情况.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    result = page.get_by_role("region", name="在岗情况.csv 的结果")
    expect(result).to_be_visible(timeout=30_000)
    with page.expect_download() as reply:
        page.get_by_role("button", name=re.compile("催证回执单")).click()
    assert reply.value.suggested_filename == "催证回执单.xlsx"
    screen.accessible()


CAPITALS = {
    "0.00": "人民币零元整",
    "0.05": "人民币伍分",
    "0.50": "人民币伍角整",
    "10.00": "人民币壹拾元整",
    "107.05": "人民币壹佰零柒元零伍分",
    "4200.00": "人民币肆仟贰佰元整",
    "10001.10": "人民币壹万零壹元壹角整",
    "100000.00": "人民币壹拾万元整",
    "1006040.32": "人民币壹佰万零陆仟零肆拾元叁角贰分",
    "100000500.00": "人民币壹亿零伍佰元整",
}


def test_a_sum_is_spelled_out_in_capitals(screen: Screen) -> None:
    page = screen.at("/notices")
    said = page.evaluate("async all => { const { capital } = await import('/pages/capital.js'); return all.map(capital) }", list(CAPITALS))
    assert dict(zip(CAPITALS, said, strict=True)) == CAPITALS


def test_a_person_is_named_once_on_a_paper_that_says_the_name_twice(screen: Screen) -> None:
    shown = """async record => (await import("/pages/values.js")).values(record).textContent"""
    masked = "5226**********0017"
    page = screen.at("/")
    twice = {"trainee_id": "1", "trainee_name": "杨阿妹", "id_number_masked": masked, "name": "杨阿妹", "id_number": masked}
    text = page.evaluate(shown, twice)
    assert (text.count("杨阿妹"), text.count(masked)) == (1, 1)
    assert page.evaluate(shown, {"trainee_name": "杨阿妹", "name": "凯里一中"}).count("凯里一中") == 1  # an account of its own name
