"""How long a request may take: whoever calls says how long it waits (`X-Deadline-Ms`), and nothing is worked on longer than that.

Callers from outside say nothing; what is asked of other services on their behalf then ends after ten seconds in all.
"""

import asyncio
import contextlib
import time

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import access, errors
from shared.http_client import DEADLINE
from shared.web import problems

_HEADER = DEADLINE.lower().encode()


class Deadlines:
    """Gives every request its deadline, counted from the last part of the request to the first of the answer, and ends what its caller no longer waits for."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app, self.seconds = app, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = _said(scope)
        seconds = self.seconds if said is None else said
        deadline = scope["state"]["deadline"] = access.Deadline(time.monotonic() + seconds)
        if said is None:
            await self.app(scope, _counting(receive, deadline, seconds), send)
            return
        limit, heard, answering = asyncio.timeout(said), False, False

        async def hear() -> Message:
            nonlocal heard
            if heard or answering:
                return await receive()
            _put_off(limit, None)  # it is the caller's turn
            message = await receive()
            heard = not message.get("more_body")
            deadline.at = time.monotonic() + seconds
            _put_off(limit, None if answering else said)
            return message

        async def answer(message: Message) -> None:
            nonlocal answering
            if not answering:
                answering = True
                _put_off(limit, None)
            await send(message)

        try:
            async with limit:
                await self.app(scope, hear, answer)
        except TimeoutError:
            if answering or not limit.expired():
                raise
            late = errors.UpstreamTimeout("没有在调用方等待的时间内办完,已停止。请稍后查询结果;带同一 Idempotency-Key 重试是安全的。")
            await problems.respond(Request(scope), late)(scope, receive, send)


def _counting(receive: Receive, deadline: access.Deadline, seconds: float) -> Receive:
    """A caller who names no end is never cut short; what is asked of others on their behalf counts from the last part of the request."""

    async def hear() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            deadline.at = time.monotonic() + seconds
        return message

    return hear


def _said(scope: Scope) -> float | None:
    value = next((value for name, value in scope["headers"] if name == _HEADER), b"")
    return int(value) / 1000 if value.isdigit() and len(value) <= 9 else None


def _put_off(limit: asyncio.Timeout, seconds: float | None) -> None:
    with contextlib.suppress(RuntimeError):  # it has just run out
        limit.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)
