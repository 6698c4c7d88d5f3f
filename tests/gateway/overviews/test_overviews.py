"""An overview over real sockets: what the services say, each section by itself, whoever of them is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from shared import db, names
from shared.http_client import NAMES_LEFT
from tests.conftest import Service, Start
from tests.eastwest.neighbours import order
from tests.evaluation.made import certificate
from tests.gateway.houses import NOBODY
from tests.gateway.routing.upstream import serving
from tests.registry import made

NAMES = ("registry", "subsidy", "evaluation", "eastwest")
SECTIONS = {"trainees": set(NAMES), "classes": set(NAMES), "institutions": {"registry", "subsidy", "evaluation"}}


@dataclass
class Town:
    """A gateway, the services behind it on real ports, and the papers of one class."""

    gateway: Service
    services: dict[str, Service]
    papers: dict[str, str]

    async def overview(self, noun: str, role: str = "officer", **bound: Any) -> dict[str, Any]:
        answer = await self.gateway.as_(role, **bound).get(f"/v1/{noun}/{self.papers[noun]}/overview")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def hang(scope: Any, receive: Any, send: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@contextlib.asynccontextmanager
async def a_town(start: Start, away: str = "", how: str = "stopped") -> AsyncIterator[Town]:
    """All services, one of them stopped or hanging if so wished. Those that are there are waited for as long as a busy machine needs."""
    async with contextlib.AsyncExitStack() as stack:
        services = {name: await stack.enter_async_context(start(name)) for name in NAMES}
        for one in services.values():
            for other in services.values():
                if other is not one:
                    one.knows(other)
        urls: dict[str, Any] = {
            f"{name}_url": await stack.enter_async_context(serving(services[name].app)) for name in NAMES if name != away
        }
        if away:
            urls[f"{away}_url"] = NOBODY if how == "stopped" else await stack.enter_async_context(serving(hang))
        patience = {"neighbour_connect_seconds": 15, "neighbour_timeout_seconds": 15, "deadline_seconds": 20}
        gateway = await stack.enter_async_context(start("gateway", **urls, **patience))
        if how == "hanging":
            gateway.kernel.neighbours[away].timeout_seconds = 0.5
        registry = services["registry"]
        school = await made.school(registry)
        class_id, trainee_id = await made.proposed(registry, school, "approved"), await made.trainee(registry, 1)
        await made.posted(registry.as_("officer", at=made.FIRST), f"/v1/classes/{class_id}/enrolments", {"trainee_id": trainee_id}, 201)
        yield Town(gateway, services, {"trainees": trainee_id, "classes": class_id, "institutions": school})


@pytest.fixture
async def town(start: Start) -> AsyncIterator[Town]:
    async with a_town(start) as made_town:
        yield made_town


async def test_an_orders_page_begins_with_the_order_at_its_own_service(town: Town) -> None:
    eastwest = town.services["eastwest"].as_("officer")
    town.papers["orders"] = (await made.posted(eastwest, "/v1/orders", order(), 201))["id"]
    found = await town.overview("orders")
    assert found["complete"] is True and set(found["sections"]) == {"eastwest", "registry", "evaluation"}
    data = found["sections"]["eastwest"]["data"]
    assert data["order"]["id"] == town.papers["orders"] and data["placements"]["items"] == []
    assert found["sections"]["registry"]["data"]["classes"]["items"] == []
    assert {name: page["items"] for name, page in found["sections"]["evaluation"]["data"].items()} == {
        "assessments": [],
        "certificates": [],
    }
    unknown = await town.gateway.as_("officer").get(f"/v1/orders/{db.new_id()}/overview")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


async def test_each_section_is_what_its_service_answers(town: Town) -> None:
    for noun, paper in (("trainees", "trainee"), ("classes", "class"), ("institutions", "institution")):
        found = await town.overview(noun)
        assert found["complete"] is True and set(found["sections"]) == SECTIONS[noun]
        assert {section["status"] for section in found["sections"].values()} == {"ok"}
        direct = await town.services["registry"].as_("officer").get(f"/v1/{noun}/{town.papers[noun]}")
        assert found["sections"]["registry"]["data"][paper] == direct.json()
    enrolments = (await town.overview("trainees"))["sections"]["registry"]["data"]["enrolments"]["items"]
    assert [each["class_id"] for each in enrolments] == [town.papers["classes"]]


async def a_certificate(town: Town, n: int, class_id: str) -> dict[str, Any]:
    said = certificate(town.papers["trainees"], class_id=class_id, number=f"S0000520000092450001{n:02d}")
    return await made.posted(town.services["evaluation"].as_("officer"), "/v1/certificates", said, 201)


def asked_for_names(town: Town) -> float:
    samples = (sample for metric in town.services["registry"].kernel.metrics.requests.collect() for sample in metric.samples)
    return sum(each.value for each in samples if each.name.endswith("_total") and each.labels["route"] == names.PATH)


async def test_what_the_page_says_itself_is_not_asked_for_and_the_rest_is_asked_for_once(town: Town) -> None:
    direct, asks = town.services["evaluation"].as_("officer"), f"/v1/certificates?trainee_id={town.papers['trainees']}"
    other = await made.proposed(town.services["registry"], town.papers["institutions"], "approved")
    for n, (class_id, times) in enumerate(((town.papers["classes"], 0), (other, 1))):
        await a_certificate(town, n, class_id)
        expected, before = (await direct.get(asks)).json(), asked_for_names(town)
        found = await town.overview("trainees")
        assert found["sections"]["evaluation"]["data"]["certificates"] == expected
        assert asked_for_names(town) - before == times
        assert all(each["trainee_name"] and each["class_name"] and each["class_number"] for each in expected["items"])


async def test_nobody_but_our_own_services_has_names_left_out(town: Town) -> None:
    await a_certificate(town, 1, town.papers["classes"])
    for of in (town.services["evaluation"], town.gateway):
        answer = await of.as_("officer").get(f"/v1/certificates?class_id={town.papers['classes']}", headers={NAMES_LEFT: "true"})
        assert NAMES_LEFT not in answer.headers and answer.json()["items"][0]["class_name"]


async def test_the_day_and_the_trace_are_passed_on(town: Town) -> None:
    headers = {"X-Server-Date": "2025-04-09T09:00:00+08:00", "X-Request-Id": "one-page"}
    answer = await town.gateway.as_("officer").get(f"/v1/classes/{town.papers['classes']}/overview", headers=headers)
    assert (answer.json()["as_of"], answer.headers["x-request-id"]) == ("2025-04-09", "one-page")
    assert {each.partition(";dur=")[0].strip() for each in answer.headers["server-timing"].split(",")} == set(NAMES)
    actions = {each["action"]: each["allowed"] for each in answer.json()["sections"]["registry"]["data"]["class"]["allowed_actions"]}
    assert actions["start"] is True


async def test_who_may_not_read_a_section_sees_that_and_no_more(town: Town) -> None:
    found = await town.overview("trainees", "system", scopes={"trainees.read", "claims.read"})
    assert {name: section["status"] for name, section in found["sections"].items()} == {
        "registry": "ok",
        "subsidy": "ok",
        "evaluation": "forbidden",
        "eastwest": "forbidden",
    }
    assert found["complete"] is True and "enrolments" not in found["sections"]["registry"]["data"]
    partner = await town.gateway.as_("partner").get(f"/v1/trainees/{town.papers['trainees']}/overview")
    assert partner.status_code in (200, 404)  # as the registry lets it see this person


@pytest.mark.parametrize("noun", ["trainees", "classes", "institutions"])
async def test_a_paper_that_is_not_there_or_not_the_callers_is_a_404(town: Town, noun: str) -> None:
    unknown = await town.gateway.as_("officer").get(f"/v1/{noun}/{db.new_id()}/overview")
    stranger = town.gateway.as_("institution", institution_id=db.new_id())
    unseen = await stranger.get(f"/v1/{noun}/{town.papers[noun]}/overview")
    for answer in (unknown, unseen):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await town.gateway.as_("officer").get(f"/v1/{noun}/not-an-id/overview")).status_code == 404


async def test_a_merged_trainee_is_gone_and_says_where_to(town: Town) -> None:
    officer, stays = town.services["registry"].as_("officer"), await made.trainee(town.services["registry"], 2)
    await made.posted(officer, f"/v1/trainees/{town.papers['trainees']}:merge", {"into": stays}, 200)
    answer = await town.gateway.as_("officer").get(f"/v1/trainees/{town.papers['trainees']}/overview")
    assert (answer.status_code, answer.json()["code"], answer.json()["merged_into"]) == (410, "trainee_merged", stays)
    assert answer.json()["instance"].endswith("/overview")


async def test_without_a_token_there_is_none(town: Town) -> None:
    assert (await town.gateway.as_("public").get(f"/v1/trainees/{town.papers['trainees']}/overview")).status_code == 401


@pytest.mark.parametrize("how", ["stopped", "hanging"])
@pytest.mark.parametrize("away", NAMES)
async def test_one_service_away_costs_its_own_section_and_no_more(start: Start, away: str, how: str) -> None:
    async with a_town(start, away, how) as town:
        for _ in range(2):
            async with asyncio.timeout(20):
                found = await town.overview("trainees")
            assert found["complete"] is False
            assert {name for name, section in found["sections"].items() if section["status"] != "ok"} == {away}
            section = found["sections"][away]
            assert (
                section["status"] == "unavailable"
                and section["problem"]["code"] in ("unavailable", "upstream_timeout")
                and "data" not in section
            )
