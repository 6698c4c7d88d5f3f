"""Users: people who sign in with a name and a password."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.codes import AccountStatus
from gateway.identity import operations as accounts
from gateway.identity import rules
from gateway.identity.ended import operations as ended
from gateway.identity.schemas import AccountChange, UserIn, UserMade, UserOut
from gateway.identity.sessions import passwords
from gateway.identity.tables import User
from shared import access, deeds, errors, settings


async def make(session: AsyncSession, call: access.Call, of: settings.Settings, asked: UserIn) -> UserMade:
    """A new user. The password given, or one that is made here, is answered this once."""
    faults = rules.faults(asked.role, rules.bound(asked))
    if asked.password is not None:
        faults += await passwords.faults(asked.password, "/password", (asked.name, asked.login or ""))
    if faults:
        raise errors.Invalid(faults=faults)
    password = asked.password or passwords.generate()
    user = User(login=asked.login or asked.name, password=await passwords.digest(password), **rules.columns(asked))
    accounts.handed_out(of, call, user)
    session.add(user)
    await session.flush()
    await deeds.record(session, call, "user.created", user.id, event=False, details={"role": user.role, "person_id": str(user.person_id)})
    return made(user, password)


async def load(session: AsyncSession, user_id: UUID, *, to_change: bool = False) -> User:
    """`to_change` locks the user before its sessions, so that none is opened while they end."""
    user = await session.get(User, user_id, with_for_update=to_change)
    if user is None:
        raise errors.NotFound("没有这个用户。请核对编号。")
    return user


async def disable(session: AsyncSession, call: access.Call, user_id: UUID) -> User:
    """No more sign-ins; the user's sessions end, at every service within the minute. Saying so twice changes nothing."""
    user = await load(session, user_id, to_change=True)
    call.match(user.version)
    if user.disabled_at is None:
        user.disabled_at, user.status = call.now, AccountStatus.DISABLED
        await ended.end_sessions(session, user.id)
        await deeds.record(session, call, "user.disabled", user.id, event=False)
        await session.flush()
    return user


async def reset_password(session: AsyncSession, call: access.Call, of: settings.Settings, user_id: UUID) -> UserMade:
    """A new password for one who forgot it; every session of the user ends."""
    user = await load(session, user_id, to_change=True)
    call.match(user.version)
    if user.disabled_at is not None:
        raise errors.InvalidState("用户已停用,不能重置密码。")
    password = passwords.generate()
    user.password = await passwords.digest(password)
    accounts.handed_out(of, call, user)
    await ended.end_sessions(session, user.id)
    await deeds.record(session, call, "user.password_reset", user.id, event=False)
    await session.flush()
    return made(user, password)


async def change(session: AsyncSession, call: access.Call, of: settings.Settings, user_id: UUID, body: AccountChange) -> User:
    """Whoever is signed in signs in anew: sessions are of what the user was."""
    user = await load(session, user_id, to_change=True)
    if changed := accounts.change(call, of, user, body):
        await ended.end_sessions(session, user.id)
        await deeds.record(session, call, "user.changed", user.id, event=False, details={"fields": changed})
        await session.flush()
    return user


async def confirm(session: AsyncSession, call: access.Call, user_id: UUID) -> User:
    user = await load(session, user_id, to_change=True)
    await accounts.confirm(session, call, user, user.id, "user")
    return user


def made(user: User, password: str) -> UserMade:
    return UserMade(**UserOut.model_validate(user).model_dump(), client_id=user.login, client_secret=password)


def show(user: Any) -> UserOut:
    return UserOut.model_validate(user)
