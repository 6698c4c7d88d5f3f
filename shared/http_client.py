"""Calls to neighbouring services: time limits, one retry of safe calls, a breaker, tracing headers, and every failure turned into a problem."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from httpx_aiohttp import AiohttpTransport

from shared import errors
from shared.access import Call, Tokens

BREAKER_FAILURES = 5
BREAKER_PAUSE_SECONDS = 2.0


@dataclass
class Breaker:
    """After five failures in a row it answers at once for two seconds, then lets one call try."""

    failures: int = 0
    open_until: float = 0.0

    def check(self) -> None:
        if self.failures >= BREAKER_FAILURES and time.monotonic() < self.open_until:
            raise errors.Unavailable("相关服务连续无应答,暂停几秒后再试。")

    def note(self, succeeded: bool) -> None:
        self.failures = 0 if succeeded else self.failures + 1
        if not succeeded:
            self.open_until = time.monotonic() + BREAKER_PAUSE_SECONDS


@dataclass
class Neighbour:
    """One neighbouring service as seen from `service`. Answers parsed JSON; a 404 of the neighbour is `None`."""

    name: str
    url: str
    service: str
    tokens: Tokens
    timeout_seconds: float
    transport: httpx.AsyncBaseTransport | None = None
    breaker: Breaker = field(default_factory=Breaker)
    _client: httpx.AsyncClient | None = None

    async def get(self, path: str, call: Call, params: Mapping[str, Any] | None = None, timeout_seconds: float | None = None) -> Any:
        return await self._ask("GET", path, call, params=params, timeout_seconds=timeout_seconds)

    async def post(self, path: str, call: Call, body: Any, timeout_seconds: float | None = None) -> Any:
        """Asks with a body. For questions too long for a URL: it changes nothing over there, so it may be retried as well."""
        return await self._ask("POST", path, call, json=body, timeout_seconds=timeout_seconds)

    def apart(self) -> "Neighbour":
        """The same service over connections and a breaker of its own, for a job: its long waits must not shut out the requests."""
        return replace(self, breaker=Breaker(), _client=None)

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()
            self._client = None

    def _headers(self, call: Call) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.tokens.internal_token(self.service)}", "X-Request-Id": call.request_id}
        if call.traceparent:
            headers["traceparent"] = call.traceparent
        if call.server_date:
            headers["X-Server-Date"] = call.server_date
        return headers

    async def _ask(self, method: str, path: str, call: Call, *, timeout_seconds: float | None, **request: Any) -> Any:
        if self._client is None:
            self._client = httpx.AsyncClient(base_url=self.url, transport=self.transport or AiohttpTransport())
        self.breaker.check()
        timeout = timeout_seconds or self.timeout_seconds
        for last in (False, True):
            try:
                async with asyncio.timeout(timeout):
                    answer = await self._client.request(method, path, headers=self._headers(call), timeout=timeout, **request)
            # Not httpx.TimeoutException: the transport calls a refused connection a ConnectTimeout.
            except (TimeoutError, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout) as error:
                self.breaker.note(False)
                raise errors.UpstreamTimeout(f"{self.name} 服务没有在 {timeout:g} 秒内应答。") from error
            except httpx.HTTPError as error:
                self.breaker.note(False)
                if last:
                    raise errors.Unavailable(f"{self.name} 服务连接不上。") from error
                continue
            if answer.status_code >= 500 and not last:
                continue
            break
        self.breaker.note(answer.status_code < 500)
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> Any:
        if answer.status_code == 404:
            return None
        if answer.status_code == 503:
            raise errors.Unavailable(f"{self.name} 服务暂时不可用。")
        if answer.status_code == 504:
            raise errors.UpstreamTimeout(f"{self.name} 服务应答超时。")
        if answer.is_success:
            try:
                return answer.json()
            except ValueError as error:
                raise errors.UpstreamFailed(f"{self.name} 服务的应答无法读取。") from error
        if answer.status_code in (409, 422) and answer.headers.get("content-type") == "application/problem+json":
            raise errors.Relayed(answer.json())
        raise errors.UpstreamFailed(f"{self.name} 服务应答 {answer.status_code}。")
