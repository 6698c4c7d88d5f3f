"""Clients: making them, turning them off, giving them a new secret."""

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.codes import AccountStatus
from gateway.identity import operations as accounts
from gateway.identity import rules
from gateway.identity.clients.policy import MACHINE
from gateway.identity.ended import operations as ended
from gateway.identity.errors import PRIVATE_KEY
from gateway.identity.schemas import AccountChange, ClientIn, ClientMade, ClientOut, ClientPaper
from gateway.identity.tables import Client
from shared import access, db, deeds, errors, web

PURPOSE = "client_secret"


async def make(
    session: AsyncSession, call: access.Call, kernel: web.Kernel, asked: ClientIn, unknown: Iterable[errors.Fault]
) -> ClientMade:
    """A new client and its secret, which nobody can read again."""
    faults = [*rules.faults(asked.role, rules.bound(asked)), *unknown]
    try:
        jwks = public_keys(asked.jwks) if asked.jwks is not None else None
    except (JoseError, ValueError):
        faults.append(errors.Fault(PRIVATE_KEY, pointer="/jwks", allowed="EC、RSA 或 OKP 公钥", fix="请只提供公钥部分。"))
    if faults:
        raise errors.Invalid(faults=faults)
    secret, made_id = secrets.token_urlsafe(32), db.new_id()
    client = Client(id=made_id, client_id=str(made_id), secret=kernel.vault.blind(secret, PURPOSE), jwks=jwks, **rules.columns(asked))
    accounts.handed_out(kernel.settings, call, client)
    session.add(client)
    await session.flush()
    await deeds.record(
        session, call, "client.created", client.id, event=False, details={"role": client.role, "person_id": str(client.person_id)}
    )
    return made(call, client, secret)


async def load(session: AsyncSession, client_id: str, *, lock: bool = False) -> Client:
    found = select(Client).where(Client.client_id == client_id)
    client = await session.scalar(found.with_for_update() if lock else found)
    if client is None:
        raise errors.NotFound("没有这个客户端。请核对 client_id。")
    return client


async def permit(session: AsyncSession, call: access.Call, client_id: str, *, action: str, lock: bool = False) -> Client:
    """The client, of the caller's version, where the action can be taken now."""
    client = await load(session, client_id, lock=lock)
    accounts.permit(MACHINE, action, call, client)
    return client


async def disable(session: AsyncSession, call: access.Call, client_id: str) -> Client:
    """No more tokens for it; those it has end at every service within the minute. Saying so twice changes nothing."""
    client = await permit(session, call, client_id, action="disable", lock=True)
    if client.disabled_at is None:
        client.disabled_at, client.status = call.now, AccountStatus.DISABLED
        await ended.end(session, client.sid)
        await deeds.record(session, call, "client.disabled", client.id, event=False)
        await session.flush()
    return client


async def rotate_secret(session: AsyncSession, call: access.Call, kernel: web.Kernel, client_id: str) -> ClientMade:
    """A new secret; the old one ends at once, and within the minute the tokens that were given for it."""
    client = await permit(session, call, client_id, action="rotate-secret", lock=True)
    secret = secrets.token_urlsafe(32)
    client.secret = kernel.vault.blind(secret, PURPOSE)
    accounts.handed_out(kernel.settings, call, client)
    await ended.end(session, client.sid)
    client.sid = uuid4()
    await deeds.record(session, call, "client.secret_rotated", client.id, event=False)
    await session.flush()
    return made(call, client, secret)


async def change(session: AsyncSession, call: access.Call, kernel: web.Kernel, client_id: str, body: AccountChange) -> Client:
    """Tokens given for what it was end within the minute."""
    client = await permit(session, call, client_id, action="change", lock=True)
    if changed := accounts.change(call, kernel.settings, client, body):
        await ended.end(session, client.sid)
        client.sid = uuid4()
        await deeds.record(session, call, "client.changed", client.id, event=False, details={"fields": changed})
        await session.flush()
    return client


async def confirm(session: AsyncSession, call: access.Call, client_id: str) -> Client:
    client = await permit(session, call, client_id, action="confirm", lock=True)
    await accounts.confirm(session, call, client, client.id, "client")
    return client


def made(call: access.Call, client: Client, secret: str) -> ClientMade:
    return ClientMade(**dict(paper(call, client)), client_secret=secret)


def paper(call: access.Call, client: Client) -> ClientPaper:
    """The client, with what the caller may do."""
    return ClientPaper(**dict(show(client)), allowed_actions=accounts.allowed_actions(MACHINE, call, client))


def show(client: Any) -> ClientOut:
    return ClientOut.model_validate(client)


def public_keys(given: dict[str, Any]) -> dict[str, Any]:
    """The public keys of a JWK or JWK Set, as they are kept. ValueError when there is a private or symmetric one, or none."""
    jwks = given.get("keys", [given])
    if (
        not isinstance(jwks, list)
        or not jwks
        or any(not isinstance(key, dict) or key.get("kty") not in ("EC", "RSA", "OKP") for key in jwks)
    ):
        raise ValueError("asymmetric keys only")
    keys = [import_key(key) for key in jwks]
    if any(key.is_private for key in keys):
        raise ValueError("public keys only")
    return dict(KeySet(keys).as_dict(private=False))
