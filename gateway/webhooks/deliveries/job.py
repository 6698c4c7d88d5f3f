"""Sends what is due. Each endpoint is served by a task of its own, so that one that hangs holds up no other. At least once; in no promised order.

A delivery is leased before it is sent: a sender that dies leaves it due again, and several gateways share the work.
"""

import asyncio
import contextlib
import random
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

import aiohttp
import orjson
from aiohttp.connector import AddrInfoType
from prometheus_client import Gauge
from sqlalchemy import Interval, Select, Table, bindparam, case, delete, func, select, update

from gateway.webhooks import policy, signing, visibility
from gateway.webhooks.deliveries.operations import DELIVERIES
from gateway.webhooks.endpoints import operations as endpoints
from gateway.webhooks.tables import Endpoint
from shared import clock, db, forgetting, telemetry, web

LOOK_AGAIN_SECONDS = 0.5
ANSWER_WITHIN_SECONDS = 5.0
LEASED_FOR = timedelta(seconds=30)
AT_ONCE = 10
KEPT_FOR = timedelta(days=30)
PURGED_EVERY_SECONDS = 3600.0
COUNTED_EVERY_SECONDS = 15.0
OWN_LOOKED_UP_EVERY_SECONDS = 30.0

ENDPOINTS = cast(Table, Endpoint.__table__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt; `answered` is the HTTP status, None when there was no answer; `asked` the time that `Retry-After` asks for."""

    delivery_id: UUID
    attempts: int
    answered: int | None
    asked: timedelta = timedelta()

    @property
    def status(self) -> str:
        if self.answered is not None and 200 <= self.answered < 300:
            return "delivered"
        return "failed" if self.answered == policy.GONE or self.attempts >= policy.ATTEMPTS_AT_MOST else "pending"


class Way:
    """The way out: each address is judged when a connection to it is made, however it was written or looked up."""

    def __init__(self, reach: policy.Reach) -> None:
        self.reach = reach
        self.own: frozenset[str] = frozenset()
        self._looked_at = float("-inf")

    def client(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=0, socket_factory=None if self.reach.local else self._socket, keepalive_timeout=5)
        return aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN_SECONDS), cookie_jar=aiohttp.DummyCookieJar()
        )

    async def look_for_own(self) -> None:
        """Looks up the addresses of our own hosts; one that cannot be looked up just now keeps those it had."""
        if self.reach.local or time.monotonic() - self._looked_at < OWN_LOOKED_UP_EVERY_SECONDS:
            return
        self._looked_at = time.monotonic()
        loop = asyncio.get_running_loop()
        for host in self.reach.own_hosts:
            with contextlib.suppress(OSError):
                self.own |= {str(found[4][0]) for found in await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)}

    def _socket(self, to: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, (address, *_) = to
        if not policy.may_reach(str(address), self.reach, self.own):
            raise OSError("webhooks do not go there")
        return socket.socket(family, kind, protocol)


async def keep_sending(kernel: web.Kernel) -> None:
    """For as long as the process lives."""
    serving: dict[UUID, asyncio.Task[None]] = {}
    purged_at = counted_at = float("-inf")
    pace = forgetting.Pace()
    backlog = Gauge("webhook_deliveries", "Webhook deliveries by status", ["status"], registry=kernel.metrics.registry)
    way = Way(endpoints.reach(kernel))
    async with way.client() as http:
        try:
            while True:
                try:
                    await way.look_for_own()
                    for endpoint_id in await _due(kernel):
                        if endpoint_id not in serving:
                            serving[endpoint_id] = asyncio.create_task(_serve(kernel, http, endpoint_id))
                            serving[endpoint_id].add_done_callback(lambda _, served=endpoint_id: serving.pop(served))  # type: ignore[misc]
                    if time.monotonic() - counted_at > COUNTED_EVERY_SECONDS:
                        for status, number in (await _backlog(kernel)).items():
                            backlog.labels(status).set(number)
                        counted_at = time.monotonic()
                    if time.monotonic() - purged_at > PURGED_EVERY_SECONDS:
                        await purge(kernel, pace)
                        purged_at = time.monotonic()
                except Exception as error:  # the database is away: what is due stays due
                    telemetry.log.warning("webhooks_cannot_send", error=type(error).__name__)
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
        finally:
            tasks = list(serving.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _serve(kernel: web.Kernel, http: aiohttp.ClientSession, endpoint_id: UUID) -> None:
    try:
        while await send_some(kernel, http, endpoint_id):
            pass
    except Exception as error:
        telemetry.log.warning("webhooks_cannot_send", endpoint=str(endpoint_id), error=type(error).__name__)


async def _due(kernel: web.Kernel) -> Sequence[UUID]:
    async with kernel.reading() as session:
        return (await session.scalars(_with_something_due())).all()


@cache
def _with_something_due() -> Select[Any]:
    due = select(DELIVERIES.c.endpoint_id).where(*_pending())
    return select(ENDPOINTS.c.id).where(visibility.heard(), ENDPOINTS.c.id.in_(due))


async def _backlog(kernel: web.Kernel) -> dict[str, int]:
    """What still waits, and what was given up."""
    counts = {status: select(func.count()).where(DELIVERIES.c.status == status).scalar_subquery() for status in ("pending", "failed")}
    async with kernel.reading() as session:
        return dict(zip(counts, (await session.execute(select(*counts.values()))).one(), strict=True))


def _pending() -> tuple[Any, ...]:
    return DELIVERIES.c.status == "pending", DELIVERIES.c.next_at <= func.now()


async def send_some(kernel: web.Kernel, http: aiohttp.ClientSession, endpoint_id: UUID) -> int:
    """Sends up to ten of an endpoint's due deliveries side by side and answers how many they were."""
    async with kernel.writing.begin() as session:
        endpoint = await session.scalar(select(Endpoint).where(Endpoint.id == endpoint_id, visibility.heard()))
        if endpoint is None:
            return 0
        columns = (DELIVERIES.c.id, DELIVERIES.c.event_id, DELIVERIES.c.event, (DELIVERIES.c.attempts + 1).label("attempts"))
        due = select(*columns).where(DELIVERIES.c.endpoint_id == endpoint_id, *_pending()).order_by(DELIVERIES.c.next_at, DELIVERIES.c.id)
        leased = (await session.execute(due.limit(AT_ONCE).with_for_update(skip_locked=True))).all()
        if not leased:
            return 0
        ids = [row.id for row in leased]
        later = {"attempts": DELIVERIES.c.attempts + 1, "next_at": func.now() + LEASED_FOR}
        await session.execute(update(DELIVERIES).where(DELIVERIES.c.id.in_(ids)).values(**later))
    signed_with = endpoints.secrets_of(kernel, endpoint)
    outcomes = await asyncio.gather(*(_post(http, endpoint.url, signed_with, row) for row in leased))
    await _note(kernel, endpoint_id, outcomes)
    return len(outcomes)


async def _post(http: aiohttp.ClientSession, url: str, signed_with: Sequence[str], row: Any) -> Outcome:
    body = orjson.dumps(row.event)
    headers = signing.headers(str(row.event_id), int(clock.now().timestamp()), body, signed_with)
    try:
        async with http.post(
            url, data=body, headers=headers | {"Content-Type": "application/cloudevents+json"}, allow_redirects=False
        ) as answer:
            return Outcome(row.id, row.attempts, answer.status, _asked(answer.headers.get("Retry-After", "")))
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return Outcome(row.id, row.attempts, None)


def _asked(retry_after: str) -> timedelta:
    """Seconds or a date (RFC 9110 §10.2.3); nothing where it is neither."""
    if retry_after.isascii() and retry_after.isdigit():
        return timedelta(seconds=min(int(retry_after), 10**6))
    try:
        return parsedate_to_datetime(retry_after) - clock.now()
    except (ValueError, TypeError, OverflowError):
        return timedelta()


async def _note(kernel: web.Kernel, endpoint_id: UUID, outcomes: Sequence[Outcome]) -> None:
    """Writes down what came of it; a delivery that was asked for again in the meantime stays due."""
    unchanged = update(DELIVERIES).where(DELIVERIES.c.id == bindparam("of"), DELIVERIES.c.attempts == bindparam("tried"))
    names, next_at = ("status", "last_status", "delivered_at"), func.now() + bindparam("now_delay", type_=Interval)
    async with kernel.writing.begin() as session:
        noted = unchanged.values({name: bindparam(f"now_{name}") for name in names} | {"next_at": next_at})
        await session.execute(noted, [_noted(each) for each in outcomes])
        await session.execute(update(ENDPOINTS).where(ENDPOINTS.c.id == endpoint_id, ENDPOINTS.c.enabled).values(_standing(outcomes)))


def _standing(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """How the endpoint stands after these: whoever is gone, or took nothing for three days, is switched off and says why."""
    statuses = {each.status for each in outcomes}
    if any(each.answered == policy.GONE for each in outcomes):
        return _off("gone")
    if "delivered" in statuses:
        return {"failing_since": None}
    since = func.coalesce(ENDPOINTS.c.failing_since, func.now())
    if "failed" not in statuses:
        return {"failing_since": since}
    over = since <= func.now() - policy.RETRIED_FOR
    return {name: case((over, value), else_=ENDPOINTS.c[name]) for name, value in _off("failing").items()} | {"failing_since": since}


def _off(reason: str) -> dict[str, Any]:
    since = func.coalesce(ENDPOINTS.c.failing_since, func.now())
    return {"enabled": False, "disabled_reason": reason, "failing_since": since, "version": ENDPOINTS.c.version + 1}


def _noted(outcome: Outcome) -> dict[str, Any]:
    now, status = clock.now(), outcome.status
    delay = timedelta(seconds=policy.delay_seconds(outcome.attempts, random.random(), outcome.asked))
    return {
        "of": outcome.delivery_id,
        "tried": outcome.attempts,
        "now_status": status,
        "now_last_status": outcome.answered,
        "now_delay": delay if status == "pending" else None,
        "now_delivered_at": now if status == "delivered" else None,
    }


async def purge(kernel: web.Kernel, pace: forgetting.Pace) -> None:
    """Forgets what was settled more than thirty days ago, by the database's clock and while that goes on as it did. A delivery's id tells when it was made
    (UUIDv7). What a clock that was ahead put off too far is due."""
    async with kernel.writing.begin() as session:
        now: datetime = (await session.execute(select(func.now()))).scalar_one()
        if pace.steady(now.timestamp(), time.monotonic()):
            made_before = UUID(int=int((now - KEPT_FOR).timestamp() * 1000) << 80)
            await session.execute(delete(DELIVERIES).where(DELIVERIES.c.id < made_before, DELIVERIES.c.status != "pending"))
        put_off = db.is_too_far(DELIVERIES.c.next_at, policy.ASKED_DELAY_AT_MOST)
        await session.execute(update(DELIVERIES).where(DELIVERIES.c.status == "pending", put_off).values(next_at=func.now()))
