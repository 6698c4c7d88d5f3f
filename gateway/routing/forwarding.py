"""Passing requests through to the services: bodies streamed both ways, headers kept but for those of the hop, every failure a problem.

A raw ASGI layer in front of the gateway's own routes, so that a request passed through costs no route matching and no parsing.
A service has the deadline's seconds to take each part of a request, to begin its answer, and for each further part of it; a slow caller has all the time.
At most half of what the gateway works on may wait for one and the same service: one that is slow takes no place from the others.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from urllib.parse import quote

import aiohttp
from multidict import CIMultiDict
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from yarl import URL

from gateway.routing.nouns import destination
from shared import errors
from shared.http_client import DEADLINE, FAILURES, NAMES_LEFT, Neighbour, inwards
from shared.web import problems
from shared.web.kernel import Kernel

READ_WHOLE_UP_TO_BYTES = 256 * 1024
SENT_WHOLE_UP_TO_BYTES = 64 * 1024  # a body that comes slowly then holds no connection of a service
WATCHED_AFTER_SECONDS = 1.0

_OF_THE_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
# What a caller says of itself ends here; where a request comes from is what `shared.web.origin` found.
_AMONG_US = frozenset(name.lower().encode() for name in (DEADLINE, NAMES_LEFT))
_NOT_SENT_ON = _OF_THE_HOP | _AMONG_US | {b"host", b"expect", b"forwarded", b"x-real-ip", b"x-request-id", b"baggage"}
_NOT_SENT_BACK = _OF_THE_HOP | {b"date", b"server", b"x-request-id"}
_PRINTABLE = "".join(map(chr, range(33, 127)))


class CallerLeft(Exception):
    """The caller closed the connection before it had sent its whole request."""


class PassThrough:
    """Sends on what belongs to a service, and leaves the rest to the gateway's own routes."""

    def __init__(self, app: ASGIApp, kernel: Kernel) -> None:
        settings = kernel.settings
        self.app, self.kernel, self.neighbours, self.seconds = app, kernel, kernel.neighbours, settings.deadline_seconds
        self.waiting: dict[str, set[asyncio.Timeout]] = {name: set() for name in kernel.neighbours}
        self.waiting_at_most = max(1, settings.requests_at_most // 2)
        self.timeout = aiohttp.ClientTimeout(total=None, sock_connect=settings.neighbour_connect_seconds, sock_read=self.seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (found := destination(scope["path"])):
            scope["route"] = found
            await Exchange(self, self.neighbours[found.service], scope, receive, send).run()
        else:
            await self.app(scope, receive, send)


class Exchange:
    """One request on its way to a service, and the answer on its way back."""

    def __init__(self, through: PassThrough, to: Neighbour, scope: Scope, receive: Receive, send: Send) -> None:
        self.through, self.to, self.scope, self.receive, self.send = through, to, scope, receive, send
        self.caller_left = self.answering = False
        self.limit: asyncio.Timeout | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.watch: asyncio.Task[None] | None = None

    async def run(self) -> None:
        task = self.task = asyncio.current_task()
        assert task is not None
        try:
            await self._pass()
        except asyncio.CancelledError:
            if not self.caller_left:
                raise
            task.uncancel()
            await self._note_departure()
        except (*FAILURES, CallerLeft, errors.Problem) as error:
            if self.caller_left:
                await self._note_departure()
            elif self.answering:
                raise  # half an answer is out: the server cuts the connection, so that it is not taken for a whole one
            else:
                problem = error if isinstance(error, errors.Problem) else self.to.problem(error, self.through.seconds)
                await problems.respond(Request(self.scope), problem)(self.scope, self.receive, self.send)
        finally:
            for waiting in (self.timer, self.watch):
                if waiting:
                    waiting.cancel()

    async def _pass(self) -> None:
        if self.through.kernel.settings.requests_per_second:
            await self._within_rate()
        first = await self.receive()
        if first["type"] == "http.disconnect":
            self.caller_left = True
            raise CallerLeft
        framing = {name: value for name, value in self.scope["headers"] if name in (b"content-length", b"transfer-encoding")}
        body: AsyncIterator[bytes] | bytes | None
        if not framing or not first.get("more_body"):  # without framing there is none
            body = first.get("body") or None
            self._watch_soon()
        elif int(framing.get(b"content-length", SENT_WHOLE_UP_TO_BYTES + 1)) <= SENT_WHOLE_UP_TO_BYTES:
            body = b"".join([part async for part in self._rest(first)])
        else:
            body = self._rest(first)
        address = self.to.url + _ascii(self.scope["raw_path"])
        if query := self.scope["query_string"]:
            address += f"?{_ascii(query)}"
        url = URL(address, encoded=True)
        waiting, at_most = self.through.waiting[self.to.name], self.through.waiting_at_most
        if len(waiting) >= at_most <= sum(limit.when() is not None for limit in waiting):  # without those whose caller's turn it is
            raise errors.Overloaded()
        async with self.to.waiting(self.through.seconds) as self.limit:
            waiting.add(self.limit)
            try:
                answer = await self._ask(url, body)
            finally:
                waiting.discard(self.limit)
        async with answer:
            await self._answer(answer)

    async def _within_rate(self) -> None:
        """A client's requests are counted where they come in, and one too many costs no service anything. A token that is none is the service's to refuse."""
        said = next((value for name, value in self.scope["headers"] if name == b"authorization"), b"").decode("latin-1")
        scheme, _, token = said.partition(" ")
        with contextlib.suppress(errors.Unauthenticated):
            if scheme.lower() == "bearer":
                actor = await self.through.kernel.tokens.actor(token, internal=False)
                self.scope["state"]["rate"] = await self.through.kernel.within_rate(actor)

    async def _ask(self, url: URL, body: AsyncIterator[bytes] | bytes | None) -> aiohttp.ClientResponse:
        """The library asks again by itself when a kept connection was cut just then, and asking again changes nothing over there."""
        try:
            return await self.to.session.request(
                self.scope["method"], url, headers=self._sent_on(), data=body, timeout=self.through.timeout, allow_redirects=False
            )
        except FAILURES as error:
            if self.caller_left:
                raise CallerLeft from error
            raise

    async def _answer(self, answer: aiohttp.ClientResponse) -> None:
        headers = [(name.lower(), value) for name, value in _kept(answer.raw_headers, _NOT_SENT_BACK)]
        start: Message = {"type": "http.response.start", "status": answer.status, "headers": headers}
        if answer.content_length is not None and answer.content_length <= READ_WHOLE_UP_TO_BYTES:
            content = await answer.read()
            self.answering = True
            await self.send(start)
            await self.send({"type": "http.response.body", "body": content})
            return
        self.answering = True
        await self.send(start)
        async for chunk in answer.content.iter_any():
            await self.send({"type": "http.response.body", "body": chunk, "more_body": True})
        await self.send({"type": "http.response.body", "body": b""})

    def _sent_on(self) -> CIMultiDict[str]:
        scope = self.scope
        headers = CIMultiDict(
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in _kept(scope["headers"], _NOT_SENT_ON)
            if not name.startswith(b"x-forwarded-")
        )
        headers["X-Request-Id"] = scope["state"]["request_id"]
        headers[DEADLINE] = str(int(inwards(self.through.seconds) * 1000))
        headers.update(self.to.forwarding(scope["client"][0] if scope.get("client") else None))
        return headers

    async def _rest(self, message: Message) -> AsyncIterator[bytes]:
        while True:
            if message["type"] == "http.disconnect":
                self.caller_left = True
                raise CallerLeft
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body"):
                self._watch_soon()
                return
            self._wait(None)
            message = await self.receive()
            self._wait(self.through.seconds)

    def _wait(self, seconds: float | None) -> None:
        """How long the service has from now on; None while it is the caller's turn."""
        if self.limit:
            with contextlib.suppress(RuntimeError):  # its time has just run out, or its answer is there before the request is whole
                self.limit.reschedule(None if seconds is None else asyncio.get_running_loop().time() + seconds)

    def _watch_soon(self) -> None:
        self.timer = asyncio.get_running_loop().call_later(WATCHED_AFTER_SECONDS, self._watch)

    def _watch(self) -> None:
        """A request that takes long is not worth finishing once its caller has left."""

        async def until_the_caller_leaves() -> None:
            while (await self.receive())["type"] != "http.disconnect":
                pass
            self.caller_left = True
            if self.task:
                self.task.cancel()

        self.watch = asyncio.ensure_future(until_the_caller_leaves())

    async def _note_departure(self) -> None:
        if not self.answering:
            await self.send({"type": "http.response.start", "status": 499, "headers": []})


def _ascii(raw: bytes) -> str:
    """A path or query as it came; bytes that have no place in an address are escaped."""
    return raw.decode("ascii") if raw.isascii() else quote(raw, safe=_PRINTABLE)


def _kept(headers: Iterable[tuple[bytes, bytes]], dropped: frozenset[bytes]) -> list[tuple[bytes, bytes]]:
    """Without the headers that end here: those listed, and those that `Connection` names."""
    named = {name.strip().lower() for header, value in headers if header.lower() == b"connection" for name in value.split(b",")}
    gone = dropped | named if named - {b"keep-alive", b"close"} else dropped
    return [(name, value) for name, value in headers if name.lower() not in gone]
