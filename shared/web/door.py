"""The door of a process: what a connection may send, how long it may take to send it, and how many connections there may be.

It stands before the application, where a request is not one yet. Its caller has `caller_seconds` for the head (request line and headers), and as long
again for every further part of the body that the least rate comes to; only the caller's own time counts, not the time in which we did not read.
Whoever is refused here is answered as everywhere, in `application/problem+json`, and the connection ends.

A connection is the caller's turn (a head or a body is awaited, or the answer is not yet taken) or ours (the request is being served). When all
places are taken, whoever has let us wait longest gives way; where we are at work for all, the new one is told to come again.
"""

import asyncio
from http import HTTPStatus
from math import inf
from typing import Any

from starlette.requests import Request
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from shared import db, errors
from shared.settings import Settings
from shared.web import problems

LOOKS_AT_MOST_EVERY_SECONDS = 1.0
UNHEARD_SECONDS = 0.1  # of many that come at the same moment none gives way before we could read what it says
LINGERS_SECONDS, LINGERS_BYTES = 1.0, 1024 * 1024  # so that a caller who is still sending reads the answer before the connection is cut
DISCARDED_AT_MOST_BYTES = 32 * 1024 * 1024  # of a body that was answered before it was read: more than any that is taken


class Door(HttpToolsProtocol):
    """One connection. uvicorn makes one for each (`shared.web.serving`); the settings are those of the application behind it."""

    def __init__(self, *told: Any, **named: Any) -> None:
        super().__init__(*told, **named)
        self.kernel = self.config.loaded_app.state.kernel
        self.settings: Settings = self.kernel.settings
        self.part_bytes = int(self.settings.caller_seconds * self.settings.body_bytes_per_second)
        self.waiting_since: float | None = None  # for the caller; None while it is our turn
        self.in_head = True  # or between two requests; else in a body
        self.head_bytes = self.part_left = self.body_bytes = self.framing_bytes = self.messages = self.unsent_bytes = 0
        self.unsent_since = 0.0
        self.refused = False
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()
        while len(self.connections) > self.settings.connections_at_most:
            if not self._make_room():
                self.refuse(errors.Overloaded())
                return
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.timer:
            self.timer.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The process ends: whoever waits for an event is answered now, so that nobody waits for them."""
        self.kernel.stopping.set()
        super().shutdown()

    def data_received(self, data: bytes) -> None:
        largest = self.settings.head_bytes_at_most
        if self.refused:
            self.head_bytes += len(data)
            if self.head_bytes > LINGERS_BYTES:
                self.flow.pause_reading()
        while data and not self.refused:
            room = largest - self.head_bytes if self.in_head else largest
            if room <= 0:
                self.refuse(errors.HeadersTooLarge(f"请求行和请求头合计不得超过 {largest} 字节。"))
                return
            piece, data = data[:room], data[room:]
            self._read(piece)

    def _read(self, piece: bytes) -> None:
        """Feeds the parser, and counts what came that was no body: of a head, or of chunk sizes and trailers between two bytes of a body."""
        in_head, head_bytes, body_bytes, messages = self.in_head, self.head_bytes, self.body_bytes, self.messages
        super().data_received(piece)
        if self.refused:
            return
        if in_head and self.in_head and self.messages - messages <= (head_bytes == 0):
            self.head_bytes += len(piece)
        elif not in_head and not self.in_head:
            self.framing_bytes = self.framing_bytes + len(piece) if self.body_bytes == body_bytes else 0
            if self.framing_bytes > self.settings.head_bytes_at_most:
                self.refuse(errors.HeadersTooLarge("请求体的分块头和尾部字段过长。"))

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the server's words, in English
        self.refuse(errors.Unreadable("请求不是合法的 HTTP/1.1 报文。请检查请求行、请求头和分块格式后重新发送。"))

    def _should_upgrade(self) -> bool:
        return False

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing here speaks another protocol: whoever offers one is answered in this one (RFC 9110 §7.8)."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.messages += 1
        self._await_head()

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.cycle.transport = _Joined(self.transport, self.cycle)  # type: ignore[assignment]  # it uses no more of one
        self.in_head, self.framing_bytes = False, 0
        self.headers = []  # for the trailers: in the request's own they would reach what is being served
        self._await_part()

    def on_body(self, body: bytes) -> None:
        self.body_bytes += len(body)
        self.part_left -= len(body)
        if self.cycle.response_complete:
            if self.part_left <= 0:
                self.refuse(errors.TooLarge())
            return
        if self.part_left <= 0:
            self._await_part()
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.waiting_since = None
        if self.cycle.response_complete:
            self._await_head()

    def on_response_complete(self) -> None:
        last = not self.pipeline
        super().on_response_complete()
        if not last:
            return
        if self.waiting_since is None:
            self._await_head()
        elif not self.in_head:  # answered before it was whole: the rest is read and dropped, for a while
            self.waiting_since, self.part_left = self.loop.time(), DISCARDED_AT_MOST_BYTES

    def _await_head(self) -> None:
        self.in_head, self.head_bytes, self.waiting_since = True, 0, self.loop.time()

    def _await_part(self) -> None:
        self.part_left, self.waiting_since = self.part_bytes, self.loop.time()

    def _look_again(self) -> None:
        self.every = min(LOOKS_AT_MOST_EVERY_SECONDS, self.settings.caller_seconds / 4)
        self.timer = self.loop.call_later(self.every, self._look)

    def _look(self) -> None:
        """Whether the caller lets us wait too long. Between two looks nothing is spent on it."""
        now, seconds = self.loop.time(), self.settings.caller_seconds
        self._look_again()
        if (unsent := self.transport.get_write_buffer_size()) != self.unsent_bytes:
            self.unsent_bytes, self.unsent_since = unsent, now
        if unsent and now - self.unsent_since > seconds:
            self.transport.abort()
        elif self.waiting_since is None or self.transport.is_closing():
            return
        elif self.flow.read_paused or (not self.in_head and self.cycle.waiting_for_100_continue):
            self.waiting_since += self.every  # it is not the caller who is slow
        elif now - self.waiting_since > seconds:
            self._give_up()

    def _give_up(self) -> None:
        if self.in_head and not self.head_bytes and self.cycle:
            self.transport.close()  # kept for a next request, and none came
        else:
            self.refuse(errors.RequestTimeout())

    def _make_room(self) -> bool:
        """Ends the connection of whoever has let us wait longest; False where we are at work for all."""
        doors = (door for door in self.connections if isinstance(door, Door) and not door.flow.read_paused)
        longest = min(doors, key=lambda door: inf if door.waiting_since is None else door.waiting_since)
        if longest.waiting_since is None or self.loop.time() - longest.waiting_since < UNHEARD_SECONDS:
            return False
        self.connections.discard(longest)
        longest.transport.abort()
        return True

    def refuse(self, problem: errors.Problem) -> None:
        """Answers in place of the application, and ends the connection. A request that came before on it is answered first, and nothing after it."""
        if self.refused or self.transport.is_closing():
            return
        self.refused, cycle = True, self.cycle
        at_work = cycle is not None and not cycle.response_complete
        if at_work and (self.in_head or self.waiting_since is None):
            cycle.keep_alive, self.waiting_since = False, None
            self.flow.pause_reading()
            return
        if self.pipeline or (at_work and cycle.response_started):
            self.transport.abort()  # half an answer is never taken for a whole one
            return
        if at_work:
            cycle.disconnected = True  # what the application still says goes nowhere
            cycle.message_event.set()
        if self.in_head or at_work:
            self.transport.write(_answer(problem))
        self.kernel.metrics.requests.labels("-", "-", problem.status).inc()
        self._linger()

    def _linger(self) -> None:
        self.waiting_since, self.head_bytes = 0.0, 0
        self._unset_keepalive_if_required()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        if self.timer:
            self.timer.cancel()
        self.timer = self.loop.call_later(LINGERS_SECONDS, self.transport.abort)


class _Joined:
    """An answer's head goes out with the beginning of its body: one write, one packet, and whoever reads it wakes once. A head after which the body may
    keep its reader waiting (a stream, of no length) goes out at once."""

    def __init__(self, transport: asyncio.Transport, cycle: RequestResponseCycle) -> None:
        self.transport, self.cycle, self.begun, self.head = transport, cycle, False, b""

    def write(self, data: bytes) -> None:
        if self.head:
            self.transport.writelines((self.head, data))
            self.head = b""
        elif not self.begun and self.cycle.expected_content_length and self.cycle.scope["method"] != "HEAD":
            self.head = data
        else:
            self.transport.write(data)
        self.begun = True

    def is_closing(self) -> bool:
        return self.transport.is_closing()

    def close(self) -> None:
        self.transport.close()


def _answer(problem: errors.Problem) -> bytes:
    request_id = str(db.new_id())
    scope = {"type": "http", "path": "", "query_string": b"", "headers": [], "state": {"request_id": request_id}}
    answer = problems.respond(Request(scope), problem)
    headers = [*answer.raw_headers, (b"x-request-id", request_id.encode()), (b"connection", b"close")]
    lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}".encode(), *(name + b": " + value for name, value in headers)]
    return b"\r\n".join([*lines, b"", bytes(answer.body)])
