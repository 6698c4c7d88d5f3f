"""Leishan, a county that no line of code knows of: its data alone carry the main job from the roster to the payment, and its board."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.demo.main_job import SCHOOL_USCC, Job, Refused
from deploy.demo.people import with_check
from deploy.stack import Stack
from shared.sheets.writing import Table, write_book

XIJIANG, WANGFENG = "522634101", "522634200"
# Name, identity number, address as it is written, category; the last is 66 on the first day.
PEOPLE = (
    ("杨阿蓉", with_check("52263419900307001"), "雷山县西江镇", "农村劳动者"),
    ("潘老五", with_check("52263419850101003"), "贵州省黔东南州雷山县西江镇控拜村三组", "农村劳动者"),
    ("文秀花", with_check("52263419780615002"), "望丰乡", "农村转移劳动者"),
    ("李阿公", with_check("52263419590407001"), "雷山县望丰乡", "农村劳动者"),
)
DAYS = ("2025-04-08", "2025-04-09", "2025-04-10")


@pytest.fixture(scope="module")
def job(stack: Stack) -> Iterator[Job]:
    with Job(stack.gateway_url) as made:
        yield made


def test_the_main_job_and_the_board_of_another_county(job: Job) -> None:
    school_id = _school(job)
    short = _class(job, school_id)
    assert re.fullmatch(r"LS-PX-2025-\d{6}", short["number"])
    enrolments = _roster(job, short["id"])
    _attendance(job, short["id"], enrolments)
    claim = _claim(job, school_id, short["id"])
    assert re.fullmatch(r"LS-SQ-2025-\d{6}", claim["number"])
    # Leishan pays two days of three at its own rate; who is too old is refused by its own document.
    assert sorted(line["amount"] for line in claim["lines"]) == ["0.00", "100.00", "100.00", "100.00"]
    assert claim["terms"]["document"].startswith("雷山示例")
    assert _paid(job) == "300.00"
    _board(job)


def _school(job: Job) -> str:
    body = {
        "name": "雷山县苗岭职业技能培训学校",
        "uscc": SCHOOL_USCC,
        "kind": "private_school",
        "region_code": XIJIANG,
        "above_scale": False,
        "phone": "13985500001",
        "bank_account": "6222020000000000017",
    }
    made = job.officer.do("POST", "/v1/institutions", on="2025-02-10", json=body)
    job.officer.act(f"/v1/institutions/{made['id']}", "designate", {"from_on": "2025-01-01", "to_on": "2026-12-31"}, on="2025-02-10")
    job.school = job.client("学校教务", "institution", institution_id=made["id"])
    return str(made["id"])


def _class(job: Job, school_id: str) -> Any:
    """Without a programme: its channel counts."""
    body = {
        "institution_id": school_id,
        "region_code": XIJIANG,
        "seats": 30,
        "name": "银饰产地茶园管理班",
        "channel": "agricultural_short",
        "trade_name": "茶园管理",
        "trade_filing_no": "黔东南州备〔2025〕9号",
        "starts_on": DAYS[0],
        "ends_on": DAYS[-1],
        "hours": 24,
    }
    with pytest.raises(Refused) as elsewhere:
        job.school.do("POST", "/v1/classes", on="2025-03-20", json=body | {"region_code": "522601100"})
    assert elsewhere.value.problem["status"] == 422
    made = job.school.do("POST", "/v1/classes", on="2025-03-20", json=body)
    job.school.act(f"/v1/classes/{made['id']}", "submit", on="2025-03-20")
    return job.officer.act(f"/v1/classes/{made['id']}", "approve", on="2025-03-24")


def _roster(job: Job, class_id: str) -> list[Any]:
    rows = [
        (str(number), name, id_number, address, "13508550001", category)
        for number, (name, id_number, address, category) in enumerate(PEOPLE, 1)
    ]
    stranger = ("5", "王某某", with_check("52260119900307003"), "凯里市三棵树镇", "13508550002", "农村劳动者")
    sheet = write_book([Table("花名册", ("编号", "姓名", "身份证号码", "现住址", "手机", "类别"), [*rows, stranger])])
    sent = job.school.do(
        "POST",
        "/v1/imports",
        on="2025-04-02",
        data={"kind": "roster", "mode": "commit", "class_id": class_id},
        files={"file": ("花名册.xlsx", sheet)},
    )
    imported = job.finish(sent["id"], on="2025-04-02")
    assert imported["summary"]["created"] == len(PEOPLE)
    [fault] = imported["errors"]
    assert (fault["row"], fault["code"]) == (6, "unknown_region") and "雷山县" in fault["fix"] and "西江镇" in fault["fix"]
    enrolled: list[Any] = job.school.do("GET", f"/v1/classes/{class_id}/enrolments", on="2025-04-02")["items"]
    towns = {job.officer.do("GET", f"/v1/trainees/{each['trainee_id']}", on="2025-04-02")["region_code"] for each in enrolled}
    assert towns == {XIJIANG, WANGFENG}
    return enrolled


def _attendance(job: Job, class_id: str, enrolments: list[Any]) -> None:
    job.school.act(f"/v1/classes/{class_id}", "start", on=DAYS[0])
    items = [
        {"trainee_id": each["trainee_id"], "on": day, "half_day": half, "source": "paper"}
        for each in enrolments
        for day in DAYS
        for half in ("am", "pm")
    ]
    batch = {"mode": "commit", "atomic": "all", "items": items}
    job.school.do("POST", f"/v1/classes/{class_id}/attendance:batch", on=DAYS[-1], json=batch)
    job.school.act(f"/v1/classes/{class_id}", "complete", on="2025-04-11")


def _claim(job: Job, school_id: str, class_id: str) -> Any:
    job.institution_id, job.short_id = school_id, class_id
    job.quote()
    return job.submit()


def _paid(job: Job) -> str:
    job.review()
    notice = job.confirm()
    assert (notice["from_on"], notice["until_on"]) == ("2025-04-17", "2025-04-21"), "three working days, as Leishan reads it"
    claim = job.approve_and_pay(after="2025-04-22")
    assert claim["status"] == "paid"
    fund, _ = job.ledger(on="2025-04-22")
    return str(fund["paid"])


def _board(job: Job) -> None:
    shown = job.officer.do("GET", "/v1/plans/leishan-2025/progress?as_of=2025-04-30&by=region", on="2025-04-30")
    lines = {line["code"]: line for line in shown["lines"]}
    assert list(lines) == ["county.total", "county.farming", "hangzhou.retained"]
    assert (lines["county.farming"]["actual"], lines["county.farming"]["status"], lines["hangzhou.retained"]["actual"]) == (4, "met", 0)
    towns = {row["name"]: row["numerator"] for row in lines["county.farming"]["breakdown"] if row["numerator"]}
    assert towns == {"西江镇": 2, "望丰乡": 2}
    assert len(job.officer.do("GET", lines["county.farming"]["records"], on="2025-04-30")["items"]) == 4
    with pytest.raises(Refused) as unknown:
        job.officer.do("GET", "/v1/plans/kaili-2024/progress", on="2025-04-30")
    assert unknown.value.problem["status"] == 404


def test_a_scheme_that_the_county_does_not_offer_is_refused_with_a_reason(job: Job) -> None:
    shown = job.officer.do("GET", "/v1/schemes/startup?on=2025-04-08", on="2025-04-08")
    assert (shown["terms"], shown["in_force_from"]) == (None, [])
    terms = job.officer.do("GET", "/v1/schemes/agricultural_short?on=2025-04-08", on="2025-04-08")["terms"]
    assert (terms["block"]["yuan_per_person_day"], terms["block"]["days_paid_at_most"]) == ("50.00", 2)


def test_orders_come_from_the_countys_own_partner_city(job: Job) -> None:
    def order(district: str) -> dict[str, Any]:
        return {
            "number": f"HZ-{district}",
            "employer": {"name": "示例电子厂", "uscc": "91110000600037341L", "district_code": district},
            "occupation_code": "6-31-01-03",
            "posts": 3,
            "ordered_on": "2025-03-01",
            "standard": {
                "certificate_kind": "skill_level",
                "occupation_code": "6-31-01-03",
                "level": "intermediate",
                "set_on": "2025-03-02",
                "text": "持证上岗",
            },
        }

    here, elsewhere = (job.officer.do("POST", "/v1/orders", on="2025-03-03", json=order(code)) for code in ("330110", "440604"))
    assert here["number"] == "HZ-330110" and here["employer"]["district_name"]
    assert elsewhere["employer"]["district_name"] is None  # taken, and none of this county's partner city


def test_no_answer_names_the_other_county(job: Job) -> None:
    paths = ("/openapi.json", "/v1/problems", "/v1/codes", "/v1/regions", "/v1/schemes", "/v1/plans", "/v1/plans/leishan-2025/check")
    said = {path: job.officer.ask("GET", path, on="2025-04-30").text for path in paths}
    found = {path: sorted(set(re.findall(r"凯里|佛山|Kaili|Foshan|KL-[A-Z]+|522601\d*|4406\d\d", text))) for path, text in said.items()}
    assert {path: names for path, names in found.items() if names} == {}
