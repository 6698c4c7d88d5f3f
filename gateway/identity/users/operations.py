"""Users: people who sign in with a name and a password."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.codes import AccountStatus, Role
from gateway.identity import operations as accounts
from gateway.identity import rules
from gateway.identity.ended import operations as ended
from gateway.identity.errors import OUTSIDE
from gateway.identity.schemas import UserChange, UserIn, UserMade, UserOut, UserPaper
from gateway.identity.sessions import passwords
from gateway.identity.tables import User
from gateway.identity.users import policy, visibility
from shared import access, deeds, errors, settings

ALLOWED = {
    "institution": "本机构(角色 institution)的新人员,范围不超出您自己的",
    "officer": "角色 person,以 issuer 和 subject 绑定,不设密码",
}


async def make(session: AsyncSession, call: access.Call, of: settings.Settings, asked: UserIn, unknown: Iterable[errors.Fault]) -> UserMade:
    """A new user. The password given, or one that is made here, is answered this once; who signs in at the issuer needs none."""
    visibility.rows(call.actor)
    if call.actor.role == asked.role == Role.INSTITUTION and asked.institution_id is None:
        asked = asked.model_copy(update={"institution_id": call.actor.institution_id})
    said = rules.bound(asked)
    faults = [*rules.faults(asked.role, said), *rules.unfit_to_bind(of, said), *unknown]
    faults += _beyond(call.actor, asked.role, said | {"person_id": asked.person_id, "password": asked.password}, new=True)
    if asked.password is not None:
        faults += await passwords.faults(asked.password, "/password", (asked.name, asked.login or ""))
    if faults:
        raise errors.Invalid(faults=faults)
    password = asked.password or (None if asked.subject else passwords.generate())
    user = User(login=asked.login or asked.name, password=password and await passwords.digest(password), **rules.columns(asked))
    accounts.handed_out(of, call, user)
    session.add(user)
    await session.flush()
    await deeds.record(session, call, "user.created", user.id, event=False, details={"role": user.role, "person_id": str(user.person_id)})
    return made(call, user, password)


async def load(session: AsyncSession, call: access.Call, user_id: UUID, *, lock: bool = False) -> User:
    """One of those that the caller may see."""
    found = select(User).where(User.id == user_id, visibility.rows(call.actor))
    user = await session.scalar(found.with_for_update() if lock else found)
    if user is None:
        raise errors.NotFound("没有这个用户。请核对编号。")
    return user


async def permit(session: AsyncSession, call: access.Call, user_id: UUID, *, action: str, lock: bool = False) -> User:
    """The same, of the caller's version, where the action can be taken now. It is locked before its sessions, so that none is opened while they end."""
    user = await load(session, call, user_id, lock=lock)
    accounts.permit(policy.MACHINE, action, call, user)
    return user


async def disable(session: AsyncSession, call: access.Call, user_id: UUID) -> User:
    """No more sign-ins; the user's sessions end, at every service within the minute. Saying so twice changes nothing."""
    user = await permit(session, call, user_id, action="disable", lock=True)
    if user.disabled_at is None:
        user.disabled_at, user.status = call.now, AccountStatus.DISABLED
        await ended.end_sessions(session, user.id)
        await deeds.record(session, call, "user.disabled", user.id, event=False)
        await session.flush()
    return user


async def reset_password(session: AsyncSession, call: access.Call, of: settings.Settings, user_id: UUID) -> UserMade:
    """A new password for one who forgot it; every session of the user ends."""
    user = await permit(session, call, user_id, action="reset-password", lock=True)
    password = passwords.generate()
    user.password = await passwords.digest(password)
    accounts.handed_out(of, call, user)
    await ended.end_sessions(session, user.id)
    await deeds.record(session, call, "user.password_reset", user.id, event=False)
    await session.flush()
    return made(call, user, password)


async def change(session: AsyncSession, call: access.Call, of: settings.Settings, user_id: UUID, body: UserChange) -> User:
    """Whoever is signed in signs in anew: sessions are of what the user was."""
    user = await permit(session, call, user_id, action="change", lock=True)
    said = rules.bound(body)
    unfit = _beyond(call.actor, user.role, said, new=False)
    if user.password is None and said.get("subject", user.subject) is None:
        unfit.append(
            errors.Fault("missing_field", pointer="/subject", allowed="没有密码的用户须有 subject", fix="请先重置密码,再解除绑定。")
        )
    if changed := accounts.change(call, of, user, body, unfit):
        await ended.end_sessions(session, user.id)
        await deeds.record(session, call, "user.changed", user.id, event=False, details={"fields": changed})
        await session.flush()
    return user


async def confirm(session: AsyncSession, call: access.Call, user_id: UUID) -> User:
    user = await permit(session, call, user_id, action="confirm", lock=True)
    await accounts.confirm(session, call, user, user.id, "user")
    return user


def _beyond(actor: access.Actor, role: str, said: Mapping[str, Any], *, new: bool) -> list[errors.Fault]:
    names = policy.beyond(actor.role, actor.institution_id, actor.scopes, role, said, new=new)
    return [
        errors.Fault(OUTSIDE, pointer=f"/{name}", allowed=ALLOWED[actor.role], fix="请改正该字段,或请平台管理员办理。") for name in names
    ]


def made(call: access.Call, user: User, password: str | None) -> UserMade:
    return UserMade(**dict(paper(call, user)), client_id=user.login, client_secret=password)


def paper(call: access.Call, user: User) -> UserPaper:
    """The user, with what the caller may do."""
    return UserPaper(**dict(show(user)), allowed_actions=accounts.allowed_actions(policy.MACHINE, call, user))


def show(user: Any) -> UserOut:
    return UserOut.model_validate(user)
