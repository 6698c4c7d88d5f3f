"""The trusted issuer of OpenID Connect tokens (city's or province's sign-in): asked for its keys and addresses, which are remembered, and for what a code of
its stands for: a page of ours asks nobody but us.

They are asked for again after ten minutes, so that a key it has withdrawn opens nothing for longer, and for a token that is signed by none of them, but
then at most once in ten seconds. While the issuer is away and its keys are not known, exchanges are answered 503; whoever is signed in stays so.
"""

import asyncio
import ssl
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey, import_key

from gateway.identity.exchange import policy
from gateway.settings import Settings, is_safe
from shared import errors, telemetry

KNOWN_FOR_SECONDS = 600.0
ASKED_AGAIN_SECONDS = 10.0  # for a key that is not among those known, and of an issuer that did not answer
ANSWERS_WITHIN_SECONDS = 3.0
LARGEST_BYTES = 256 * 1024
RSA_BITS_AT_LEAST = 2048
ASYMMETRIC = (ECKey, RSAKey, OKPKey)


@dataclass
class Issuer:
    """`url`: its name, to the letter. `loopback`: whether it may be reached without TLS on this machine, as in the local stack."""

    url: str
    audience: str
    number_claim: str
    loopback: bool
    secret: str | None = None
    keys: KeySet = field(default_factory=lambda: KeySet([]))
    described: dict[str, Any] = field(default_factory=dict)
    _learnt_at: float = float("-inf")
    _failed_at: float = float("-inf")
    _learning: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def claims(self, token: str) -> dict[str, Any]:
        """What the issuer signed. `NotTaken`: it did not sign this; `Unavailable`: its keys cannot be had."""
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError) as error:
            raise policy.NotTaken("unreadable", "the subject token is no signed JWT") from error
        policy.readable(header)
        await self._learn(KNOWN_FOR_SECONDS)
        if (claims := _opened(token, self.keys)) is None:
            await self._learn(ASKED_AGAIN_SECONDS)
            claims = _opened(token, self.keys)
        if claims is None:
            raise policy.NotTaken("signature", "the subject token's signature fits none of the issuer's keys")
        return claims

    async def signs_in_at(self) -> str:
        """Where a browser is sent to sign in."""
        await self._learn(KNOWN_FOR_SECONDS)
        return self._address("authorization_endpoint")

    async def redeem(self, code: str, verifier: str, redirect_uri: str) -> str:
        """The id_token that a code stands for (RFC 6749 §4.1.3, RFC 7636)."""
        await self._learn(KNOWN_FOR_SECONDS)
        form = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_SECONDS), _client() as http:
                proof: dict[str, Any] = (
                    {"data": form, "auth": (self.audience, self.secret)} if self.secret else {"data": form | {"client_id": self.audience}}
                )
                said = await _json(http, self._address("token_endpoint"), "POST", **proof)
            return str(said["id_token"])
        except httpx.HTTPStatusError as error:
            if error.response.status_code >= 500:
                raise _away() from error
            raise policy.NotTaken("code", "the issuer does not take this code; sign in there again") from error
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise _away() from error

    def _address(self, name: str) -> str:
        address = self.described.get(name)
        if not isinstance(address, str) or not is_safe(address, loopback=self.loopback):
            raise _away()
        return address

    async def _learn(self, older_than_seconds: float) -> None:
        """The keys, unless they were learnt more lately; whoever comes meanwhile waits, and has what was learnt."""
        known = self._learnt_at
        if time.monotonic() - known < older_than_seconds:
            return
        async with self._learning:
            if self._learnt_at != known:
                return
            if time.monotonic() - self._failed_at < ASKED_AGAIN_SECONDS:
                raise _away()
            try:
                self.keys = await self._fetch()
            except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, KeyError, TypeError, AttributeError) as error:
                self._failed_at = time.monotonic()
                telemetry.log.warning("issuer_unavailable", error=type(error).__name__)
                raise _away() from error
            self._learnt_at = time.monotonic()

    async def _fetch(self) -> KeySet:
        async with asyncio.timeout(ANSWERS_WITHIN_SECONDS), _client() as http:
            described = await _json(http, f"{self.url.rstrip('/')}/.well-known/openid-configuration")
            if described["issuer"] != self.url:
                raise ValueError("it calls itself otherwise")
            address = described["jwks_uri"]
            if not isinstance(address, str) or not is_safe(address, loopback=self.loopback):
                raise ValueError("its keys are not at a safe address")
            self.described = described
            return _usable(await _json(http, address))


def build(of: Settings) -> Issuer | None:
    """None where no issuer is trusted."""
    if of.oidc_issuer is None or of.oidc_audience is None:
        return None
    return Issuer(of.oidc_issuer, of.oidc_audience, of.oidc_id_number_claim, of.environment == "local", of.oidc_client_secret)


def _away() -> errors.Unavailable:
    return errors.Unavailable("取不到可信签发者的公钥。", headers={"Retry-After": str(int(ASKED_AGAIN_SECONDS))})


def _opened(token: str, keys: KeySet) -> dict[str, Any] | None:
    """What the token says, if one of the keys signed it."""
    try:
        return dict(jwt.decode(token, keys, algorithms=list(policy.SIGNED_WITH)).claims)
    except (JoseError, ValueError, TypeError):
        return None


def _client() -> httpx.AsyncClient:
    """One that follows nobody elsewhere."""
    return httpx.AsyncClient(timeout=ANSWERS_WITHIN_SECONDS, follow_redirects=False, verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """Whom this process trusts of those who speak TLS. Read once: it takes a twentieth of a second, in which nobody else is served."""
    return httpx.create_ssl_context()


async def _json(http: httpx.AsyncClient, url: str, method: str = "GET", **request: Any) -> Any:
    body = b""
    async with http.stream(method, url, headers={"Accept": "application/json"}, **request) as answer:
        answer.raise_for_status()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > LARGEST_BYTES:
                raise ValueError("it is too large")
    return orjson.loads(body)


def _usable(jwks: Any) -> KeySet:
    """Its public keys to verify signatures with; others that it publishes are passed over. ValueError where there is none."""
    usable: list[Key] = []
    for described in jwks["keys"]:
        try:
            key = import_key(described)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
        strong = not isinstance(key, RSAKey) or key.public_key.key_size >= RSA_BITS_AT_LEAST
        if isinstance(key, ASYMMETRIC) and strong and described.get("use", "sig") == "sig":
            usable.append(key)
    if not usable:
        raise ValueError("it has no usable key")
    return KeySet(usable)
