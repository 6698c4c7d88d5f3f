"""Taking in what the registry announces of the people whom accounts are bound to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.codes import AccountStatus
from gateway.identity.ended import operations as ended
from gateway.identity.tables import Client, User
from shared import deeds
from shared.access import Call
from shared.changes import Event
from shared.following import TakeIn, one_by_one

ERASED: Final = "trainee.erased"
NO_NAME: Final = "(已删除)"


def taking_in(own_call: Callable[[], Call]) -> TakeIn:
    async def take_in(session: AsyncSession, event: Event) -> None:
        if event.type == ERASED:
            await close_accounts(session, replace(own_call(), now=event.time), event.subject)

    return one_by_one(take_in)


async def close_accounts(session: AsyncSession, call: Call, trainee_id: UUID) -> None:
    """Of a person of whom nothing is kept: nobody signs in by them any more, and they say neither the name nor what the issuer calls them. Whoever comes
    back and is registered anew gets an account as for the first time."""
    users = await session.scalars(select(User).where(User.trainee_id == trainee_id).order_by(User.id).with_for_update())
    for user in users.all():
        user.login = str(user.id)
        user.subject = user.subject and str(user.id)
        await ended.end_sessions(session, user.id)
        await _close(session, call, user, "user")
    clients = await session.scalars(select(Client).where(Client.trainee_id == trainee_id).order_by(Client.id).with_for_update())
    for client in clients.all():
        await ended.end(session, client.sid)
        await _close(session, call, client, "client")


async def _close(session: AsyncSession, call: Call, account: User | Client, noun: str) -> None:
    account.name = NO_NAME
    if account.status != AccountStatus.DISABLED:
        account.disabled_at, account.status = call.now, AccountStatus.DISABLED
    await deeds.record(session, call, f"{noun}.disabled", account.id, event=False, details={"because": ERASED})
