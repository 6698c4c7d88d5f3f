"""Following another service's feed: each of its events takes effect here once and in order, in the transaction that moves the cursor beyond it.

What each batch told is kept as long as backups are. A neighbour that was restored to an earlier moment no longer has the place where our cursor stands: then
we go back to the last place that both have, let go of what was told beyond it, and go on from there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared import errors, forgetting, http_client, telemetry
from shared.access import Call
from shared.changes import BATCHES, CURSORS, EVENTS_A_BATCH, Event, Feed

WAIT_SECONDS: Final = 20
RETRY_SECONDS: Final = 1.0
ANSWERS_WITHIN_SECONDS: Final = 5.0
KEPT_DAYS: Final = 90  # of what batches told: a feed that was restored to an earlier moment than that is read anew from its beginning
TERM = forgetting.Term(BATCHES, BATCHES.c.taken_in_at, KEPT_DAYS)

Fetch = Callable[[str | None, int, float], Awaitable[Mapping[str, Any]]]
TakeIn = Callable[[AsyncSession, Sequence[Event]], Awaitable[None]]  # a batch of events, in their order
# What was told and is no longer true, in its order; and what came before it of the same papers, which stands.
LetGo = Callable[[AsyncSession, Sequence[Event], Sequence[Event]], Awaitable[None]]


async def nothing(_session: AsyncSession, _lost: Sequence[Event], _earlier: Sequence[Event]) -> None:
    """Of whoever keeps nothing of what was told."""


def one_by_one(take_in: Callable[[AsyncSession, Event], Awaitable[None]]) -> TakeIn:
    """Of what each event does by itself."""

    async def take_in_all(session: AsyncSession, events: Sequence[Event]) -> None:
        for event in events:
            await take_in(session, event)

    return take_in_all


def feed_of(neighbour: http_client.Neighbour, call: Callable[[], Call]) -> Fetch:
    """The feed of a neighbouring service, read by calls this service makes of its own accord."""

    async def fetch(after: str | None, limit: int, wait_seconds: float) -> Mapping[str, Any]:
        asked = {"limit": limit, "wait": wait_seconds} | ({"after": after} if after else {})
        answer = await neighbour.get("/v1/changes", call(), asked, timeout_seconds=wait_seconds + ANSWERS_WITHIN_SECONDS)
        if answer is None:
            raise errors.UpstreamFailed(f"{neighbour.name} 服务没有变更流。")
        return dict(answer)

    return fetch


async def follow(
    engine: AsyncEngine, feed: str, fetch: Fetch, take_in: TakeIn, let_go: LetGo = nothing, joining: Collection[str] = ()
) -> None:
    """Follows another service's feed for as long as the process lives."""
    while True:
        try:
            await follow_once(engine, feed, fetch, take_in, let_go, joining, wait_seconds=WAIT_SECONDS)
        except Exception as error:  # the neighbour or the database is away: the cursor has not moved, so try again
            telemetry.log.warning("follow_failed", feed=feed, error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)


async def follow_once(
    engine: AsyncEngine,
    feed: str,
    fetch: Fetch,
    take_in: TakeIn,
    let_go: LetGo = nothing,
    joining: Collection[str] = (),
    *,
    wait_seconds: float = 0,
) -> int:
    """Takes in one batch and answers how many events it held. `joining`: the types of events by which papers become one or part, of which all are known to
    whoever lets go."""
    async with AsyncSession(engine) as session:
        after = await session.scalar(select(CURSORS.c.after).where(CURSORS.c.feed == feed))
    try:
        batch = Feed.model_validate(await fetch(after, EVENTS_A_BATCH, wait_seconds))
    except errors.Problem as problem:
        if after is None or problem.code != errors.FeedRestored.code:
            raise
        await _go_back(engine, feed, fetch, let_go, joining, after)
        return 0
    if not batch.items:
        return 0
    async with AsyncSession(engine) as session, session.begin():
        if after is None:
            moved = await session.execute(upsert(CURSORS).values(feed=feed, after=batch.next).on_conflict_do_nothing())
        else:
            moved = await session.execute(update(CURSORS).where(CURSORS.c.feed == feed, CURSORS.c.after == after).values(after=batch.next))
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            return 0  # another process of this service took the batch in
        events = [each.model_dump(mode="json") for each in batch.items]
        await session.execute(insert(BATCHES).values(feed=feed, after=batch.next, events=events))
        await take_in(session, batch.items)
    return len(batch.items)


async def _go_back(engine: AsyncEngine, feed: str, fetch: Fetch, let_go: LetGo, joining: Collection[str], after: str) -> None:
    """To the last place that both have: all that is asked of the neighbour is asked before the transaction that does it."""
    async with AsyncSession(engine) as session:
        of_feed = select(BATCHES.c.id, BATCHES.c.after).where(BATCHES.c.feed == feed).order_by(BATCHES.c.id)
        batches = (await session.execute(of_feed)).all()
    stand = await _how_many_stand(fetch, [each.after for each in batches])
    common, last = (batches[stand - 1].after, batches[stand - 1].id) if stand else (None, 0)
    beyond = (BATCHES.c.feed == feed, BATCHES.c.id > last)
    async with AsyncSession(engine) as session:
        told = await session.scalars(select(BATCHES.c.events).where(*beyond).order_by(BATCHES.c.id))
        lost = [Event.model_validate(each) for events in told for each in events]
    subjects = {each.subject for each in lost}

    def concerns(each: Event) -> bool:
        return each.subject in subjects or each.type in joining

    earlier = await _before(fetch, common, concerns) if common and lost else []
    async with AsyncSession(engine) as session, session.begin():
        back = update(CURSORS).where(CURSORS.c.feed == feed, CURSORS.c.after == after)
        moved = await session.execute(back.values(after=common or "", went_back_at=func.now()))
        if moved.rowcount != 1:  # type: ignore[attr-defined]
            return  # another process of this service went back
        await session.execute(delete(BATCHES).where(*beyond))
        await let_go(session, lost, earlier)
    telemetry.log.error("feed_restored", feed=feed, was_at=after, back_to=common, events_lost=len(lost))


async def _how_many_stand(fetch: Fetch, places: Sequence[str]) -> int:
    """Of these places, in their order, the feed has the first so many."""
    stand, end = 0, len(places)
    while stand < end:
        middle = (stand + end) // 2
        try:
            await fetch(places[middle], 1, 0)
            stand = middle + 1
        except errors.Problem as problem:
            if problem.code != errors.FeedRestored.code:
                raise
            end = middle
    return stand


async def _before(fetch: Fetch, common: str, concerns: Callable[[Event], bool]) -> list[Event]:
    """What the feed told, up to a place, of what is concerned."""
    found, place = list[Event](), None
    while True:
        page = Feed.model_validate(await fetch(place, EVENTS_A_BATCH, 0))
        for each in page.items:
            if concerns(each):
                found.append(each)
            if each.sequence == common:
                return found
        if not page.items:
            return found
        place = page.next
