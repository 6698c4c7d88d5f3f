"""The local stack's accounts: a client and a user for each role that needs no binding. Their names are their secrets, so nowhere else do they exist."""

import asyncio
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from gateway.identity.clients.operations import PURPOSE
from gateway.identity.codes import EVERY_READ
from gateway.identity.rules import LOCAL
from gateway.identity.sessions import passwords
from gateway.identity.tables import Client, User
from shared import telemetry, web

ROLES = ("officer", "reviewer", "finance", "partner", "auditor", "admin", "system")
NAMES = {role: f"{LOCAL}{role}" for role in ROLES}
_PLACE = UUID("5d6a1c0e-6c58-5d52-9c0b-6f6b61696c69")
_TRY_AGAIN_SECONDS = 0.5


async def keep_trying(kernel: web.Kernel) -> None:
    """Makes them at start, as soon as the database can be reached."""
    while True:
        try:
            return await make(kernel)
        except Exception as error:
            telemetry.log.warning("local_accounts_failed", error=type(error).__name__)
            await asyncio.sleep(_TRY_AGAIN_SECONDS)


async def make(kernel: web.Kernel) -> None:
    """Makes those that are missing, and gives `local-system` what has come to be readable since. The client and the user of a role stand for one person,
    the same after every start."""
    clients = insert(Client).values(
        [_account(role, "client") | {"client_id": name, "secret": kernel.vault.blind(name, PURPOSE)} for role, name in NAMES.items()]
    )
    users = insert(User).values(
        [_account(role, "user") | {"login": name, "password": passwords.known(name)} for role, name in NAMES.items()]
    )
    async with kernel.writing.begin() as session:
        await session.execute(clients.on_conflict_do_update(index_elements=["client_id"], set_={"scopes": clients.excluded.scopes}))
        await session.execute(users.on_conflict_do_update(index_elements=["login"], set_={"scopes": users.excluded.scopes}))


def _account(role: str, kind: str) -> dict[str, Any]:
    return {
        "id": uuid5(_PLACE, f"{kind} {role}"),
        "version": 1,
        "name": f"本机 {role}",
        "role": role,
        "person_id": uuid5(_PLACE, f"person {role}"),
        "scopes": EVERY_READ if role == "system" else None,
    }


async def check(kernel: web.Kernel) -> dict[str, Any]:
    """For `/readyz`: whether all of them are there."""
    found = select(func.count()).where(User.login.in_(NAMES.values()))
    async with kernel.reading() as session:
        return {"status": "ok" if await session.scalar(found) == len(ROLES) else "unavailable"}
