"""How a client proves itself at the token endpoint, by its secret or by an assertion signed with its own key (RFC 7523), and what its token may."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus

import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.codes import AccountStatus
from gateway.identity.clients.operations import PURPOSE
from gateway.identity.codes import KNOWN
from gateway.identity.tables import Client, UsedAssertion
from gateway.identity.tokens.signing import Signer
from shared import clock, privacy, redaction

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ["ES256", "ES384", "PS256", "RS256", "EdDSA"]
ASSERTION_LASTS_AT_MOST = timedelta(minutes=5)
USED_KNOWN_FOR = timedelta(days=1)  # far longer than any lasts: a clock that goes forward and back again gives none a second time


class Refused(Exception):
    """An answer in RFC 6749's words."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


def invalid_client(description: str = "the client is unknown, disabled, waits for confirmation, or did not prove itself") -> Refused:
    return Refused("invalid_client", description, 401)


def narrowed(held: frozenset[str] | None, form: Mapping[str, str]) -> frozenset[str] | None:
    """The scopes of a token: what is asked for, of those held (None: all of the role)."""
    asked = frozenset(form.get("scope", "").split())
    if beyond := asked - (held if held is not None else KNOWN):
        raise Refused("invalid_scope", f"not granted to this client: {redaction.quoted(' '.join(sorted(beyond)))}")
    return asked or held


async def prove(session: AsyncSession, vault: privacy.Vault, signer: Signer, authorization: str | None, form: Mapping[str, str]) -> Client:
    """The client that this request proves to be. One way of proof only."""
    given = [authorization is not None, "client_secret" in form, "client_assertion" in form]
    if sum(given) > 1:
        raise Refused("invalid_request", "use one way of client authentication")
    if "client_assertion" in form:
        return await _by_assertion(session, signer, form)
    client_id, secret = _basic(authorization) if authorization is not None else (form.get("client_id", ""), form.get("client_secret", ""))
    if form.get("client_id", client_id) != client_id:
        raise Refused("invalid_request", "two different client ids")
    client = await _find(session, client_id)
    kept = client.secret if client and client.secret else bytes(32)
    if not hmac.compare_digest(kept, vault.blind(secret, PURPOSE)) or client is None:
        raise invalid_client()
    return client


async def _find(session: AsyncSession, client_id: str) -> Client | None:
    found: Client | None = await session.scalar(select(Client).where(Client.client_id == client_id, Client.status == AccountStatus.ACTIVE))
    return found


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise invalid_client("use HTTP Basic")
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid_client("the Authorization header cannot be read") from error
    if not colon or "\x00" in client_id:
        raise invalid_client("the Authorization header cannot be read")
    return unquote_plus(client_id), unquote_plus(secret)


async def _by_assertion(session: AsyncSession, signer: Signer, form: Mapping[str, str]) -> Client:
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise Refused("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
    assertion = form["client_assertion"]
    client_id = _claimed(assertion)
    if form.get("client_id", client_id) != client_id:
        raise Refused("invalid_request", "two different client ids")
    client = await _find(session, client_id)
    if client is None or client.jwks is None:
        raise invalid_client()
    claims = _verified(assertion, client, signer)
    await session.execute(delete(UsedAssertion).where(UsedAssertion.expires_at < func.now()))
    used = insert(UsedAssertion).values(client_id=client_id, assertion_id=claims["jti"], expires_at=func.now() + USED_KNOWN_FOR)
    if (await session.execute(used.on_conflict_do_nothing().returning(UsedAssertion.client_id))).first() is None:
        raise invalid_client("the assertion was used before")
    return client


def _claimed(assertion: str) -> str:
    """Whose assertion it says it is; nothing is believed yet."""
    try:
        claimed = orjson.loads(jws.extract_compact(assertion.encode()).payload)["sub"]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise invalid_client("the assertion cannot be read") from error
    if not isinstance(claimed, str) or "\x00" in claimed:
        raise invalid_client("the assertion cannot be read")
    return claimed


def _verified(assertion: str, client: Client, signer: Signer) -> dict[str, Any]:
    rules = jwt.JWTClaimsRegistry(
        leeway=5,
        iss={"essential": True, "value": client.client_id},
        sub={"essential": True, "value": client.client_id},
        aud={"essential": True, "values": [signer.token_endpoint, signer.issuer]},
        exp={"essential": True},
        jti={"essential": True},
    )
    try:
        claims = jwt.decode(assertion, KeySet.import_key_set(client.jwks), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
        rules.validate(claims)
        lasts = claims["exp"] - clock.now().timestamp()
        good = lasts <= ASSERTION_LASTS_AT_MOST.total_seconds() + 5 and isinstance(claims["jti"], str) and 0 < len(claims["jti"]) <= 200
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise invalid_client("the assertion is expired, not addressed to this server, or its signature does not fit") from error
    if not good or "\x00" in claims["jti"]:
        raise invalid_client("the assertion needs a jti, and an exp at most five minutes ahead")
    return dict(claims)
