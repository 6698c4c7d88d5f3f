"""The change feeds of all services as one: each in its own commit order, without gaps; events of different services lie about by time.

The position is one for each service, packed into one opaque text, so a service that is away holds up nobody and loses nothing. Every service is asked
with the caller's own token: it decides what this caller sees.
"""

import asyncio
import base64
import binascii
import heapq
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from fastapi import Request

from gateway.clients import ask_as_caller
from shared import access, changes, errors, feed, telemetry, web
from shared.http_client import problem_of, read
from shared.web.events import HEAD, HeadOut

WAITS_SECONDS = 20.0
ASKED_AT_ONCE = 16  # of one service by this process


class MergedFeed(changes.Feed):
    """`complete` is false while a service does not answer: its events follow when it is back."""

    complete: bool


def look_at(name: str, kernel: web.Kernel) -> feed.Look:
    """How the gateway looks where a service's feed ends: one question that waits, whoever reads."""

    async def look(known: feed.Position | None) -> feed.Position:
        neighbour, waits = kernel.neighbours[name], WAITS_SECONDS if known else 0.0
        asked = {"after": feed.written(known), "wait": waits} if known else {}
        answer = await neighbour.get(HEAD, kernel.own_call(), asked, timeout_seconds=neighbour.timeout_seconds + waits)
        return feed.position(read(HeadOut, answer, name).head)

    return look


def turns(kernel: web.Kernel) -> dict[str, asyncio.Semaphore]:
    return {name: asyncio.Semaphore(ASKED_AT_ONCE) for name in kernel.neighbours}


@dataclass(frozen=True, slots=True)
class Merged:
    """What one caller reads of all feeds."""

    request: Request
    call: access.Call
    kernel: web.Kernel
    turns: Mapping[str, asyncio.Semaphore]

    async def page(self, after: str | None, limit: int, of: Sequence[str] | None) -> MergedFeed:
        positions = self._positions(after)
        asked = of or self._names
        answers = await asyncio.gather(*(self._page(name, positions.get(name), limit) for name in asked))
        found = {name: answer for name, answer in zip(asked, answers, strict=True) if answer}
        by_service = ([(name, event) for event in each.items] for name, each in found.items())
        merged = heapq.merge(*by_service, key=lambda named: named[1].id)  # a UUIDv7: about by time
        given = list(itertools.islice(merged, limit))
        left = {name: len(each.items) for name, each in found.items()}
        for name, event in given:
            positions[name] = event.sequence
            left[name] -= 1
        positions |= {name: each.next for name, each in found.items() if not left[name]}
        complete = len(found) == len(asked) and (of is None or not self.kernel.watch.away)
        return MergedFeed(items=[event for _, event in given], next=pack(positions), complete=complete)

    async def beyond(self, after: str | None, seconds: float) -> list[str]:
        places = {name: feed.position(at) for name, at in self._positions(after).items()}
        return await self.kernel.watch.beyond(places, seconds)

    async def end(self) -> str:
        """A service that is away ends where it last did."""
        ends = await asyncio.gather(*(self._end(name) for name in self._names))
        return pack({name: feed.written(end) for name, end in zip(self._names, ends, strict=True)})

    def place(self, after: str | None, event: changes.Event) -> str:
        return pack(self._positions(after) | {event.source.removeprefix("/"): event.sequence})

    @property
    def _names(self) -> list[str]:
        return [*self.kernel.neighbours, self.kernel.service]

    def _positions(self, after: str | None) -> dict[str, str]:
        return unpack(after, self._names)

    async def _page(self, name: str, after: str | None, limit: int) -> changes.Feed | None:
        """One service's events; None when it does not answer."""
        try:
            if name == self.kernel.service:
                own = feed.Own(self.kernel.watch, self.kernel.reading, name, {}, self.call.actor)
                return await own.page(after, limit, None)
            path = f"/v1/changes?limit={limit}" + (f"&after={after}" if after else "")
            async with self.turns[name]:
                answer = await ask_as_caller(self.request, self.call, self.kernel, name, path)
            if answer.status == errors.Unauthenticated.status:
                raise errors.Unauthenticated("令牌已失效。请重新登录或重新取得令牌。")
            if answer.status == errors.FeedRestored.status:
                raise errors.FeedRestored(f"{name} 服务的数据已恢复到较早的时刻。", parameter="after")
            if answer.status != 200:
                raise problem_of(answer, name)
            return read(changes.Feed, answer.body, name)
        except (errors.Unauthenticated, errors.FeedRestored):
            raise
        except errors.Problem as problem:
            telemetry.log.warning("changes_incomplete", service=name, code=problem.code, request_id=self.call.request_id)
            return None

    async def _end(self, name: str) -> feed.Position:
        looks = self.kernel.watch
        try:
            return await looks.looks[name](None)
        except errors.Problem:
            if name not in looks.ended:
                raise
            return looks.ended[name]


def pack(positions: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(positions, option=orjson.OPT_SORT_KEYS)).decode().rstrip("=")


def unpack(after: str | None, services: list[str]) -> dict[str, str]:
    """The positions in an `after`; `InvalidCursor` unless it is one that `pack` made."""
    if after is None:
        return {}
    try:
        found = orjson.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
        if not isinstance(found, dict) or not all(
            name in services and isinstance(at, str) and feed.PLACE.fullmatch(at) for name, at in found.items()
        ):
            raise ValueError("not a position")
    except (binascii.Error, ValueError) as error:
        raise errors.InvalidCursor("after 不是本接口给出的值。请用上一页的 next,或去掉 after 从头读取。", parameter="after") from error
    return found
