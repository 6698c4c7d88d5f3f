"""The briefing: how far each line is from its target, until when that can be made up, and what was paid for the classes behind it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from shared.sheets import open_book
from tests.conftest import Service, Start
from tests.registry.counting import registered

MIDDLE = date(2025, 6, 30)
PATH = "/v1/plans/kaili-2024/briefing"


async def briefing(gateway: Service, as_of: date = MIDDLE) -> dict[str, Any]:
    answer = await gateway.as_("officer").get(f"{PATH}?as_of={as_of}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def paying(paid: dict[UUID, str]) -> httpx.MockTransport:
    """A subsidy that has paid this for these classes, and says so of those it is asked about."""

    def answer(request: httpx.Request) -> httpx.Response:
        body = orjson.loads(request.content)
        known = {str(each): Decimal(yuan) for each, yuan in paid.items()} if date.fromisoformat(body["as_of"]) >= MIDDLE else {}
        return httpx.Response(200, json={"paid": [f"{sum(known.get(each, 0) for each in some):.2f}" for some in body["sets"]]})

    return httpx.MockTransport(answer)


async def test_the_gap_the_lead_and_what_was_paid_stand_by_each_line(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        school = await registered.institution(registry, "甲校")
        chefs = await registered.training_class(registry, school, "four.chef", ends_on=MIDDLE)
        await registered.people(registry, chefs, 30, counted_on=MIDDLE)
        later = await registered.training_class(registry, school, "four.chef", ends_on=date(2025, 7, 1))
        shown, plain = [
            await registered.training_class(registry, school, "four.technician", ends_on=MIDDLE, demonstration=demonstration)
            for demonstration in (True, False)
        ]
        order = await registered.training_class(registry, school, "brand.rongwan", ends_on=MIDDLE, order_id=school)
        await registered.people(registry, order, 39, counted_on=MIDDLE)
        unordered = await registered.training_class(registry, school, "brand.rongwan", ends_on=MIDDLE)
        money = {chefs: "1800.00", later: "99.00", shown: "20.00", plain: "7.00", order: "400.00", unordered: "3.00"}
        gateway.kernel.neighbours["subsidy"].transport = paying(money)
        told = await briefing(gateway)
        lines = {each["code"]: each for each in told["lines"]}
        of = lines["four.chef"]
        assert (of["target"], of["actual"], of["gap"], of["lead_department"]) == (100, 30, 70, "市人力资源社会保障局")
        paid = {code: lines[code]["paid"] for code in lines}
        assert (of["paid"], paid["city.total"], paid["practical.project"]) == ("1800.00", "2230.00", "2230.00"), "not what ends later"
        assert (paid["four.technician"], paid["four.technician.demo"]) == ("27.00", "20.00"), "of what counts alone"
        assert (paid["brand.rongwan"], paid["brand.rongwan.placed"]) == ("0.00", "400.00"), "one was too small for one of them"
        assert (of["paid_each"], lines["four.domestic"]["paid_each"]) == ("60.00", None), "nobody counts there"
        assert (lines["four.domestic"]["paid"], lines["brand.count"]["paid"]) == ("0.00", None)
        assert (of["last_class_start_on"], of["already_impossible"]) == ("2025-12-31", False)
        assert (told["complete"], told["unavailable"]) == (False, ["evaluation", "eastwest"])
        over = {each["code"]: each for each in (await briefing(gateway, date(2026, 1, 1)))["lines"]}
        assert (over["four.chef"]["already_impossible"], over["four.chef"]["gap"], over["four.chef"]["paid"]) == (True, 70, "1899.00")
        sheet = await gateway.as_("officer").get(f"{PATH}.xlsx?as_of={MIDDLE}")
        rows = [tuple(row.values) for row in open_book(sheet.content, "briefing.xlsx").sheets[0].rows]
        [chef] = [row for row in rows if row[0] == "黔菜师傅"]
        assert (chef[3:6], Decimal(str(chef[-1]))) == ((100, 30, 70), Decimal(1800)) and len(rows) == 26


async def test_tasks_stand_by_their_line_and_measures_in_force_beside(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        officer, reviewer = (
            registry.as_("officer", at="2025-06-01T09:00:00+08:00"),
            registry.as_("reviewer", at="2025-06-01T09:00:00+08:00"),
        )
        task = {"to": {"region_code": "522601100"}, "line": "four.chef", "title": "补足班次", "reason": "进度落后"}
        for due_on in ("2025-06-29", "2025-06-30"):
            (await officer.post("/v1/supervision-tasks", json=task | {"due_on": due_on})).raise_for_status()
        measure = {"kind": "criticism", "reason": "落后", "document": "纪要 5 号", "from_on": "2025-06-01", "region_code": "522601100"}
        (await reviewer.post("/v1/measures", json=measure)).raise_for_status()
        told = await briefing(gateway)
        lines = {each["code"]: (each["open_tasks"], each["overdue_tasks"]) for each in told["lines"]}
        assert (lines["four.chef"], lines["four.domestic"]) == ((2, 1), (0, 0))
        assert [(each["kind"], each["whom"]) for each in told["measures"]] == [("criticism", "三棵树镇")]
        for role in ("department", "admin"):
            assert (await gateway.as_(role, department="市教育局").get(f"{PATH}?as_of={MIDDLE}")).json()["measures"] == []
        sheet = await gateway.as_("officer").get(f"{PATH}.xlsx?as_of={MIDDLE}")
        book = {each.name: each for each in open_book(sheet.content, "briefing.xlsx").sheets}
        assert [tuple(row.values[1:3]) for row in book["有效的措施"].rows][1:] == [("通报", "三棵树镇")]
    async with start("gateway") as alone:
        told = await briefing(alone)
        assert told["measures"] is None and {each["open_tasks"] for each in told["lines"]} == {None}
        assert told["unavailable"].count("registry") == 1


async def test_while_subsidy_is_away_nobody_knows_what_was_paid(start: Start) -> None:
    async with start("registry") as registry, start("gateway") as gateway:
        gateway.knows(registry)
        told = await briefing(gateway)
        assert not told["complete"] and "subsidy" in told["unavailable"]
        assert {each["paid"] for each in told["lines"]} == {None}


@pytest.mark.parametrize(("role", "status"), [("officer", 200), ("department", 200), ("partner", 403), ("person", 403)])
async def test_who_is_briefed(start: Start, role: str, status: int) -> None:
    async with start("gateway") as gateway:
        assert (await gateway.as_(role).get(PATH)).status_code == status
