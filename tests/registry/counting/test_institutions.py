"""What is counted of each institution: brands, colleges, enterprises and who works with them."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from services.registry.counting.operations import of_institutions
from services.registry.counting.schemas import CountingIn
from shared import db
from tests.conftest import Start
from tests.registry.counting import registered
from tests.registry.counting.asking import ask
from tests.registry.counting.registered import SANKESHU, ZHOUXI


async def test_a_brand_counts_when_its_last_material_is_finished(start: Start) -> None:
    async with start("registry") as registry:
        three: dict[str, Any] = {f"{name}_on": date(2024, 5, 1) for name in ("creation_plan", "training_video", "experience_summary")}
        await registered.brand(registry, "玻璃工", **three, employment_ledger_on=date(2024, 12, 31))
        await registered.brand(registry, "银匠", **three)
        await registered.brand(registry, "酸汤鱼", "dish", created_on=date(2025, 1, 1), recipe_standard="酸汤鱼烹饪技术规范")
        counts = await ask(
            registry,
            {"measure": "brands", "to_on": "2024-12-31"},
            {"measure": "brands", "to_on": "2024-12-30"},
            {"measure": "dishes", "from_on": "2025-01-01"},
            {"measure": "dishes", "to_on": "2024-12-31"},
        )
        assert [count["tallies"][0]["numerator"] for count in counts] == [1, 0, 1, 0]


async def test_each_college_is_measured_by_the_students_it_reported(start: Start) -> None:
    async with start("registry") as registry:
        college = await registered.institution(registry, "甲学院", "vocational_college", ZHOUXI)
        silent = await registered.institution(registry, "乙技工学校", "technical_school")
        await registered.report(registry, college, 2024, enrolled_students=900)
        await registered.report(registry, college, 2025, enrolled_students=1000)
        await registered.completed(registry, college, 3, on=date(2025, 1, 1))
        await registered.completed(registry, college, 2, on=date(2024, 12, 31))
        await registered.completed(registry, await registered.institution(registry, "丙校"), 5, on=date(2025, 1, 1))
        gone = await registered.institution(registry, "丁学院", "vocational_college")
        await registered.absence(registry, gone, date(2024, 6, 1))
        back = await registered.institution(registry, "戊学院", "vocational_college")
        await registered.absence(registry, back, date(2025, 1, 1), date(2025, 12, 30))
        asked = {"measure": "training_share", "institution_kinds": ["vocational_college", "technical_school"]}
        count, before = await ask(
            registry, asked | {"from_on": "2025-01-01"}, asked | {"from_on": "2024-01-01", "to_on": "2024-05-31"}, by="region"
        )
        told = {
            tally["institution_id"]: (tally["institution_name"], tally["numerator"], tally["denominator"]) for tally in count["tallies"]
        }
        assert told == {str(college): ("甲学院", 3, 1000), str(silent): ("乙技工学校", 0, None), str(back): ("戊学院", 0, None)}
        assert {tally["institution_id"] for tally in before["tallies"]} == {*map(str, (college, silent, gone, back))}
        assert count["groups"] == [{"code": ZHOUXI, "numerator": 3, "denominator": 1000}]


async def test_each_enterprise_that_reported_shows_its_frontline_share_in_yuan(start: Start) -> None:
    async with start("registry") as registry:
        enterprise = await registered.institution(registry, "某厂", "enterprise")
        await registered.institution(registry, "没有报告的厂", "enterprise")
        school = await registered.institution(registry, "甲校")
        for reporter in (enterprise, school):
            await registered.report(registry, reporter, 2025, training_funds=100000, training_funds_frontline=59999.99)
        [count] = await ask(registry, {"measure": "frontline_share", "from_on": "2025-01-01", "institution_kinds": ["enterprise"]})
        assert [(tally["institution_name"], tally["numerator"], tally["denominator"]) for tally in count["tallies"]] == [
            ("某厂", "59999.99", "100000.00")
        ]


async def test_partner_enterprises_are_those_of_the_last_report(start: Start) -> None:
    async with start("registry") as registry:
        college = await registered.institution(registry, "凯里市第一中等职业学校", "vocational_college")
        asked = {"measure": "partner_enterprises", "institution_name": "凯里市第一中等职业学校"}
        assert (await ask(registry, asked))[0]["tallies"] == []
        await registered.report(registry, college, 2024, partner_enterprises=1)
        await registered.report(registry, college, 2025, partner_enterprises=2)
        counts = await ask(registry, asked | {"to_on": "2024-12-31"}, asked)
        assert [count["tallies"][0]["numerator"] for count in counts] == [1, 2]


def test_of_very_many_colleges_the_worst_are_told_and_all_are_added_up() -> None:
    def row(number: int, denominator: int | None) -> SimpleNamespace:
        said = {"institution_id": str(db.new_id()), "institution_name": f"{number:03}", "region_code": SANKESHU}
        return SimpleNamespace(numerator=number, denominator=denominator, year=None, **said)

    rows = [row(number, 1000) for number in range(150)] + [row(number, None) for number in range(102)]
    counting = CountingIn(key="k", measure="training_share", from_on=date(2025, 1, 1), to_on=date(2025, 12, 31))
    told = of_institutions(counting, rows, "region")
    by_base = [[tally.numerator for tally in told.tallies if tally.denominator == base] for base in (1000, None)]
    assert (by_base, told.left_out) == ([list(range(100)), list(range(100))], 52)
    assert told.whole is not None and (told.whole.numerator, told.whole.denominator) == (sum(range(150)), 150_000)
    assert [(group.numerator, group.denominator) for group in told.groups] == [(sum(range(150)), 150_000)]
    few = of_institutions(counting, rows[:3], "none")
    assert (len(few.tallies), few.left_out, few.whole) == (3, 0, None)
