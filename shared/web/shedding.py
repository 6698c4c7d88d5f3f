"""How many requests a process works on at once. One more is told at once to come again, before it costs anything: whoever was let in is then served in time.

A request counts while it is worked on, not while its caller still sends it (`shared.web.door` ends that). Readers of the change feed, who mostly wait for an
event, are counted apart, so that they never stand in the way of working ones; health is never refused.
"""

from collections import Counter

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import errors
from shared.web import problems, standing


class Shedding:
    """Refuses what is one too many with `overloaded`."""

    def __init__(self, app: ASGIApp, at_most: int) -> None:
        self.app, self.at_most = app, at_most
        self.at_work = Counter[bool]()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in standing.QUIET:
            await self.app(scope, receive, send)
            return
        waits, heard = scope["path"].endswith("/changes"), False
        if self.at_work[waits] >= self.at_most:
            await problems.respond(Request(scope), errors.Overloaded())(scope, receive, send)
            return

        async def hear() -> Message:
            nonlocal heard
            if heard:
                return await receive()
            self.at_work[waits] -= 1  # it is the caller's turn
            try:
                message = await receive()
            finally:
                self.at_work[waits] += 1
            heard = not message.get("more_body")
            return message

        self.at_work[waits] += 1
        try:
            await self.app(scope, hear, send)
        finally:
            self.at_work[waits] -= 1
