"""How often something may be done: per client by setting, and always for what could be harvested or guessed. Counted by the library `limits`.

Counts live in the process, or in Redis or Valkey when `LIMITS_URI` names one that all processes share. They run by the real clock. A store that is away
stops nobody: it is logged, and what it would have counted passes.
"""

import math
import time
from dataclasses import dataclass
from ipaddress import IPv6Network

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


MINUTE, DAY = 60, 86_400
TOKEN_FAILURES = Quota("token-failures", 20, MINUTE, "此地址取令牌或登录失败过多,每分钟最多 20 次。")
VERIFICATIONS = Quota("verifications", 60, MINUTE, "此地址核验证书过于频繁,每分钟最多 60 次。")
LOOKUP_MISSES = Quota("lookup-misses", 200, DAY, "本机构今日查询的证件号码中未登记的已达 200 个上限,请核对名单后明日再查,或直接登记。")
LOOKUP_MISSES_OF_A_PERSON = Quota("lookup-misses-of-a-person", 5_000, DAY, "您今日查询的证件号码中未登记的已达 5000 个上限。")
OBJECTIONS = Quota("objections", 60, MINUTE, "此地址提出异议过于频繁,每分钟最多 60 次。")
REVEALS = Quota("reveals", 100, DAY, "您今日查看全号已达 100 次上限。")


def address(origin: str | None) -> str:
    """Who is counted where an address is: of IPv6 the network of one subscriber (/64), whose addresses are without number."""
    return str(IPv6Network((origin, 64), strict=False)) if origin and ":" in origin else origin or "?"


class Limits:
    """The counts of one process, or of all that share a store."""

    def __init__(self, uri: str) -> None:
        self._counting = FixedWindowRateLimiter(storage_from_string(f"async+{uri}", wrap_exceptions=True))

    async def take(self, quota: Quota, whom: str, cost: int = 1) -> dict[str, str]:
        """Counts one more, or `cost`; answers the headers that say what is left, or raises `TooManyRequests` when it is too many."""
        try:
            within = cost == 0 or await self._counting.hit(quota.item, whom, cost=cost)
            return await self._headers(quota, whom, within)
        except StorageError as error:
            return _away(error)

    async def give_back(self, quota: Quota, whom: str) -> None:
        """Takes back one that was counted and does not count after all."""
        try:
            await self._counting.hit(quota.item, whom, cost=-1)
        except StorageError as error:
            _away(error)

    async def check(self, quota: Quota, whom: str) -> None:
        """Raises `TooManyRequests` when nothing is left; counts nothing. For what counts only when it fails."""
        try:
            await self._headers(quota, whom, await self._counting.test(quota.item, whom))
        except StorageError as error:
            _away(error)

    async def _headers(self, quota: Quota, whom: str, within: bool) -> dict[str, str]:
        stats = await self._counting.get_window_stats(quota.item, whom)
        again = max(1, math.ceil(stats.reset_time - time.time()))
        headers = {"RateLimit-Policy": quota.policy, "RateLimit": f'"{quota.name}";r={max(0, stats.remaining)};t={again}'}
        if not within:
            said = f"{quota.detail or f'超过了每 {quota.seconds} 秒 {quota.at_most} 次的频率。'}请在 {again} 秒后再试。"
            raise errors.TooManyRequests(said, headers=headers | {"Retry-After": str(again)})
        return headers


def _away(error: StorageError) -> dict[str, str]:
    telemetry.log.warning("limits_unavailable", error=type(error).__name__)
    return {}
