"""One change feed out of five: nothing lost, nothing twice, each service in its own order."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Databases, Start
from tests.gateway.houses import House, house
from tests.streams import Stream, listening


@pytest.fixture
async def home(start: Start, databases: Databases, tmp_path: Path) -> AsyncIterator[House]:
    async with house(start, databases, tmp_path) as made:
        yield made


async def read(home: House, **params: Any) -> dict[str, Any]:
    answer = await home.gateway.as_("auditor").get("/v1/changes", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
async def test_page_by_page_every_event_comes_once_in_its_service_s_order(home: House, limit: int) -> None:
    expected = {
        name: await home.happens(name, "a.made", "a.changed", "a.closed") for name in ("registry", "subsidy", "eastwest", "gateway")
    }
    found: dict[str, list[str]] = {}
    after: dict[str, str] = {}
    while (page := await read(home, limit=limit, **after))["items"]:
        assert len(page["items"]) <= limit and page["complete"] is True
        after = {"after": page["next"]}
        for event in page["items"]:
            found.setdefault(event["source"].removeprefix("/"), []).append(event["subject"])
    assert found == expected


async def test_events_of_different_services_lie_by_time(home: House) -> None:
    subjects = [(await home.happens(name, "a.made"))[0] for name in ("subsidy", "registry", "gateway", "evaluation")]
    assert [event["subject"] for event in (await read(home))["items"]] == subjects


async def test_what_happens_while_waiting_comes_at_once(home: House) -> None:
    start = (await read(home))["next"]
    waiting = asyncio.create_task(read(home, after=start, wait=20))
    await asyncio.sleep(0.1)
    subject = await home.happens("eastwest", "a.made")
    page = await asyncio.wait_for(waiting, 10)
    assert [event["subject"] for event in page["items"]] == subject
    assert (await read(home, after=page["next"]))["items"] == []


async def test_waiting_for_nothing_ends(home: House) -> None:
    assert (await read(home, wait=0.3))["items"] == []


async def test_a_service_that_is_away_is_said_and_its_events_come_later(home: House) -> None:
    there, away = await home.happens("registry", "a.made"), await home.happens("subsidy", "a.made")
    await home.stop("subsidy")
    page = await read(home, wait=0.2)
    assert ([event["subject"] for event in page["items"]], page["complete"]) == (there, False)
    await home.start_again("subsidy")
    page = await read(home, after=page["next"])
    assert ([event["subject"] for event in page["items"]], page["complete"]) == (away, True)


async def test_a_service_that_has_not_been_looked_at_yet_is_not_away(home: House) -> None:
    """As in the first moment of a gateway that has just started: what one service tells is no sign that another is away."""
    start, looks = (await read(home))["next"], home.gateway.kernel.watch.looks
    halted, look = asyncio.Event(), looks["eastwest"]

    async def slow(known: Any) -> Any:
        await halted.wait()
        return await look(known)

    looks["eastwest"] = slow
    waiting = asyncio.create_task(read(home, after=start, wait=20))
    await asyncio.sleep(0.1)
    subject = await home.happens("registry", "a.made")
    page = await asyncio.wait_for(waiting, 10)
    halted.set()
    assert ([event["subject"] for event in page["items"]], page["complete"]) == (subject, True)


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    [
        "0-0",
        "!",
        "中",
        packed([]),
        packed({"elsewhere": "1-1"}),
        packed({"registry": "1"}),
        packed({"registry": 1}),
        packed({"registry": "1-1;"}),
    ],
)
async def test_what_is_no_position_is_refused(home: House, after: str) -> None:
    answer = await home.gateway.as_("auditor").get("/v1/changes", params={"after": after})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("role", "bound", "status"),
    [("system", {"scopes": {"changes.read"}}, 200), ("system", {"scopes": {"claims.read"}}, 403), ("officer", {}, 200)],
)
async def test_who_may_follow(home: House, role: str, bound: dict[str, Any], status: int) -> None:
    assert (await home.gateway.as_(role, **bound).get("/v1/changes")).status_code == status


async def heard(stream: Stream) -> str:
    return str((await stream.event() or {})["subject"])


async def test_a_stream_carries_all_services_and_goes_on_where_it_was_cut(home: House) -> None:
    first = await home.happens("registry", "a.made")
    async with listening(home.gateway, "auditor") as stream:
        assert await heard(stream) == first[0]
        for name in ("subsidy", "gateway", "registry"):
            assert await home.happens(name, "a.made") == [await heard(stream)]
    missed = {*await home.happens("evaluation", "a.made"), *await home.happens("registry", "a.made")}
    async with listening(home.gateway, "auditor", headers={"last-event-id": stream.last_id or ""}) as stream:
        assert {await heard(stream), await heard(stream)} == missed


async def test_a_service_that_goes_away_holds_up_no_stream_and_loses_nothing(home: House) -> None:
    async with listening(home.gateway, "auditor", "after=latest") as stream:
        await home.stop("subsidy")
        lost = await home.happens("subsidy", "a.made", "a.changed")
        assert await home.happens("registry", "a.made") == [await heard(stream)]
        await home.start_again("subsidy")
        assert [await heard(stream), await heard(stream)] == lost
        assert await home.happens("registry", "a.made") == [await heard(stream)]


async def test_the_latest_is_refused_only_while_nobody_knows_where_a_service_ends(home: House) -> None:
    await home.stop("subsidy")
    answer = await home.gateway.as_("auditor").get("/v1/changes", params={"after": "latest"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    await home.start_again("subsidy")
    assert (await read(home, after="latest"))["items"] == []


async def test_a_token_that_has_ended_is_said_so(home: House) -> None:
    for service in home.services.values():
        service.kernel.tokens.ended = frozenset({"s"})
    answer = await home.gateway.as_("auditor", sid="s").get("/v1/changes")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
