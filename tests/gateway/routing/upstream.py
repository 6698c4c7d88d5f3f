"""A service to stand behind the gateway in tests: a raw ASGI application on a real port that does as its path says."""

import asyncio
import contextlib
import json
import random
import socket
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from shared.web.serving import SERVER


class Upstream:
    """Remembers what reached it. `/v1/claims/<deed>` chooses what happens; `lives`: whether it says so, when it is asked no more than that."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.cut_short = 0
        self.streaming = asyncio.Event()
        self.url = ""
        self.lives = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/livez":
            await (_answer(send, 200, b"{}") if self.lives else _hang(receive))
            return
        deed = scope["path"].rpartition("/")[2]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        seen: dict[str, Any] = {
            "method": scope["method"],
            "path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "headers": headers,
        }
        self.seen.append(seen)
        try:
            await self._do(deed, seen, receive, send)
        except asyncio.CancelledError:
            self.cut_short += 1
            raise

    async def _do(self, deed: str, seen: dict[str, Any], receive: Receive, send: Send) -> None:  # noqa: PLR0912
        if deed == "refuse-early":
            await _answer(send, 413, b"{}")
            return
        body, chunks = b"", 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.cut_short += 1
                return
            body, chunks = body + message.get("body", b""), chunks + 1
            self.streaming.set()
            if not message.get("more_body"):
                break
        seen |= {"bytes": len(body), "chunks": chunks, "body": body[:1000].decode("latin-1")}
        match deed:
            case "hang":
                await _hang(receive)
                self.cut_short += 1
            case "stream":
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
                for number in range(3):
                    await send({"type": "http.response.body", "body": f"{number};".encode(), "more_body": True})
                    await asyncio.sleep(0.05)
                await send({"type": "http.response.body", "body": b""})
            case "large":
                await _answer(send, 200, b"x" * 3_000_000)
            case "broken":
                await _answer(send, 500, b'{"code": "internal"}', (b"content-type", b"application/problem+json"))
            case "moved":
                await _answer(send, 303, b"", (b"location", b"/v1/claims/echo"))
            case "half":
                await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})
                await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})
                raise RuntimeError("cut")
            case "headers":
                named = (
                    (b"etag", b'"7"'),
                    (b"connection", b"x-hop"),
                    (b"x-hop", b"1"),
                    (b"set-cookie", b"a=1"),
                    (b"set-cookie", b"b=2"),
                    (b"x-request-id", b"upstream"),
                )
                await _answer(send, 200, b"{}", *named)
            case "guarded":
                await _answer(send, 200, b"{}", (b"x-content-type-options", b"nosniff"))
            case "nothing":
                await send({"type": "http.response.start", "status": 204, "headers": []})
                await send({"type": "http.response.body", "body": b""})
            case _:
                await _answer(send, 200, json.dumps(seen).encode(), (b"content-type", b"application/json"))


async def _hang(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", str(len(body)).encode()), *headers]})
    await send({"type": "http.response.body", "body": body})


def free_port() -> int:
    """Below 32768, where no outgoing connection can take it."""
    while True:
        port = random.randint(15_000, 32_000)
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


@contextlib.asynccontextmanager
async def serving(app: Any, port: int | None = None, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """The application on a port of its own; its address. One of ours is served as its process would be, any other by the plain server."""
    port = port or free_port()
    told = (SERVER if isinstance(app, FastAPI) else {"access_log": False}) | {"log_level": "critical", "timeout_graceful_shutdown": 1}
    server = uvicorn.Server(uvicorn.Config(app, host=host, port=port, lifespan="off", **told))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 (uvicorn offers nothing to wait for)
        await asyncio.sleep(0.01)
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await task
