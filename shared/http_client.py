"""The one way out to neighbouring services: kept connections, time limits, a breaker, tracing headers, and every failure turned into a problem.

Whoever is asked is told in `X-Deadline-Ms` how long we wait for the answer, which is never longer than our own caller waits for ours.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import httpx
import orjson
from yarl import URL

from shared import errors
from shared.access import Call, Tokens

BREAKER_FAILURES = 5
BREAKER_PAUSE_SECONDS = 2.0
DEADLINE = "X-Deadline-Ms"
KEPT_ALIVE_SECONDS = 3.0  # shorter than a service keeps an idle connection, so that a stale one is hardly ever met
NOT_REACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, ConnectionRefusedError)
FAILURES = (aiohttp.ClientError, OSError, TimeoutError)
_NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


@dataclass
class Breaker:
    """After five calls in a row without an answer it refuses for two seconds, then lets exactly one call try: that one shuts it or keeps it open.

    An answer is an answer, whatever its status: one faulty operation of a service must not shut its callers out of all others.
    """

    failures: int = 0
    open_until: float = 0.0
    trying: bool = False

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Around one call. Raises `Unavailable` while open; a call given up by its own caller says nothing about the neighbour."""
        trial = self.failures >= BREAKER_FAILURES
        if trial and (self.trying or time.monotonic() < self.open_until):
            raise errors.Unavailable("相关服务连续无应答,暂停几秒后再试。")
        self.trying = self.trying or trial
        try:
            yield
        except FAILURES:
            self.failures += 1
            self.open_until = time.monotonic() + BREAKER_PAUSE_SECONDS
            raise
        else:
            self.failures = 0
        finally:
            if trial:
                self.trying = False


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is JSON that nobody has read yet."""

    status: int
    media_type: str
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Neighbour:
    """One neighbouring service as seen from `service`.

    `transport`: another way there than a socket; tests put a service of their own process behind it.
    """

    name: str
    url: str
    service: str
    tokens: Tokens
    timeout_seconds: float
    connect_seconds: float
    transport: httpx.AsyncBaseTransport | None = None
    breaker: Breaker = field(default_factory=Breaker)
    _session: aiohttp.ClientSession | None = None

    async def get(self, path: str, call: Call, params: Mapping[str, Any] | None = None, timeout_seconds: float | None = None) -> Any:
        """Its JSON; None for a 404."""
        query = {name: str(value) for name, value in (params or {}).items()}
        return self._read(await self._ask("GET", path, call, self._own(), query=query, timeout_seconds=timeout_seconds))

    async def post(self, path: str, call: Call, body: Any, timeout_seconds: float | None = None) -> Any:
        """Asks with a body. For questions too long for a URL: it changes nothing over there, so it may be retried as well."""
        headers = self._own() | {"Content-Type": "application/json"}
        return self._read(await self._ask("POST", path, call, headers, body=orjson.dumps(body), timeout_seconds=timeout_seconds))

    async def ask(self, path: str, call: Call, headers: Mapping[str, str]) -> Answer:
        """What it answers to someone else, whose `headers` say who that is. It may refuse: look at the status."""
        return await self._ask("GET", path, call, headers)

    def apart(self) -> "Neighbour":
        """The same service over connections and a breaker of its own, for a job: its long waits must not shut out the requests."""
        return replace(self, breaker=Breaker(), _session=None)

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The kept connections. Nothing is added to what is sent, nothing unpacked of what comes: requests pass through here as well."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT_ALIVE_SECONDS),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self.connect_seconds),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=_NOT_ADDED,
            )
        return self._session

    def problem(self, error: BaseException, seconds: float) -> errors.Problem:
        """What one of `FAILURES` is answered with, where `seconds` were waited."""
        if isinstance(error, NOT_REACHED):
            return errors.Unavailable(f"{self.name} 服务连接不上,本次请求没有送达。请按 Retry-After 等待后重试。")
        if isinstance(error, TimeoutError):
            return errors.UpstreamTimeout(
                f"{self.name} 服务没有在 {seconds:.3g} 秒内应答。请稍后查询结果;带同一 Idempotency-Key 重试是安全的。"
            )
        return errors.UpstreamFailed(f"{self.name} 服务中断了应答。请稍后查询结果;带同一 Idempotency-Key 重试是安全的。")

    def forwarding(self, origin: str | None) -> dict[str, str]:
        """For whom we ask, and the token under which that is believed (`shared.web.origin`)."""
        return {"X-Forwarded-For": origin, "X-Forwarded-By": self.tokens.internal_token(self.service)} if origin else {}

    def _own(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens.internal_token(self.service)}"}

    async def _ask(
        self,
        method: str,
        path: str,
        call: Call,
        headers: Mapping[str, str],
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_seconds: float | None = None,
    ) -> Answer:
        patience = timeout_seconds or self.timeout_seconds
        seconds = patience if call.deadline is None else min(patience, call.deadline.left())
        if seconds <= 0:
            raise errors.UpstreamTimeout(f"等待的时间已经用完,没有再询问 {self.name} 服务。")
        traced = {"X-Request-Id": call.request_id, "traceparent": call.traceparent, "X-Server-Date": call.server_date}
        sent = {**headers, **self.forwarding(call.origin), DEADLINE: str(max(1, int(seconds * 1000)))}
        sent |= {name: value for name, value in traced.items() if value}
        url = URL(self.url + path)
        try:
            with self.breaker.attempt():
                try:
                    async with asyncio.timeout(seconds):
                        return await self._twice(method, url.update_query(query) if query else url, sent, body)
                except TimeoutError as error:
                    if seconds < patience and not isinstance(error, aiohttp.ConnectionTimeoutError):
                        raise self.problem(error, seconds) from error  # a caller in a hurry does not condemn the neighbour
                    raise
        except FAILURES as error:
            raise self.problem(error, seconds) from error

    async def _twice(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Asks once more when the service failed or the connection was cut, as a kept one is now and then (for a GET the library does that)."""
        try:
            answer = await self._once(method, url, headers, body)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError, ConnectionResetError) as error:
            if method == "GET" or isinstance(error, NOT_REACHED):
                raise
            return await self._once(method, url, headers, body)
        return answer if answer.status < 500 else await self._once(method, url, headers, body)

    async def _once(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None) -> Answer:
        if self.transport:
            return await _in_process(self.transport, httpx.Request(method, str(url), headers=headers, content=body))
        async with self.session.request(method, url, headers=headers, data=body, allow_redirects=False) as answer:
            return Answer(answer.status, answer.content_type, await answer.read())

    def _read(self, answer: Answer) -> Any:
        if answer.status == 404:
            return None
        if answer.status == 503:
            raise errors.Unavailable(f"{self.name} 服务暂时不可用。")
        if answer.status == 504:
            raise errors.UpstreamTimeout(f"{self.name} 服务应答超时。")
        if 200 <= answer.status < 300:
            try:
                return answer.json()
            except ValueError as error:
                raise errors.UpstreamFailed(f"{self.name} 服务的应答无法读取。") from error
        if answer.status in (409, 422) and answer.media_type == "application/problem+json":
            raise errors.Relayed(answer.json())
        raise errors.UpstreamFailed(f"{self.name} 服务应答 {answer.status}。")


async def _in_process(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> Answer:
    """The transport's failures are told as those of a socket."""
    try:
        answer = await transport.handle_async_request(request)
        return Answer(answer.status_code, answer.headers.get("content-type", "").partition(";")[0], await answer.aread())
    except httpx.ConnectError as error:
        raise ConnectionRefusedError from error
    except httpx.TimeoutException as error:
        raise TimeoutError from error
    except httpx.TransportError as error:
        raise ConnectionResetError from error
