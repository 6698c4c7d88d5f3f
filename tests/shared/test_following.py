"""A neighbour that was restored to an earlier moment is not taken for the one that was followed: who follows it goes back to the last place that both have, lets
go of what was told since, and goes on; whoever else reads on is told."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.eastwest.known.conditions import ALIASES
from shared import access, aliases, changes, clock, db, following
from tests.conftest import Service, Start

CALL = access.Call(access.Actor("test-officer", "officer"), clock.read("2025-04-10T09:00:00+08:00"), "r-1")
ONE, TWO, THREE = (db.new_id() for _ in range(3))


async def announce(service: Service, *types: str, subject: Any = ONE, **data: Any) -> None:
    async with AsyncSession(service.kernel.engine) as session, session.begin():
        for each in types:
            await changes.publish_all(session, [changes.event(CALL, each, subject, **data)])


async def restore(service: Service, to: int) -> None:
    """The feed as it was when it had so many events; numbers are given anew from there, as by a database that was restored."""
    async with service.superuser() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text("DELETE FROM changes WHERE id NOT IN (SELECT id FROM changes ORDER BY id LIMIT :to)"), {"to": to})
        await connection.execute(text("SELECT setval(pg_get_serial_sequence('changes', 'id'), greatest(1, :to), :to > 0)"), {"to": to})


def _fetch(source: Service) -> following.Fetch:
    async def fetch(after: str | None, limit: int, _wait_seconds: float) -> Any:
        return following.Feed.model_validate(await _read(source, after, limit)).model_dump()

    return fetch


async def _read(source: Service, after: str | None, limit: int) -> Any:
    answer = await source.internal("eastwest").get("/v1/changes", params={"limit": limit} | ({"after": after} if after else {}))
    if answer.status_code == 410:
        raise following.errors.Relayed(answer.json())
    return answer.json()


async def test_a_place_says_which_event_stands_there(start: Start) -> None:
    async with start("evaluation") as source:
        await announce(source, "a.x", "b.x")
        auditor = source.as_("auditor")
        page = (await auditor.get("/v1/changes", params={"limit": 1})).json()
        place = page["next"]
        assert place == page["items"][0]["sequence"]
        unnamed, _, mark = place.rpartition("-")

        async def told(after: str) -> tuple[int, str | None]:
            answer = await auditor.get("/v1/changes", params={"after": after})
            return answer.status_code, answer.json().get("code")

        other = f"{int(mark, 16) ^ 1:08x}"
        assert [await told(after) for after in (place, unnamed)] == [
            (200, None)
        ] * 2  # places given before they named events are still taken
        beyond = f"{int(unnamed.partition('-')[0]) + 1_000}-9"
        assert [await told(after) for after in (f"{unnamed}-{other}", beyond)] == [(410, "feed_restored")] * 2
        assert await told(f"{unnamed}-{mark}0") == (400, "invalid_cursor")


async def test_a_follower_goes_back_to_the_last_common_place_lets_go_and_goes_on(start: Start) -> None:
    async with start("evaluation") as source, start("eastwest") as follower:
        taken, let_go = list[str](), list[tuple[list[str], list[str]]]()

        async def take_in(_session: AsyncSession, events: Sequence[changes.Event]) -> None:
            taken.extend(each.type for each in events)

        async def letting_go(_session: AsyncSession, lost: Sequence[changes.Event], earlier: Sequence[changes.Event]) -> None:
            let_go.append(([each.type for each in lost], [each.type for each in earlier]))

        async def once() -> int:
            fetch, engine = _fetch(source), follower.kernel.engine
            return await following.follow_once(engine, "evaluation", fetch, take_in, letting_go, ("paper.joined",))

        for subject, kind in ((ONE, "one.a"), (TWO, "two.a"), (THREE, "paper.joined"), (ONE, "one.b"), (THREE, "three.b")):
            await announce(source, kind, subject=subject)
            assert await once() == 1
        await restore(source, 3)
        await announce(source, "two.c", "two.d", "two.e", subject=TWO)  # the feed is longer than it was read to
        assert [await once(), let_go] == [0, [(["one.b", "three.b"], ["one.a", "paper.joined"])]]
        assert [await once(), await once(), taken[5:]] == [3, 0, ["two.c", "two.d", "two.e"]]
        ready = (await follower.as_("public").get("/readyz")).json()["checks"]["followed"]
        assert ready["status"] == "ok" and list(ready["went_back"]) == ["evaluation"]
        metrics = (await follower.as_("public").get("/metrics")).text
        assert 'followed_feed_went_back_seconds{feed="evaluation"}' in metrics
        async with AsyncSession(follower.kernel.engine) as session:
            kept = await session.scalars(select(changes.BATCHES.c.events).order_by(changes.BATCHES.c.id))
            assert [[each["type"] for each in events] for events in kept] == [
                ["one.a"],
                ["two.a"],
                ["paper.joined"],
                ["two.c", "two.d", "two.e"],
            ]
        await restore(source, 0)
        assert [await once(), let_go[1:]] == [0, [(["one.a", "two.a", "paper.joined", "two.c", "two.d", "two.e"], [])]]
        await announce(source, "one.z")
        assert [await once(), taken[-1]] == [1, "one.z"]


async def test_of_several_processes_that_find_a_restored_feed_one_goes_back(start: Start) -> None:
    async with start("evaluation") as source, start("eastwest") as follower:
        went = list[int]()

        async def take_in(_session: AsyncSession, _events: Sequence[changes.Event]) -> None: ...

        async def letting_go(_session: AsyncSession, lost: Sequence[changes.Event], _earlier: Sequence[changes.Event]) -> None:
            went.append(len(lost))

        async def once() -> int:
            return await following.follow_once(follower.kernel.engine, "evaluation", _fetch(source), take_in, letting_go)

        await announce(source, "a.x")
        await once()
        await announce(source, "b.x")
        await once()
        await restore(source, 1)
        await asyncio.gather(*(once() for _ in range(4)))
        assert went == [1]


async def test_who_stands_for_whom_is_learnt_anew(start: Start) -> None:
    async with start("registry") as source, start("eastwest") as follower:
        take_in, letting_go = aliases.taking_in(ALIASES, "trainee"), aliases.letting_go(ALIASES, "trainee")

        async def caught_up() -> dict[Any, Any]:
            fetch, engine = _fetch(source), follower.kernel.engine
            for _ in range(3):
                await following.follow_once(engine, "registry", fetch, take_in, letting_go, aliases.joining("trainee"))
            async with AsyncSession(engine) as session:
                return await ALIASES.resolved(session, [ONE, TWO, THREE])

        await announce(source, "trainee.merged", subject=ONE, merged_into=str(TWO))
        assert await caught_up() == {ONE: TWO, TWO: TWO, THREE: THREE}
        await announce(source, "trainee.merged", subject=TWO, merged_into=str(THREE))
        assert await caught_up() == dict.fromkeys((ONE, TWO, THREE), THREE)
        await restore(source, 1)
        assert await caught_up() == {ONE: TWO, TWO: TWO, THREE: THREE}


def _event(kind: str, subject: Any, **data: Any) -> changes.Event:
    said = {"id": db.new_id(), "source": "/registry", "type": kind, "subject": subject, "time": CALL.now, "sequence": "1-1", "data": data}
    return changes.Event.model_validate(said)


def test_whom_an_id_stood_for_is_known_from_what_was_told() -> None:
    joined = [_event("trainee.merged", ONE, merged_into=str(TWO)), _event("trainee.merged", TWO, merged_into=str(THREE))]
    assert aliases.led_to(joined[:1], "trainee", TWO) == {ONE, TWO}
    assert aliases.led_to(joined, "trainee", THREE) == {ONE, TWO, THREE} and aliases.led_to(joined, "trainee", TWO) == {TWO}
    parted = [*joined, _event("trainee.unmerged", TWO, trainee_ids=[str(ONE), str(TWO)])]
    assert aliases.led_to(parted, "trainee", TWO) == {ONE, TWO} and aliases.led_to(parted, "trainee", THREE) == {THREE}
