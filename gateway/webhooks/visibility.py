"""Whose endpoints are whose, and what they hear of: each belongs to the account that made it and is told what that account may see today.

Nobody else sees it, and nothing is sent once the account is disabled, or has become another role's.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.codes import AccountStatus
from gateway.identity.tables import Client, User
from gateway.webhooks import policy
from gateway.webhooks.tables import Endpoint
from shared.access import Actor

OWNERS = frozenset({"system", "admin", "partner", "institution"})
ACCOUNTS: tuple[tuple[type[Client | User], Any], ...] = ((Client, Client.client_id), (User, cast(User.id, Text)))


@dataclass(frozen=True, slots=True)
class Listener:
    """An endpoint in use, what it asks for, and as whom it hears."""

    endpoint_id: UUID
    types: list[str] | None
    actor: Actor


def owner(actor: Actor) -> str:
    return f"{actor.role}:{actor.subject}"


def rows(actor: Actor) -> ColumnElement[bool]:
    return Endpoint.owner == owner(actor)


@cache
def heard() -> ColumnElement[bool]:
    """Of an endpoint: it is switched on, and so is the account it belongs to. Made once: it is asked every second."""
    return and_(Endpoint.enabled, or_(*(exists().where(_its(account, subject)) for account, subject in ACCOUNTS)))


async def listening(session: AsyncSession) -> list[Listener]:
    found: list[Listener] = []
    for account, subject in ACCOUNTS:
        rows: Any = await session.execute(select(Endpoint, account).join(account, _its(account, subject)).where(Endpoint.enabled))
        for endpoint, holder in rows:
            actor: Actor = holder.actor(endpoint.owner.partition(":")[2])
            actor = replace(actor, scopes=policy.narrowed(actor.scopes, endpoint.scopes))
            found.append(Listener(endpoint.id, endpoint.types, actor))
    return found


def _its(account: type[Client | User], subject: Any) -> ColumnElement[bool]:
    role, name = (func.split_part(Endpoint.owner, ":", part) for part in (1, 2))
    return and_(subject == name, account.role == role, account.status == AccountStatus.ACTIVE)
