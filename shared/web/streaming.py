"""The change feed as Server-Sent Events (WHATWG HTML §9.2): the same events as its pages, sent as they happen until the caller leaves or may no longer read.

The id of each is the position behind it, with which `Last-Event-ID` goes on. Nothing is kept for a slow caller: the next page is read when the last is taken.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Header, Request
from fastapi.sse import EventSourceResponse, format_sse_event
from sqlalchemy.exc import SQLAlchemyError

from shared import access, errors, feed, telemetry
from shared.web.kernel import Kernel

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
TRIES_AGAIN_SECONDS = 1.0
RETRY_MILLISECONDS = 3_000
EVENTS_A_PAGE = 200
UNBUFFERED = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", max_length=600, description="断线前最后收到的 id,从其后接着发送")]


def asked(request: Request) -> bool:
    return MEDIA_TYPE in request.headers.get("accept", "")


async def stream(request: Request, kernel: Kernel, call: access.Call, reader: feed.Reader, after: str | None) -> EventSourceResponse:
    """The events after a position, without end. `InvalidCursor` where it is none."""
    await reader.beyond(after, 0)
    token = request.headers["authorization"].partition(" ")[2]
    return EventSourceResponse(_events(kernel, call, reader, after, token), headers=UNBUFFERED)


async def _events(kernel: Kernel, call: access.Call, reader: feed.Reader, after: str | None, token: str) -> AsyncIterator[bytes]:
    kernel.metrics.streams.inc()
    try:
        yield format_sse_event(retry=RETRY_MILLISECONDS)
        while not kernel.stopping.is_set():
            behind = await reader.beyond(after, HEARTBEAT_SECONDS)
            await kernel.tokens.actor(token, internal=call.actor.role == "service")
            if not behind:
                yield format_sse_event(comment="", id=after)  # also past what the caller does not see
                continue
            try:
                found = await reader.page(after, EVENTS_A_PAGE, behind)
            except (errors.Problem, SQLAlchemyError, OSError, TimeoutError) as error:
                if getattr(error, "status", None) == errors.Unauthenticated.status:
                    raise
                telemetry.log.warning("stream_waits", error=type(error).__name__, request_id=call.request_id)
                await asyncio.sleep(TRIES_AGAIN_SECONDS)
                continue
            for event in found.items:
                after = reader.place(after, event)
                yield format_sse_event(id=after, event=event.type, data_str=event.model_dump_json())
            if found.next == after and not found.items:
                await asyncio.sleep(TRIES_AGAIN_SECONDS)
            after = found.next
    except errors.Problem:  # the token has ended: the caller comes again with another
        return
    finally:
        kernel.metrics.streams.dec()
