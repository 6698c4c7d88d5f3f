"""A listener to a stream of changes, in process: what `httpx` would only give when the stream has ended comes as it is sent."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from tests.conftest import Service, token


class Stream:
    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.sent = asyncio.Queue[bytes | None]()
        self.left = asyncio.Event()
        self.last_id: str | None = None
        self.begun = asyncio.Event()
        self._asked = False

    async def receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            self.begun.set()
            return
        if message.get("body"):
            await self.sent.put(message["body"])
        if not message.get("more_body"):
            await self.sent.put(None)

    async def frame(self) -> dict[str, str] | None:
        """The next frame, its fields by name (a comment's is empty); None when the stream has ended."""
        if (sent := await asyncio.wait_for(self.sent.get(), 20)) is None:
            return None
        found = dict(line.split(": ", 1) if ": " in line else (line, "") for line in sent.decode().strip("\n").split("\n"))
        self.last_id = found.get("id", self.last_id)
        return found

    async def event(self) -> dict[str, Any] | None:
        """The next event, past heartbeats; None when the stream has ended."""
        async with asyncio.timeout(20):
            while (found := await self.frame()) is not None:
                if "data" in found:
                    event: dict[str, Any] = json.loads(found["data"])
                    assert event["type"] == found["event"]
                    return event
        return None


@contextlib.asynccontextmanager
async def listening(
    service: Service, role: str, query: str = "", headers: dict[str, str] | None = None, **bound: Any
) -> AsyncIterator[Stream]:
    stream = Stream()
    said = {"accept": "text/event-stream", "authorization": f"Bearer {token(role, **bound)}", **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/v1/changes",
        "raw_path": b"/v1/changes",
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in said.items()],
        "client": ("127.0.0.1", 1),
        "server": ("service.test", 80),
        "state": {},
    }
    task = asyncio.create_task(service.app(scope, stream.receive, stream.send))  # type: ignore[arg-type]
    try:
        await asyncio.wait_for(stream.begun.wait(), 20)
        yield stream
    finally:
        stream.left.set()
        await asyncio.wait_for(task, 20)
