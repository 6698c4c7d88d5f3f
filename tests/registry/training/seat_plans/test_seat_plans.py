"""Seats planned for an institution, a year and a channel: drawn on by the classes approved, never overdrawn, given back, and more for the excellent."""

import asyncio
from typing import Any

import httpx

from tests.conftest import Service, Start
from tests.registry import made

EARLY = "2025-03-01T09:00:00+08:00"


async def planned(registry: Service, school: str, seats: int, **values: Any) -> str:
    body = {"year": 2025, "institution_id": school, "channel": "agricultural_short", "seats": seats} | values
    return f"/v1/seat-plans/{(await made.posted(registry.as_('officer', at=EARLY), '/v1/seat-plans', body, 201))['id']}"


async def left(client: httpx.AsyncClient, path: str) -> tuple[int, int, int]:
    told = (await client.get(path)).json()
    return told["offered"], told["drawn"], told["remaining"]


async def test_a_class_draws_its_seats_when_it_is_approved_and_gives_them_back_when_it_is_approved_no_more(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at="2025-03-31T09:00:00+08:00")
        path = await planned(registry, school, 79)
        unpaid = {"year": 2025, "institution_id": school, "channel": "social", "seats": 10}
        refused = await registry.as_("officer", at=EARLY).post("/v1/seat-plans", json=unpaid)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/channel")
        first = f"/v1/classes/{await made.proposed(registry, school, 'approved')}"
        assert await left(officer, path) == (79, 40, 39)
        assert (await officer.get("/v1/seat-plans", params={"class_id": first[-36:]})).json()["items"][0]["remaining"] == 39
        second = await made.proposed(registry, school, "submitted")
        assert await made.why_not(officer, second, "approve") == "seat_plan_exceeded"
        over = await officer.post(f"/v1/classes/{second}:approve", json={})
        assert (over.status_code, over.json()["code"], "39" in over.json()["detail"]) == (409, "seat_plan_exceeded", True)
        assert await left(officer, path) == (79, 40, 39)
        raised = await officer.patch(path, json={"seats": 80, "reason": "增加计划"})
        assert raised.is_success, raised.text
        await made.posted(officer, f"/v1/classes/{second}:approve", {}, 200)  # the last forty fit
        assert await left(officer, path) == (80, 80, 0)
        less = await officer.patch(path, json={"seats": 79, "reason": "减少计划"})
        assert (less.status_code, less.json()["code"]) == (409, "seat_plan_exceeded")
        await made.posted(officer, f"{first}:return", {"reason": "课程未列明"}, 200)
        assert await left(officer, path) == (80, 40, 40)
        await made.posted(officer, f"/v1/classes/{second}:cancel", {"reason": "停办"}, 200)
        assert await left(officer, path) == (80, 0, 80)
        told = (await officer.get(f"{path}/history")).json()["items"]
        assert [each["action"] for each in told] == ["seat_plan.changed", "seat_plan.planned"]
        assert {"field": "seats", "old": 79, "new": 80} in told[0]["changes"]


async def test_a_class_that_moves_into_another_year_draws_on_that_years_plan(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at="2025-03-31T09:00:00+08:00")
        this_year, next_year = [await planned(registry, school, 40, year=year) for year in (2025, 2026)]
        moving = f"/v1/classes/{await made.proposed(registry, school, 'approved')}"
        await made.posted(officer, f"{moving}:reschedule", {"starts_on": "2026-04-08", "ends_on": "2026-04-10"}, 200)
        assert [(await left(officer, path))[1] for path in (this_year, next_year)] == [0, 0]  # to be approved anew
        await made.posted(registry.as_("officer", at="2025-04-01T09:00:00+08:00"), f"{moving}:approve", {}, 200)
        assert [(await left(officer, path))[1] for path in (this_year, next_year)] == [0, 40]


PAST = {
    "number_there": "2025-01",
    "name": "往期班",
    "channel": "agricultural_short",
    "trade_name": "稻田养鱼",
    "starts_on": "2025-01-06",
    "ends_on": "2025-01-08",
    "hours": 24,
    "region_code": "522601100",
    "people": [{"id_number": made.citizen(501), "name": "杨秀英", "outcome": "completed"}],
}


async def test_what_is_not_planned_is_not_limited_and_what_was_approved_before_the_plan_draws_on_it(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at=EARLY)
        await made.proposed(registry, school, "approved")
        await made.posted(officer, "/v1/history-imports", {"items": [PAST | {"institution_id": school}]}, 207)  # told, never approved
        await planned(registry, await made.school(registry), 1)  # another's
        await planned(registry, school, 1, channel="project")
        body = {"year": 2025, "institution_id": school, "channel": "agricultural_short", "seats": 39}
        for year, pointers in ((2026, []), (2027, ["/year"])):  # the next year's, and no later one
            answer = (await officer.post("/v1/seat-plans", json=body | {"year": year})).json()
            assert [each["pointer"] for each in answer.get("errors", [])] == pointers
        short = await officer.post("/v1/seat-plans", json=body)
        assert (short.status_code, short.json()["code"]) == (409, "seat_plan_exceeded")
        assert await left(officer, await planned(registry, school, 40)) == (40, 40, 0)
        twice = await officer.post("/v1/seat-plans", json=body | {"seats": 50})
        assert (twice.status_code, twice.json()["code"]) == (409, "duplicate_seat_plan")


async def test_an_excellent_school_is_offered_a_fifth_more_whole_seats(start: Start) -> None:
    async with start("registry") as registry:
        officer, plain, excellent = (
            registry.as_("officer", at=EARLY),
            await made.school(registry),
            await made.school(registry, "private_school"),
        )
        await made.posted(officer, f"/v1/institutions/{excellent}/ratings", {"year": 2024, "result": "excellent"}, 201)
        offered = [await left(officer, await planned(registry, school, 39)) for school in (plain, excellent)]
        assert offered == [(39, 0, 39), (46, 0, 46)]
        own = registry.as_("institution", institution_id=plain)
        assert [each["institution_id"] for each in (await own.get("/v1/seat-plans")).json()["items"]] == [plain]


async def test_many_classes_approved_at_once_never_overdraw_a_plan(start: Start) -> None:
    async with start("registry") as registry:
        school, officer = await made.school(registry), registry.as_("officer", at="2025-03-31T09:00:00+08:00")
        path = await planned(registry, school, 100)
        classes = [await made.proposed(registry, school, "submitted") for _ in range(6)]
        answers = await asyncio.gather(*(officer.post(f"/v1/classes/{each}:approve", json={}) for each in classes))
        assert sorted(each.status_code for each in answers) == [200, 200, 409, 409, 409, 409]
        assert await left(officer, path) == (100, 80, 20)
