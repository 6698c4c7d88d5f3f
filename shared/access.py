"""Who calls and what they may: the actor behind a token, roles and scopes, and the check that every service makes itself.

People and systems come with a token signed by the gateway (ES256, at most 15 minutes old); services call one another's `/internal/` paths with a
token signed by the key they share. A verified token is remembered until it expires, so its cost is paid once. What was disabled, signed out or given a new
secret ends before that: every process asks the gateway every few seconds which tokens those are.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from shared import errors, redaction, telemetry
from shared.steps import Doer, person_of
from shared.workdays import Calendar

ROLES = ("institution", "person", "town", "department", "officer", "reviewer", "finance", "partner", "auditor", "system", "admin")
OFFICES = frozenset({"officer", "reviewer", "auditor"})
STAFF = OFFICES | {"finance"}
SEES_ALL = OFFICES | {"system", "service"}  # whose view of a paper no row scope narrows, unless its noun says otherwise
SEES_MONEY = SEES_ALL | {"finance"}  # the same of claims and funds, and of what is paid and asked back; finance sees no more than these
SIGNED_IN = frozenset(ROLES)
PUBLIC = frozenset({"public"})
INTERNAL = frozenset({"service"})
ADMIN = frozenset({"admin"})

KEYS_FETCHED_EVERY_SECONDS = 5.0
INTERNAL_TOKEN_SECONDS = 300
REMEMBERED_TOKENS = 10_000
ENDED_AT = "/internal/v1/ended-tokens"
ENDED_KNOWN_FOR_SECONDS = 60.0
ASKED_AGAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the account (`subject`), the person behind it, the role and what the role is bound to. `scopes` narrows a role; None means all of it.
    A `manager` makes accounts for the institution's own staff."""

    subject: str
    role: str
    person_id: UUID | None = None
    name: str = ""
    institution_id: UUID | None = None
    region_code: str | None = None
    department: str | None = None
    trainee_id: UUID | None = None
    scopes: frozenset[str] | None = None
    manager: bool = False

    @property
    def doer(self) -> Doer:
        """As the machine of states knows them."""
        return Doer(self.role, person_of(self.person_id, self.subject))

    def wire(self) -> dict[str, Any]:
        """As claims of a token."""
        values = {
            name: getattr(self, name) for name in ("role", "person_id", "name", "institution_id", "region_code", "department", "trainee_id")
        }
        claims: dict[str, Any] = {name: str(value) for name, value in values.items() if value is not None}
        claims |= {"sub": self.subject} | ({"manager": True} if self.manager else {})
        return claims | ({"scopes": sorted(self.scopes)} if self.scopes is not None else {})


def actor_of(claims: dict[str, Any]) -> Actor:
    def an_id(name: str) -> UUID | None:
        return UUID(claims[name]) if claims.get(name) else None

    scopes = frozenset(claims["scopes"]) if "scopes" in claims else None
    return Actor(
        claims["sub"],
        claims["role"],
        an_id("person_id"),
        claims.get("name", ""),
        an_id("institution_id"),
        claims.get("region_code"),
        claims.get("department"),
        an_id("trainee_id"),
        scopes,
        claims.get("manager") is True,
    )


ANYONE = Actor("public", "public")


@dataclass(slots=True)
class Deadline:
    """When the caller stops waiting, by the monotonic clock. It is put off while the request is still coming in."""

    at: float

    def left(self) -> float:
        """Seconds."""
        return self.at - time.monotonic()


@dataclass(frozen=True, slots=True)
class Call:
    """One call being served: who makes it, when (the policy clock), and how it is traced. Handed to every operation.

    `if_match`: the versions that the caller's `If-Match` names (or `*`); None when it was not sent. `told`: what things are called, by kind and id, as far
    as it was learnt while the call was served and the caller may see it: the answer is named with it (`shared.names`) before anybody is asked. `calendar`:
    the working days that the process knows; None outside a request.
    """

    actor: Actor
    now: datetime
    request_id: str = ""
    traceparent: str | None = None
    origin: str | None = None
    if_match: frozenset[str] | None = None
    server_date: str | None = None
    deadline: Deadline | None = None
    told: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict, compare=False)
    calendar: Calendar | None = field(default=None, compare=False)

    @property
    def today(self) -> date:
        return self.now.date()

    def patient(self, seconds: float) -> "Call":
        """The same call where its caller waits `seconds` longer than for others: for an event, for a long check."""
        return replace(self, deadline=self.deadline and Deadline(self.deadline.at + seconds))

    def matching(self, versions: frozenset[str]) -> "Call":
        """The same call, on condition that the paper has one of these versions."""
        return replace(self, if_match=versions)

    def match(self, version: int) -> None:
        """412 when the caller's `If-Match` is not this version. Called as soon as the paper is read, before its state and rules."""
        if self.if_match is not None and not self.if_match & {"*", str(version)}:
            seen = redaction.quoted("、".join(sorted(self.if_match))) or "弱标签"
            raise errors.StaleVersion(f"您依据的版本是 {seen},当前版本是 {version}。请重新读取,核对后再提交。")


class WrongRole(errors.Problem):
    code, status = "wrong_role", 403


class MissingScope(errors.Problem):
    code, status = "missing_scope", 403


def require(actor: Actor, may: frozenset[str], scope: str) -> None:
    """403 unless the role is among `may` and, where scopes narrow it, holds `scope` (`trainees.read`, `claims.write`, …; empty where none is needed)."""
    if actor.role not in may:
        raise WrongRole(f"当前角色 {actor.role};可办理的角色:{'、'.join(sorted(may))}。", seen=actor.role, allowed=sorted(may))
    if scope and actor.scopes is not None and actor.role != "service" and scope not in actor.scopes:
        raise MissingScope(f"需要范围 {scope}。", allowed=[scope])


@dataclass
class Tokens:
    """Verifies tokens for one process. `fetch` asks the gateway for its keys (JWKS), again when a token is signed by none that is known.

    The gateway itself holds the keys: it fetches none. `fetch_ended` asks it which tokens ended before their time, by what they name in `sid`.
    """

    issuer: str
    audience: str
    internal_key: bytes
    keys: KeySet = field(default_factory=lambda: KeySet([]))
    fetch: Callable[[], Awaitable[Any]] | None = None
    fetch_ended: Callable[[], Awaitable[Iterable[str]]] | None = None
    ended: frozenset[str] = frozenset()
    ended_known_at: float = float("-inf")
    _fetched_at: float = float("-inf")
    _fetching: asyncio.Lock = field(default_factory=asyncio.Lock)
    _known: dict[str, tuple[float, float, Actor, str]] = field(default_factory=dict)
    _made: dict[str, tuple[int, str]] = field(default_factory=dict)

    async def actor(self, token: str, *, internal: bool) -> Actor:
        """The actor behind a token, or `Unauthenticated`. Expiry is judged by the real clock."""
        remembered = self._known.get(token)
        if remembered and (remembered[2].role == "service") == internal:
            if remembered[1] <= time.monotonic():  # also where the clock was put back since
                raise errors.Unauthenticated("令牌已过期。请重新登录或重新取得令牌。")
            if remembered[0] > time.time():
                self._refuse_ended(remembered[3])
                return remembered[2]
            self._known.pop(token, None)
        claims = self._internal(token) if internal else await self._external(token)
        try:
            actor = actor_of(claims)
        except (KeyError, ValueError, TypeError) as error:
            raise errors.Unauthenticated("令牌缺少必要的声明。") from error
        if internal is not (actor.role == "service"):
            raise errors.Unauthenticated("令牌不适用于此地址。")
        sid = str(claims.get("sid", ""))
        self._refuse_ended(sid)
        if len(self._known) >= REMEMBERED_TOKENS:
            self._known.clear()
        self._known[token] = (claims["exp"], time.monotonic() + claims["exp"] - time.time(), actor, sid)
        return actor

    def _refuse_ended(self, sid: str) -> None:
        if sid in self.ended:
            raise errors.Unauthenticated("令牌已提前作废:账号已停用、已退出登录,或密码、密钥已更换。请重新登录或重新取得令牌。")

    async def learn_ended(self) -> None:
        """Asks which tokens ended before their time. While nobody answers, what is known stays so."""
        if self.fetch_ended:
            self.ended = frozenset(await self.fetch_ended())
            self.ended_known_at = time.monotonic()

    async def keep_learning(self, every_seconds: float) -> None:
        """Asks for as long as the process lives; one that has just started asks until it is told."""
        while True:
            try:
                await self.learn_ended()
            except Exception as error:
                telemetry.log.warning("ended_tokens_unknown", error=type(error).__name__, last_known=self.ended_known_at > 0)
            await asyncio.sleep(every_seconds if self.ended_known_at > 0 else min(every_seconds, ASKED_AGAIN_SECONDS))

    def knows_ended(self) -> dict[str, Any]:
        """For `/readyz`: needed once; a gateway that is away later stops nobody, since tokens end by themselves within 15 minutes."""
        fresh = time.monotonic() - self.ended_known_at < ENDED_KNOWN_FOR_SECONDS
        return {"status": "ok" if fresh else "unavailable", "needed": self.ended_known_at < 0}

    def internal_token(self, service: str) -> str:
        """A token for a call from one service to another; the same one for half its time, so that the other side remembers it."""
        made, now = self._made.get(service), int(time.time())
        if made is None or not made[0] <= now < made[0] + INTERNAL_TOKEN_SECONDS // 2:
            claims = {"iss": service, "aud": "internal", "sub": service, "role": "service", "iat": now, "exp": now + INTERNAL_TOKEN_SECONDS}
            made = self._made[service] = now, jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(self.internal_key))
        return made[1]

    def _internal(self, token: str) -> dict[str, Any]:
        return _checked(token, OctKey.import_key(self.internal_key), "HS256", {"aud": "internal"})

    async def _external(self, token: str) -> dict[str, Any]:
        expected, keys = {"iss": self.issuer, "aud": self.audience}, self.keys
        try:
            return _checked(token, keys, "ES256", expected)
        except errors.Unauthenticated:
            await self._renew()
            if self.keys is keys:
                raise
            return _checked(token, self.keys, "ES256", expected)

    async def _renew(self) -> None:
        """Fetches the keys, at most once in five seconds while any is known; whoever comes meanwhile waits and has what was fetched.

        A gateway that is away is a 503 only while no key is known at all.
        """
        if self.fetch is None:
            return
        before = self._fetched_at
        async with self._fetching:
            due = time.monotonic() - before >= KEYS_FETCHED_EVERY_SECONDS or not self.keys.keys
            if due and self._fetched_at == before:
                with contextlib.suppress(errors.Problem, JoseError, ValueError, KeyError, TypeError):  # away, or answering nonsense
                    self.keys = KeySet.import_key_set(await self.fetch())
                self._fetched_at = time.monotonic()
        if not self.keys.keys:
            raise errors.Unavailable("暂时取不到令牌的验证公钥,请稍后重试。")


def is_internal(token: str) -> bool:
    """Whether a token claims to be a service's (to be verified as such)."""
    try:
        return bool(jws.extract_compact(token.encode()).headers().get("alg") == "HS256")
    except (JoseError, ValueError):
        return False


def _checked(token: str, key: Any, algorithm: str, expected: dict[str, str]) -> dict[str, Any]:
    try:
        claims = jwt.decode(token, key, algorithms=[algorithm]).claims
        required: dict[str, Any] = {name: {"essential": True, "value": value} for name, value in expected.items()}
        jwt.JWTClaimsRegistry(leeway=5, exp={"essential": True}, **required).validate(claims)
    except (JoseError, ValueError, KeyError) as error:
        raise errors.Unauthenticated("令牌已过期、签名不符或不是发给本系统的。") from error
    return dict(claims)
