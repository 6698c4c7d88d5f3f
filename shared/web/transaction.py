"""The stage of the operation itself: in one transaction, which begins when the operation asks for its session and is committed before the answer leaves.

What neighbours know is gathered before that. An operation that needs it names a dependency of its own ahead of the session, in the order of its signature:

    async def gathered(body: ClaimIn, call: web.Caller, kernel: web.KernelOf) -> Facts: ...

    async def create(body: ClaimIn, facts: Annotated[Facts, Depends(gathered)], session: web.Session, call: web.Caller) -> ClaimOut: ...

Dependencies are resolved in that order, so while `gathered` waits no connection is held and no key is locked; `body` is validated once and given to both.
Where `gathered` must read something of our own first, it does so in `async with kernel.reading() as session:` and leaves that block before it asks.
What it read may have changed when the transaction begins: the operation reads the paper again and compares its version.
"""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from shared import idempotency

Shown = TypeVar("Shown")
Done = TypeVar("Done")


class AnsweredBefore(Exception):
    """The first request with this key was answered while this one was on its way."""

    def __init__(self, kept: idempotency.Answer) -> None:
        super().__init__()
        self.kept = kept


@dataclass(slots=True)
class Transaction:
    """One request's session, opened when it is first asked for and ended by `ending`. Of a plain reading it is on autocommit."""

    opened: Callable[[], contextlib.AbstractAsyncContextManager[AsyncSession]]
    once: idempotency.Once | None
    ending: contextlib.AsyncExitStack
    session: AsyncSession | None = None

    async def begin(self) -> AsyncSession:
        """Takes the key's lock and looks again, so that of requests that came side by side one takes effect."""
        if self.session is None:
            session = await self.ending.enter_async_context(self.opened())
            if self.once and (kept := await idempotency.hold(session, self.once)):
                raise AnsweredBefore(kept)
            self.session = session
        return self.session


async def of(request: Request) -> AsyncSession:
    transaction: Transaction = request.state.transaction
    return await transaction.begin()


Session = Annotated[AsyncSession, Depends(of)]


async def rehearsed(session: AsyncSession, shown: Shown | None, deed: Awaitable[Done]) -> Shown | Done:
    """What the deed answers; where it is only to be previewed, it is done, undone and answered by what is shown: a preview is refused for whatever the deed
    would be refused for."""
    if shown is None:
        return await deed
    async with session.begin_nested() as savepoint:
        await deed
        await savepoint.rollback()
    return shown
