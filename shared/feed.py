"""Reading the change feed: every caller has the events of the papers they may see, in commit order and without a gap.

Whether a caller sees an event is decided when it is read, by the rule of the paper that it is about: the roles and the scope of the operation that
shows the paper, and the rows of its `visibility`. A page looks at a bounded stretch of the feed, so its cost does not grow with the table.

Whoever waits for more waits here, on one look for the whole process, and holds no connection meanwhile.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, False_, Integer, Select, Text, True_, Uuid, any_, func, literal, select, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import changes, db, errors, telemetry
from shared.access import Actor

WHOLE = frozenset({"service", "system", "auditor", "admin"})  # read the whole feed, or as much of it as their scopes name
LOOKS_EVERY_SECONDS = 0.2
LOOKS_AGAIN_SECONDS = 1.0
STRETCH, STRETCHES = 1_000, 5  # events looked at in one statement, and statements in one page
PAGES_AT_ONCE = 3  # of one process: many who are woken by one event leave connections to those who work

LATEST = "latest"
PLACE = re.compile(r"([0-9]{1,19})-([0-9]{1,19})(?:-[0-9a-f]{8})?")

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Paper:
    """Whose events are whose. `shown_at`: the path of the operation that shows the paper; `ids` selects the ids of all, joined as `rows` asks for; `files`: of
    which papers a caller reads the files, where that is not of all they see."""

    shown_at: str
    ids: Select[Any]
    rows: Callable[[Actor], ColumnElement[bool]]
    files: Callable[[Actor], ColumnElement[bool]] | None = None
    may: frozenset[str] = frozenset()
    scope: str = ""

    def rows_of(self, actor: Actor, *, files: bool = False) -> ColumnElement[bool] | bool:
        """Which of these papers the actor sees, or reads the files of: True for all, False for none."""
        if self.scope and actor.scopes is not None and self.scope not in actor.scopes:
            return False
        if actor.role in WHOLE:
            return True
        if not self.may & {actor.role, "public"}:
            return False
        found = (self.files if files and self.files else self.rows)(actor)
        return True if isinstance(found, True_) else False if isinstance(found, False_) else found


Papers = Mapping[str, Paper]  # by the first word of their events' type


async def seen(
    session: AsyncSession, papers: Papers, actors: Sequence[Actor], events: Sequence[Any], *, files: bool = False
) -> list[list[Any]]:
    """Of these events (anything with a `type` and a `subject`) those that each of the actors sees, asked in one statement; or, with `files`, those of whose
    papers they read the files."""
    subjects: dict[str, set[UUID]] = {}
    for each in events:
        subjects.setdefault(each.type.partition(".")[0], set()).add(each.subject)
    whole = {(number, kind) for number, actor in enumerate(actors) if actor.role in WHOLE and actor.scopes is None for kind in subjects}
    asked: list[Select[Any]] = []
    for kind, ids in subjects.items():
        paper = papers.get(kind)
        for number, actor in enumerate(actors) if paper else ():
            assert paper is not None
            rows = paper.rows_of(actor, files=files)
            if isinstance(rows, bool):
                whole |= {(number, kind)} if rows else set()
            else:
                (column,) = paper.ids.selected_columns
                among = column == any_(literal(sorted(ids), ARRAY(Uuid)))
                asked.append(
                    paper.ids.where(among, rows).add_columns(literal(number, Integer).label("actor"), literal(kind, Text).label("kind"))
                )
    found = {tuple(row) for row in await session.execute(union_all(*asked))} if asked else set()

    def sees(number: int, each: Any) -> bool:
        kind = each.type.partition(".")[0]
        return (number, kind) in whole or (each.subject, number, kind) in found

    return [[each for each in events if sees(number, each)] for number in range(len(actors))]


async def page(session: AsyncSession, source: str, papers: Papers, actor: Actor, after: str | None, limit: int) -> changes.Feed:
    """Up to `limit` events after a position that the actor sees. `next` also passes what they do not see, so it may move although there are none."""
    place, given = position(after), list[Any]()
    await _require(session, after)
    end = after or written(place)
    whole = actor.role in WHOLE and actor.scopes is None
    stretch = limit if whole else STRETCH
    for _ in range(STRETCHES):
        rows = (await session.execute(_after(place, stretch))).all()
        (shown,) = [rows] if whole else await seen(session, papers, [actor], rows)
        given = list(shown[:limit])
        if rows:
            last = given[-1] if len(shown) > limit else rows[-1]
            place, end = (last.transaction_id, last.id), changes.place_of(last)
        if given or len(rows) < stretch:
            break
    return changes.Feed(items=[changes.shown(source, row) for row in given], next=end)


async def _require(session: AsyncSession, after: str | None) -> None:
    """Raises `FeedRestored` unless the event that a place names stands there. One that was given before places named their events says only where."""
    place, of = position(after), changes.CHANGES.c
    if place == (0, 0):
        return
    found = (await session.execute(select(changes.CHANGES).where(of.id == place[1], of.transaction_id == place[0]))).first()
    if found is None or after not in (written(place), changes.place_of(found)):
        raise errors.FeedRestored(parameter="after")


def _after(place: Position, stretch: int) -> Select[Any]:
    return (
        select(changes.CHANGES)
        .where(func.row(changes.CHANGES.c.transaction_id, changes.CHANGES.c.id) > func.row(*place), _settled())
        .order_by(changes.CHANGES.c.transaction_id, changes.CHANGES.c.id)
        .limit(stretch)
    )


@cache
def _last() -> Select[Any]:
    """Made once: it is asked five times a second for as long as anybody waits."""
    place = (changes.CHANGES.c.transaction_id, changes.CHANGES.c.id)
    return select(*place).where(_settled()).order_by(*(each.desc() for each in place)).limit(1)


def _settled() -> ColumnElement[bool]:
    """What commits later has a higher place: no transaction that is older than these is still open."""
    return changes.CHANGES.c.transaction_id < text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


async def head(session: AsyncSession) -> Position:
    """Where the feed ends."""
    row = (await session.execute(_last())).first()
    return (row.transaction_id, row.id) if row else (0, 0)


def position(after: str | None) -> Position:
    """The place that an `after` names; `InvalidCursor` unless it is one that `written` made."""
    if not after:
        return 0, 0
    found = PLACE.fullmatch(after)
    if not found or max(int(found[1]), int(found[2])) > changes.BIGGEST:
        raise errors.InvalidCursor("after 不是本接口给出的值。请用上一页的 next,或去掉 after 从头读取。", parameter="after")
    return int(found[1]), int(found[2])


def written(place: Position) -> str:
    return "-".join(map(str, place))


Look = Callable[[Position | None], Awaitable[Position]]  # answers where a feed ends, at once or when it has moved on from there


@dataclass
class Watch:
    """Where feeds end, by name, looked up for all who wait in this process together, and only while anyone does.

    A feed that cannot be looked at ends nowhere: nobody waits for it, and whoever waits for others is not held up.
    """

    looks: dict[str, Look]
    stopping: asyncio.Event
    heads: dict[str, Position] = field(default_factory=dict)
    away: set[str] = field(default_factory=set)  # could not be looked at just now; of one that is in neither nothing is known yet
    ended: dict[str, Position] = field(default_factory=dict)  # where each ended when it was last looked at
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAGES_AT_ONCE))
    _waiting: int = 0
    _moved: asyncio.Event = field(default_factory=asyncio.Event)
    _looking: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def beyond(self, places: Mapping[str, Position], seconds: float) -> list[str]:
        """The feeds that go on behind these places, as soon as one does; none when the time is up or the process stops."""
        self._waiting += 1
        for name in self.looks:
            if name not in self._looking or self._looking[name].done():
                self.away.discard(name)
                self._looking[name] = asyncio.create_task(self._look(name))
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                while not (behind := self._behind(places)) and not self.stopping.is_set():
                    await self._moved.wait()
        except TimeoutError:
            return []
        finally:
            self._waiting -= 1
        return behind

    def _behind(self, places: Mapping[str, Position]) -> list[str]:
        return [name for name, end in self.heads.items() if end > places.get(name, (0, 0))]

    async def _look(self, name: str) -> None:
        while self._waiting and not self.stopping.is_set():
            try:
                end = await self.looks[name](self.heads.get(name))
                moved = end != self.heads.get(name)
                self.heads[name] = self.ended[name] = end
                self.away.discard(name)
            except Exception as error:
                telemetry.log.warning("feed_unseen", feed=name, error=type(error).__name__)
                self.heads.pop(name, None)
                self.away.add(name)
                moved = False
                await asyncio.sleep(LOOKS_AGAIN_SECONDS)
            if moved or self.stopping.is_set():
                self._wake()

    def _wake(self) -> None:
        woken, self._moved = self._moved, asyncio.Event()
        woken.set()

    async def close(self) -> None:
        for task in self._looking.values():
            task.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)


def own(reader: db.Reader) -> Look:
    """How a process looks at its own feed."""

    async def look(known: Position | None) -> Position:
        if known is not None:
            await asyncio.sleep(LOOKS_EVERY_SECONDS)
        row = await reader.first(_last(), {})
        return (row["transaction_id"], row["id"]) if row else (0, 0)

    return look


class Reader(Protocol):
    """One caller's way to a feed."""

    async def page(self, after: str | None, limit: int, of: Sequence[str] | None) -> changes.Feed:
        """Up to `limit` events after a position; `of`: of these feeds alone, which are known to go on."""

    async def beyond(self, after: str | None, seconds: float) -> list[str]:
        """The feeds that go on behind a position, as soon as one does."""

    async def end(self) -> str:
        """The position behind all there is."""

    def place(self, after: str | None, event: changes.Event) -> str:
        """The position behind an event that was read after `after`."""


async def start(reader: Reader, after: str | None) -> str | None:
    """The position that a caller names: one that a page or an event gave, or `latest`."""
    return await reader.end() if after == LATEST else after


async def read(reader: Reader, after: str | None, limit: int, wait_seconds: float) -> changes.Feed:
    """A page; while there is nothing on it, what comes within `wait_seconds`."""
    until, of = time.monotonic() + wait_seconds, None
    while True:
        found = await reader.page(after, limit, of)
        left = until - time.monotonic()
        if found.items or left <= 0 or not (of := await reader.beyond(found.next, left)):
            return found
        after = found.next


@dataclass(frozen=True, slots=True)
class Own:
    """What one caller reads of the feed of this process's own service."""

    watch: Watch
    reading: async_sessionmaker[AsyncSession]
    source: str
    papers: Papers
    actor: Actor

    async def page(self, after: str | None, limit: int, _of: Sequence[str] | None) -> changes.Feed:
        async with self.watch.turns, self.reading() as session:
            return await page(session, self.source, self.papers, self.actor, after, limit)

    async def beyond(self, after: str | None, seconds: float) -> list[str]:
        return await self.watch.beyond({self.source: position(after)}, seconds)

    async def end(self) -> str:
        async with self.reading() as session:
            return written(await head(session))

    def place(self, _after: str | None, event: changes.Event) -> str:
        return event.sequence
