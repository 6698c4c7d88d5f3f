"""Everyone reads the events of the papers they may see: none is missing, none is another's, and a page costs the same however long the feed is."""

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, changes, clock, db, feed
from shared.web import streaming
from tests.conftest import Service, Start
from tests.registry.invented import LONG, PAN, YANG, made, trainee
from tests.streams import listening
from tests.waiting import until

HERE, THERE = "522601100", "522601101"
NOBODYS = access.Call(access.Actor("test-officer", "officer"), clock.read("2025-04-10T09:00:00+08:00"), "r-1")


async def registered(registry: Service, person: dict[str, Any], region: str) -> str:
    return str((await made(registry.as_("officer"), "/v1/trainees", trainee(person) | {"region_code": region}))["id"])


async def happens_to_nobody(service: Service, times: int) -> None:
    """Events of papers that no town sees."""
    async with AsyncSession(service.kernel.engine) as session, session.begin():
        await changes.publish_all(session, [changes.event(NOBODYS, "trainee.changed", db.new_id(), version=1) for _ in range(times)])


async def page(service: Service, role: str = "town", **asked: Any) -> Any:
    bound = {"town": {"region_code": HERE}}.get(role, {})
    answer = await service.as_(role, **bound).get("/v1/changes", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def subjects(found: Any) -> list[str]:
    return [event["subject"] for event in found["items"]]


async def test_each_reads_of_their_own_people_and_of_no_others(start: Start) -> None:
    async with start("registry") as registry:
        ours, theirs = await registered(registry, YANG, HERE), await registered(registry, PAN, THERE)
        assert subjects(await page(registry)) == [ours]
        assert subjects(await page(registry, "officer")) == subjects(await page(registry, "auditor")) == [ours, theirs]
        assert subjects(await page(registry, "finance")) == []  # who reads no trainee


async def test_a_scope_that_reads_no_trainee_has_no_events_of_one(start: Start) -> None:
    async with start("registry") as registry:
        ours = await registered(registry, YANG, HERE)
        for scopes, expected in (({"changes.read"}, []), ({"changes.read", "trainees.read"}, [ours])):
            answer = (await registry.as_("system", scopes=scopes).get("/v1/changes")).json()
            assert subjects(answer) == expected


async def test_the_end_of_a_paper_reaches_who_could_see_it(start: Start) -> None:
    async with start("registry") as registry:
        twice, stays = await registered(registry, YANG, HERE), await registered(registry, LONG, THERE)
        at = (await page(registry))["next"]
        merged = await registry.as_("officer").post(f"/v1/trainees/{twice}:merge", json={"into": stays}, headers={"If-Match": '"1"'})
        assert merged.status_code == 200, merged.text
        (event,) = (await page(registry, after=at))["items"]
        assert (event["type"], event["subject"], event["data"]["merged_into"]) == ("trainee.merged", twice, stays)


async def test_a_page_passes_what_is_not_the_caller_s_and_looks_no_further_than_its_bound(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "STRETCH", 3)
    monkeypatch.setattr(feed, "STRETCHES", 2)
    async with start("registry") as registry:
        await happens_to_nobody(registry, 7)
        ours = await registered(registry, YANG, HERE)
        first = await page(registry)
        assert first["items"] == [] and first["next"] != "0-0"
        second = await page(registry, after=first["next"])
        assert subjects(second) == [ours]
        assert subjects(await page(registry, wait=20)) == [ours]  # who waits goes on looking
        assert (await page(registry, after=second["next"]))["next"] == second["next"]


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_page_by_page_every_event_of_theirs_comes_once(start: Start, limit: int) -> None:
    async with start("registry") as registry:
        expected = []
        for person in (YANG, PAN, LONG):
            await happens_to_nobody(registry, 2)
            expected.append(await registered(registry, person, HERE))
        found, at = [], None
        while (read := await page(registry, limit=limit, **({"after": at} if at else {})))["items"]:
            found += subjects(read)
            at = read["next"]
        assert found == expected


async def test_the_latest_is_what_comes_from_now_on(start: Start) -> None:
    async with start("registry") as registry:
        await registered(registry, YANG, HERE)
        at = (await page(registry, after="latest"))["next"]
        later = await registered(registry, PAN, HERE)
        assert subjects(await page(registry, after=at)) == [later]


async def test_a_stream_sends_what_happens_and_goes_on_where_it_was_cut(start: Start) -> None:
    async with start("registry") as registry:
        first = await registered(registry, YANG, HERE)
        async with listening(registry, "town", region_code=HERE) as stream:
            assert (stream.status, stream.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
            assert stream.headers["cache-control"] == "no-store"
            assert (await stream.frame() or {}).keys() == {"retry"}
            assert (await stream.event() or {})["subject"] == first
            await happens_to_nobody(registry, 2)
            second = await registered(registry, PAN, HERE)
            assert (await stream.event() or {})["subject"] == second
        third = await registered(registry, LONG, HERE)
        async with listening(registry, "town", headers={"last-event-id": stream.last_id or ""}, region_code=HERE) as stream:
            assert (await stream.event() or {})["subject"] == third
        assert registry.kernel.metrics.streams._value.get() == 0


async def test_a_heartbeat_says_how_far_the_stream_is(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.3)
    async with start("registry") as registry:
        await happens_to_nobody(registry, 2)
        async with listening(registry, "town", region_code=HERE) as stream:
            end = (await page(registry))["next"]
            while (beat := await stream.frame()) is not None and beat.get("id") != end:
                assert "data" not in beat
            assert beat


async def test_a_stream_ends_with_its_token_and_with_the_process(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.3)
    async with start("registry") as registry:
        sid = str(db.new_id())
        async with listening(registry, "officer", sid=sid) as stream, listening(registry, "auditor") as other:
            registry.kernel.tokens.ended = frozenset({sid})
            assert await stream.event() is None
            registry.kernel.stopping.set()
            assert await other.event() is None


async def test_a_position_that_is_none_is_refused_before_the_stream_begins(start: Start) -> None:
    async with start("registry") as registry, listening(registry, "officer", "after=nonsense") as stream:
        assert (stream.status, stream.headers["content-type"]) == (400, "application/problem+json")


async def test_whoever_waits_holds_no_connection_and_one_look_serves_all(start: Start) -> None:
    async with start("registry", database_connections=4) as registry:
        waiting = [asyncio.create_task(page(registry, "auditor", wait=30)) for _ in range(40)]
        looks = 0
        await until(lambda: registry.kernel.watch._waiting == 40)
        look = registry.kernel.watch.looks["registry"]

        async def counted(known: feed.Position | None) -> feed.Position:
            nonlocal looks
            looks += 1
            return await look(known)

        registry.kernel.watch.looks["registry"] = counted
        began = time.monotonic()
        await asyncio.sleep(1)
        assert looks <= (time.monotonic() - began) / feed.LOOKS_EVERY_SECONDS + 1
        ours = await registered(registry, YANG, HERE)
        assert [subjects(each) for each in await asyncio.gather(*waiting)] == [[ours]] * 40
