"""Signing in: a password for a session, a refresh token for the next access token, another password, and the end of it.

Every step of signing in keeps its own short transaction: a refusal must be counted and a stolen session ended even though the answer is a 401.
Times here are the database's, which no process sets.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from joserfc import jwt
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.codes import AccountStatus
from gateway.identity.ended import operations as ended
from gateway.identity.errors import WRONG_PASSWORD, NoPassword, SessionEnded, SignInRefused
from gateway.identity.rules import may_be_here
from gateway.identity.schemas import PasswordChange, SignedIn
from gateway.identity.sessions import guesses, passwords
from gateway.identity.tables import SignIn, User
from gateway.identity.tokens.signing import Signer
from shared import access, db, deeds, errors, limits, web

SESSION_LASTS = timedelta(hours=12)


async def open_session(kernel: web.Kernel, signer: Signer, call: access.Call, login: str, password: str) -> SignedIn:
    """A session for the right password. Unknown name, wrong password and disabled user get the same answer after the same work."""
    user = await _proven(kernel, call, login, password)
    if user is None or not _in_use(kernel, user):
        raise SignInRefused()
    refresh, sign_in_id = secrets.token_urlsafe(32), db.new_id()
    async with kernel.writing.begin() as session:
        await _unchanged(session, user)
        await guesses.give_back(kernel, session, login, limits.address(call.origin))
        session.add(SignIn(id=sign_in_id, user_id=user.id, refresh=_digest(kernel, refresh), expires_at=func.now() + SESSION_LASTS))
        await session.flush()
        await deeds.record(session, _as(call, user), "session.opened", user.id, subject_type="user", event=False)
    return _signed_in(signer, user, sign_in_id, refresh)


async def refresh_session(kernel: web.Kernel, signer: Signer, call: access.Call, refresh_token: str) -> SignedIn:
    """The next access token, and the next refresh token. One that was used before is a copy in wrong hands: the session ends."""
    await kernel.limits.check(limits.TOKEN_FAILURES, limits.address(call.origin))
    sign_in_id, given = _parts(refresh_token)
    refresh = secrets.token_urlsafe(32)
    async with kernel.writing.begin() as session:
        goes_on = (SignIn.ended_at.is_(None) & (SignIn.expires_at > func.now())).label("goes_on")
        found = (await session.execute(select(SignIn, goes_on).where(SignIn.id == sign_in_id).with_for_update())).one_or_none()
        sign_in = found and found.SignIn
        user = await session.get(User, sign_in.user_id) if sign_in else None
        good = found and user and found.goes_on and _in_use(kernel, user)
        if sign_in and user and good:
            good = hmac.compare_digest(sign_in.refresh, _digest(kernel, given))
            if good:
                sign_in.refresh = _digest(kernel, refresh)
            else:
                sign_in.ended_at = func.now()
                await ended.end(session, sign_in.id)
                await deeds.record(session, _as(call, user), "session.reused", user.id, subject_type="user", event=False, refused=True)
            await session.flush()
    if not (good and user and sign_in_id):
        await kernel.limits.take(limits.TOKEN_FAILURES, limits.address(call.origin))
        raise SessionEnded()
    return _signed_in(signer, user, sign_in_id, refresh)


async def end_session(kernel: web.Kernel, signer: Signer, call: access.Call, token: str) -> None:
    """Ends the session that this access token belongs to; a client's token belongs to none."""
    sid = _sid(signer, token)
    async with kernel.writing.begin() as session:
        ending = update(SignIn).where(SignIn.id == sid, SignIn.ended_at.is_(None)).values(ended_at=func.now())
        if open_until_now := await session.scalar(ending.returning(SignIn.id)):
            await ended.end(session, open_until_now)
            await deeds.record(session, call, "session.ended", UUID(call.actor.subject), subject_type="user", event=False)


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that may take the place of the one that `user` had when it was asked for."""

    user: User
    digest: str


async def prove(kernel: web.Kernel, call: access.Call, asked: PasswordChange) -> NewPassword:
    """The caller's next password, if the present one was right. A wrong one is a guess like any other."""
    async with kernel.reading() as session:
        caller = await session.scalar(select(User).where(User.id == _uuid(call.actor.subject)))
    if caller is None or caller.password is None:
        raise NoPassword()
    user = await _proven(kernel, call, caller.login, asked.current_password)
    faults = [] if user else [errors.Fault(WRONG_PASSWORD, pointer="/current_password", fix="请核对后重试;忘记密码请联系管理员重置。")]
    faults += await passwords.faults(asked.new_password, "/new_password", (caller.name, caller.login))
    if faults or user is None:
        raise errors.Invalid(faults=faults)
    return NewPassword(user, await passwords.digest(asked.new_password))


async def change_password(
    session: AsyncSession, kernel: web.Kernel, signer: Signer, call: access.Call, new: NewPassword, token: str
) -> None:
    """The new password holds from now on. The session it was changed in goes on; every other one of the user ends."""
    user = await _unchanged(session, new.user)
    user.password = new.digest
    await guesses.give_back(kernel, session, user.login, limits.address(call.origin))
    await ended.end_sessions(session, user.id, but=_sid(signer, token))
    await deeds.record(session, call, "user.password_changed", user.id, event=False)
    await session.flush()


async def _proven(kernel: web.Kernel, call: access.Call, login: str, password: str) -> User | None:
    """The user whose password it is: counted before it is looked at, and not looked at while too many wait."""
    async with passwords.turn():
        await guesses.count(kernel, login, limits.address(call.origin))
        async with kernel.reading() as session:
            user: User | None = await session.scalar(select(User).where(User.login == login))
        return user if await passwords.fits(user.password if user else None, password) else None


async def _unchanged(session: AsyncSession, known: User) -> User:
    """The user, locked, unless it was disabled or given another password while we worked."""
    user = await session.get(User, known.id, with_for_update=True)
    if user is None or user.version != known.version:
        raise SignInRefused()
    return user


def _in_use(kernel: web.Kernel, user: User) -> bool:
    return user.status == AccountStatus.ACTIVE and may_be_here(kernel.settings, user.login)


def _signed_in(signer: Signer, user: User, sign_in_id: UUID, refresh: str) -> SignedIn:
    return SignedIn(
        access_token=signer.token(user.actor(str(user.id)), sid=str(sign_in_id)),
        expires_in=signer.seconds,
        refresh_token=f"{sign_in_id}.{refresh}",
    )


def _as(call: access.Call, user: User) -> access.Call:
    """The call of someone who has just proved who he is."""
    return access.Call(user.actor(str(user.id)), call.now, call.request_id, call.traceparent, call.origin)


def _parts(refresh_token: str) -> tuple[UUID | None, str]:
    sign_in_id, _, secret = refresh_token.partition(".")
    return _uuid(sign_in_id), secret


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _sid(signer: Signer, token: str) -> UUID | None:
    """What the token was given for."""
    return _uuid(str(jwt.decode(token, signer.keys, algorithms=["ES256"]).claims.get("sid")))


def _digest(kernel: web.Kernel, refresh: str) -> bytes:
    return kernel.vault.blind(refresh, "refresh_token")
