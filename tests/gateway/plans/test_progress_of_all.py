"""The board with all services that count: certificates, work, filings, order classes and placements, and that every link lists exactly the rows counted."""

import contextlib
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.conftest import Service, Start
from tests.eastwest.neighbours import evidence, update
from tests.evaluation import made as filings
from tests.registry.following.city import City, a_city

END = date(2025, 12, 31)
START, MET = "2025-05-30", "2025-08-30"


@contextlib.asynccontextmanager
async def a_board(start: Start) -> AsyncIterator[tuple[City, Service]]:
    async with a_city(start) as city, start("gateway") as gateway:
        for each in (city.registry, city.evaluation, city.eastwest):
            gateway.knows(each)
        yield city, gateway


async def board(gateway: Service, as_of: date = END, **asked: str) -> dict[str, Any]:
    answer = await gateway.as_("officer").get("/v1/plans/kaili-2024/progress", params={"as_of": str(as_of)} | asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def line(gateway: Service, code: str, as_of: date = END, **asked: str) -> dict[str, Any]:
    return next(each for each in (await board(gateway, as_of, **asked))["lines"] if each["code"] == code)


async def follow(city: City, link: str) -> int:
    """How many rows the link lists, at the service of its noun."""
    services = {"/v1/filings": city.evaluation, "/v1/placements": city.eastwest}
    service = services.get(link.partition("?")[0], city.registry)
    answer = await service.as_("officer").get(f"{link}&limit=200&include_total=true")
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["items"]) == answer.json()["total"]
    return int(answer.json()["total"])


async def links_hold(city: City, answer: dict[str, Any]) -> None:
    for each in answer["lines"]:
        for counted in (each, *each.get("parts", []), *(each.get("breakdown") or [])):
            if counted["records"]:
                assert await follow(city, counted["records"]) == counted["numerator"], counted


async def test_the_certified_and_the_employed_rate_say_who_of_how_many(start: Start) -> None:
    async with a_board(start) as (city, gateway):
        first, second, _, _ = await city.trained(4, "four.technician")
        for each in (first, second):
            await city.certificate(await city.trainee_of(each))
        await city.placement(await city.order(), await city.trainee_of(first))
        await city.catch_up()
        answered = await line(gateway, "four.technician.certified", by="region")
        assert (answered["numerator"], answered["denominator"], answered["actual"], answered["status"]) == (2, 4, 0.5, "behind")
        assert answered["actual_of_enrolled"] == 0.5
        assert await follow(city, answered["records"]) == 2
        assert answered["breakdown"][0]["numerator"] == 2 and await follow(city, answered["breakdown"][0]["records"]) == 2
        employed = await line(gateway, "four.technician.employed")
        assert (employed["numerator"], employed["denominator"], employed["actual"]) == (1, 4, 0.25)
        assert await follow(city, employed["records"]) == 1
        before = date(2025, 5, 9)
        assert (await line(gateway, "four.technician.certified", before))["numerator"] == 0
        assert (await line(gateway, "four.technician.employed", before))["numerator"] == 0


@pytest.mark.parametrize(("people", "classes"), [pytest.param(39, 0, id="39"), pytest.param(40, 1, id="40")])
async def test_an_order_class_counts_from_forty_people_who_completed_it(start: Start, people: int, classes: int) -> None:
    async with a_board(start) as (city, gateway):
        await city.trained(people, "brand.rongwan", order_id=UUID(await city.order()))
        await city.trained(40, "brand.rongwan")
        answered = await line(gateway, "brand.rongwan", by="region")
        assert (answered["period"], answered["actual"], answered["status"]) == ("2025", classes, "met" if classes else "behind")
        assert await follow(city, answered["records"]) == classes
        assert sum(row["numerator"] for row in answered["breakdown"]) == classes


async def test_the_share_placed_is_of_each_order_class(start: Start) -> None:
    async with a_board(start) as (city, gateway):
        order_id = await city.order()
        other_id = await city.order("FS-2025-0018")
        first, *_ = await city.trained(4, "brand.rongwan", order_id=UUID(order_id))
        second, third, *_ = await city.trained(5, "brand.rongwan", order_id=UUID(other_id))
        for each, order in ((first, order_id), (second, other_id), (third, other_id)):
            trainee_id = await city.trainee_of(each)
            await city.certificate(trainee_id)
            facts = (update("s"), update("l", "left", "2025-06-10")) if each == second else ()
            await city.placement(order, trainee_id, *facts)
        await city.catch_up()
        answered = await line(gateway, "brand.rongwan.placed")
        assert (answered["numerator"], answered["denominator"], answered["status"]) == (3, 9, "met")
        assert {(part["numerator"], part["denominator"]) for part in answered["parts"]} == {(1, 4), (2, 5)}
        assert all(part["subject"] and part["subject_name"] == "班" for part in answered["parts"])
        assert await follow(city, answered["records"]) == 3
        for part in answered["parts"]:
            assert await follow(city, part["records"]) == part["numerator"]
        assert (await line(gateway, "brand.rongwan.placed", date(2025, 5, 29)))["numerator"] == 0


@pytest.mark.parametrize(
    ("as_of", "retained"), [pytest.param("2025-08-29", 0, id="the-day-before"), pytest.param(MET, 1, id="three-months")]
)
async def test_who_is_retained_counts_once_on_the_day_it_is_met(start: Start, as_of: str, retained: int) -> None:
    async with a_board(start) as (city, gateway):
        orders = [await city.order(), await city.order("FS-2025-0018")]
        first, second = await city.trained(2, order_id=UUID(orders[1]))
        [untrained] = await city.trained(1)
        whole = update("p", "present", "2025-08-29", evidence=evidence(START, "2025-08-29"))
        for enrolment, placed_on in ((first, orders), (second, orders[:1]), (untrained, orders[:1])):
            trainee_id = await city.trainee_of(enrolment)
            await city.certificate(trainee_id)
            for order_id in placed_on:
                await city.placement(order_id, trainee_id, update("s"), *([whole] if enrolment != second else []))
        answered = await line(gateway, "brand.foshan.retained", date.fromisoformat(as_of), by="region")
        assert (answered["numerator"], answered["actual"], answered["status"]) == (retained, retained, "behind")
        assert answered["beside"] == {"others": retained}, "retained, and no order class trained them before"
        assert await follow(city, answered["records"]) == retained
        assert sum(row["numerator"] for row in answered["breakdown"]) == retained
        by_month = await line(gateway, "brand.foshan.retained", date.fromisoformat(as_of), by="month")
        assert [(row["code"], row["numerator"]) for row in by_month["breakdown"]] == [("2025-08", 1)] * retained
        assert answered["breakdown"][0]["name"] == ("三棵树镇" if retained else "城西街道")


async def test_the_filings_cover_the_enterprises_of_a_day(start: Start) -> None:
    async with a_board(start) as (city, gateway):
        world = filings.World(city.registry, city.evaluation)
        await world.institution()
        await world.institution(above_scale=False)
        world.enterprise_id = await world.institution()
        await world.filing()
        answered = await line(gateway, "enterprise.filings", by="institution")
        assert (answered["numerator"], answered["denominator"], answered["actual"], answered["status"]) == (1, 2, 0.5, "behind")
        assert await follow(city, answered["records"]) == 1
        for row in answered["breakdown"]:
            assert await follow(city, row["records"]) == row["numerator"]
        assert (await line(gateway, "enterprise.filings", date(2024, 12, 31)))["numerator"] == 0


@pytest.mark.parametrize("by", ["region", "zone", "department", "institution", "month", "category", "channel"])
async def test_the_whole_board_is_complete_and_every_link_lists_what_was_counted(start: Start, by: str) -> None:
    async with a_board(start) as (city, gateway):
        order_id = await city.order()
        first, *_ = await city.trained(40, "four.technician", "brand.rongwan", order_id=UUID(order_id), demonstration=True)
        trainee_id = await city.trainee_of(first)
        await city.certificate(trainee_id)
        await city.placement(
            order_id, trainee_id, update("s"), update("p", "present", "2025-08-29", evidence=evidence(START, "2025-08-29"))
        )
        await city.catch_up()
        answer = await board(gateway, by=by)
        assert (answer["complete"], answer["unavailable"]) == (True, [])
        counted = {each["code"]: each["numerator"] for each in answer["lines"] if each["numerator"]}
        assert counted == {
            "city.total": 40,
            "four.technician": 40,
            "four.technician.certified": 1,
            "four.technician.employed": 1,
            "four.technician.demo": 1,
            "brand.rongwan": 1,
            "brand.rongwan.placed": 1,
            "brand.foshan.retained": 1,
            "practical.project": 40,
        }
        await links_hold(city, answer)


@pytest.mark.parametrize("away", ["registry", "evaluation", "eastwest"])
async def test_a_service_that_is_away_leaves_its_own_lines_unknown_and_the_others_shown(start: Start, away: str) -> None:
    async with a_board(start) as (_, gateway):
        gateway.kernel.neighbours[away].transport = httpx.MockTransport(lambda _: httpx.Response(503))
        answer = await board(gateway)
        assert (answer["complete"], answer["unavailable"]) == (False, [away])
        actual = {each["code"]: each["actual"] for each in answer["lines"]}
        counters = {"registry": "city.total", "evaluation": "enterprise.filings", "eastwest": "brand.foshan.retained"}
        assert actual[counters[away]] is None
        assert away == "eastwest" or actual["brand.foshan.retained"] == 0
        assert away == "registry" or actual["city.total"] == 0
