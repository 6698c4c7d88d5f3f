"""The local stack's clients, one for each role that needs no binding; their names are their secrets, so nowhere else do they exist."""

import asyncio
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from gateway.identity.clients.operations import PURPOSE
from gateway.identity.codes import EVERY_READ
from gateway.identity.tables import Client
from shared import telemetry, web

PREFIX = "local-"
ROLES = ("officer", "reviewer", "finance", "partner", "auditor", "admin", "system")
_PLACE = UUID("5d6a1c0e-6c58-5d52-9c0b-6f6b61696c69")
_TRY_AGAIN_SECONDS = 0.5


async def keep_trying(kernel: web.Kernel) -> None:
    """Makes them at start, as soon as the database can be reached."""
    while True:
        try:
            return await make(kernel)
        except Exception as error:
            telemetry.log.warning("local_clients_failed", error=type(error).__name__)
            await asyncio.sleep(_TRY_AGAIN_SECONDS)


async def make(kernel: web.Kernel) -> None:
    """Makes those that are missing, and gives `local-system` what has come to be readable since. Each stands for a person of its own, the same after every start."""
    rows = [
        {
            "id": uuid5(_PLACE, f"client {role}"),
            "version": 1,
            "client_id": f"{PREFIX}{role}",
            "secret": kernel.vault.blind(f"{PREFIX}{role}", PURPOSE),
            "name": f"本机 {role}",
            "role": role,
            "person_id": uuid5(_PLACE, f"person {role}"),
            "scopes": EVERY_READ if role == "system" else None,
        }
        for role in ROLES
    ]
    making = insert(Client).values(rows)
    async with kernel.writing.begin() as session:
        await session.execute(making.on_conflict_do_update(index_elements=["client_id"], set_={"scopes": making.excluded.scopes}))


async def check(kernel: web.Kernel) -> dict[str, Any]:
    """For `/readyz`: whether all of them are there."""
    async with kernel.reading() as session:
        found = await session.scalar(select(func.count()).where(Client.client_id.in_([f"{PREFIX}{role}" for role in ROLES])))
    return {"status": "ok" if found == len(ROLES) else "unavailable"}
