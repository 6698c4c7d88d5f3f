"""The board, in process with the real registry: what it counts, and that every link lists exactly the rows counted."""

from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest

from services.registry.counting import operations
from tests.conftest import Service, Start
from tests.registry.counting import registered
from tests.registry.counting.registered import SANKESHU, ZHOUXI

MIDDLE = date(2025, 6, 30)
COUNTED_ELSEWHERE = {"enterprise.filings", "brand.foshan.retained"}


async def board(gateway: Service, as_of: date | None = MIDDLE, **asked: str) -> dict[str, Any]:
    days = {"as_of": str(as_of)} if as_of else {}
    answer = await gateway.as_("officer").get("/v1/plans/kaili-2024/progress", params=days | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def line(gateway: Service, code: str, as_of: date = MIDDLE, **asked: str) -> dict[str, Any]:
    return next(each for each in (await board(gateway, as_of, **asked))["lines"] if each["code"] == code)


async def follow(registry: Service, link: str) -> int:
    answer = await registry.as_("officer").get(f"{link}&limit=200&include_total=true")
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["items"]) == answer.json()["total"]
    return int(answer.json()["total"])


async def test_all_lines_are_there_and_what_nobody_counts_is_unknown_and_not_nought(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        answer = await board(gateway)
        assert (answer["plan"], answer["as_of"], len(answer["lines"])) == ("kaili-2024", "2025-06-30", 25)
        assert (answer["complete"], answer["unavailable"]) == (False, ["evaluation", "eastwest"])
        for each in answer["lines"]:
            if each["code"] in COUNTED_ELSEWHERE:
                assert (each["actual"], each["numerator"], each["rate"], each["status"]) == (None, None, None, "unknown"), each["code"]
        counted = {each["code"]: each for each in answer["lines"]}
        assert (counted["four.chef"]["actual"], counted["four.chef"]["status"]) == (0, "behind")
        assert counted["four.technician.employed"]["actual"] is None


async def test_a_completed_class_appears_in_each_of_its_lines_and_in_the_city_once(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        school = await registered.institution(registry, "甲校")
        await registered.completed(registry, school, 4, "four.technician", "practical.project", on=MIDDLE)
        await registered.completed(registry, school, 3, on=MIDDLE)
        lines = {each["code"]: each for each in (await board(gateway))["lines"]}
        assert (lines["four.technician"]["actual"], lines["practical.project"]["actual"]) == (4, 7), "a project class counts untagged"
        assert (lines["four.technician"]["rate"], lines["four.technician"]["status"]) == (0.0067, "behind")
        assert (lines["city.total"]["numerator"], lines["city.total"]["denominator"], lines["city.total"]["actual"]) == (7, 2, 3.5)
        assert await follow(registry, lines["city.total"]["records"]) == 7


async def test_what_counts_in_a_line_counts_in_the_line_above_and_its_link_lists_it(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        school = await registered.institution(registry, "甲校")
        await registered.completed(registry, school, 3, "brand.nanyue", on=MIDDLE)
        await registered.completed(registry, school, 2, "brand.yueqian", on=MIDDLE)
        await registered.completed(registry, school, 1, "brand.yueqian", "brand.guangdong", on=MIDDLE)
        await registered.completed(registry, school, 4, on=MIDDLE, channel="agricultural_short")
        lines = {each["code"]: each for each in (await board(gateway))["lines"]}
        assert {
            code: lines[code]["numerator"] for code in ("brand.yueqian", "brand.nanyue", "brand.guangdong", "practical.agriculture")
        } == {"brand.yueqian": 6, "brand.nanyue": 3, "brand.guangdong": 1, "practical.agriculture": 4}
        assert await follow(registry, lines["brand.yueqian"]["records"]) == 6
        assert await follow(registry, lines["practical.agriculture"]["records"]) == 4


@pytest.mark.parametrize(
    ("ended", "of_2024", "of_2025"),
    [pytest.param(date(2024, 12, 31), 2, 0, id="31-december"), pytest.param(date(2025, 1, 1), 0, 2, id="1-january")],
)
async def test_a_class_counts_in_the_year_of_its_last_day(start: Start, ended: date, of_2024: int, of_2025: int) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        await registered.completed(registry, await registered.institution(registry, "甲校"), 2, "enterprise.workers", on=ended)
        answered = await line(gateway, "enterprise.workers")
        assert (answered["period"], answered["actual"]) == ("2025", of_2025)
        assert {part["period"]: part["actual"] for part in answered["parts"]} == {"2024": of_2024, "2025": of_2025, "total": 2}
        for part in answered["parts"]:
            assert await follow(registry, part["records"]) == part["numerator"]


async def test_the_day_asked_for_counts_whole_and_later_ones_do_not(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        await registered.completed(registry, await registered.institution(registry, "甲校"), 2, "four.chef", on=MIDDLE)
        assert (await line(gateway, "four.chef", MIDDLE))["actual"] == 2
        before = await line(gateway, "four.chef", date(2025, 6, 29))
        assert (before["actual"], await follow(registry, before["records"])) == (0, 0)
        today = await gateway.as_("officer", at="2025-06-30T08:00:00+08:00").get("/v1/plans/kaili-2024/progress")
        assert today.json()["as_of"] == "2025-06-30"


async def test_before_the_plan_nothing_is_known(start: Start) -> None:
    async with start("gateway") as gateway:
        answer = await board(gateway, date(2023, 12, 31))
        assert answer["complete"]
        assert {each["status"] for each in answer["lines"]} == {"unknown"}


async def test_every_link_lists_exactly_the_rows_counted(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        school = await registered.institution(registry, "甲校")
        college = await registered.institution(registry, "甲学院", "vocational_college", ZHOUXI)
        await registered.report(registry, college, 2025, enrolled_students=10)
        held = await registered.training_class(registry, school, "four.technician", ends_on=date(2024, 8, 31), demonstration=True)
        first, second, *_ = await registered.people(registry, held, 5, counted_on=date(2024, 8, 31))
        await registered.people(registry, held, 2, counted_on=None, outcome="absent")
        await registered.work(registry, first, date(2024, 9, 1))
        await registered.work(registry, second, date(2025, 3, 1))
        await registered.completed(registry, college, 6, "four.technician", on=MIDDLE, demonstration=True)
        # Ends after the day asked for, and is known already: in no count and on no list.
        await registered.completed(registry, college, 1, "four.technician", on=date(2025, 7, 1), demonstration=True)
        complete: dict[str, Any] = {
            f"{name}_on": date(2025, 6, 1) for name in ("creation_plan", "training_video", "experience_summary", "employment_ledger")
        }
        await registered.brand(registry, "玻璃工", **complete)
        await registered.brand(registry, "酸汤鱼", "dish", created_on=date(2025, 6, 1), recipe_standard="酸汤鱼烹饪技术规范")
        await registered.brand(registry, "银匠")
        seen = {}
        for each in (await board(gateway))["lines"]:
            for counted in (each, *each.get("parts", [])):
                if counted["records"]:
                    assert await follow(registry, counted["records"]) == counted["numerator"], counted
            if each["numerator"]:
                seen[each["code"]] = (each["numerator"], each["records"] is not None)
        assert seen == {
            "city.total": (11, True),
            "four.technician": (11, True),
            "four.technician.employed": (1, True),
            "four.technician.demo": (1, True),
            "brand.count": (1, True),
            "four.chef.dish": (1, True),
            "college.training": (6, True),
            "practical.project": (11, True),
        }


async def test_the_employed_share_shows_who_is_pending_and_who_had_work_before(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        school = await registered.institution(registry, "甲校")
        first, second, *_ = await registered.completed(registry, school, 4, "four.technician", on=date(2024, 8, 31))
        await registered.work(registry, first, date(2024, 9, 1))
        await registered.work(registry, second, date(2020, 1, 1))
        await registered.completed(registry, school, 3, "four.technician", on=MIDDLE)
        answered = await line(gateway, "four.technician.employed")
        assert (answered["actual"], answered["numerator"], answered["denominator"], answered["status"]) == (0.5, 2, 4, "behind")
        assert answered["beside"] == {"pending": 3, "already_employed": 1}


async def test_each_college_is_a_part_and_the_worst_decides(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        good, poor = [await registered.institution(registry, name, "technical_school") for name in ("甲校", "乙校")]
        for college in (good, poor):
            await registered.report(registry, college, 2025, enrolled_students=4)
        await registered.completed(registry, good, 4, on=MIDDLE)
        await registered.completed(registry, poor, 1, on=MIDDLE)
        answered = await line(gateway, "college.training", date(2025, 12, 31))
        assert (answered["numerator"], answered["denominator"], answered["status"], answered["records"]) == (
            5,
            8,
            "behind",
            answered["records"],
        )
        assert await follow(registry, answered["records"]) == 5
        parts = [part for part in answered["parts"] if part["period"] == "2025"]
        assert {part["subject_name"]: (part["actual"], part["status"]) for part in parts} == {"甲校": (1, "met"), "乙校": (0.25, "behind")}
        for part in parts:
            assert await follow(registry, part["records"]) == part["numerator"]
        monkeypatch.setattr(operations, "SHOWN", 1)
        of_many = await line(gateway, "college.training", date(2025, 12, 31))
        assert [part["subject_name"] for part in of_many["parts"] if part["period"] == "2025"] == ["乙校"]
        told = ("numerator", "denominator", "status", "records", "parts_left_out")
        assert [of_many[name] for name in told] == [5, 8, "behind", None, 2], "one a year"


async def test_the_frontline_share_is_of_money_and_lists_the_reports_it_is_in(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        enterprise = await registered.institution(registry, "某厂", "enterprise")
        await registered.report(registry, enterprise, 2025, training_funds=100000, training_funds_frontline=60000)
        answered = await line(gateway, "enterprise.frontline")
        assert (answered["numerator"], answered["denominator"], answered["status"]) == ("60000.00", "100000.00", "met")
        silent = await registered.institution(registry, "另一厂", "enterprise")
        await registered.report(registry, silent, 2025, training_funds=100000)
        assert await follow(registry, answered["records"]) == 1, "who does not say how much went to the front line is not counted"
        assert [await follow(registry, part["records"]) for part in answered["parts"] if part["period"] == "2025"] == [1]


async def test_the_partners_of_a_school_lead_to_the_report_that_tells_of_them(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        school = await registered.institution(registry, "凯里市第一中等职业学校", "technical_school")
        for year, partners in ((2024, 1), (2025, 2)):
            await registered.report(registry, school, year, partner_enterprises=partners)
        answered = await line(gateway, "college.cooperation")
        assert (answered["actual"], answered["status"], await follow(registry, answered["records"])) == (2, "met", 1)
        assert "year=2025" in answered["records"]


# The breakdown.


async def test_months_and_channels_add_up_to_the_line_and_whoever_has_two_categories_is_in_both(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        school = await registered.institution(registry, "甲校")
        first, second = await registered.completed(registry, school, 2, "four.chef", on=date(2025, 3, 31))
        await registered.completed(registry, school, 3, "four.chef", on=date(2025, 4, 1), channel="upskill")
        await registered.category(registry, first, "veteran", date(2020, 1, 1))
        await registered.category(registry, first, "rural_woman", date(2020, 1, 1))
        await registered.category(registry, second, "veteran", date(2025, 3, 2))  # the day after the class began
        by = {each: (await line(gateway, "four.chef", by=each))["breakdown"] for each in ("month", "channel", "category")}
        assert [(row["code"], row["numerator"]) for row in by["month"]] == [("2025-03", 2), ("2025-04", 3)]
        assert [(row["code"], row["name"], row["numerator"]) for row in by["channel"]] == [
            ("upskill", "在岗技能提升培训", 3),
            ("project", "中长期项目制取证培训", 2),
        ]
        assert {row["code"]: row["numerator"] for row in by["category"] if row["numerator"]} == {"veteran": 1, "rural_woman": 1, None: 4}
        for row in by["category"]:
            if row["code"]:
                assert await follow(registry, row["records"]) == row["numerator"], row
        for row in (*by["month"], *by["channel"]):
            assert await follow(registry, row["records"]) == row["numerator"]


async def test_the_towns_are_ranked_and_those_without_anybody_are_there(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        school = await registered.institution(registry, "甲校")
        await registered.completed(registry, school, 1, "four.chef", on=MIDDLE, of_region=SANKESHU)
        await registered.completed(registry, school, 3, "four.chef", on=MIDDLE, of_region=ZHOUXI)
        answered = await line(gateway, "four.chef", by="region")
        rows = answered["breakdown"]
        assert [(row["rank"], row["name"], row["actual"]) for row in rows[:3]] == [(1, "舟溪镇", 3), (2, "三棵树镇", 1), (3, "城西街道", 0)]
        assert (len(rows), {row["rank"] for row in rows[2:]}) == (20, {3})
        assert sum(row["numerator"] for row in rows) == answered["numerator"]
        for row in rows[:3]:
            assert await follow(registry, row["records"]) == row["numerator"]
        city = (await line(gateway, "city.total", by="region"))["breakdown"]
        assert [(row["numerator"], row["actual"]) for row in city[:2]] == [(3, 1.5), (1, 0.5)]


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        pytest.param("zone", [(1, "炉碧经开区", 2), (2, "黔东南高新区", 0), (None, "不在开发区", 1)], id="zone"),
        pytest.param("department", [(1, "市妇联", 2), (None, "不由部门申报", 1)], id="department"),
        pytest.param("institution", [(1, "甲校", 2), (2, "乙校", 1)], id="institution"),
    ],
)
async def test_a_line_is_also_divided_by_zone_department_and_institution(start: Start, by: str, rows: list[tuple[int, str, int]]) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        first, second = [await registered.institution(registry, name) for name in ("甲校", "乙校")]
        await registered.completed(registry, first, 2, "four.domestic", on=MIDDLE, region_code="lubi", department="市妇联")
        await registered.completed(registry, second, 1, "four.domestic", on=MIDDLE)
        answer = await board(gateway, by=by)
        assert answer["by"] == by
        answered = next(each for each in answer["lines"] if each["code"] == "four.domestic")
        assert [(row["rank"], row["name"], row["actual"]) for row in answered["breakdown"]] == rows
        for row in answered["breakdown"]:
            if row["records"]:
                assert await follow(registry, row["records"]) == row["numerator"]


# A service that does not answer.


async def test_without_the_registry_its_lines_are_unknown_and_the_board_is_not_complete(start: Start) -> None:
    async with start("gateway") as gateway:
        answer = await board(gateway, by="region")
        assert (answer["complete"], answer["unavailable"]) == (False, ["registry", "evaluation", "eastwest"])
        for each in answer["lines"]:
            assert (each["actual"], each["numerator"], each["status"], each["records"]) == (None, None, "unknown", None)
            assert each["breakdown"] == []


def _too_late(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too late")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda _: httpx.Response(503), id="unavailable"),
        pytest.param(lambda _: httpx.Response(500), id="broken"),
        pytest.param(lambda _: httpx.Response(404), id="without-the-counts"),
        pytest.param(lambda _: httpx.Response(200, json={"counts": [{}]}), id="unreadable"),
        pytest.param(_too_late, id="too-late"),
    ],
)
async def test_a_registry_in_trouble_never_breaks_the_board(start: Start, answer: Callable[[httpx.Request], httpx.Response]) -> None:
    async with start("gateway") as gateway:
        gateway.kernel.neighbours["registry"].transport = httpx.MockTransport(answer)
        shown = await board(gateway)
        assert (shown["complete"], {each["actual"] for each in shown["lines"]}) == (False, {None})
