"""A receiver of webhooks as another office would run one: a real server that checks every signature with the standard's own library."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.gateway.routing.upstream import free_port, serving


class Receiver:
    """`answers` is what it answers with from now on, `says` the headers. `events` holds what came well signed, in order; `forged` counts the rest."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self.port, self.answers, self.secret, self.forged = port, 204, "", 0
        self.says = {"location": "/elsewhere"}
        self.events: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body, headers = await request.body(), dict(request.headers)
        try:
            event = Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError:
            self.forged += 1
            await Response(status_code=401)(scope, receive, send)
            return
        self.headers.append(headers)
        if self.answers < 300:
            self.events.append(event)
        await Response(status_code=self.answers, headers=self.says)(scope, receive, send)

    @property
    def subjects(self) -> list[str]:
        return [event["subject"] for event in self.events]

    def up(self) -> contextlib.AbstractAsyncContextManager[str]:
        return serving(self, self.port)


@contextlib.asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    """One that is up."""
    receiver = Receiver(free_port())
    async with receiver.up():
        yield receiver
