"""How many passwords may be tried, and from where: whoever guesses is slowed, and not the owner of the name.

Of one address 20 failures a minute, whatever names it tries (with those of the token endpoint). Of one address for one name 5 in 15 minutes, so that a
stranger locks nobody out but himself. Of one name 50 in 15 minutes from all addresses together, but for those from which its owner has signed in lately.
Each try is counted before the password is looked at, so many at once are no more than many in a row; a right one is given back.
"""

from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.identity.errors import SignInLocked
from gateway.identity.tables import Attempts
from shared import clock, limits, web

OF_AN_ADDRESS_AT_MOST = 5
OF_A_NAME_AT_MOST = 50
COUNTED_FOR = timedelta(minutes=15)
LATELY = timedelta(days=30)
CLOCKS_DIFFER_AT_MOST = timedelta(minutes=1)


async def count(kernel: web.Kernel, login: str, address: str) -> None:
    """Counts one more, or refuses it: `TooManyRequests` for the address, `SignInLocked` for the address with this name or the name alone."""
    await kernel.limits.take(limits.TOKEN_FAILURES, address)
    now = clock.now()
    async with kernel.writing.begin() as session:
        locked, succeeded_at = await _one_more(session, _pair(kernel, login, address), OF_AN_ADDRESS_AT_MOST, now)
        if locked is None and (succeeded_at is None or succeeded_at < now - LATELY):
            locked, _ = await _one_more(session, _name(kernel, login), OF_A_NAME_AT_MOST, now)
    if locked is not None:
        seconds = max(1, int((locked - now).total_seconds()))
        raise SignInLocked(f"没有成功的登录太多,请 {seconds} 秒后再试。", headers={"Retry-After": str(seconds)})


async def give_back(kernel: web.Kernel, session: AsyncSession, login: str, address: str) -> None:
    """It was right: the address is its owner's, and the try was none."""
    await kernel.limits.give_back(limits.TOKEN_FAILURES, address)
    pair, name = _pair(kernel, login, address), _name(kernel, login)
    await session.execute(update(Attempts).where(Attempts.whom == pair).values(tries=0, succeeded_at=func.now()))
    await session.execute(update(Attempts).where(Attempts.whom == name).values(tries=func.greatest(Attempts.tries - 1, 0)))


async def _one_more(session: AsyncSession, whom: bytes, at_most: int, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Until when no more are taken, if they are too many now; and when one was right."""
    put_back = Attempts.counted_from > now + CLOCKS_DIFFER_AT_MOST  # or the owner would be shut out for as long as the clock had been wrong
    stale = or_(Attempts.counted_from < now - COUNTED_FOR, put_back)
    counting = insert(Attempts).values(whom=whom, tries=1, counted_from=now)
    counting = counting.on_conflict_do_update(
        index_elements=["whom"],
        set_={"tries": case((stale, 1), else_=Attempts.tries + 1), "counted_from": case((stale, now), else_=Attempts.counted_from)},
    )
    told = counting.returning(Attempts.tries, Attempts.counted_from, Attempts.succeeded_at)
    tries, counted_from, succeeded_at = (await session.execute(told)).one()
    return counted_from + COUNTED_FOR if tries > at_most else None, succeeded_at


def _pair(kernel: web.Kernel, login: str, address: str) -> bytes:
    return kernel.vault.blind(f"{address}\x00{login}", "sign_in_of_address")


def _name(kernel: web.Kernel, login: str) -> bytes:
    return kernel.vault.blind(login, "sign_in")
