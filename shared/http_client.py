"""The one way out to neighbouring services: kept connections, time limits, a breaker, tracing headers, and every failure turned into a problem.

Whoever is asked is told in `X-Deadline-Ms` by when to answer: a little before we stop waiting, as we stop a little before our own caller does, so that
at every hop there is time left to say what came of it.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import aiohttp
import httpx
import orjson
from opentelemetry import propagate
from pydantic import BaseModel, ValidationError
from yarl import URL

from shared import errors
from shared.access import Call, Tokens

BREAKER_FAILURES = 5
BREAKER_PAUSE_SECONDS = 2.0
DOUBTED_AFTER_SECONDS, TRIED_WITHIN_SECONDS = 1.0, 0.5
KEPT_BACK_AT_MOST_SECONDS = 0.25
ANSWER_BYTES_AT_MOST = 64 * 1024 * 1024  # more than any of our answers to one another
SHUT = "相关服务连续无应答,暂停几秒后再试。"
DEADLINE = "X-Deadline-Ms"
NAMES_LEFT = "X-Names-Left"
KEPT_ALIVE_SECONDS = 3.0  # shorter than a service keeps an idle connection, so that a stale one is hardly ever met
NOT_REACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, ConnectionRefusedError)
FAILURES = (aiohttp.ClientError, OSError, TimeoutError)
_NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


def inwards(seconds: float) -> float:
    """What is left for the next hop of the seconds that this one has."""
    return seconds - min(KEPT_BACK_AT_MOST_SECONDS, seconds / 10)


@dataclass
class Breaker:
    """After five calls in a row without an answer it refuses for two seconds, then lets exactly one call try: that one shuts it or keeps it open.

    An answer is an answer, whatever its status: one faulty operation of a service must not shut its callers out of all others. `waiting`: the time
    limits of the calls that wait just now.
    """

    failures: int = 0
    open_until: float = 0.0
    trying: bool = False
    waiting: set[asyncio.Timeout] = field(default_factory=set)

    def open(self) -> None:
        """There is nobody to wait for: who waits is told so now, who comes is refused."""
        self.failures, self.open_until = BREAKER_FAILURES, time.monotonic() + BREAKER_PAUSE_SECONDS
        for limit in self.waiting:
            with contextlib.suppress(RuntimeError):  # its time has just run out
                limit.reschedule(0)

    @contextlib.contextmanager
    def attempt(self) -> Iterator[bool]:
        """Around one call; whether it is the one that tries. Raises `Unavailable` while open; a call given up by its own caller says nothing about
        the neighbour."""
        trial = self.failures >= BREAKER_FAILURES
        if trial and (self.trying or time.monotonic() < self.open_until):
            raise errors.Unavailable(SHUT)
        self.trying = self.trying or trial
        try:
            yield trial
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
    """`body` is JSON that nobody has read yet. `names_left`: which names it lacks, where they were asked to be left (`shared.names`)."""

    status: int
    media_type: str
    body: bytes
    names_left: str = ""

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
    _looking: asyncio.Future[None] | None = None

    async def get(self, path: str, call: Call, params: Mapping[str, Any] | None = None, timeout_seconds: float | None = None) -> Any:
        """Its JSON; None for a 404. A parameter that is a list is given once for each of its values."""
        query = {name: [str(each) for each in value] if isinstance(value, list) else str(value) for name, value in (params or {}).items()}
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
        return replace(self, breaker=Breaker(), _session=None, _looking=None)

    async def close(self) -> None:
        if self._looking:
            self._looking.cancel()
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
                f"{self.name} 服务没有应答(最多等待 {seconds:.3g} 秒)。请稍后查询结果;带同一 Idempotency-Key 重试是安全的。"
            )
        return errors.UpstreamFailed(f"{self.name} 服务中断了应答。请稍后查询结果;带同一 Idempotency-Key 重试是安全的。")

    def forwarding(self, origin: str | None) -> dict[str, str]:
        """For whom we ask, and the token under which that is believed (`shared.web.origin`)."""
        return {"X-Forwarded-For": origin, "X-Forwarded-By": self.tokens.internal_token(self.service)} if origin else {}

    @contextlib.asynccontextmanager
    async def waiting(self, seconds: float, *, hurried: bool = False) -> AsyncIterator[asyncio.Timeout]:
        """Around one call that is waited for at most `seconds`. Raises `Unavailable` at once where no answer is to be had, else one of `FAILURES`.

        While it waits the neighbour is asked, once for all who wait, whether it lives at all: a process that hangs holds nobody up any longer. `hurried`:
        there is less time than is fair, and running out of it says nothing about the neighbour.
        """
        with self.breaker.attempt() as trial:
            if trial and not await self._lives(TRIED_WITHIN_SECONDS):
                self.breaker.open()
                raise errors.Unavailable(SHUT)
            doubt = asyncio.get_running_loop().call_later(min(DOUBTED_AFTER_SECONDS, seconds / 2), self._doubt)
            limit = asyncio.timeout(seconds)
            self.breaker.waiting.add(limit)
            try:
                async with limit:
                    yield limit
            except TimeoutError as error:
                if hurried and not isinstance(error, aiohttp.ConnectionTimeoutError):
                    raise self.problem(error, seconds) from error
                raise
            finally:
                self.breaker.waiting.discard(limit)
                doubt.cancel()

    async def _lives(self, within_seconds: float) -> bool:
        try:
            async with asyncio.timeout(within_seconds):
                await self._once("GET", URL(self.url + "/livez"), {}, None)
        except FAILURES:
            return False
        return True

    def _doubt(self) -> None:
        async def look() -> None:
            if not await self._lives(self.timeout_seconds):
                self.breaker.open()

        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(look())

    def _own(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens.internal_token(self.service)}"}

    async def _ask(
        self,
        method: str,
        path: str,
        call: Call,
        headers: Mapping[str, str],
        *,
        query: Mapping[str, str | list[str]] | None = None,
        body: bytes | None = None,
        timeout_seconds: float | None = None,
    ) -> Answer:
        patience = timeout_seconds or self.timeout_seconds
        seconds = patience if call.deadline is None else min(patience, inwards(call.deadline.left()))
        if seconds <= 0:
            raise errors.UpstreamTimeout(f"等待的时间已经用完,没有再询问 {self.name} 服务。")
        traced = {"X-Request-Id": call.request_id, "traceparent": call.traceparent, "X-Server-Date": call.server_date}
        sent = {**headers, **self.forwarding(call.origin), DEADLINE: str(max(1, int(inwards(seconds) * 1000)))}
        sent |= {name: value for name, value in traced.items() if value}
        propagate.inject(sent)  # where spans are made, this one's is the parent of the neighbour's
        url = URL(self.url + path)
        try:
            async with self.waiting(seconds, hurried=seconds < self.timeout_seconds):
                return await self._twice(method, url.update_query(query) if query else url, sent, body)
        except FAILURES as error:
            raise self.problem(error, seconds) from error

    async def _twice(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """Asks once more when the service failed or the connection was cut, as a kept one is now and then (for a GET the library does that). One that waited
        in vain has used up the time that there was."""
        try:
            answer = await self._once(method, url, headers, body)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError, ConnectionResetError) as error:
            if method == "GET" or isinstance(error, NOT_REACHED):
                raise
            return await self._once(method, url, headers, body)
        return answer if answer.status < 500 or answer.status == 504 else await self._once(method, url, headers, body)

    async def _once(self, method: str, url: URL, headers: Mapping[str, str], body: bytes | None) -> Answer:
        if self.transport:
            return await _in_process(self.transport, httpx.Request(method, str(url), headers=headers, content=body))
        async with self.session.request(method, url, headers=headers, data=body, allow_redirects=False) as answer:
            parts, length = [], 0
            async for part in answer.content.iter_any():
                parts.append(part)
                if (length := length + len(part)) > ANSWER_BYTES_AT_MOST:
                    raise aiohttp.ClientPayloadError("an answer without end")
            return Answer(answer.status, answer.content_type, b"".join(parts), answer.headers.get(NAMES_LEFT, ""))

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
        if answer.status in (409, 410, 422, 429) and answer.media_type == "application/problem+json":
            raise problem_of(answer, self.name)
        raise errors.UpstreamFailed(_answered(answer, self.name))


def problem_of(answer: Answer, service: str) -> errors.Problem:
    """A refusal of a neighbour as our own answer: its code and its words; one that is no refusal of ours is `UpstreamFailed`."""
    try:
        return errors.Relayed(answer.json())
    except (ValueError, KeyError, TypeError, AttributeError):
        return errors.UpstreamFailed(_answered(answer, service))


def _answered(answer: Answer, service: str) -> str:
    return f"{service} 服务应答 {answer.status}。"


async def _in_process(transport: httpx.AsyncBaseTransport, request: httpx.Request) -> Answer:
    """The transport's failures are told as those of a socket."""
    try:
        answer = await transport.handle_async_request(request)
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        return Answer(answer.status_code, media_type, await answer.aread(), answer.headers.get(NAMES_LEFT, ""))
    except httpx.ConnectError as error:
        raise ConnectionRefusedError from error
    except httpx.TimeoutException as error:
        raise TimeoutError from error
    except httpx.TransportError as error:
        raise ConnectionResetError from error


M = TypeVar("M", bound=BaseModel)


def read(kind: type[M], said: object, service: str) -> M:
    """What a neighbour said (as JSON still to be read, or read), as we know it; raises `UpstreamFailed` where it is nothing of that kind: then something
    else answers in its place."""
    try:
        return kind.model_validate_json(said) if isinstance(said, bytes) else kind.model_validate(said)
    except ValidationError as fault:
        where = "、".join(sorted({".".join(map(str, error["loc"])) for error in fault.errors(include_input=False)})[:5])
        raise errors.UpstreamFailed(f"{service} 服务的应答与约定不符{f':{where}' if where else ''}。") from fault
