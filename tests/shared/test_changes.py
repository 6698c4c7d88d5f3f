"""The feed loses nothing and repeats nothing, whatever order transactions commit in; a follower takes each event in once."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import access, changes, clock, db, following
from tests.conftest import Databases, Service, Start
from tests.waiting import until

CALL = access.Call(access.Actor("test-officer", "officer"), clock.read("2025-04-10T09:00:00+08:00"), "r-1")


async def _announce(service: Service, *names: str) -> None:
    async with AsyncSession(service.kernel.engine) as session, session.begin():
        for name in names:
            await changes.publish_all(session, [changes.event(CALL, name, db.new_id(), version=1)])


async def _types(service: Service, after: str | None = None, **params: Any) -> tuple[list[str], str]:
    answer = (await service.as_("auditor").get("/v1/changes", params=params | ({"after": after} if after else {}))).json()
    return [item["type"] for item in answer["items"]], answer["next"]


async def test_events_come_in_order_and_next_goes_on_from_there(start: Start) -> None:
    async with start("evaluation") as service:
        await _announce(service, "a", "b", "c")
        first, position = await _types(service, limit=2)
        second, end = await _types(service, position)
        assert (first, second) == (["a", "b"], ["c"])
        assert await _types(service, end) == ([], end)


async def test_a_late_commit_is_not_skipped(start: Start) -> None:
    async with start("evaluation") as service:
        async with AsyncSession(service.kernel.engine) as slow:
            await slow.begin()
            await changes.publish_all(slow, [changes.event(CALL, "slow", db.new_id())])
            await _announce(service, "quick")
            before, position = await _types(service)
            await slow.commit()
        after, _ = await _types(service, position)
        assert before + after == ["slow", "quick"]


async def test_waiting_answers_as_soon_as_something_happens(start: Start) -> None:
    async with start("evaluation") as service:
        waiting = asyncio.create_task(_types(service, wait=20))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await _announce(service, "a")
        assert (await asyncio.wait_for(waiting, 10))[0] == ["a"]


async def test_whoever_waits_is_answered_when_the_process_has_been_told_to_end(start: Start) -> None:
    async with start("evaluation") as service:
        waiting = asyncio.create_task(_types(service, wait=30))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        service.kernel.stopping.set()
        assert (await asyncio.wait_for(waiting, 20))[0] == []


async def test_a_position_that_is_not_ours_is_refused(start: Start) -> None:
    async with start("evaluation") as service:
        answer = await service.as_("auditor").get("/v1/changes", params={"after": "nonsense"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_a_follower_takes_each_event_in_once_even_when_it_dies_in_between(start: Start, databases: Databases) -> None:
    async with start("evaluation") as source, start("eastwest", url=await databases.make("eastwest")) as follower:
        await _announce(source, "a", "b", "c")
        async with follower.kernel.engine.begin() as connection:
            await connection.execute(text("CREATE TABLE seen (type text)"))

        async def fetch(after: str | None, limit: int, wait_seconds: float) -> Any:
            return (await source.internal("eastwest").get("/v1/changes", params={"limit": 2} | ({"after": after} if after else {}))).json()

        deaths = 1

        async def take_in(session: AsyncSession, event: changes.Event) -> None:
            nonlocal deaths
            await session.execute(text("INSERT INTO seen VALUES (:type)"), {"type": event.type})
            if event.type == "b" and deaths:
                deaths -= 1
                raise ConnectionError

        async def seen() -> list[str]:
            async with follower.kernel.engine.connect() as connection:
                return list((await connection.execute(text("SELECT type FROM seen"))).scalars())

        async def enough() -> bool:
            return len(await seen()) >= 3

        running = asyncio.create_task(following.follow(follower.kernel.engine, "evaluation", fetch, following.one_by_one(take_in)))
        try:
            await until(enough)
        finally:
            running.cancel()
        assert await seen() == ["a", "b", "c"]


async def test_two_followers_of_one_service_share_the_work(start: Start) -> None:
    async with start("evaluation") as source, start("eastwest") as follower:
        await _announce(source, *(str(number) for number in range(20)))
        seen: list[str] = []

        async def fetch(after: str | None, limit: int, wait_seconds: float) -> Any:
            return (await source.internal("eastwest").get("/v1/changes", params={"after": after} if after else {})).json()

        async def take_in(_: AsyncSession, events: Sequence[changes.Event]) -> None:
            seen.extend(each.type for each in events)

        counts = await asyncio.gather(*(following.follow_once(follower.kernel.engine, "evaluation", fetch, take_in) for _ in range(4)))
        assert sum(counts) == len(seen) == 20
