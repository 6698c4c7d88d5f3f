"""Signing in: a password for a session, a refresh token for the next access token, and the end of it.

Every step keeps its own short transaction: a refusal must be counted and a stolen session ended even though the answer is a 401.
Times here are the real clock's.
"""

import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from joserfc import jwt
from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from gateway.identity.ended import operations as ended
from gateway.identity.errors import SessionEnded, SignInLocked, SignInRefused
from gateway.identity.schemas import SignedIn
from gateway.identity.sessions import passwords
from gateway.identity.tables import Attempts, SignIn, User
from gateway.identity.tokens.signing import Signer
from shared import access, clock, db, deeds, limits, web

TRIES_AT_MOST = 5
COUNTED_FOR = timedelta(minutes=15)
SESSION_LASTS = timedelta(hours=12)


async def open_session(kernel: web.Kernel, signer: Signer, call: access.Call, login: str, password: str) -> SignedIn:
    """A session for the right password. Unknown name, wrong password and disabled user get the same answer after the same work."""
    whom = call.origin or "?"
    await kernel.limits.check(limits.TOKEN_FAILURES, whom)
    login_key = kernel.vault.blind(login, "login")
    await _count_try(kernel, login_key)
    async with kernel.reading() as session:
        user = await session.scalar(select(User).where(User.login == login))
    right = await passwords.fits(user.password if user else None, password)
    if user is None or user.disabled_at is not None or not right:
        await kernel.limits.take(limits.TOKEN_FAILURES, whom)
        raise SignInRefused()
    refresh, sign_in_id = secrets.token_urlsafe(32), db.new_id()
    async with kernel.writing.begin() as session:
        await session.execute(delete(Attempts).where(Attempts.login == login_key))
        session.add(SignIn(id=sign_in_id, user_id=user.id, refresh=_digest(kernel, refresh), expires_at=clock.now() + SESSION_LASTS))
        await session.flush()
        await deeds.record(session, _as(call, user), "session.opened", user.id, subject_type="user", event=False)
    return _signed_in(signer, user, sign_in_id, refresh)


async def refresh_session(kernel: web.Kernel, signer: Signer, call: access.Call, refresh_token: str) -> SignedIn:
    """The next access token, and the next refresh token. One that was used before is a copy in wrong hands: the session ends."""
    whom = call.origin or "?"
    await kernel.limits.check(limits.TOKEN_FAILURES, whom)
    sign_in_id, given = _parts(refresh_token)
    refresh = secrets.token_urlsafe(32)
    async with kernel.writing.begin() as session:
        sign_in = await session.scalar(select(SignIn).where(SignIn.id == sign_in_id).with_for_update())
        user = await session.get(User, sign_in.user_id) if sign_in else None
        good = sign_in and user and sign_in.ended_at is None and sign_in.expires_at > clock.now() and user.disabled_at is None
        if sign_in and user and good:
            good = hmac.compare_digest(sign_in.refresh, _digest(kernel, given))
            if good:
                sign_in.refresh = _digest(kernel, refresh)
            else:
                sign_in.ended_at = clock.now()
                await ended.end(session, sign_in.id)
                await deeds.record(session, _as(call, user), "session.reused", user.id, subject_type="user", event=False, refused=True)
            await session.flush()
    if not (good and user and sign_in_id):
        await kernel.limits.take(limits.TOKEN_FAILURES, whom)
        raise SessionEnded()
    return _signed_in(signer, user, sign_in_id, refresh)


async def end_session(kernel: web.Kernel, signer: Signer, call: access.Call, token: str) -> None:
    """Ends the session that this access token belongs to; a client's token belongs to none."""
    sign_in_id = jwt.decode(token, signer.keys, algorithms=["ES256"]).claims.get("sid")
    if sign_in_id is None:
        return
    async with kernel.writing.begin() as session:
        ending = update(SignIn).where(SignIn.id == UUID(sign_in_id), SignIn.ended_at.is_(None)).values(ended_at=clock.now())
        if await session.scalar(ending.returning(SignIn.id)):
            await ended.end(session, UUID(sign_in_id))
            await deeds.record(session, call, "session.ended", UUID(call.actor.subject), subject_type="user", event=False)


async def _count_try(kernel: web.Kernel, login_key: bytes) -> None:
    """Counts before looking at the password, so that many guesses at once are not more guesses."""
    now = clock.now()
    stale = Attempts.counted_from < now - COUNTED_FOR
    counting = insert(Attempts).values(login=login_key, tries=1, counted_from=now)
    counting = counting.on_conflict_do_update(
        index_elements=["login"],
        set_={
            "tries": case((stale, 1), else_=func.least(Attempts.tries + 1, TRIES_AT_MOST + 1)),
            "counted_from": case((stale, now), else_=Attempts.counted_from),
        },
    )
    async with kernel.writing.begin() as session:
        tries, counted_from = (await session.execute(counting.returning(Attempts.tries, Attempts.counted_from))).one()
    if tries > TRIES_AT_MOST:
        seconds = max(1, int((counted_from + COUNTED_FOR - now).total_seconds()))
        raise SignInLocked(f"连续 {TRIES_AT_MOST} 次没有成功,请 {seconds} 秒后再试。", headers={"Retry-After": str(seconds)})


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
    try:
        return UUID(sign_in_id), secret
    except ValueError:
        return None, secret


def _digest(kernel: web.Kernel, refresh: str) -> bytes:
    return kernel.vault.blind(refresh, "refresh_token")
