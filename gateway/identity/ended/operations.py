"""Tokens that end before their time: what they were given for, a session or a client's secret, is kept here until the last of them has expired.

Every token names in `sid` what it was given for. A secret that follows has another `sid`, and so has the next session: what ended is exact, whatever the clock.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.tables import Ended, SignIn

OF_INTEREST = timedelta(minutes=20)  # no token lives as long


async def end(session: AsyncSession, *sids: UUID) -> None:
    """No token given for any of these is taken any more, here and at every service, as soon as they have asked."""
    if sids:
        await session.execute(insert(Ended).values([{"sid": sid} for sid in sids]).on_conflict_do_nothing())


async def end_sessions(session: AsyncSession, user_id: UUID, *, but: UUID | None = None) -> None:
    """Ends all sessions of a user that are open, or all but one."""
    ended = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None), SignIn.id.is_distinct_from(but))
    await end(session, *(await session.scalars(ended.values(ended_at=func.now()).returning(SignIn.id))).all())


async def listed(session: AsyncSession) -> list[UUID]:
    """What a token might still name."""
    return list((await session.scalars(select(Ended.sid).where(Ended.ended_at > func.now() - OF_INTEREST))).all())
