"""How often something may be done: per client by setting, and always for what could be harvested or guessed. Counted by the library `limits`.

Counts live in the process, or in Valkey or Redis when `LIMITS_URI` names one that all processes share. They run by the real clock. A store that is away
or hangs stops nobody and holds nobody up: it is logged once, left alone for a while, and what it would have counted passes.
"""

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv6Network
from typing import Any

import limits as library
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string

from shared import errors, telemetry


@dataclass(frozen=True, slots=True)
class Quota:
    """So many in so many seconds, each for one of whom is counted: an address, a client, an institution. `detail` is told when it is used up."""

    name: str
    at_most: int
    seconds: int
    detail: str = ""

    @property
    def item(self) -> library.RateLimitItem:
        return library.RateLimitItemPerSecond(self.at_most, self.seconds, namespace=self.name)

    @property
    def policy(self) -> str:
        """As a `RateLimit-Policy` header says it."""
        return f'"{self.name}";q={self.at_most};w={self.seconds}'


MINUTE, HOUR, DAY = 60, 3_600, 86_400
SHARED_STORE: dict[str, Any] = {
    "implementation": "valkey",
    "socket_timeout": 0.25,
    "socket_connect_timeout": 0.25,
}  # one client package for both servers
LEFT_ALONE_SECONDS = 5.0
TOKEN_FAILURES = Quota("token-failures", 20, MINUTE, "此地址取令牌或登录失败过多,每分钟最多 20 次。")
VERIFICATIONS = Quota("verifications", 60, MINUTE, "此地址核验证书过于频繁,每分钟最多 60 次。")
VERIFICATION_MISSES = Quota("verification-misses", 200, HOUR, "这个编号一小时内核验不符已达 200 次。")
LOOKUP_MISSES = Quota("lookup-misses", 200, DAY, "本机构今日查询的证件号码中未登记的已达 200 个上限,请核对名单后明日再查,或直接登记。")
LOOKUP_MISSES_OF_A_PERSON = Quota("lookup-misses-of-a-person", 5_000, DAY, "您今日查询的证件号码中未登记的已达 5000 个上限。")
COMPLAINTS = Quota("complaints", 60, MINUTE, "此地址投诉或查询投诉过于频繁,每分钟最多 60 次。")
OBJECTIONS = Quota("objections", 60, MINUTE, "此地址提出异议过于频繁,每分钟最多 60 次。")
SEARCHES = Quota("searches", 60, MINUTE, "您查找过于频繁,每分钟最多 60 次。")
REVEALS = Quota("reveals", 100, DAY, "您今日查看全号已达 100 次上限。")


def address(origin: str | None) -> str:
    """Who is counted where an address is: of IPv6 the network of one subscriber (/64), whose addresses are without number."""
    return str(IPv6Network((origin, 64), strict=False)) if origin and ":" in origin else origin or "?"


class Limits:
    """The counts of one process, or of all that share a store."""

    def __init__(self, uri: str) -> None:
        shared = {} if uri.startswith("memory:") else SHARED_STORE
        self._store: Any = storage_from_string(f"async+{uri}", wrap_exceptions=True, **shared)
        self._counting = FixedWindowRateLimiter(self._store)
        self._left_alone_until = 0.0  # 0 while the store answers

    async def take(self, quota: Quota, whom: str, cost: int = 1) -> dict[str, str]:
        """Counts one more, or `cost`; answers the headers that say what is left, or raises `TooManyRequests` when it is too many."""
        return await self._asked(quota, whom, lambda: self._counting.hit(quota.item, whom, cost=cost) if cost else _nothing_counted())

    async def give_back(self, quota: Quota, whom: str) -> None:
        """Takes back one that was counted and does not count after all."""
        await self._asked(quota, whom, lambda: self._counting.hit(quota.item, whom, cost=-1))

    async def check(self, quota: Quota, whom: str) -> None:
        """Raises `TooManyRequests` when nothing is left; counts nothing. For what counts only when it fails."""
        await self._asked(quota, whom, lambda: self._counting.test(quota.item, whom))

    async def close(self) -> None:
        """Ends the connections to a shared store."""
        if bridge := getattr(self._store, "bridge", None):
            await bridge.storage.aclose()

    async def _asked(self, quota: Quota, whom: str, ask: Callable[[], Awaitable[bool]]) -> dict[str, str]:
        if time.monotonic() < self._left_alone_until:
            return {}
        try:
            within = await ask()
            stats = await self._counting.get_window_stats(quota.item, whom)
            if (
                stats.reset_time - time.time() > quota.seconds + 1
            ):  # the clock was put back, and the window would last until it is there again
                await self._counting.clear(quota.item, whom)
                within, stats = await ask(), await self._counting.get_window_stats(quota.item, whom)
        except StorageError as error:
            if not self._left_alone_until:
                telemetry.log.warning("limits_unavailable", error=str(error))
            self._left_alone_until = time.monotonic() + LEFT_ALONE_SECONDS
            return {}
        if self._left_alone_until:
            self._left_alone_until = 0.0
            telemetry.log.warning("limits_available")
        again = max(1, math.ceil(stats.reset_time - time.time()))
        headers = {"RateLimit-Policy": quota.policy, "RateLimit": f'"{quota.name}";r={max(0, stats.remaining)};t={again}'}
        if not within:
            said = f"{quota.detail or f'超过了每 {quota.seconds} 秒 {quota.at_most} 次的频率。'}请在 {again} 秒后再试。"
            raise errors.TooManyRequests(said, headers=headers | {"Retry-After": str(again)})
        return headers


async def _nothing_counted() -> bool:
    return True
