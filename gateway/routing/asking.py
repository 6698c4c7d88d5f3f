"""Asking a service with the caller's own token, so that the service decides what this caller sees. Its answer comes back as it was sent."""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from fastapi import Request
from yarl import URL

from gateway.routing.forwarding import Upstreams
from shared import errors, web

SECONDS_AT_MOST = 2.0
_SENT_ON = ("authorization", "traceparent", "x-server-date", "accept-language")


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is JSON that nobody has read yet."""

    status: int
    body: bytes

    @property
    def good(self) -> bool:
        return self.status == 200

    def json(self) -> Any:
        return orjson.loads(self.body)


async def ask(request: Request, kernel: web.Kernel, service: str, path: str) -> Answer:
    """What the service answers at a path; a problem when it does not answer properly within two seconds. It may refuse: look at the status."""
    upstreams: Upstreams = request.app.state.upstreams
    breaker, url = kernel.neighbours[service].breaker, URL(upstreams.urls[service] + path)
    headers = {name: value for name in _SENT_ON if (value := request.headers.get(name))} | {"X-Request-Id": request.state.request_id}
    breaker.check()
    try:
        async with asyncio.timeout(SECONDS_AT_MOST):
            answer = await _ask(upstreams.session, url, headers)
    except aiohttp.ClientConnectorError as error:
        breaker.note(False)
        raise errors.Unavailable(f"{service} 服务连接不上。") from error
    except TimeoutError as error:
        breaker.note(False)
        raise errors.UpstreamTimeout(f"{service} 服务没有在 {SECONDS_AT_MOST:g} 秒内应答。") from error
    except (aiohttp.ClientError, OSError) as error:
        breaker.note(False)
        raise errors.UpstreamFailed(f"{service} 服务中断了应答。") from error
    breaker.note(answer.status < 500)
    return answer


async def _ask(session: aiohttp.ClientSession, url: URL, headers: dict[str, str]) -> Answer:
    try:
        return await _once(session, url, headers)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
        return await _once(session, url, headers)  # a kept connection was cut just then


async def _once(session: aiohttp.ClientSession, url: URL, headers: dict[str, str]) -> Answer:
    async with session.get(url, headers=headers, allow_redirects=False) as answer:
        return Answer(answer.status, await answer.read())


def problem_of(answer: Answer, service: str) -> errors.Problem:
    """A refusal of the service as our own answer: its code and its words."""
    try:
        return errors.Relayed(answer.json())
    except (ValueError, KeyError, TypeError):
        return errors.UpstreamFailed(f"{service} 服务应答 {answer.status}。")
